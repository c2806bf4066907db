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
import { isTidemarkError, SessionEndedError, StorageError } from '../core/errors.ts'
import { invariant } from '../core/invariant.ts'
import { bare, decideCommit, entryOf, keysOf, scopesOf } from './commit.ts'
import type { CommitDecision } from './commit.ts'
import { createConnection, nameOf } from './connection.ts'
import type { Connection } from './connection.ts'
import { bytesOf, checkBytesMax } from './eviction.ts'
import type {
  Batch,
  CommitResult,
  Loaded,
  Names,
  OpenStorage,
  StorageContext,
  VersionedStorage,
} from './storage.ts'
import { schema } from './stored-record.ts'
import type { Account } from './stored-record.ts'
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
  const find = (): IDBFactory | null | undefined =>
    options.indexedDB === undefined ? globalThis.indexedDB : options.indexedDB
  const factory = (): IDBFactory => {
    const found = find()
    if (found) return found
    throw new StorageError('There is no IndexedDB here.')
  }
  return (context) => {
    const connection = createConnection({ name, factory, openTimeoutMs, workTimeoutMs })
    const storage = openOn(connection, bytesMax, context)
    // Where nothing could ever be stored, nothing has to be cleared.
    return { ...storage, clear: async () => (isAbsent(find) ? undefined : storage.clear()) }
  }
}

function isAbsent(find: () => unknown): boolean {
  try {
    return !find()
  } catch {
    return false // It is forbidden to look: there may be something.
  }
}

function openOn(
  connection: Connection,
  bytesMax: number,
  context: StorageContext,
): VersionedStorage {
  // That of the account that was found or made first, and undefined again after a clear of our own.
  let generation: number | undefined
  // What was under way when this storage was cleared itself must not refill it either, however late it runs.
  let clears = 0

  function reading<T>(work: (shelf: ShelfReader) => Promise<T>): Promise<T> {
    return connection.run((database, gone) =>
      inTransaction(database, { mode: 'readonly', gone }, (transaction) => work(readerIn(transaction, context))),
    )
  }

  function writing<T>(work: (shelf: Shelf) => Promise<T>): Promise<T> {
    const { principal } = context
    return connection.run((database, gone) =>
      inTransaction(database, { mode: 'readwrite', gone }, (transaction) =>
        work({ ...readerIn(transaction, context), ...writerIn(transaction, principal) }),
      ),
    )
  }

  async function load(only?: Names): Promise<Loaded> {
    const [account, floors, keys] = await reading((shelf) =>
      Promise.all([shelf.account(), shelf.floors(only?.scopes), shelf.metas(only?.keys)]),
    )
    throwIfOther(account) // What stands there now is another session's.
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
    const clearsBefore = clears
    const [result, found] = await writing(async (shelf) => {
      const [account, floors, keys] = await Promise.all([
        shelf.account(),
        shelf.floors(scopesOf(batch)),
        shelf.metas(keysOf(batch)),
      ])
      throwIfOther(account)
      if (clears !== clearsBefore) throw new SessionEndedError({ reason: 'signed-out' })
      const rule = { ...context, bytesMax: limitOf(account?.bytes ?? 0) }
      const standing = { floors, keys, isAll: false, bytes: account?.bytes }
      const decision =
        decideCommit(rule, standing, batch) ??
        decideCommit(rule, { ...standing, keys: await shelf.metas(), isAll: true }, batch) // X3
      invariant(decision !== undefined, 'all keys were shown')
      const current = account?.generation ?? Math.random()
      return [carryOut(shelf, decision, current), current]
    })
    generation ??= found
    return result
  }

  function throwIfOther(account: Account | undefined): void {
    if (generation === undefined || account?.generation === generation) return
    throw new SessionEndedError({ reason: 'signed-out-elsewhere' }) // X6
  }

  async function clear(): Promise<void> {
    clears += 1
    await writing(async (shelf) => shelf.clear())
    generation = undefined
  }

  return {
    load: (only) => load(only).catch(fail),
    read: (key) => read(key).catch(fail),
    commit: (batch) => commit(batch).catch(fail),
    clear: () => clear().catch(fail),
    close: connection.close,
  }
}

type Shelf = ShelfReader & ShelfWriter

function carryOut(
  shelf: ShelfWriter,
  { floors, keys, bytes, result }: CommitDecision,
  generation: number,
): CommitResult {
  const unstorable: string[] = []
  for (const [scope, written] of floors) shelf.putFloors(scope, written)
  for (const [key, change] of keys) {
    if (shelf.apply(key, change)) continue
    shelf.apply(key, bare(change.meta)) // X4
    unstorable.push(key)
  }
  const unstored = unstorable.reduce((sum, key) => sum + bytesOf(keys.get(key)?.meta), 0)
  shelf.putAccount({ schema, generation, bytes: bytes - unstored })
  return { ...result, evicted: [...result.evicted, ...unstorable] }
}

const nothing: Batch = { resets: new Map(), floors: new Map(), puts: [], used: new Map() }

function fail(cause: unknown): never {
  if (isTidemarkError(cause)) throw cause
  throw new StorageError(`IndexedDB failed: ${String(cause)}`, { cause })
}
