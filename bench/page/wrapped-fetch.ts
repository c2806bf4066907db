// A wrapped fetch of a kilobyte of JSON, against the platform's own: over loopback, and with a stub in its place, so
// that what is left is what the wrapper itself works.

import { QueryClient } from '@tanstack/query-core'
import axios from 'axios'
import type { AxiosRequestConfig } from 'axios'
import ky from 'ky'
import { createFetch } from 'ofetch'
import { createTidemark, indexedDBStorage, memoryStorage } from '../../src/index.ts'
import type { OpenStorage, Tidemark } from '../../src/index.ts'
import type { Group, Variant } from '../group.ts'

const plainUrl = `${location.origin}/plain`
const governedUrl = `${location.origin}/photos/1`
const kept = 'tidemark.fetch, governed, kept in memory'

/** What the wrappers themselves work. */
export function stubbedFetchGroup(): Group {
  const body = JSON.stringify({ text: 'x'.repeat(1000) })
  const json = { 'content-type': 'application/json', 'content-length': String(body.length) }
  const governed = { ...json, 'data-version': 'main;e="7f3a";v="1"' }
  const stub: typeof fetch = async (input) =>
    new Response(body, { headers: (input instanceof Request ? input.url : input) === governedUrl ? governed : json })
  const { variants, close } = wrappersOf(stub, { adapter: 'fetch', env: { fetch: stub } })
  return {
    name: 'fetch: a kilobyte from a stub',
    times: 500,
    rounds: 31,
    variants,
    targets: [{ variant: kept, by: 'added-us', must: 5, reach: 2 }],
    close,
  }
}

/** The same from a server on this machine, in a process of its own. */
export function loopbackFetchGroup(): Group {
  const { variants, close } = wrappersOf((input, init) => fetch(input, init), { adapter: 'xhr' })
  return {
    name: 'fetch: a kilobyte over loopback',
    times: 40,
    rounds: 31,
    variants: [...variants, asking('axios, fetch', (url) => axios.get(url, { adapter: 'fetch' }))],
    targets: [{ variant: kept, by: 'added-us', must: 120, reach: 65 }],
    close,
  }
}

function wrappersOf(platform: typeof fetch, axiosConfig: AxiosRequestConfig): { variants: Variant[]; close: () => void } {
  const client = (origin: string, storage: OpenStorage, keep: 'disk' | 'nothing' = 'disk'): Tidemark =>
    createTidemark({ origins: [origin], rules: [{ match: '/photos/:id', keep }], storage, mirror: false, fetch: platform })
  const clients = {
    elsewhere: client('https://api.test', memoryStorage()),
    nothing: client(location.origin, memoryStorage(), 'nothing'),
    memory: client(location.origin, memoryStorage()),
    disk: client(location.origin, indexedDBStorage({ name: 'fetched' })),
  }
  const jsonOf = async (answer: Promise<Response>): Promise<unknown> => (await answer).json()
  const withKy = ky.create({ fetch: platform, retry: 0 })
  const withOfetch = createFetch({ fetch: platform, Headers, AbortController })
  const withAxios = axios.create(axiosConfig)
  const queryClient = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity, retry: false, staleTime: 0 } } })
  const queryFn = (): Promise<unknown> => jsonOf(platform(plainUrl))
  const variants = [
    asking('fetch', (url) => jsonOf(platform(url))),
    asking('a header in, a header out, by hand', async (url) => {
      const response = await platform(url, { headers: { 'min-version': 'main;e="7f3a";v="1"' } })
      if (response.headers.get('data-version') === '') throw new Error('The version is empty.')
      return response.json()
    }),
    asking('tidemark.fetch, an origin not named', (url) => jsonOf(clients.elsewhere.fetch(url))),
    asking('tidemark.fetch, governed, nothing kept', () => jsonOf(clients.nothing.fetch(governedUrl))),
    asking(kept, () => jsonOf(clients.memory.fetch(governedUrl))),
    asking('tidemark.fetch, governed, kept on disk', () => jsonOf(clients.disk.fetch(governedUrl))),
    asking('ofetch', (url) => withOfetch(url)),
    asking('ky', (url) => withKy(url).json()),
    asking('TanStack, fetchQuery', () => queryClient.fetchQuery({ queryKey: ['plain'], queryFn })),
    asking(`axios, ${String(axiosConfig.adapter)}`, (url) => withAxios.get(url)),
  ]
  return {
    variants,
    close() {
      for (const each of Object.values(clients)) each.close()
    },
  }
}

function asking(name: string, ask: (url: string) => Promise<unknown>): Variant {
  return {
    name,
    async run(times) {
      for (let time = 0; time < times; time += 1) await ask(plainUrl)
    },
  }
}
