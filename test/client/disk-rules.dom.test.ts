// What becomes of a session whose disk is absent, broken, blocked, forbidden, taken away or full: it loses
// speed, and nothing else (I8). The disk itself is tested in `test/storage/indexeddb-storage.dom.test.ts`.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTidemark, fallbackStorage, indexedDBStorage, memoryStorage } from '../../src/index.ts'
import type { Tidemark, TidemarkEvent } from '../../src/index.ts'
import { faultyIndexedDB } from '../storage/faulty-indexeddb.ts'
import type { Faults } from '../storage/faulty-indexeddb.ts'

const origin = 'https://api.test'
const url = `${origin}/photos/1`
const opened: Tidemark[] = []
let databases = 0
let name = ''

beforeEach(() => {
  databases += 1
  name = `disk rules ${databases}`
})

afterEach(() => {
  for (const tidemark of opened.splice(0)) tidemark.close()
  vi.restoreAllMocks()
})

interface Page {
  readonly tidemark: Tidemark
  readonly events: TidemarkEvent[]
  /** Reads from a replica that has come so far. Returns the version that was shown. */
  readonly read: (version: number) => Promise<unknown>
  readonly degraded: () => number
}

function open(factory: IDBFactory | null | undefined = indexedDB): Page {
  let version = 0
  const tidemark = createTidemark({
    origins: [origin],
    mirror: false,
    storage: fallbackStorage(
      indexedDBStorage({ name, indexedDB: factory, openTimeoutMs: 200, workTimeoutMs: 200 }),
      memoryStorage(),
    ),
    fetch: async () => Response.json(null, { headers: { 'data-version': `main;e="a";v="${version}"` } }),
  })
  opened.push(tidemark)
  const events: TidemarkEvent[] = []
  tidemark.subscribe((event) => events.push(event))
  return {
    tidemark,
    events,
    async read(next) {
      version = next
      const response = await tidemark.fetch(url)
      await response.text()
      return tidemark.explain(response)?.versions?.[0]?.position
    },
    degraded: () => events.filter(({ type }) => type === 'storage:degraded').length,
  }
}

const failing = (error: string): Faults => ({
  onOpen() {
    throw new DOMException('The browser says no.', error)
  },
})

describe.each<[string, () => IDBFactory | null]>([
  ['absent', () => null],
  ['forbidden, as with site data blocked', () => faultyIndexedDB(failing('SecurityError')).factory],
  ['refused, as in a private window of old Firefox', () => faultyIndexedDB(failing('InvalidStateError')).factory],
  ['broken, as in Chromium', () => faultyIndexedDB(failing('UnknownError')).factory],
  ['aborting each write', () => faultyIndexedDB({ onWrite: (transaction) => transaction.abort() }).factory],
  ['hanging, as behind an open that is blocked (D4)', hanging],
])('D7, D18: a disk that is %s', (_, factory) => {
  test('costs nothing but what a reload would have found, and is told once', async () => {
    const page = open(factory())
    expect(await page.read(5)).toBe('5')
    expect(await page.read(4), 'what was shown is held').toBe('5')
    await page.tidemark.flush()
    expect(await page.read(3)).toBe('5')
    await page.tidemark.flush()
    expect(page.degraded()).toBe(1)
  })
})

/** An IndexedDB whose requests to open are followed by no event, ever. */
function hanging(): IDBFactory {
  return new Proxy(indexedDB, {
    get(target, property) {
      if (property !== 'open') return Reflect.get(target, property) as unknown
      return () => {
        const request = target.open(`${name} that hangs`)
        request.addEventListener = () => undefined
        return request
      }
    },
  })
}

test('D6: what is broken is not deleted and made anew: the data may be whole, and the deletion fails too', async () => {
  const faulty = faultyIndexedDB(failing('UnknownError'))
  const deleting = vi.spyOn(indexedDB, 'deleteDatabase')
  const page = open(faulty.factory)
  await page.read(5)
  await page.tidemark.flush()
  expect(faulty.opens(), 'and it is not tried for ever (D2)').toBeLessThan(10)
  expect(deleting).not.toHaveBeenCalled()
})

