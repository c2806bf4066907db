// What IndexedDB does to those who trust it: the rules D1 to D17, one by one.

import { forceCloseDatabase } from 'fake-indexeddb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isTidemarkError } from '../../src/core/errors.ts'
import { indexedDBStorage } from '../../src/storage/indexeddb/indexeddb-storage.ts'
import type { IndexedDBStorageOptions } from '../../src/storage/indexeddb/indexeddb-storage.ts'
import type { StorageContext, VersionedStorage } from '../../src/storage/storage.ts'
import {
  batchOf,
  contextOf,
  putOf,
  tombstoneAt,
  valueAt,
  version,
} from '../conformance/storage-suite.ts'
import { failAtCommit, faultyIndexedDB } from './faulty-indexeddb.ts'
import type { FaultyIndexedDB } from './faulty-indexeddb.ts'

const opened: VersionedStorage[] = []
let databases = 0
let name = ''

beforeEach(() => {
  databases += 1
  name = `faults ${databases}`
})

afterEach(() => {
  for (const storage of opened.splice(0)) storage.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function open(
  options: IndexedDBStorageOptions | FaultyIndexedDB = {},
  parts: Partial<StorageContext> = {},
): VersionedStorage {
  const given = 'factory' in options ? { indexedDB: options.factory } : options
  const storage = indexedDBStorage({ name, ...given })(contextOf(parts))
  opened.push(storage)
  return storage
}

function openRaw(number = 1): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, number)
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('no reason')))
  })
}

function deleteDatabase(): Promise<'deleted' | 'blocked'> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name)
    request.addEventListener('blocked', () => resolve('blocked'))
    request.addEventListener('success', () => resolve('deleted'))
  })
}

// Its types ask for the class instead of an object of it.
const forceClose = forceCloseDatabase as unknown as (database: IDBDatabase | undefined) => void

const batch = (position: number, key = 'photo') =>
  batchOf({ puts: [putOf(key, valueAt(version(position)))] })

const isStorageError = (cause: unknown): boolean => isTidemarkError(cause, 'storage')

/** Matches a `StorageError` whose cause has that name. */
const causedBy =
  (expected: string) =>
  (error: unknown): boolean =>
    isStorageError(error) &&
    error instanceof Error &&
    error.cause instanceof Error &&
    error.cause.name === expected

