// The journal on disk: what many commits leave, by several tabs, whatever ends in its midst. The storage in memory
// decides by the same rules and has no journal, so the two must tell the same.

import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Entry } from '../../src/core/entry.ts'
import { isTidemarkError } from '../../src/core/errors.ts'
import { collectedKey } from '../../src/core/tombstone-collection.ts'
import { indexedDBStorage } from '../../src/storage/indexeddb/indexeddb-storage.ts'
import { memoryDisk, memoryStorage } from '../../src/storage/memory-storage.ts'
import type { Batch, KeyMeta, Put, StorageContext, VersionedStorage } from '../../src/storage/storage.ts'
import { batchOf, contextOf, floorOf, putOf, tombstoneAt, valueAt, version } from '../conformance/storage-suite.ts'

const opened: VersionedStorage[] = []
let databases = 0
let database = ''

beforeEach(() => {
  databases += 1
  database = `journal ${databases}`
})

afterEach(() => {
  for (const storage of opened.splice(0)) storage.close()
  vi.restoreAllMocks()
})

function open(parts: Partial<StorageContext> = {}, bytesMax?: number): VersionedStorage {
  const storage = indexedDBStorage({ name: database, ...(bytesMax !== undefined && { bytesMax }) })(contextOf(parts))
  opened.push(storage)
  return storage
}

type StoreName = 'floor' | 'meta' | 'value'

async function inDatabase<T>(work: (store: (name: StoreName) => IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const connection = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(database, 1)
    request.addEventListener('upgradeneeded', () => {
      for (const store of ['floor', 'meta', 'value']) request.result.createObjectStore(store)
    })
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('no reason given')))
  })
  const transaction = connection.transaction(['floor', 'meta', 'value'], 'readwrite')
  const request = work((store) => transaction.objectStore(store))
  await new Promise<void>((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('no reason given')))
  })
  connection.close()
  return request.result
}

const countOf = (store: StoreName): Promise<number> => inDatabase((storeOf) => storeOf(store).count())

/** Lets so many requests succeed, and then ends their transaction, and any other until told to stop. */
function endAfter(requests: number): { readonly count: () => number; readonly stop: () => void } {
  let count = 0
  const error = new DOMException('no', 'ConstraintError')
  // oxlint-disable-next-line typescript/unbound-method -- called on what it belongs to
  const begin = IDBDatabase.prototype.transaction
  const beginning = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementation(function (this: IDBDatabase, ...asked) {
    if (count >= requests) throw error
    return begin.apply(this, asked)
  })
  const calls = (['put', 'delete', 'get', 'getAll', 'getAllKeys'] as const).map((method) => {
    // oxlint-disable-next-line typescript/unbound-method -- called on what it belongs to
    const call = IDBObjectStore.prototype[method] as (...parameters: unknown[]) => IDBRequest
    return vi.spyOn(IDBObjectStore.prototype, method).mockImplementation(function (this: IDBObjectStore, ...parameters: unknown[]) {
      const request = call.apply(this, parameters)
      count += 1
      if (count === requests) request.addEventListener('success', () => this.transaction.abort())
      return request as never
    } as never)
  })
  return {
    count: () => count,
    stop() {
      for (const spy of [beginning, ...calls]) spy.mockRestore()
    },
  }
}

interface All {
  readonly floors: ReadonlyMap<string, unknown>
  readonly keys: ReadonlyMap<string, KeyMeta>
  readonly entries: ReadonlyMap<string, Entry<unknown> | undefined>
}

async function allOf(storage: VersionedStorage): Promise<All> {
  const { floors, keys } = await storage.load()
  const entries = new Map<string, Entry<unknown> | undefined>()
  // oxlint-disable-next-line no-await-in-loop
  for (const key of keys.keys()) entries.set(key, await storage.read(key))
  return { floors, keys, entries }
}

/** What is on disk, to a tab that has just been opened. */
async function onDisk(): Promise<All> {
  const storage = indexedDBStorage({ name: database })(contextOf())
  const all = await allOf(storage)
  storage.close()
  return all
}

const values = (count: number, position: number, bytes = 10, from = 0): Put[] =>
  Array.from({ length: count }, (_, index) => putOf(`key ${from + index}`, valueAt(version(position), `value ${index} at ${position}`), bytes))

