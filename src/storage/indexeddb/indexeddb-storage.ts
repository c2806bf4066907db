// The storage on disk, in IndexedDB: what an app may say of it. How it works is told in `journal-storage.ts`, and
// what stands where in `stored-record.ts`.

import { StorageError } from '../../core/errors.ts'
import { checkBytesMax } from '../eviction.ts'
import type { OpenStorage } from '../storage.ts'
import { createConnection } from './connection.ts'
import { openJournal } from './journal-storage.ts'

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
    const storage = openJournal(connection, bytesMax, context)
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
