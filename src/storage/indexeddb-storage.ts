// The storage on disk, in IndexedDB. What stands where is told in `stored-record.ts`.
//
// X1. A commit is one readwrite transaction over all stores: gets, comparison, puts (S1). Such
//     transactions follow each other across tabs, and that alone is the guard: there is no lock.
// X2. Within a transaction nothing is awaited but its own requests, all gets are asked at once before
//     any put, and it has happened when it completes, not when its requests do (lessons D8, D11).
// X3. The bytes of all values stand in the account, changed in the transaction that changes them. Only
//     when they pass the bound are all keys looked at, and the values that go, go in the same one.
// X4. A value that cannot be cloned stays in memory, and its floor is stored (D13).
// X5. When the disk is full, half of the values make room, once, and the batch is tried once more (D17).
// X6. The account has a generation. A clear ends it, and with it every storage that knew it: what
//     another tab had under way cannot refill what a sign-out has emptied (P2).

import type { Entry } from '../core/entry.ts'
import { isTidemarkError, StorageError } from '../core/errors.ts'
import type { ScopeFloors } from '../core/session.ts'
import {
  bytesAdded,
  bytesOf,
  clearedMessage,
  decideFloors,
  decideKeys,
  entryOf,
  keysOf,
  resultOf,
  scopesOf,
  withoutValue,
} from './commit.ts'
import type { KeyChange } from './commit.ts'
import { createConnection, nameOf } from './connection.ts'
import type { Connection } from './connection.ts'
import { checkBytesMax, chooseEvicted } from './eviction.ts'
import type {
  Batch,
  CommitResult,
  KeyMeta,
  Loaded,
  OpenStorage,
  StorageContext,
  VersionedStorage,
} from './storage.ts'
import { schema } from './stored-record.ts'
import { readerIn, writerIn } from './stored-shelf.ts'
import type { ShelfReader, ShelfWriter } from './stored-shelf.ts'
import { inTransaction } from './transaction.ts'

/** What {@link indexedDBStorage} accepts. */
export interface IndexedDBStorageOptions {
  /**
   * The name of the database. Clients of one name share it, each principal apart.
   *
   * @default 'tidemark'
   */
  readonly name?: string | undefined
  /**
   * How many bytes of values are kept for a principal; those used longest ago go first. Floors are
   * never evicted and not counted.
   *
   * @default 50 MiB
   */
  readonly bytesMax?: number | undefined
  /**
   * How long opening may take, in milliseconds: a blocked open tells nobody.
   *
   * @default 3000
   */
  readonly openTimeoutMs?: number | undefined
  /**
   * How long one transaction may take, in milliseconds: a frozen tab may hold up all others.
   *
   * @default 10000
   */
  readonly workTimeoutMs?: number | undefined
  /**
   * Another IndexedDB than the global one, such as that of a storage bucket; `null` for none. The
   * classes of its realm (`IDBRequest`, `IDBKeyRange`, …) must be the global ones.
   *
   * @default globalThis.indexedDB
   */
  readonly indexedDB?: IDBFactory | null | undefined
}

/**
 * Keeps entries and floors in IndexedDB, shared by all tabs of the browser.
 *
 * It rejects where IndexedDB is absent, blocked or broken. `fallbackStorage` goes on without it.
 *
 * @throws {OptionsError} when `bytesMax` is not a number of bytes.
 */
export function indexedDBStorage(options: IndexedDBStorageOptions = {}): OpenStorage {
  const { name = 'tidemark', openTimeoutMs = 3000, workTimeoutMs = 10_000 } = options
  const bytesMax = checkBytesMax(options.bytesMax ?? 50 * 2 ** 20)
  const factory = (): IDBFactory => {
    const found = options.indexedDB === undefined ? globalThis.indexedDB : options.indexedDB
    if (found) return found
    throw new StorageError('There is no IndexedDB here.')
  }
  return (context) => {
    const connection = createConnection({ name, factory, openTimeoutMs, workTimeoutMs })
    return openOn(connection, bytesMax, context)
  }
}