describe('the model', () => {
  const position = fc.integer({ min: 0, max: 30 })
  const put = fc.record({
    key: fc.nat(40).map((index) => `key ${index}`),
    position,
    kind: fc.constantFrom('value', 'value', 'value', 'floor', 'tombstone', 'tombstone after'),
    epoch: fc.constantFrom('e1', 'e1', 'e1', 'e1', 'e2'),
    bytes: fc.constantFrom(10, 100, 3000, 20_000),
  })
  const step = fc.record({
    tab: fc.nat(1),
    does: fc.constantFrom('commit', 'commit', 'commit', 'commit', 'commit', 'reopen', 'fails', 'clear', 'look'),
    puts: fc.uniqueArray(put, { maxLength: 12, selector: ({ key }) => key }),
    floor: fc.option(position, { nil: undefined }),
    reset: fc.option(position, { nil: undefined, freq: 20 }),
    collects: fc.option(position, { nil: undefined, freq: 5 }),
    used: fc.array(fc.nat(40), { maxLength: 2 }),
    breaksAt: fc.integer({ min: 1, max: 6 }),
  })
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

  function batchIn({ puts, floor, reset, collects, used }: Step, clock: number): Batch {
    const made = puts.map(({ key, position: at, kind, epoch, bytes }) => {
      const where = version(at, 'main', epoch)
      if (kind === 'floor') return floorOf(key, where)
      return putOf(key, kind === 'value' ? valueAt(where, { key, clock }) : tombstoneAt(where, kind !== 'tombstone'), bytes)
    })
    const collecting = collects === undefined ? [] : [floorOf(collectedKey, version(collects))]
    return batchOf({
      floors: floor === undefined ? {} : { main: { read: version(floor) } },
      resets: reset === undefined ? {} : { main: { read: version(reset, 'main', 'e2') } },
      puts: [...made, ...collecting],
      used: Object.fromEntries(used.map((index) => [`key ${index}`, clock])),
      ...(collects !== undefined && { collected: Array.from({ length: 40 }, (_, index) => `key ${index}`) }),
    })
  }

  test('law: hundreds of batches by two tabs leave what they leave in memory, and tell the same', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 150 }), async (steps) => {
        databases += 1
        database = `journal ${databases}`
        const disk = memoryDisk()
        let clock = 0
        const bytesMax = 60_000
        // Whoever decides asks for the time as often, and each answer is another. Who has to decide anew begins anew.
        const context = (): StorageContext => {
          let asked = 0
          return contextOf({
            now() {
              if (asked === 0) queueMicrotask(() => void (asked = 0))
              asked += 1
              return clock * 1000 + asked
            },
          })
        }
        const openBoth = () => ({
          real: indexedDBStorage({ name: database, bytesMax })(context()),
          model: memoryStorage({ disk, bytesMax })(context()),
        })
        const tabs = [openBoth(), openBoth()] as const
        const settled = (call: Promise<unknown>): Promise<unknown> =>
          call.catch((cause: unknown) => (isTidemarkError(cause) ? cause.code : Promise.reject(cause as Error)))
        for (const { real, model } of tabs) await Promise.all([real.load(), model.load()])
        for (const each of steps) {
          clock += 1
          const tab = tabs[each.tab] ?? tabs[0]
          switch (each.does) {
            case 'reopen':
              tab.real.close()
              Object.assign(tab, openBoth())
              await Promise.all([tab.real.load(), tab.model.load()])
              break
            case 'clear':
              // Once in a long while: it ends the other tab's session.
              if (each.breaksAt !== 1) break
              await Promise.all([tab.real.clear(), tab.model.clear()])
              for (const other of tabs) {
                other.real.close()
                Object.assign(other, openBoth())
                await Promise.all([other.real.load(), other.model.load()])
              }
              break
            case 'look':
              expect(await tab.real.load()).toEqual(await tab.model.load())
              break
            case 'fails': {
              const end = endAfter(each.breaksAt)
              const batch = batchIn(each, clock)
              const outcome = await settled(tab.real.commit(batch))
              end.stop()
              // Either the transaction was over before, or nothing of it has happened.
              if (outcome !== 'storage') expect(outcome).toEqual(await settled(tab.model.commit(batch)))
              break
            }
            default: {
              const batch = batchIn(each, clock)
              const found = await settled(tab.real.commit(batch))
              expect(found).toEqual(await settled(tab.model.commit(batch)))
            }
          }
        }
        for (const { real, model } of [...tabs, openBoth()]) {
          expect(await allOf(real)).toEqual(await allOf(model))
          real.close()
        }
        const held = [...(await tabs[0].model.load()).keys.values()].filter((meta) => meta.held?.kind === 'value').length
        expect(await countOf('value'), 'at most twice as many as are held').toBeLessThanOrEqual(held + 20)
        expect(await countOf('meta')).toBeLessThanOrEqual(60)
      }),
      { numRuns: 12 },
    )
  })
})