describe('the connection', () => {
  test('opens nothing before it is asked', async () => {
    const faulty = faultyIndexedDB()
    const storage = open(faulty)
    expect(faulty.opens()).toBe(0)
    await storage.load()
    expect(faulty.opens()).toBe(1)
  })

  test('D1: is opened once for calls at one time', async () => {
    const faulty = faultyIndexedDB()
    const storage = open(faulty)
    await Promise.all([storage.load(), storage.read('photo'), storage.commit(batch(1))])
    expect(faulty.opens()).toBe(1)
  })

  test('D1: is opened anew after a failure to open', async () => {
    const faulty = faultyIndexedDB({
      onOpen(call) {
        if (call === 1) throw new DOMException('The operation is insecure.', 'SecurityError')
      },
    })
    const storage = open(faulty)
    await expect(storage.load()).rejects.toSatisfy(causedBy('SecurityError'))
    expect((await storage.load()).keys.size).toBe(0)
  })

  test('D1: is replaced when the browser has closed it under our hands', async () => {
    const faulty = faultyIndexedDB()
    const storage = open(faulty)
    await storage.commit(batch(1))
    faulty.databases[0]?.close() // As Safari does: the next `transaction` is an InvalidStateError.
    await storage.commit(batch(2))
    expect(await storage.read('photo')).toMatchObject({ versions: [version(2)] })
    expect(faulty.opens()).toBe(2)
  })

  test('D1: is replaced after its close event', async () => {
    const faulty = faultyIndexedDB()
    const storage = open(faulty)
    await storage.commit(batch(1))
    const [database] = faulty.databases
    const closed = new Promise((resolve) => {
      database?.addEventListener('close', resolve)
    })
    forceClose(database)
    await closed
    const before = faulty.transactions.length
    await storage.commit(batch(2))
    expect([faulty.opens(), faulty.transactions.length]).toEqual([2, before + 1])
  })

  test('D1: a call that is cut off when the browser closes is made again', async () => {
    let isToClose = false
    const faulty = faultyIndexedDB({
      onWrite(transaction) {
        if (!isToClose) return
        isToClose = false
        queueMicrotask(() => {
          transaction.abort()
          transaction.db.close()
        })
      },
    })
    const storage = open(faulty)
    await storage.load()
    isToClose = true
    await storage.commit(batch(2))
    expect(faulty.opens()).toBe(2)
    expect(await storage.read('photo')).toMatchObject({ versions: [version(2)] })
  })

  test('D2: an UnknownError at the first open is not the end', async () => {
    const faulty = faultyIndexedDB({
      onOpen(call) {
        if (call === 1) throw new DOMException('Internal error opening backing store', 'UnknownError')
      },
    })
    await open(faulty).commit(batch(1))
    expect(faulty.opens()).toBe(2)
  })

  test('D2: is reopened at most three times without a success, then as often again', async () => {
    let isDead = true
    const faulty = faultyIndexedDB({
      onOpen() {
        if (isDead) throw new DOMException('Connection to server lost', 'UnknownError')
      },
    })
    const storage = open(faulty)
    await expect(storage.commit(batch(1))).rejects.toSatisfy(causedBy('UnknownError'))
    expect(faulty.opens()).toBe(4)
    isDead = false
    await storage.commit(batch(1))
    expect(faulty.opens()).toBe(5)
    faulty.databases.at(-1)?.close()
    isDead = true
    await expect(storage.commit(batch(2))).rejects.toSatisfy(causedBy('UnknownError'))
    expect(faulty.opens(), 'the budget was full again').toBe(5 + 3)
  })

  test('D2: calls that lose one connection together count once', async () => {
    const faulty = faultyIndexedDB()
    const storage = open(faulty)
    await storage.load()
    faulty.databases[0]?.close()
    const calls = Array.from({ length: 10 }, (_, index) => storage.commit(batch(index, `k${index}`)))
    await Promise.all(calls)
    expect(faulty.opens()).toBe(2)
  })

  test('D3: lets go when the data is deleted, and does not bring it back', async () => {
    const storage = open()
    await storage.commit(batch(1))
    expect(await deleteDatabase()).toBe('deleted')
    await expect(storage.commit(batch(2))).rejects.toThrow('was deleted')
    await expect(storage.load()).rejects.toSatisfy(isStorageError)
  })

  test('D3, D5: lets go for an upgrade, and rejects where a later version was made', async () => {
    const storage = open()
    await storage.commit(batch(1))
    const later = await openRaw(2)
    await expect(storage.commit(batch(2))).rejects.toSatisfy(causedBy('VersionError'))
    later.close()
  })

  test('D4: a blocked open ends in time, and a late success is closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const blocker = await openRaw() // It does not listen for versionchange.
    const deletion = deleteDatabase()
    expect(await deletion).toBe('blocked')
    const faulty = faultyIndexedDB()
    const call = open({ indexedDB: faulty.factory, openTimeoutMs: 3000 }).load()
    const settled = call.catch((cause: unknown) => cause)
    await vi.waitUntil(() => faulty.opens() === 1)
    await vi.advanceTimersByTimeAsync(2999)
    expect(faulty.databases).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(await settled).toMatchObject({ code: 'storage', message: expect.stringContaining('3000') })
    blocker.close()
    vi.useRealTimers()
    await vi.waitUntil(() => faulty.databases.length === 1)
    expect(await deleteDatabase(), 'nobody holds it').toBe('deleted')
  })

  test('S6: a transaction that another tab holds up ends in time', async () => {
    const storage = open({ workTimeoutMs: 5000 })
    await storage.load()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const other = await openRaw()
    const held = other.transaction('meta', 'readwrite').objectStore('meta')
    let isHeld = true
    const hold = (): void => {
      if (isHeld) held.get('nothing').addEventListener('success', hold)
    }
    hold()
    const settled = storage.commit(batch(1)).catch((cause: unknown) => cause)
    await vi.advanceTimersByTimeAsync(5000)
    expect(await settled).toMatchObject({ code: 'storage', message: expect.stringContaining('5000') })
    isHeld = false
    other.close()
  })

  test.each([
    ['null', null],
    ['undefined in the realm', undefined],
  ])('D7: %s instead of IndexedDB', async (_, factory) => {
    vi.stubGlobal('indexedDB', undefined)
    await expect(open({ indexedDB: factory }).load()).rejects.toThrow('no IndexedDB')
  })

  test('D7: a realm that throws at the question', async () => {
    const storage = open()
    vi.stubGlobal('indexedDB', undefined)
    Object.defineProperty(globalThis, 'indexedDB', {
      configurable: true,
      get() {
        throw new DOMException('denied', 'SecurityError')
      },
    })
    await expect(storage.load()).rejects.toSatisfy(causedBy('SecurityError'))
  })

  test('a database of somebody else, without our stores', async () => {
    const foreign = await openRaw()
    foreign.close()
    await expect(open().load()).rejects.toSatisfy(causedBy('NotFoundError'))
  })

  test('close while opening leaves nothing open', async () => {
    const faulty = faultyIndexedDB()
    const storage = open(faulty)
    const call = storage.load()
    storage.close()
    await expect(call).rejects.toSatisfy((cause: unknown) => isTidemarkError(cause, 'closed'))
    await vi.waitUntil(() => faulty.databases.length === 1)
    expect(await deleteDatabase()).toBe('deleted')
  })
})

