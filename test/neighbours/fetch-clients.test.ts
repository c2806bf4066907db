// Clients of HTTP that take a `fetch`, over the lagging API: the wrapped fetch gives each of them the
// guarantees, and their own retries do not multiply its own (lessons C5, W19).

import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { initTRPC } from '@trpc/server'
import axios from 'axios'
import { GraphQLClient } from 'graphql-request'
import ky from 'ky'
import { createFetch } from 'ofetch'
import createOpenApiClient from 'openapi-fetch'
import { describe, expect, test } from 'vitest'
import { createTidemark, isTidemarkError, memoryStorage } from 'tidemark'
import { createLaggingApi, createVirtualClock, laggingApiOrigin } from 'tidemark/testing'
import { createScene, origin } from '../client/scripted-server.ts'

type Fetch = typeof globalThis.fetch

/** Reads the counter, and adds one, by one of the clients. */
interface Counters {
  readonly read: () => Promise<unknown>
  readonly add: () => Promise<unknown>
}

const path = '/counters/likes'

interface Paths {
  readonly '/counters/likes': { readonly get: { readonly responses: { readonly 200: Content } } }
  readonly '/counters/likes/increment': { readonly post: { readonly responses: { readonly 200: Content } } }
}
interface Content {
  readonly content: { readonly 'application/json': unknown }
}

/** Each as its documentation says that a `fetch` is given to it. */
const clients: Record<string, (base: string, fetch: Fetch) => Counters> = {
  ky: (base, fetch) => {
    const retry = { shouldRetry: ({ error }: { error: Error }) => (isTidemarkError(error) ? false : undefined) }
    const client = ky.create({ prefixUrl: base, fetch, retry })
    return { read: () => client.get(path.slice(1)).json(), add: () => client.post(`${path.slice(1)}/increment`).json() }
  },
  ofetch: (base, fetch) => {
    const client = createFetch({ fetch, defaults: { baseURL: base, retryStatusCodes: [408, 425, 429, 502, 504] } })
    return { read: () => client(path), add: () => client(`${path}/increment`, { method: 'POST' }) }
  },
  axios: (base, fetch) => {
    const client = axios.create({ baseURL: base, adapter: 'fetch', env: { fetch } })
    return { read: async () => (await client.get(path)).data, add: async () => (await client.post(`${path}/increment`)).data }
  },
  'openapi-fetch': (base, fetch) => {
    const client = createOpenApiClient<Paths>({ baseUrl: base, fetch })
    const read = async (): Promise<unknown> => {
      const { data, response } = await client.GET(path)
      if (!response.ok) throw new Error(`The API answered ${response.status}.`)
      return data
    }
    return { read, add: async () => (await client.POST(`${path}/increment`)).data }
  },
}

function valueIn(counter: unknown): number {
  const value: unknown = typeof counter === 'object' && counter !== null && Reflect.get(counter, 'value')
  if (typeof value !== 'number') throw new Error(`There is no value in ${JSON.stringify(counter)}.`)
  return value
}

/** Adds one, reads twice, and so on; returns how often a read showed less than was seen or done. */
async function countBroken(open: (typeof clients)[string], isGoverned: boolean): Promise<number> {
  const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
  return clock.run(async () => {
    const { now, sleep, setTimer } = clock
    const latency = { kind: 'fixed', ms: 10 } as const
    const api = createLaggingApi({ seed: 5, floors: 'ignore', latency, initial: { counters: { likes: 0 } }, now, sleep })
    const options = { origins: [laggingApiOrigin], storage: memoryStorage(), mirror: false, now, setTimer } as const
    const tidemark = createTidemark({ ...options, fetch: api.fetch, random: () => 0.5 })
    const counters = open(laggingApiOrigin, isGoverned ? tidemark.fetch : api.fetch)
    let known = 0
    let broken = 0
    for (let round = 0; round < 12; round += 1) {
      known = valueIn(await counters.add())
      for (const waitMs of [0, 60]) {
        await sleep(waitMs)
        const seen = valueIn(await counters.read())
        if (seen < known) broken += 1
        known = Math.max(known, seen)
      }
    }
    tidemark.close()
    return broken
  })
}