describe('a crash', () => {
  /** Runs a commit that ends after each of its requests in turn, and looks at what is there afterwards. */
  async function endEverywhere(commit: (storage: VersionedStorage) => Promise<unknown>): Promise<number> {
    const before = await onDisk()
    for (let requests = 1; ; requests += 1) {
      // oxlint-disable no-await-in-loop
      const storage = open()
      const end = endAfter(requests)
      const outcome = await commit(storage).then(
        () => 'done',
        () => 'failed',
      )
      const count = end.count()
      end.stop()
      if (outcome === 'done') {
        expect(count).toBeLessThan(requests)
        return count
      }
      expect(await onDisk(), `ended after ${requests} of its requests`).toEqual(before)
      const { floors, keys } = await storage.load()
      expect({ floors, keys }, 'nor does this tab know another').toEqual({ floors: before.floors, keys: before.keys })
      // oxlint-enable no-await-in-loop
    }
  }

  test('at any step of a commit that folds rows and moves values leaves what was there', { timeout: 60_000 }, async () => {
    const tab = open()
    for (let round = 0; round < 31; round += 1) {
      // oxlint-disable-next-line no-await-in-loop
      await tab.commit(batchOf({ puts: values(round < 10 ? 10 : 1, 1, 10, round * 10) }))
    }
    // Nine of ten packs have lost most, all at once.
    const elsewhere = values(90, 2, 20_000).filter((_, index) => index % 10 < 8)
    await tab.commit(batchOf({ puts: elsewhere }))
    const [rows, packs] = [await countOf('meta'), await countOf('value')]
    const requests = await endEverywhere((storage) =>
      storage.commit(batchOf({ floors: { main: { read: version(3) } }, puts: values(5, 3, 10, 400) })),
    )
    expect(requests).toBeGreaterThan(10)
    expect(await countOf('meta'), 'rows were folded').toBeLessThan(rows / 2)
    expect(await countOf('value'), 'four sparse packs are gone').toBe(packs - 4 + 1)
    const { entries, floors } = await onDisk()
    expect(floors.get('main')).toEqual({ read: version(3) })
    expect(entries.size).toBe(100 + 21 + 5)
    for (const entry of entries.values()) expect(entry).toBeDefined()
    expect(entries.get('key 9')).toMatchObject({ value: 'value 9 at 1' })
  })

  test('at any step of carrying over the schema before leaves it as it was', async () => {
    await writeSchemaBefore()
    const raw = () => inDatabase((store) => store('meta').getAllKeys())
    const before = await raw()
    for (let requests = 1; ; requests += 1) {
      // oxlint-disable no-await-in-loop
      const storage = open({ onUnreadable: () => undefined })
      const end = endAfter(requests)
      const outcome = await storage.load().then(
        () => 'done',
        () => 'failed',
      )
      end.stop()
      if (outcome === 'done') break
      const isCarried = (await inDatabase((store) => store('floor').get(['ada']))).schema === 2
      if (!isCarried) expect(await raw()).toEqual(before)
      // oxlint-enable no-await-in-loop
    }
    await expectCarriedOver()
  })
})

/** Writes what the release before this layout has left: a record a key, a record a scope. */
async function writeSchemaBefore(): Promise<void> {
  const value = (at: number, bytes: number) => ({ kind: 'value', versions: [version(at)], validatedAt: at, bytes, usedAt: at })
  await inDatabase((store) => {
    for (const principal of ['ada', 'bob']) {
      store('floor').put({ schema: 1, generation: 0.25, bytes: 120 }, [principal])
      store('floor').put({ read: version(9), write: version(8) }, [principal, 'main'])
      store('floor').put({ read: version(3, 'other') }, [principal, 'other'])
      store('meta').put({ floor: [version(5)], held: value(5, 100) }, [principal, 'photo'])
      store('value').put([{ title: 'Dune' }], [principal, 'photo'])
      store('meta').put({ floor: [version(7)], held: undefined }, [principal, 'evicted'])
      store('meta').put({ floor: [version(6)], held: { kind: 'tombstone', versions: [version(6)], isAfter: true, validatedAt: 6 } }, [principal, 'deleted'])
      store('meta').put('garbage', [principal, 'broken'])
      store('meta').put({ floor: [version(4)], held: value(4, 20) }, [principal, 'nothing'])
      store('value').put([undefined], [principal, 'nothing'])
      store('value').put(['of nobody'], [principal, 'orphan'])
    }
    for (let index = 0; index < 300; index += 1) store('meta').put({ floor: [version(index)], held: undefined }, ['ada', `many ${index}`])
    return store('floor').count()
  })
}