describe('a commit', () => {
  test('D9: is one readwrite transaction over all stores', async () => {
    const faulty = faultyIndexedDB()
    const storage = open(faulty)
    await storage.load()
    const before = faulty.transactions.length
    await storage.commit(
      batchOf({
        floors: { main: { read: version(9) } },
        puts: ['a', 'b', 'c'].map((key) => putOf(key, valueAt(version(9)))),
      }),
    )
    const made = faulty.transactions.slice(before)
    expect(made).toHaveLength(1)
    expect(made[0]?.slice(0, 2)).toEqual([['floor', 'meta', 'value'], 'readwrite'])
  })

  test('asks once, and puts without waiting for the answer, when no other tab has written', async () => {
    const calls: string[] = []
    const watched = new Set<IDBObjectStore>()
    const faulty = faultyIndexedDB({
      onWrite(transaction) {
        const find = transaction.objectStore.bind(transaction)
        transaction.objectStore = (store) => {
          const found = find(store)
          if (watched.has(found)) return found
          watched.add(found)
          for (const method of ['get', 'getAll', 'getAllKeys', 'put'] as const) {
            const call = found[method].bind(found) as (...parameters: unknown[]) => IDBRequest
            found[method] = (...parameters: unknown[]) => {
              calls.push(method)
              const request = call(...parameters)
              request.addEventListener('success', () => calls.push(`${method} done`))
              return request
            }
          }
          return found
        }
      },
    })
    const storage = open(faulty)
    await storage.load()
    calls.length = 0
    await storage.commit(batchOf({ puts: ['a', 'b', 'c'].map((key) => putOf(key, valueAt(version(9)))) }))
    // On a disk without any row, the account, and the numbers of rows that others have written: there are none.
    expect(calls.slice(0, calls.indexOf('get done'))).toEqual(['get', 'getAllKeys'])
    expect(calls.filter((call) => !call.endsWith('done'))).toEqual(['get', 'getAllKeys', 'put'])
    calls.length = 0
    await storage.commit(batchOf({ puts: ['a', 'b', 'c'].map((key) => putOf(key, valueAt(version(10)))) }))
    expect(calls, 'few and small values stand in the row').toEqual(['getAllKeys', 'put', 'getAllKeys done', 'put done'])
    calls.length = 0
    await storage.commit(batchOf({ puts: ['a', 'b', 'c'].map((key) => putOf(key, valueAt(version(11)), 2000)) }))
    expect(calls, 'others in a pack').toEqual(['getAllKeys', 'put', 'put', 'getAllKeys done', 'put done', 'put done'])
  })

  test('X8: begins anew where another tab has written meanwhile, and then waits for the answer', async () => {
    let writes = 0
    const counted = faultyIndexedDB({ onWrite: () => void (writes += 1) })
    const [one, other] = [open(counted), open()]
    for (const at of [1, 2]) await one.commit(batch(at))
    await other.commit(batch(7))
    writes = 0
    expect((await one.commit(batch(5))).rejected).toEqual(['photo'])
    expect(writes, 'one was in vain').toBe(2)
    await other.commit(batch(8))
    expect((await one.commit(batch(6))).rejected).toEqual(['photo'])
    expect(writes, 'it is not alone').toBe(3)
    await one.commit(batch(9, 'other'))
    await one.commit(batch(10, 'other'))
    expect(writes).toBe(5)
    expect((await other.load()).keys.get('photo')?.floor).toEqual([version(8)])
  })

  test.each([0, 1, 2, 3])('X7: what could not be written is known to nobody who looks meanwhile (%i turns later)', async (turns) => {
    let isFailing = false
    const faulty = faultyIndexedDB({
      onWrite: (transaction) => (isFailing ? failAtCommit(transaction, null) : undefined),
    })
    const tab = open(faulty)
    for (const at of [1, 2]) await tab.commit(batch(at))
    isFailing = true
    const failing = tab.commit(batch(9)).catch(() => 'failed')
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
    const looking = tab.load()
    expect(await failing).toBe('failed')
    expect((await looking).keys.get('photo')?.floor).toEqual([version(2)])
    isFailing = false
    expect((await tab.load()).keys.get('photo')?.floor).toEqual([version(2)])
    expect((await tab.commit(batch(3))).rejected).toEqual([])
  })

  test('D11: an abort without an error is a failure', async () => {
    const faulty = faultyIndexedDB({
      onWrite: (transaction, call) => (call > 1 ? failAtCommit(transaction, null) : undefined),
    })
    const storage = open(faulty)
    await storage.load()
    await expect(storage.commit(batch(1))).rejects.toSatisfy(causedBy('AbortError'))
    expect(await storage.read('photo')).toBeUndefined()
  })

  test('D12: says that its durability is relaxed', async () => {
    const faulty = faultyIndexedDB()
    await open(faulty).commit(batch(1))
    for (const [, mode, options] of faulty.transactions) {
      if (mode === 'readwrite') expect(options).toEqual({ durability: 'relaxed' })
    }
  })

  test('D13: keeps the floor of a value that cannot be cloned, and all the rest', async () => {
    const storage = open()
    await storage.commit(batch(1, 'function'))
    const { evicted, rejected } = await storage.commit(
      batchOf({
        puts: [
          putOf('before', valueAt(version(2))),
          putOf('function', valueAt(version(2), () => 'not data')),
          putOf('after', tombstoneAt(version(2))),
        ],
      }),
    )
    expect([evicted, rejected]).toEqual([['function'], []])
    const { keys } = await open().load()
    expect(keys.get('function')).toEqual({ floor: [version(2)], held: undefined })
    expect(await storage.read('function'), 'nor an old value').toBeUndefined()
    expect(await storage.read('before')).toMatchObject({ versions: [version(2)] })
    expect(await storage.read('after')).toMatchObject({ kind: 'tombstone' })
  })
})

