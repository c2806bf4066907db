// A storage in memory: for tests, for servers, and where a browser grants no disk.
//
// It keeps every must of the contract but one: nothing survives the page. Values are held as they
// are, without a copy, so a caller that holds them too pays for them once.
//
// M1. A shelf that was cleared is never written to again, whoever still holds it: a flush that another
//     tab had under way cannot bring back what a sign-out took away (lessons P2).

import { ClosedError, SessionEndedError } from '../core/errors.ts'
import type { ScopeFloors } from '../core/session.ts'
import { decideCommit, entryOf } from './commit.ts'
import type { CommitRule, KeyChange } from './commit.ts'
import { checkBytesMax } from './eviction.ts'
import type {
  Batch,
  CommitResult,
  KeyMeta,
  OpenStorage,
  StorageContext,
  VersionedStorage,
} from './storage.ts'

/** Data that several clients share, as the tabs of a browser share its disk. */
export interface MemoryDisk {
  /** What is kept for each principal. */
  readonly shelves: Map<string, Shelf>
}

/** What a {@link MemoryDisk} keeps for one principal. */
export interface Shelf {
  readonly floors: Map<string, ScopeFloors>
  readonly keys: Map<string, KeyMeta>
  /** Each value in a box, since it may be `undefined`. */
  readonly values: Map<string, readonly [unknown]>
  bytes: number
}

/** Makes an empty disk for {@link memoryStorage}. */
export function memoryDisk(): MemoryDisk {
  return { shelves: new Map() }
}

/** What {@link memoryStorage} accepts. */
export interface MemoryStorageOptions {
  /**
   * Where the data is. Give one disk to several storages to have tabs of one browser.
   *
   * @default a disk of its own
   */
  readonly disk?: MemoryDisk | undefined
  /**
   * How many bytes of values are kept for a principal; those used longest ago go first.
   *
   * @default 16 MiB
   */
  readonly bytesMax?: number | undefined
}

/**
 * Keeps entries and floors in memory, until the page goes.
 *
 * @throws {OptionsError} when `bytesMax` is not a number of bytes.
 */
export function memoryStorage(options: MemoryStorageOptions = {}): OpenStorage {
  const disk = options.disk ?? memoryDisk()
  const bytesMax = checkBytesMax(options.bytesMax ?? 16 * 2 ** 20)
  return (context) => openOn(disk, bytesMax, context)
}

function openOn(disk: MemoryDisk, bytesMax: number, context: StorageContext): VersionedStorage {
  const { shelves } = disk
  const { principal } = context
  // The shelf of the first call, and undefined again after a clear of our own.
  let own: Shelf | undefined
  let isClosed = false

  function open(): Shelf {
    if (isClosed) throw new ClosedError('This storage is closed. Open another.')
    const found = shelves.get(principal) ?? emptyShelf()
    if (own === undefined) {
      own = found
      shelves.set(principal, own)
    }
    return found
  }

  return {
    async load() {
      const shelf = open()
      if (shelf !== own) throw new SessionEndedError({ reason: 'signed-out-elsewhere' }) // M1
      const { floors, keys } = shelf
      return { floors: new Map(floors), keys: new Map(keys) }
    },

    async read(key) {
      const { keys, values } = open()
      return entryOf(keys.get(key)?.held, values.get(key))
    },

    async commit(batch) {
      const shelf = open()
      if (shelf !== own) throw new SessionEndedError({ reason: 'signed-out-elsewhere' }) // M1
      return commitTo(shelf, batch, { ...context, bytesMax })
    },

    async clear() {
      open()
      shelves.delete(principal)
      own = undefined
    },

    close() {
      isClosed = true
    },
  }
}

function emptyShelf(): Shelf {
  return { floors: new Map(), keys: new Map(), values: new Map(), bytes: 0 }
}

/** Compares and puts. It is synchronous, hence atomic. */
function commitTo(shelf: Shelf, batch: Batch, rule: CommitRule): CommitResult {
  const decision = decideCommit(rule, shelf, batch)
  for (const [scope, floors] of decision.floors) shelf.floors.set(scope, floors)
  for (const [key, change] of decision.keys) apply(shelf, key, change)
  shelf.bytes = decision.bytes
  return decision.result
}

function apply({ keys, values }: Shelf, key: string, { meta, box }: KeyChange): void {
  if (meta === undefined) keys.delete(key)
  else keys.set(key, meta)
  if (meta?.held?.kind !== 'value') values.delete(key)
  else if (box) values.set(key, box)
}