test('D3: site data that is cleared under a page is not written back, and the page goes on', async () => {
  const page = open()
  await page.read(5)
  await page.tidemark.flush()
  await new Promise((resolve) => {
    indexedDB.deleteDatabase(name).addEventListener('success', resolve)
  })
  expect(await page.read(4)).toBe('5')
  await page.read(6)
  await page.tidemark.flush()
  expect(await page.read(5)).toBe('6')
  expect(page.degraded()).toBe(1)
  expect((await indexedDB.databases()).map((found) => found.name)).not.toContain(name)
})

test('D8: a transaction is used in the step in which it begins: old Safari ends it before the next', async () => {
  const late: string[] = []
  let begun = 0
  // oxlint-disable-next-line typescript/unbound-method -- called on what it belongs to, below
  const begin = IDBDatabase.prototype.transaction
  vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...given) {
    const transaction = begin.apply(this, given)
    begun += 1
    let isUsed = false
    const find = transaction.objectStore.bind(transaction)
    transaction.objectStore = (store) => {
      isUsed = true
      return find(store)
    }
    queueMicrotask(() => isUsed || late.push(String(given[1])))
    return transaction
  })
  const page = open()
  await page.tidemark.loaded
  await page.read(5)
  await page.tidemark.flush()
  expect(begun).toBeGreaterThan(1)
  expect(late).toEqual([])
})

test('D15: what is loaded is small; values are read when they are asked for', async () => {
  const before = open()
  await before.tidemark.loaded
  await before.read(5)
  await before.tidemark.flush()
  before.tidemark.close()
  const asked: string[] = []
  // oxlint-disable-next-line typescript/unbound-method -- called on what it belongs to, below
  const find = IDBTransaction.prototype.objectStore
  vi.spyOn(IDBTransaction.prototype, 'objectStore').mockImplementation(function (this: IDBTransaction, store) {
    const found = find.call(this, store)
    const getAll = found.getAll.bind(found)
    found.getAll = (...given: Parameters<typeof getAll>) => {
      const request = getAll(...given)
      request.addEventListener('success', () => asked.push(`${store} by ${request.result.length}`))
      return request
    }
    const get = found.get.bind(found)
    found.get = (key) => {
      asked.push(`one ${store}`)
      return get(key)
    }
    return found
  })
  const page = open()
  await page.tidemark.loaded
  expect(new Set(asked)).toEqual(new Set(['one floor', 'meta by 1']))
  asked.length = 0
  expect(await page.read(4)).toBe('5')
  expect(asked, 'a small one stands in its row').toContain('one meta')
})

test('D24: a tab of another version, with stores and fields of its own, lives beside this one', async () => {
  const page = open()
  await page.read(5)
  await page.tidemark.flush()
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name)
    request.addEventListener('success', () => resolve(request.result))
  })
  expect(database.version, 'D5: the number is fixed for ever').toBe(1)
  const transaction = database.transaction('meta', 'readwrite')
  const meta = transaction.objectStore('meta')
  const [key, stands] = await new Promise<[IDBValidKey, Record<string, unknown>]>((resolve) => {
    const [keys, rows] = [meta.getAllKeys(), meta.getAll()]
    rows.addEventListener('success', () => resolve([keys.result[0]!, rows.result[0] as Record<string, unknown>]))
  })
  expect(stands).toMatchObject({ keys: [[expect.stringContaining(url), ...Array.from({ length: 7 }, () => expect.anything())]] })
  meta.put({ ...stands, ofALaterVersion: { more: true } }, key)
  await new Promise((resolve) => transaction.addEventListener('complete', resolve))
  database.close()
  const next = open()
  await next.tidemark.loaded
  expect(await next.read(4)).toBe('5')
  expect(next.events.map(({ type }) => type)).not.toContain('record:unreadable')
})
