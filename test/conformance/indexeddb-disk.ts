// A disk of IndexedDB for the suite of storages: a database of its own, and the hands of a stranger.

import { indexedDBStorage } from '../../src/storage/indexeddb/indexeddb-storage.ts'
import type { MakeDisk } from './storage-suite.ts'

let made = 0

/** Makes a database that no other test uses. */
export const makeIndexedDBDisk: MakeDisk = (options) => {
  made += 1
  const name = `suite ${made}`
  let isBreaking = false

  // Passes everything on, and aborts a transaction as soon as two records were put in it.
  const breaking = new Proxy(indexedDB, {
    get(factory, property) {
      if (property !== 'open') return Reflect.get(factory, property) as unknown
      return (...parameters: [string, number]) => {
        const request = factory.open(...parameters)
        request.addEventListener('success', () => {
          const database = request.result
          const begin = database.transaction.bind(database)
          database.transaction = (...asked: Parameters<typeof begin>) => {
            const transaction = begin(...asked)
            if (isBreaking && asked[1] === 'readwrite') abortMidway(transaction)
            return transaction
          }
        })
        return request
      }
    },
  })

  return {
    open: indexedDBStorage({ ...options, name, indexedDB: breaking }),
    breakWrites() {
      isBreaking = true
      return () => {
        isBreaking = false
      }
    },
    stranger: {
      write: (store, key, record) =>
        inDatabase(name, store, async (transaction) => void transaction.objectStore(store).put(record, key)),
      async first() {
        const keys = await inDatabase(name, ['meta', 'value'], (transaction) =>
          Promise.all(['meta', 'value'].map((store) => asPromise(transaction.objectStore(store).getAllKeys()))),
        )
        const numbers = keys.flat().map((key) => (Array.isArray(key) ? key[1] : undefined))
        return Math.min(...numbers.filter((number) => typeof number === 'number'))
      },
    },
    async remove() {
      await asPromise(indexedDB.deleteDatabase(name))
    },
  }
}

/** Does something in a database, which is made if there is none. */
async function inDatabase<T>(
  name: string,
  stores: string | string[],
  work: (transaction: IDBTransaction) => Promise<T>,
): Promise<T> {
  const database = await asPromise(indexedDB.open(name, 1), (request) => {
    for (const each of ['floor', 'meta', 'value']) request.result.createObjectStore(each)
  })
  const transaction = database.transaction(stores, 'readwrite')
  const ended = new Promise<void>((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('no reason given')))
  })
  const result = await work(transaction)
  await ended
  database.close()
  return result
}

function abortMidway(transaction: IDBTransaction): void {
  const find = transaction.objectStore.bind(transaction)
  let puts = 0
  transaction.objectStore = (store) => {
    const found = find(store)
    const put = found.put.bind(found)
    found.put = (...parameters: Parameters<typeof put>) => {
      const request = put(...parameters)
      puts += 1
      if (puts === 2) request.addEventListener('success', () => transaction.abort())
      return request
    }
    return found
  }
}

function asPromise<T>(
  request: IDBRequest<T>,
  onUpgrade?: (request: IDBOpenDBRequest) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('no reason given')))
    request.addEventListener('upgradeneeded', () => onUpgrade?.(request as IDBRequest<unknown> as IDBOpenDBRequest))
  })
}