async function expectCarriedOver(): Promise<void> {
  const unreadable: string[] = []
  const storage = open({ onUnreadable: (record) => unreadable.push(record) })
  const { floors, keys } = await storage.load()
  expect(floors).toEqual(new Map([['main', { read: version(9), write: version(8) }], ['other', { read: version(3, 'other') }]]))
  expect(keys.size, 'all but the broken one').toBe(304)
  expect(keys.get('evicted')).toEqual({ floor: [version(7)], held: undefined })
  expect(keys.get('photo')).toEqual({ floor: [version(5)], held: { kind: 'value', versions: [version(5)], validatedAt: 5, bytes: 100, usedAt: 5 } })
  expect(await storage.read('photo')).toMatchObject({ value: { title: 'Dune' } })
  expect(await storage.read('nothing')).toMatchObject({ kind: 'value', value: undefined })
  expect(await storage.read('deleted')).toMatchObject({ kind: 'tombstone', isAfter: true })
  const late = await storage.commit(batchOf({ floors: { main: { read: version(2) } }, puts: [putOf('evicted', valueAt(version(6)))] }))
  expect(late.rejected).toEqual(['evicted'])
  expect(late.floors.get('main')?.read).toEqual(version(9))
  expect(unreadable).toEqual([])
  expect(await inDatabase((store) => store('value').getAllKeys())).not.toContainEqual(['ada', 'orphan'])
}

test('J4: few and small values stand in rows, and leave them when these are folded or written anew', async () => {
  const tab = open()
  for (let round = 0; round < 80; round += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await tab.commit(batchOf({ puts: values(2, 1, 500, round * 2), used: { 'key 0': round + 2000 } }))
  }
  expect(await countOf('value'), 'values of the rows that were folded').toBeGreaterThan(1)
  expect(await countOf('meta')).toBeLessThan(60)
  const { entries } = await onDisk()
  expect(entries.size).toBe(160)
  for (const [key, entry] of entries) expect(entry, key).toMatchObject({ kind: 'value' })
  await inDatabase((store) => store('floor').delete(['ada'])) // What is without its account is written anew.
  const again = open()
  await again.load()
  expect((await onDisk()).entries).toEqual(entries)
  expect(await countOf('meta')).toBe(1)
})

describe('the schema before (R4, D24)', () => {
  test('I6: is carried over with all its floors, and of one principal only', async () => {
    await writeSchemaBefore()
    const unreadable: string[] = []
    await open({ onUnreadable: (record) => unreadable.push(record) }).load()
    expect(unreadable).toEqual(['meta broken'])
    await expectCarriedOver()
    const theirs = await inDatabase((store) => store('meta').getAllKeys())
    expect(theirs.filter((key) => Array.isArray(key) && key[0] === 'bob')).toHaveLength(5)
    expect(theirs.filter((key) => Array.isArray(key) && typeof key[1] === 'string' && key[0] === 'ada')).toEqual([])
    expect((await open({ principal: 'bob', onUnreadable: () => undefined }).load()).keys.size).toBe(4)
  })

  test.each(['read', 'commit'] as const)('is carried over by a %s that comes first', async (call) => {
    await writeSchemaBefore()
    const storage = open({ onUnreadable: () => undefined })
    if (call === 'read') expect(await storage.read('photo')).toMatchObject({ value: { title: 'Dune' } })
    else expect(await storage.commit(batchOf({ puts: [putOf('photo', valueAt(version(4)))] }))).toMatchObject({ rejected: ['photo'] })
    await expectCarriedOver()
  })

  test('S7: a clear by another tab ends the session that it was, before and after it is carried over', async () => {
    await writeSchemaBefore()
    const tab = open({ onUnreadable: () => undefined })
    await tab.load()
    await open().clear()
    await expect(tab.commit(batchOf({ puts: values(1, 1) }))).rejects.toSatisfy((cause: unknown) => isTidemarkError(cause, 'session-ended'))
    expect(await onDisk()).toMatchObject({ floors: new Map(), keys: new Map() })
  })
})