function openOn(
  connection: Connection,
  bytesMax: number,
  context: StorageContext,
): VersionedStorage {
  // That of the account that was found or made first, and undefined again after a clear of our own.
  let generation: number | undefined

  function reading<T>(work: (shelf: ShelfReader) => Promise<T>): Promise<T> {
    return connection.run((database) =>
      inTransaction(database, 'readonly', (transaction) => work(readerIn(transaction, context))),
    )
  }

  function writing<T>(work: (shelf: Shelf) => Promise<T>): Promise<T> {
    const { principal } = context
    return connection.run((database) =>
      inTransaction(database, 'readwrite', (transaction) =>
        work({ ...readerIn(transaction, context), ...writerIn(transaction, principal) }),
      ),
    )
  }

  async function load(): Promise<Loaded> {
    const [account, floors, keys] = await reading((shelf) =>
      Promise.all([shelf.account(), shelf.floors(), shelf.metas()]),
    )
    generation ??= account?.generation
    // A fresh disk gets its account now, so that a clear by another tab is noticed from the start.
    if (generation === undefined) await transact(nothing)
    return { floors, keys }
  }

  async function read(key: string): Promise<Entry<unknown> | undefined> {
    const [metas, box] = await reading((shelf) =>
      Promise.all([shelf.metas([key]), shelf.value(key)]),
    )
    return entryOf(metas.get(key)?.held, box)
  }

  async function commit(batch: Batch): Promise<CommitResult> {
    try {
      return await transact(batch)
    } catch (cause) {
      if (nameOf(cause) !== 'QuotaExceededError') throw cause
      // In a transaction of its own: engines ask for room before they know what a batch would free.
      const { evicted } = await transact(nothing, (bytes) => bytes / 2) // X5
      const result = await transact(batch)
      return { ...result, evicted: [...evicted, ...result.evicted] }
    }
  }

  /** Applies a batch, and evicts what is over a limit, given the bytes that are taken now. */
  async function transact(
    batch: Batch,
    limitOf: (bytes: number) => number = () => bytesMax,
  ): Promise<CommitResult> {
    const done = await writing(async (shelf) => {
      const [account, floors, keys] = await Promise.all([
        shelf.account(),
        shelf.floors(scopesOf(batch)),
        shelf.metas(keysOf(batch)),
      ])
      if (generation !== undefined && account?.generation !== generation) {
        throw new StorageError(clearedMessage) // X6
      }
      const standing = { floors, keys, bytes: account?.bytes }
      const { bytes, result } = await compareAndPut(shelf, batch, {
        context,
        standing,
        limit: limitOf(account?.bytes ?? 0),
      })
      const current = account?.generation ?? Math.random()
      shelf.putAccount({ schema, generation: current, bytes })
      return { result, current }
    })
    generation ??= done.current
    return done.result
  }

  async function clear(): Promise<void> {
    await writing(async (shelf) => shelf.clear())
    generation = undefined
  }

  return {
    load: () => load().catch(fail),
    read: (key) => read(key).catch(fail),
    commit: (batch) => commit(batch).catch(fail),
    clear: () => clear().catch(fail),
    close: connection.close,
  }
}

type Shelf = ShelfReader & ShelfWriter

/** What {@link compareAndPut} goes by. */
interface Circumstances {
  readonly context: StorageContext
  readonly standing: {
    readonly floors: ReadonlyMap<string, ScopeFloors>
    readonly keys: ReadonlyMap<string, KeyMeta>
    /** The bytes of all values, or `undefined` when they have to be counted. */
    readonly bytes: number | undefined
  }
  /** How many bytes of values may stay. */
  readonly limit: number
}

async function compareAndPut(
  shelf: Shelf,
  batch: Batch,
  { context, standing, limit }: Circumstances,
): Promise<{ bytes: number; result: CommitResult }> {
  const { formatOf, now } = context
  const floors = decideFloors(formatOf, standing.floors, batch)
  const keys = floors.restarts ? await shelf.metas() : standing.keys
  const decided = decideKeys({ formatOf, floors, keys, batch, now: now() })
  const { changes } = decided
  const evicted: string[] = []

  let bytes = (standing.bytes ?? 0) + bytesAdded(changes, keys)
  if (bytes > limit || standing.bytes === undefined) {
    const all = withChanges(await shelf.metas(), changes)
    const eviction = chooseEvicted(all, limit) // X3
    bytes = eviction.bytes
    for (const key of eviction.keys) changes.set(key, withoutValue(all.get(key)))
    evicted.push(...eviction.keys)
  }

  for (const [scope, written] of floors.written) shelf.putFloors(scope, written)
  for (const [key, change] of changes) {
    if (shelf.apply(key, change)) continue
    shelf.apply(key, withoutValue(change.meta)) // X4
    bytes -= bytesOf(change.meta)
    evicted.push(key)
  }
  // An account that lost count, as after a crash of the browser, must not go below nothing.
  return { bytes: Math.max(0, bytes), result: { ...resultOf(floors, decided), evicted } }
}

function withChanges(
  keys: Map<string, KeyMeta>,
  changes: ReadonlyMap<string, KeyChange>,
): ReadonlyMap<string, KeyMeta> {
  for (const [key, { meta }] of changes) {
    if (meta === undefined) keys.delete(key)
    else keys.set(key, meta)
  }
  return keys
}

const nothing: Batch = { resets: new Map(), floors: new Map(), puts: [], used: new Map() }

function fail(cause: unknown): never {
  if (isTidemarkError(cause)) throw cause
  throw new StorageError(`IndexedDB failed: ${String(cause)}`, { cause })
}
