// Queries that outlive the page: what is read back never replaces what is newer.

import { QueryClient, QueryObserver } from '@tanstack/query-core'
import type { QueryKey } from '@tanstack/query-core'
import { experimental_createQueryPersister, persistQueryClientRestore } from '@tanstack/query-persist-client-core'
import type { PersistedClient, Persister } from '@tanstack/query-persist-client-core'
import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../../../src/index.ts'
import { memoryDisk } from '../../../src/storage/memory-storage.ts'
import { explainQuery, persistQueries, setVersionedQueryData, tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { createScene } from '../../client/scripted-server.ts'
import type { Scripted } from '../../client/scripted-server.ts'
import { createVirtualClock } from '../../../src/testing/determinism/virtual-clock.ts'
import { painted } from './query-scene.ts'

const key: QueryKey = ['photos']
const at = (position: string) => ({
  versions: [{ scope: 'main@https://api.test', epoch: 'a', position }],
})

/** Pages that share a disk, one after the other. */
function inPages(play: (page: () => ReturnType<typeof openPage>, sleep: (ms: number) => Promise<void>) => Promise<void>) {
  return async (): Promise<void> => {
    const clock = createVirtualClock({ startMs: Date.now() })
    const disk = memoryDisk()
    const texts = new Map<string, string>()
    const mirror = {
      getItem: (name: string) => texts.get(name) ?? null,
      setItem: (name: string, text: string) => void texts.set(name, text),
      removeItem: (name: string) => void texts.delete(name),
    }
    const storage = memoryStorage({ disk })
    await clock.run(() => play(() => openPage(clock, { storage, mirror }), clock.sleep))
  }
}

function openPage(...[clock, options]: Parameters<typeof createScene>) {
  const scene = createScene(clock, options)
  const client = new QueryClient(tidemarkQueryConfig(scene.tidemark))
  const stop = persistQueries(client)
  const read = async ({ signal }: { signal: AbortSignal }): Promise<unknown> =>
    (await scene.get('/photos', { signal })).json()
  return {
    ...scene,
    client,
    stop,
    fetchQuery: (answer: Scripted) => {
      scene.answer(answer)
      return client.fetchQuery({ queryKey: key, queryFn: read })
    },
    observe: (staleTime = 0) => new QueryObserver(client, { queryKey: key, queryFn: read, staleTime }),
    async leave() {
      await scene.tidemark.flush()
      scene.tidemark.close()
      client.clear()
    },
  }
}

describe('what other persisters do', () => {
  const stored = (v: number): PersistedClient => ({
    timestamp: Date.now(),
    buster: '',
    clientState: {
      mutations: [],
      queries: [{
        queryKey: key,
        queryHash: '["photos"]',
        dehydratedAt: Date.now() + 5000,
        state: { ...new QueryClient().getQueryCache().build(new QueryClient(), { queryKey: key }).state, data: { v }, status: 'success', dataUpdatedAt: Date.now() + 5000 },
      }],
    },
  })
  const persisterOf = (v: number): Persister => ({
    persistClient: () => undefined,
    restoreClient: () => stored(v),
    removeClient: () => undefined,
  })

  test('Q2: the old failure: persistQueryClient puts version 2 from disk over version 8', async () => {
    const queryClient = new QueryClient()
    queryClient.setQueryData(key, { v: 8 })
    // The packages bring a copy of query-core of their own, whose types are other ones.
    await persistQueryClientRestore({ queryClient: queryClient as never, persister: persisterOf(2) })
    expect(queryClient.getQueryData(key)).toEqual({ v: 2 })
    queryClient.clear()
  })

  test('Q18: the old failure: createQueryPersister replaces version 7 by version 1 from disk', async () => {
    const queryClient = new QueryClient()
    let deliver: (text: unknown) => void = () => undefined
    const reading = new Promise((resolve) => (deliver = resolve))
    const { state } = stored(1).clientState.queries[0]!
    const { persisterFn } = experimental_createQueryPersister({
      storage: { getItem: () => reading as Promise<string>, setItem: () => undefined, removeItem: () => undefined },
    })
    const fetching = queryClient.fetchQuery({
      queryKey: key,
      queryFn: () => ({ v: 7 }),
      persister: persisterFn as never,
      staleTime: 60_000,
    })
    await Promise.resolve()
    queryClient.setQueryData(key, { v: 7 })
    deliver(JSON.stringify({ buster: '', queryHash: '["photos"]', queryKey: key, state: { ...state, dataUpdatedAt: Date.now() } }))
    await fetching
    expect(queryClient.getQueryData(key)).toEqual({ v: 1 })
    queryClient.clear()
  })
})

describe('persistQueries', () => {
  test('Q18: a page that is loaded again shows what it showed, and asks anew', inPages(async (page, sleep) => {
    const first = page()
    await first.fetchQuery({ v: 5, e: 'a' })
    await first.leave()
    const second = page()
    second.answer({ v: 6, e: 'a' })
    const frames = painted(second.observe())
    await sleep(100)
    expect(frames.filter((frame) => frame !== undefined)).toEqual([{ v: 5 }, { v: 6 }])
    await second.leave()
  }))

  test('Q18: what is not stale is not asked for again', inPages(async (page, sleep) => {
    const first = page()
    await first.fetchQuery({ v: 5, e: 'a' })
    const updatedAt = first.client.getQueryState(key)?.dataUpdatedAt
    await first.leave()
    const second = page()
    const frames = painted(second.observe(60_000))
    await sleep(100)
    expect(frames.at(-1)).toEqual({ v: 5 })
    expect(second.client.getQueryState(key)?.dataUpdatedAt).toBe(updatedAt)
    expect(explainQuery(second.client, key)?.why).toBe('it was found on disk')
    expect(second.requests).toEqual([])
    await second.leave()
  }))

  test('Q18: what was set with its version is persisted as well', inPages(async (page, sleep) => {
    const first = page()
    setVersionedQueryData(first.client, key, { v: 'pushed' }, at('5'))
    await first.leave()
    const second = page()
    const frames = painted(second.observe(60_000))
    await sleep(100)
    expect(frames.at(-1)).toEqual({ v: 'pushed' })
    await second.leave()
  }))

  test('Q18: what came while the disk was read stays', inPages(async (page, sleep) => {
    const first = page()
    await first.fetchQuery({ v: 1, e: 'a' })
    await first.leave()
    const second = page()
    second.answer({ v: 7, e: 'a' })
    const frames = painted(second.observe(60_000))
    setVersionedQueryData(second.client, key, { v: 7 }, at('7'))
    await sleep(100)
    expect(frames.filter((frame) => frame !== undefined)).toEqual([{ v: 7 }])
    await second.leave()
  }))

  test('R3: what lacks an own write is not shown again', inPages(async (page, sleep) => {
    const first = page()
    await first.fetchQuery({ v: 5, e: 'a' })
    first.answer({ status: 201, v: 6, e: 'a' })
    await first.post('/photos')
    await first.leave()
    const second = page()
    second.answer({ v: 6, e: 'a' })
    const frames = painted(second.observe(60_000))
    await sleep(100)
    expect(frames.filter((frame) => frame !== undefined)).toEqual([{ v: 6 }])
    await second.leave()
  }))

  test('R2: of two pages the slower one changes nothing that the faster one knew better', inPages(async (page, sleep) => {
    const [slow, fast] = [page(), page()]
    await slow.fetchQuery({ v: 5, e: 'a' })
    await fast.fetchQuery({ v: 9, e: 'a' })
    await fast.leave()
    await slow.leave()
    const third = page()
    const frames = painted(third.observe(60_000))
    third.answer({ v: 9, e: 'a' })
    await sleep(100)
    expect(frames.filter((frame) => frame !== undefined)).toEqual([{ v: 9 }])
    await third.leave()
  }))

  test('R5: what must not be stored is not', inPages(async (page, sleep) => {
    const first = page()
    await first.fetchQuery({ v: 5, e: 'a', headers: { 'cache-control': 'no-store' } })
    await first.leave()
    const second = page()
    second.answer({ v: 6, e: 'a' })
    const frames = painted(second.observe(60_000))
    await sleep(100)
    expect(frames.filter((frame) => frame !== undefined)).toEqual([{ v: 6 }])
    await second.leave()
  }))

  test('what was stopped persists nothing more', inPages(async (page, sleep) => {
    const first = page()
    first.stop()
    await first.fetchQuery({ v: 5, e: 'a' })
    await first.leave()
    const second = page()
    second.answer({ v: 6, e: 'a' })
    const frames = painted(second.observe(60_000))
    await sleep(100)
    expect(frames.filter((frame) => frame !== undefined)).toEqual([{ v: 6 }])
    await second.leave()
  }))
})
