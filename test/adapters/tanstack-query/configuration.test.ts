// What an app has configured itself: it stays as it was, around and within the layers.

import { onlineManager, QueryClient, QueryObserver } from '@tanstack/query-core'
import type { QueryClientConfig } from '@tanstack/query-core'
import { persistQueryClientSubscribe } from '@tanstack/query-persist-client-core'
import type { PersistedClient } from '@tanstack/query-persist-client-core'
import { QueryCache as VueQueryCache, QueryClient as VueQueryClient } from '@tanstack/vue-query'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { persistQueries, setVersionedQueryData, tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { ref } from 'vue'
import { withQueries } from './query-scene.ts'

const key = ['photos']
const at = (position: string) => ({
  versions: [{ scope: 'main@https://api.test', epoch: 'a', position }],
})

describe('the network mode', () => {
  afterEach(() => onlineManager.setOnline(true))

  const persister = (queryFn: (context: never) => unknown, context: unknown): unknown => queryFn(context as never)

  test.each<[string, QueryClientConfig, string]>([
    ['none is named', {}, 'online'],
    ['one is named', { defaultOptions: { queries: { networkMode: 'always' } } }, 'always'],
    ['the app has a persister', { defaultOptions: { queries: { persister } } }, 'offlineFirst'],
  ])('Q20: where %s', (_case, config, expected) =>
    withQueries({ query: config }, async ({ client }) => {
      expect(client.getDefaultOptions().queries?.networkMode).toBe(expected)
    })(),
  )

  test('Q20: without a network a query waits for one, as it would without the adapter', () => {
    const play = (isGoverned: boolean) =>
      withQueries({ isGoverned }, async ({ client, clock, answer, read, requests, data }) => {
        answer({ v: 8, e: 'a' })
        onlineManager.setOnline(false)
        const observer = new QueryObserver(client, { queryKey: key, queryFn: read('/photos') })
        const leave = observer.subscribe(() => undefined)
        await clock.sleep(100)
        expect(client.getQueryState(key)).toMatchObject({ status: 'pending', fetchStatus: 'paused' })
        expect(requests).toEqual([])
        onlineManager.setOnline(true)
        await vi.waitFor(() => expect(requests).toHaveLength(1))
        await clock.sleep(100)
        expect(data(key)).toEqual({ v: 8 })
        leave()
      })()
    return play(false).then(() => play(true))
  })
})

test('C1: a cache of a binding is the one that is used: that of vue-query finds queries by keys of refs', withQueries({}, async (scene) => {
  // vue-query names a release of query-core of its own, whose types are others than ours.
  const queryCache = new VueQueryCache()
  const config: unknown = tidemarkQueryConfig(scene.tidemark, { queryCache: queryCache as never })
  const client = new VueQueryClient(config as never)
  const queryFn = scene.read('/photos')
  scene.answer({ v: 8, e: 'a' })
  await client.fetchQuery({ queryKey: ['photo', 7], queryFn })
  const found = client.getQueryCache().find({ queryKey: ['photo', ref(7)] })
  expect(client.getQueryCache()).toBe(queryCache)
  setVersionedQueryData(client as never, ['photo', 7], { v: 2 }, at('2'))
  expect(found?.state.data).toEqual({ v: 8 })
  client.clear()
}))

test('the release that the project `peer` runs on is the lowest that the peer range admits', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  const { peerDependencies, devDependencies }: Record<string, Record<string, string>> = JSON.parse(text)
  const range = peerDependencies?.['@tanstack/query-core'] ?? ''
  expect(devDependencies?.['query-core-lowest']).toBe(`npm:@tanstack/query-core@${range.replace('^', '')}`)
})

describe('a persister of the whole client beside ours', () => {
  const isGoverned = ({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean => queryKey[0] === 'photos'

  test('Q19: the old failure: each change of one query writes them all', withQueries({ isGoverned: false }, async ({ client }) => {
    const written: PersistedClient[] = []
    const stop = persistQueryClientSubscribe({ queryClient: client as never, persister: persisterInto(written) })
    for (const name of ['a', 'b', 'c']) client.setQueryData([name], { name })
    client.setQueryData(key, { v: 1 })
    const before = written.length
    client.setQueryData(key, { v: 2 })
    expect(written.slice(before).map(({ clientState }) => clientState.queries.length)).toContain(4)
    stop()
  }))

  test('Q19: the governed ones can be left to `persistQueries`', withQueries({}, async ({ client, tidemark }) => {
    const written: PersistedClient[] = []
    const stops = [
      persistQueries(client, { filters: { queryKey: key } }),
      persistQueryClientSubscribe({
        queryClient: client as never,
        persister: persisterInto(written),
        dehydrateOptions: { shouldDehydrateQuery: (query) => !isGoverned(query) },
      }),
    ]
    client.setQueryData(['draft'], 'text')
    setVersionedQueryData(client, key, { v: 8 }, at('8'))
    const keys = written.flatMap(({ clientState }) => clientState.queries.map(({ queryKey }) => queryKey[0]))
    expect(new Set(keys)).toEqual(new Set(['draft']))
    // Another cache of the same page finds what was kept.
    const next = new QueryClient(tidemarkQueryConfig(tidemark))
    stops.push(persistQueries(next, { filters: { queryKey: key } }))
    expect(await next.fetchQuery({ queryKey: key, queryFn: () => ({ v: 0 }) })).toEqual({ v: 8 })
    for (const stop of stops) stop()
    next.clear()
  }))
})

function persisterInto(written: PersistedClient[]) {
  return {
    persistClient: (client: PersistedClient) => void written.push(client),
    restoreClient: () => undefined,
    removeClient: () => undefined,
  }
}