describe('what is known of the disk', () => {
  test('is learned from another tab by its new rows alone', async () => {
    const [here, there] = [open(), open()]
    await here.commit(batchOf({ puts: values(600, 1) }))
    await there.load()
    await here.commit(batchOf({ puts: values(3, 5) }))
    // oxlint-disable-next-line typescript/unbound-method -- called on what it belongs to
    const getAll = IDBObjectStore.prototype.getAll
    const pages: Promise<unknown[]>[] = []
    vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementation(function (this: IDBObjectStore, ...parameters) {
      const request = getAll.apply(this, parameters)
      pages.push(new Promise((resolve) => request.addEventListener('success', () => resolve(request.result))))
      return request
    })
    const result = await there.commit(batchOf({ puts: values(4, 4) }))
    expect(result.rejected).toEqual(['key 0', 'key 1', 'key 2'])
    expect((await Promise.all(pages)).flat()).toHaveLength(1)
    pages.length = 0
    await there.commit(batchOf({ puts: values(3, 9) }))
    expect(pages, 'and nothing is read where nobody else has written').toEqual([])
  })

  test('D1: is read anew over another connection', async () => {
    const databasesOpened: IDBDatabase[] = []
    const factory = new Proxy(indexedDB, {
      get: (target, property) => {
        if (property !== 'open') return Reflect.get(target, property) as unknown
        return (...parameters: [string, number]) => {
          const request = target.open(...parameters)
          request.addEventListener('success', () => databasesOpened.push(request.result))
          return request
        }
      },
    })
    const storage = indexedDBStorage({ name: database, indexedDB: factory })(contextOf())
    opened.push(storage)
    await storage.commit(batchOf({ puts: values(3, 5) }))
    // As after a crash of the engine alone, which takes back what it had not yet brought to the platter.
    await inDatabase((store) => store('meta').clear())
    databasesOpened[0]?.close()
    expect((await storage.commit(batchOf({ puts: values(1, 4) }))).rejected).toEqual([])
    expect((await onDisk()).keys.size).toBe(1)
  })

  test('C6: keys that were forgotten are forgotten in every tab, whatever was folded meanwhile', async () => {
    const [here, there] = [open(), open()]
    const count = 600
    await here.commit(batchOf({ puts: values(count, 5) }))
    await there.load()
    const collected = Array.from({ length: count }, (_, index) => `key ${index}`)
    await here.commit(batchOf({ puts: [floorOf(collectedKey, version(7))], collected }))
    await here.commit(batchOf({ puts: [putOf('other', valueAt(version(8)))] }))
    expect([...(await there.load()).keys.keys()]).toEqual([collectedKey, 'other'])
    expect(await there.read('key 3')).toBeUndefined()
    expect(await countOf('meta'), 'nor does the disk keep a word of them').toBeLessThanOrEqual(2)
    expect(await countOf('value')).toBe(0)
    const late = await there.commit(batchOf({ puts: [putOf('key 3', valueAt(version(6)))] }))
    expect(late.rejected).toEqual(['key 3'])
  })
})

test('D15: rows are read in pages', async () => {
  await open().commit(batchOf({ puts: values(6000, 1) }))
  const lengths: number[] = []
  // oxlint-disable-next-line typescript/unbound-method -- called on what it belongs to
  const getAll = IDBObjectStore.prototype.getAll
  vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementation(function (this: IDBObjectStore, ...parameters) {
    const request = getAll.apply(this, parameters)
    request.addEventListener('success', () => lengths.push(request.result.length))
    return request
  })
  expect((await open().load()).keys.size).toBe(6000)
  expect(lengths.length).toBeGreaterThan(2)
  expect(Math.max(...lengths)).toBe(8)
})

test('E1: what is read in one turn is read in one transaction, and each pack once', async () => {
  const tab = open()
  await tab.commit(batchOf({ puts: [...values(20, 1), ...values(1, 1, 100_000, 20)] }))
  await tab.commit(batchOf({ puts: values(10, 1, 10, 30) }))
  await tab.load()
  const beginning = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const getting = vi.spyOn(IDBObjectStore.prototype, 'get')
  const keys = [...(await tab.load()).keys.keys(), 'absent']
  beginning.mockClear()
  getting.mockClear()
  const entries = await Promise.all(keys.map(tab.read))
  expect(entries.map((entry) => entry?.kind)).toEqual([...Array.from({ length: 31 }, () => 'value'), undefined])
  expect(beginning).toHaveBeenCalledOnce()
  expect(getting, 'the account, two packs, and a box').toHaveBeenCalledTimes(4)
})

