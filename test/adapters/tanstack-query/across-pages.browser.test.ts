// Queries across pages and tabs in a real browser: its IndexedDB, its localStorage, its BroadcastChannel.
// What other tools do with the same is shown beside.

import { broadcastQueryClient } from '@tanstack/query-broadcast-client-experimental'
import { QueryClient, QueryObserver } from '@tanstack/query-core'
import type { QueryKey } from '@tanstack/query-core'
import { experimental_createQueryPersister, persistQueryClient } from '@tanstack/query-persist-client-core'
import type { PersistedClient } from '@tanstack/query-persist-client-core'
import { openDB } from 'idb'
import { createTidemark, indexedDBStorage } from 'tidemark'
import { broadcastQueries, explainQuery, persistQueries, setVersionedQueryData, tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const key: QueryKey = ['photos']
const at = (position: number) => ({
  versions: [{ scope: `main@${location.origin}`, epoch: 'a', position: String(position) }],
})

let name = ''
let count = 0
const ends: (() => unknown)[] = []

beforeEach(() => {
  count += 1
  name = `across-pages-${count}-${Date.now()}`
  localStorage.clear()
})

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

/** Opens a page of the app: all of one test have one disk. */
function openPage() {
  const answers: number[] = []
  const requests: Request[] = []
  const tidemark = createTidemark({
    storage: indexedDBStorage({ name }),
    principal: name,
    async fetch(input, init) {
      requests.push(new Request(input, init))
      const v = answers.length > 1 ? answers.shift() : answers[0]
      return Response.json({ v }, { headers: { 'Data-Version': `main;e="a";v="${v}"` } })
    },
  })
  const client = new QueryClient(tidemarkQueryConfig(tidemark))
  const stop = persistQueries(client)
  const queryFn = async ({ signal }: { signal: AbortSignal }): Promise<unknown> =>
    (await tidemark.fetch('/photos', { signal })).json()
  const frames: unknown[] = []
  const page = {
    client,
    answers,
    requests,
    frames,
    fetchQuery: () => client.fetchQuery({ queryKey: key, queryFn }),
    observe: (staleTime = 0) => {
      const observer = new QueryObserver(client, { queryKey: key, queryFn, staleTime })
      return observer.subscribe(({ data }) => {
        if (data !== undefined && data !== frames.at(-1)) frames.push(data)
      })
    },
    leave: async () => {
      stop()
      await tidemark.flush()
      tidemark.close()
      client.clear()
    },
  }
  ends.push(page.leave)
  return page
}

describe('persistQueries, in IndexedDB', () => {
  test('Q18: a page that is loaded again shows what it showed, and then what is newer', async () => {
    const first = openPage()
    first.answers.push(5)
    await first.fetchQuery()
    await first.leave()
    const second = openPage()
    second.answers.push(6)
    second.observe()
    await expect.poll(() => second.frames).toEqual([{ v: 5 }, { v: 6 }])
  })

  test('Q18: what came while the disk was read stays', async () => {
    const first = openPage()
    first.answers.push(1)
    await first.fetchQuery()
    await first.leave()
    const second = openPage()
    second.answers.push(7)
    second.observe(60_000)
    setVersionedQueryData(second.client, key, { v: 7 }, at(7))
    await expect.poll(() => second.client.isFetching()).toBe(0)
    expect(second.frames).toEqual([{ v: 7 }])
  })

  test('R2: of two tabs the slower one puts nothing older over what the faster one has put', async () => {
    const [slow, fast] = [openPage(), openPage()]
    setVersionedQueryData(slow.client, key, { v: 5 }, at(5))
    setVersionedQueryData(fast.client, key, { v: 9 }, at(9))
    await fast.leave()
    await slow.leave()
    const third = openPage()
    third.observe(60_000)
    await expect.poll(() => third.frames).toEqual([{ v: 9 }])
    expect(third.requests).toEqual([])
    expect(explainQuery(third.client, key)?.why).toBe('it was found on disk')
  })
})

describe('broadcastQueries, by a BroadcastChannel', () => {
  test('B1: an older value takes no tab back, and a newer one is shown', async () => {
    const [one, two] = [openPage(), openPage()]
    for (const { client, observe } of [one, two]) {
      setVersionedQueryData(client, key, { v: 1 }, at(1))
      observe(60_000)
      ends.push(broadcastQueries(client))
    }
    setVersionedQueryData(two.client, key, { v: 8 }, at(8))
    setVersionedQueryData(one.client, key, { v: 2 }, at(2))
    await expect.poll(() => one.client.getQueryData(key)).toEqual({ v: 8 })
    // Messages of one channel come in order: once this one has come, so have those before it.
    setVersionedQueryData(one.client, key, { v: 10 }, at(10))
    await expect.poll(() => two.client.getQueryData(key)).toEqual({ v: 10 })
    expect(two.frames).toEqual([{ v: 8 }, { v: 10 }])
  })
})

describe('what other tools do', () => {
  test('Q2: the old failure: broadcastQueryClient takes a tab back', async () => {
    const [one, two] = [new QueryClient(), new QueryClient()]
    for (const queryClient of [one, two]) {
      ends.push(broadcastQueryClient({ queryClient: queryClient as never, broadcastChannel: name }))
      ends.push(() => queryClient.clear())
    }
    two.setQueryData(key, { v: 8 })
    one.setQueryData(key, { v: 2 })
    await expect.poll(() => two.getQueryData(key)).toEqual({ v: 2 })
  })

  test('Q2: the old failure: persistQueryClient puts version 2 from localStorage over version 8', async () => {
    const persister = {
      persistClient: (client: PersistedClient) => localStorage.setItem('queries', JSON.stringify(client)),
      restoreClient: (): PersistedClient | undefined => JSON.parse(localStorage.getItem('queries') ?? 'null') ?? undefined,
      removeClient: () => localStorage.removeItem('queries'),
    }
    // A page whose clock is ahead, or whose lagging answer came last, has left version 2.
    const first = new QueryClient()
    const [leave, listening] = persistQueryClient({ queryClient: first as never, persister })
    await listening
    first.setQueryData(key, { v: 2 }, { updatedAt: Date.now() + 5000 })
    leave()
    const second = new QueryClient()
    const [stop, restored] = persistQueryClient({ queryClient: second as never, persister })
    second.setQueryData(key, { v: 8 })
    await restored
    expect(second.getQueryData(key)).toEqual({ v: 2 })
    stop()
    for (const client of [first, second]) client.clear()
  })

  test('Q18: the old failure: createQueryPersister replaces version 7 by version 1 from IndexedDB', async () => {
    const database = await openDB(name, 1, { upgrade: (opened) => void opened.createObjectStore('queries') })
    const { persisterFn } = experimental_createQueryPersister({
      storage: {
        getItem: (item: string) => database.get('queries', item) as Promise<string>,
        setItem: (item: string, text: string) => database.put('queries', text, item),
        removeItem: (item: string) => database.delete('queries', item),
      },
    })
    const options = { queryKey: key, persister: persisterFn as never, staleTime: 60_000 }
    const first = new QueryClient()
    await first.fetchQuery({ ...options, queryFn: () => ({ v: 1 }) })
    await expect.poll(() => database.count('queries')).toBe(1)
    const second = new QueryClient()
    const fetching = second.fetchQuery({ ...options, queryFn: () => ({ v: 7 }) })
    second.setQueryData(key, { v: 7 })
    await fetching
    expect(second.getQueryData(key)).toEqual({ v: 1 })
    database.close()
    for (const client of [first, second]) client.clear()
  })
})
