// The outbox on disk: a database of its own, so that what is to be sent is never evicted with what was read.
//
// P1. Its transactions are strict: what the user did is nowhere else, unlike what was read (lessons D12).
// P2. Numbers that the database gives out tell the order, so that tabs cannot disagree about it.
// P3. Beside the records stand the marks of sign-outs (`sign-outs.ts`), compared in each transaction that
//     adds (B6).

import { wrap } from 'idb'
import type { IDBPTransaction } from 'idb'
import { isTidemarkError, SessionEndedError, StorageError } from '../../core/errors.ts'
import { parseOutboxRecord } from '../outbox-store.ts'
import type { OpenOutboxStore, OutboxRecord } from '../outbox-store.ts'
import { markIn, parseMarks, withNewMark } from '../sign-outs.ts'
import { createConnection } from './connection.ts'

/** What {@link indexedDBOutboxStore} accepts. */
export interface IndexedDBOutboxStoreOptions {
  /**
   * The name of the database.
   *
   * @default 'tidemark-outbox'
   */
  readonly name?: string | undefined
  /** Another IndexedDB than the global one. @default globalThis.indexedDB */
  readonly indexedDB?: IDBFactory | undefined
}

const store = 'record'
/** The key of the marks, among numbers. */
const marksKey = 'sign-outs'

/** Keeps the records of an outbox in IndexedDB, shared by all tabs of the browser. */
export function indexedDBOutboxStore(options: IndexedDBOutboxStoreOptions = {}): OpenOutboxStore {
  const { name = 'tidemark-outbox' } = options
  return ({ principal, onUnreadable }) => {
    const connection = createConnection({
      name,
      factory: () => options.indexedDB ?? globalThis.indexedDB,
      openTimeoutMs: 3000,
      workTimeoutMs: 10_000,
      upgrade: (database) => void database.createObjectStore(store, { autoIncrement: true }),
    })

    // The mark of the principal as it was found first, in a box.
    let own: { mark: string | undefined } | undefined

    /** Runs work on the records of this principal, with the numbers under which they stand. */
    function run<T>(mode: IDBTransactionMode, work: (all: Shelf) => T | Promise<T>): Promise<T> {
      return connection
        .run(async (database, gone) => {
          const transaction = begin(database, mode, gone)
          const records = transaction.objectStore(store)
          const [keys, values] = await Promise.all([records.getAllKeys(), records.getAll()])
          const found: [number, OutboxRecord][] = []
          const unread: number[] = []
          const marks = parseMarks(values[keys.indexOf(marksKey)])
          const mark = markIn(marks, principal)
          own ??= { mark }
          for (const [index, key] of keys.entries()) {
            const value: unknown = values[index]
            if (typeof key !== 'number' || !isOf(principal, value)) continue
            try {
              found.push([key, parseOutboxRecord(value)])
            } catch (cause) {
              unread.push(key)
              onUnreadable(`outbox ${key}`, cause)
            }
          }
          const put = (record: OutboxRecord, key?: number): void =>
            void records.put?.({ ...record, principal }, key)
          const remove = (key: number): void => void records.delete?.(key)
          const renew = (): void => {
            const [all, next] = withNewMark(marks, principal)
            for (const key of unread) remove(key)
            void records.put?.(all, marksKey)
            own = { mark: next }
          }
          const result = await work({ found, put, remove, renew, isSignedOut: own.mark !== mark })
          await transaction.done
          return result
        })
        .catch(fail)
    }

    return {
      load: () => run('readonly', ({ found }) => found.map(([, record]) => record)),
      add: (record) =>
        run('readwrite', ({ found, put, isSignedOut }) => {
          if (isSignedOut) throw new SessionEndedError({ reason: 'signed-out-elsewhere' }) // P3
          if (!found.some(([, known]) => known.id === record.id)) put(record) // P2
        }),
      answer: (id, answered) =>
        run('readwrite', ({ found, put }) => {
          for (const [key, record] of found) if (record.id === id) put({ ...record, answered }, key)
        }),
      remove: (id) =>
        run('readwrite', ({ found, remove }) => {
          for (const [key, record] of found) if (record.id === id) remove(key)
        }),
      clear: () =>
        run('readwrite', ({ found, remove, renew }) => {
          for (const [key] of found) remove(key)
          renew() // P3
        }),
      close: connection.close,
    }
  }
}

interface Shelf {
  readonly found: readonly [number, OutboxRecord][]
  readonly put: (record: OutboxRecord, key?: number) => void
  readonly remove: (key: number) => void
  /** Gives the principal another mark, and removes what could not be read. */
  readonly renew: () => void
  /** Whether another tab has given it one. */
  readonly isSignedOut: boolean
}

function begin(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  gone: AbortSignal,
): IDBPTransaction<unknown, string[], IDBTransactionMode> {
  const transaction = wrap(database).transaction([store], mode, { durability: 'strict' }) // P1
  const leave = (): void => transaction.abort()
  gone.addEventListener('abort', leave)
  const stay = (): void => gone.removeEventListener('abort', leave)
  // It is awaited after the work; until then its failure is not unhandled.
  transaction.done.then(stay, stay)
  return transaction
}

function isOf(principal: string, value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'principal' in value && value.principal === principal
}

function fail(cause: unknown): never {
  if (isTidemarkError(cause)) throw cause
  throw new StorageError(`The outbox could not be kept: ${String(cause)}`, { cause })
}
