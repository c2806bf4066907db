// What is counted does not depend on how busy a machine is, so it is held to exactly. A change that needs one more
// transaction, or one more row for each entity, is seen here before anybody feels it.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTidemark, indexedDBStorage } from '../../src/index.ts'
import type { SetTimer, Tidemark, VersionedStorage } from '../../src/index.ts'
import { batchAt, commitWhole, keyOf, openStorage, windowOf } from '../../bench/page/entities.ts'
import { countDisk } from './counted-disk.ts'
import { countedFigures } from './counted-figures.ts'

const origin = 'https://api.test'
const closes: (() => void)[] = []
let database = ''

beforeEach(() => {
  database = `counted-${crypto.randomUUID()}`
})

afterEach(() => {
  for (const close of closes.splice(0)) close()
  indexedDB.deleteDatabase(database)
})

async function filledStorage(count: number): Promise<VersionedStorage> {
  const storage = openStorage(indexedDBStorage({ name: database }))
  closes.push(storage.close)
  await storage.load()
  await commitWhole(storage, batchAt(windowOf(0, count, count), 1))
  return storage
}

/** Only what is asked for is written. */
const never: SetTimer = () => () => undefined

/** Opens a client of photos, which are answered at the version that stands in `served`. */
function openClient(served: { version: number }, setTimer: SetTimer = never): { readonly tidemark: Tidemark; readonly requests: string[] } {
  const requests: string[] = []
  const tidemark = createTidemark({
    origins: [origin],
    rules: [
      { match: '/photos/:id', scope: 'main' },
      { match: '/boats/:id', scope: 'main', maxAgeMs: 60_000 },
    ],
    storage: indexedDBStorage({ name: database }),
    mirror: false,
    setTimer,
    fetch: async (input) => {
      requests.push(input instanceof Request ? input.url : input.toString())
      return Response.json({ title: 'Boat' }, { headers: { 'data-version': `main;e="a";v="${served.version}"` } })
    },
  })
  closes.push(tidemark.close)
  return { tidemark, requests }
}

test('an answer of 50 entities is stored in one transaction', async () => {
  const storage = await filledStorage(1000)
  const batch = batchAt(windowOf(100, 50, 1000), 2)
  const counts = await countDisk(() => commitWhole(storage, batch))
  expect(counts).toEqual(countedFigures['an answer of 50 entities is stored'])
})

test('one change is stored in one transaction, however much is stored beside it', async () => {
  const storage = await filledStorage(1000)
  const counts = await countDisk(() => commitWhole(storage, batchAt([7], 2)))
  expect(counts).toEqual(countedFigures['one change is stored, among 1,000 entries'])
})

test('a batch of only stale answers opens no transaction', async () => {
  const { tidemark } = openClient({ version: 1 })
  const admit = (id: number, version: number): boolean =>
    tidemark.session.admit(`${origin}${keyOf(id)}`, { id, version }, `a:${version}`)
  const ids = windowOf(0, 50, 50)
  expect(ids.map((id) => admit(id, 2))).not.toContain(false)
  await tidemark.flush()
  const counts = await countDisk(async () => {
    expect(ids.map((id) => admit(id, 1))).not.toContain(true)
    await tidemark.flush()
  })
  expect(counts).toEqual(countedFigures['a batch of only stale answers'])
})

test('a thousand entries are loaded in one transaction', async () => {
  await filledStorage(1000)
  const again = openStorage(indexedDBStorage({ name: database }))
  closes.push(again.close)
  const counts = await countDisk(() => again.load())
  expect(counts).toEqual(countedFigures['floors and versions of 1,000 entries are loaded'])
})

async function read(tidemark: Tidemark, path: string): Promise<void> {
  await (await tidemark.fetch(origin + path)).json()
}

test('a read sends one request, and those that come meanwhile share it', async () => {
  const { tidemark, requests } = openClient({ version: 1 })
  await Promise.all([read(tidemark, '/photos/1'), read(tidemark, '/photos/1'), read(tidemark, '/photos/1')])
  expect(requests).toHaveLength(1)
})

test('what is held and young enough is asked for by nobody', async () => {
  const { tidemark, requests } = openClient({ version: 1 })
  await read(tidemark, '/boats/1')
  await read(tidemark, '/boats/1')
  expect(requests).toHaveLength(1)
})

test('an answer that is behind costs no second request where a held value covers it', async () => {
  const served = { version: 5 }
  const { tidemark, requests } = openClient(served)
  await read(tidemark, '/photos/1')
  served.version = 4
  await read(tidemark, '/photos/1')
  expect(requests).toHaveLength(2)
})

test('an answer that is behind, where nothing that is held covers it, costs one more', async () => {
  const served = { version: 5 }
  // The wait before the next request is over as soon as the replica has caught up; the budget never is.
  const catchUp: SetTimer = (callback, delayMs) => {
    if (delayMs < 1000 && served.version === 4) {
      served.version = 5
      queueMicrotask(callback)
    }
    return () => undefined
  }
  const { tidemark, requests } = openClient(served, catchUp)
  await read(tidemark, '/photos/1')
  served.version = 4
  await read(tidemark, '/photos/2')
  expect(requests).toHaveLength(3)
})

test('fifty changes in one turn are told to each listener once', async () => {
  const { tidemark } = openClient({ version: 1 })
  const url = `${origin}${keyOf(1)}`
  tidemark.session.admit(url, { version: 1 }, 'a:1')
  let told = 0
  const leave = tidemark.watch(url).listen(() => void (told += 1))
  await Promise.resolve()
  told = 0
  for (let version = 2; version <= 51; version += 1) tidemark.session.admit(url, { version }, `a:${version}`)
  await Promise.resolve()
  expect(told).toBe(1)
  leave()
})

test('a request to an origin that is not named is passed on as it is', async () => {
  const seen: unknown[][] = []
  const answer = Response.json({})
  const tidemark = createTidemark({
    origins: [origin],
    storage: indexedDBStorage({ name: database }),
    mirror: false,
    fetch: async (...args) => {
      seen.push(args)
      return answer
    },
  })
  closes.push(tidemark.close)
  const init = { headers: { a: 'b' } }
  expect(await tidemark.fetch('https://elsewhere.test/', init)).toBe(answer)
  expect(seen).toEqual([['https://elsewhere.test/', init]])
  expect(seen[0]?.[1]).toBe(init)
})