describe('a full disk (D17)', () => {
  const quota = new DOMException('The disk is full.', 'QuotaExceededError')

  async function filled(failing: (call: number) => boolean): Promise<[VersionedStorage, () => number]> {
    let writes = 0
    let isFilled = false
    const faulty = faultyIndexedDB({
      onWrite(transaction) {
        if (!isFilled) return
        writes += 1
        if (failing(writes)) failAtCommit(transaction, quota)
      },
    })
    let now = 0
    const storage = open(faulty, { now: () => (now += 1) })
    for (let index = 0; index < 10; index += 1) await storage.commit(batch(index, `key ${index}`))
    isFilled = true
    return [storage, () => writes]
  }

  test('D17: makes room by what was used longest ago, and tries once more', async () => {
    const [storage, writes] = await filled((call) => call === 1)
    const { evicted } = await storage.commit(batch(50, 'new'))
    expect(writes(), 'failed, made room, tried again').toBe(3)
    expect(evicted.length).toBeGreaterThanOrEqual(5)
    expect(evicted).toEqual(Array.from(evicted, (_, index) => `key ${index}`))
    expect(await storage.read('new')).toMatchObject({ versions: [version(50)] })
    expect((await storage.load()).keys.size, 'floors stay').toBe(11)
  })

  test('D17: is given up after that, with its cause', async () => {
    const [storage, writes] = await filled((call) => call !== 2)
    await expect(storage.commit(batch(50, 'new'))).rejects.toSatisfy(causedBy('QuotaExceededError'))
    expect(writes()).toBe(3)
  })

  test('D17: is recognised by its own name only', async () => {
    let writes = 0
    const faulty = faultyIndexedDB({
      onWrite(transaction, call) {
        writes = call
        if (call === 2) failAtCommit(transaction, new DOMException('no', 'ConstraintError'))
      },
    })
    const storage = open(faulty)
    await storage.load()
    await expect(storage.commit(batch(1))).rejects.toSatisfy(causedBy('ConstraintError'))
    expect(writes).toBe(2)
  })
})

test('S5: a value whose file is gone harms no other', async () => {
  const unreadable: string[] = []
  const storage = open({}, { onUnreadable: (record) => unreadable.push(record) })
  await storage.commit(batchOf({ puts: ['lost', 'good'].map((key) => putOf(key, valueAt(version(1)), 20_000)) }))
  // eslint-disable-next-line typescript/unbound-method -- called on what it belongs to, below
  const find = IDBTransaction.prototype.objectStore
  const spy = vi.spyOn(IDBTransaction.prototype, 'objectStore')
  spy.mockImplementation(function (this: IDBTransaction, store) {
    const found = find.call(this, store)
    const get = found.get.bind(found)
    found.get = (key) => {
      const isLost = store === 'value' && (key as string[])[1] === 'lost'
      if (isLost) throw new DOMException('Data lost due to missing file.', 'NotReadableError')
      return get(key)
    }
    return found
  })
  expect(await storage.read('lost')).toBeUndefined()
  spy.mockRestore()
  expect(unreadable).toEqual(['value lost'])
  expect(await storage.read('good')).toMatchObject({ versions: [version(1)] })
})

test.each([-1, Number.NaN])('refuses a bound of %s bytes', (bytesMax) => {
  expect(() => indexedDBStorage({ bytesMax })).toThrow('`bytesMax`')
})