describe.each(Object.entries(clients))('%s', (_name, open) => {
  test('C5: the old failure: by the platform\'s fetch, own writes vanish', async () => {
    expect(await countBroken(open, false)).toBeGreaterThan(3)
  })

  test('C5: by the wrapped fetch, none does', async () => {
    expect(await countBroken(open, true)).toBe(0)
  })

  test('W19: where no source covers the floor, its retries do not multiply ours', async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    await clock.run(async () => {
      const { tidemark, requests, answer } = createScene(clock, {})
      const counters = open(origin, tidemark.fetch)
      answer({ status: 201, v: 9, e: 'a', body: { value: 9 } })
      await counters.add()
      answer({ v: 2, e: 'a' })
      const alone = await askAlone()
      requests.length = 0
      const error: unknown = await counters.read().then(() => undefined, (reason: unknown) => reason)
      expect(isUnavailable(error)).toBe(true)
      expect(requests.length).toBe(alone)

      async function askAlone(): Promise<number> {
        requests.length = 0
        await expect(tidemark.fetch(origin + path)).rejects.toThrow('No source of')
        return requests.length
      }
    })
  })
})

test('W19: the old failure: as it comes, ofetch asks for one budget more', async () => {
  const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
  await clock.run(async () => {
    const { tidemark, requests, answer } = createScene(clock, {})
    answer({ status: 201, v: 9, e: 'a' }, { v: 2, e: 'a' })
    await tidemark.fetch(origin + path, { method: 'POST' })
    await expect(tidemark.fetch(origin + path)).rejects.toThrow('No source of')
    const alone = requests.length - 1
    // What the last of them answers heals the floor (I13): here only the asking counts.
    await createFetch({ fetch: tidemark.fetch })(origin + path).catch(() => undefined)
    expect(requests.length - 1 - alone).toBeGreaterThan(alone)
  })
})

function isUnavailable(error: unknown): boolean {
  if (isTidemarkError(error, 'version-unavailable')) return true
  return error instanceof Error && isUnavailable(error.cause)
}

describe('tRPC', () => {
  const trpc = initTRPC.create()
  const router = trpc.router({ likes: trpc.procedure.query(() => 0), like: trpc.procedure.mutation(() => 0) })

  /** A batch of two reads is one request of one version; the second replica lags. */
  const play = async (isGoverned: boolean): Promise<{ before: unknown; after: unknown; sent: number }> => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    return clock.run(async () => {
      const { tidemark, network, requests, answer } = createScene(clock, {})
      const governed: Fetch = isGoverned ? tidemark.fetch : network
      const url = `${origin}/trpc`
      const link = httpBatchLink({ url, fetch: (input, init) => governed(input, { ...init, signal: init?.signal ?? null }) })
      const client = createTRPCClient<typeof router>({ links: [link] })
      const of = (data: number): unknown => [{ result: { data } }]
      answer({ v: 8, e: 'a', body: of(8) })
      const before = await client.likes.query()
      answer({ v: 2, e: 'a', body: of(2) })
      const after = await client.likes.query()
      return { before, after, sent: requests.length }
    })
  }

  test('C5: the old failure: by the platform\'s fetch, a query goes back', async () => {
    expect(await play(false)).toEqual({ before: 8, after: 2, sent: 2 })
  })

  test('C5: by the wrapped fetch, it does not', async () => {
    expect(await play(true)).toEqual({ before: 8, after: 8, sent: 2 })
  })
})

describe('graphql-request', () => {
  const play = async (isGoverned: boolean): Promise<{ before: unknown; after: unknown; sent: number }> => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    return clock.run(async () => {
      const { tidemark, network, requests, answer } = createScene(clock, {})
      const fetch = isGoverned ? tidemark.fetch : network
      const client = new GraphQLClient(`${origin}/graphql`, { fetch, method: 'GET' })
      const ask = (): Promise<unknown> => client.request('query Likes { likes }')
      answer({ v: 8, e: 'a', body: { data: { likes: 8 } } })
      const before = await ask()
      answer({ v: 2, e: 'a', body: { data: { likes: 2 } } })
      return { before, after: await ask(), sent: requests.length }
    })
  }

  test('C5: the old failure: by the platform\'s fetch, a query goes back', async () => {
    expect(await play(false)).toEqual({ before: { likes: 8 }, after: { likes: 2 }, sent: 2 })
  })

  test('C5: by the wrapped fetch, it does not', async () => {
    expect(await play(true)).toEqual({ before: { likes: 8 }, after: { likes: 8 }, sent: 2 })
  })
})