describe('the size of the disk', () => {
  test('I6: the same keys a thousand times over take no more of it', { timeout: 60_000 }, async () => {
    const tab = open()
    const sizes: number[] = []
    for (let round = 0; round < 300; round += 1) {
      // oxlint-disable no-await-in-loop
      await tab.commit(batchOf({ puts: values(7, round, 10, (round * 3) % 50), floors: { main: { read: version(round) } } }))
      if (round % 100 === 99) sizes.push((await countOf('meta')) + (await countOf('value')))
      // oxlint-enable no-await-in-loop
    }
    expect(Math.max(...sizes)).toBeLessThan(60)
    for (const entry of (await onDisk()).entries.values()) expect(entry).toBeDefined()
  })

  test('large values stand by themselves, and go with their keys', async () => {
    const tab = open()
    const boxes = async (): Promise<number> => {
      const names = await inDatabase((store) => store('value').getAllKeys())
      return names.filter((name) => Array.isArray(name) && typeof name[1] === 'string').length
    }
    await tab.commit(batchOf({ puts: [...values(3, 1, 100_000), ...values(3, 1, 10, 3)] }))
    expect(await boxes()).toBe(3)
    await tab.commit(batchOf({ puts: values(6, 2) }))
    expect(await boxes(), 'all in one pack').toBe(0)
    await tab.commit(batchOf({ puts: values(6, 3, 100_000) }))
    expect(await boxes()).toBe(6)
    await tab.commit(batchOf({ puts: Array.from({ length: 6 }, (_, index) => putOf(`key ${index}`, tombstoneAt(version(4)))) }))
    expect(await boxes()).toBe(0)
  })

  test('what is dead goes, though the tab that knew of it is gone', async () => {
    for (let round = 0; round < 60; round += 1) {
      // oxlint-disable no-await-in-loop
      const tab = open()
      await tab.commit(batchOf({ puts: values(5, round) }))
      tab.close()
      // oxlint-enable no-await-in-loop
    }
    expect(await countOf('value')).toBeLessThanOrEqual(18)
    expect(await countOf('meta')).toBeLessThanOrEqual(18)
  })
})

test('D13: one value that cannot be cloned costs no other of its pack', async () => {
  const tab = open()
  await tab.commit(batchOf({ puts: values(5, 1) }))
  const puts = values(5, 2).map((put, index) => (index === 2 ? putOf(put.key, valueAt(version(2), () => 'not data')) : put))
  expect((await tab.commit(batchOf({ puts }))).evicted).toEqual(['key 2'])
  const { keys, entries } = await onDisk()
  expect(keys.get('key 2')).toEqual({ floor: [version(2)], held: undefined })
  for (const index of [0, 1, 3, 4]) expect(entries.get(`key ${index}`)).toMatchObject({ value: `value ${index} at 2` })
})

test('S5: a pack whose file is gone harms no commit, though values of it have to be moved', async () => {
  const unreadable: string[] = []
  const tab = open({ onUnreadable: (record) => unreadable.push(record) })
  await tab.commit(batchOf({ puts: values(9, 1) }))
  await tab.commit(batchOf({ puts: values(2, 1, 10, 9) }))
  await tab.commit(batchOf({ puts: values(7, 2, 20_000) }))
  // oxlint-disable-next-line typescript/unbound-method -- called on what it belongs to
  const get = IDBObjectStore.prototype.get
  const spy = vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (this: IDBObjectStore, key) {
    if (Array.isArray(key) && this.name === 'value') throw new DOMException('Data lost due to missing file.', 'NotReadableError')
    return get.call(this, key)
  })
  const { evicted } = await tab.commit(batchOf({ puts: values(3, 3, 10, 10) }))
  spy.mockRestore()
  expect(evicted).toEqual(['key 7', 'key 8'])
  expect(unreadable).toEqual([expect.stringMatching(/^value \d+$/)])
  const { entries, keys } = await onDisk()
  expect(keys.get('key 7')).toEqual({ floor: [version(1)], held: undefined })
  expect(entries.get('key 0')).toMatchObject({ value: 'value 0 at 2' })
  expect(entries.get('key 9')).toMatchObject({ value: 'value 0 at 1' })
})
