// A storage that goes on without its disk.
//
//   first ──── fails ────▶ then, which already knows all that was committed, and learns what was loaded
//
// K1. Losing the disk costs speed, never correctness (I8): no floor that was loaded or committed is
//     forgotten, so each commit goes to both.
// K2. It happens once and is told once. The disk is not tried again until the page reloads, except to
//     clear it: what failed half a minute ago would fail again, a little later in each call (D2, D17).
// K3. No call fails because the disk did, but one: who wants the data gone has to hear that it is not. A
//     batch that the disk refused is kept in memory.
// K4. A disk that another tab has cleared has not failed: whoever writes on has to hear of the sign-out.

import { isTidemarkError, SessionEndedError } from '../core/errors.ts'
import type {
  Batch,
  CommitResult,
  Loaded,
  OpenStorage,
  StorageContext,
  VersionedStorage,
} from './storage.ts'

/**
 * Opens `first`, and goes on with `then` as soon as it fails.
 *
 * @example
 * ```ts
 * import { fallbackStorage, indexedDBStorage, memoryStorage } from 'tidemark'
 *
 * const storage = fallbackStorage(indexedDBStorage({ name: 'my-app' }), memoryStorage())
 * typeof storage //=> 'function'
 * ```
 */
export function fallbackStorage(first: OpenStorage, then: OpenStorage): OpenStorage {
  return (context) => createFallback(opened(first, context), then(context), context)
}

function createFallback(
  disk: VersionedStorage,
  memory: VersionedStorage,
  { onDegraded }: StorageContext,
): VersionedStorage {
  // What the disk last told. It is put into memory only when the disk fails: most often never.
  let loaded: Loaded | undefined
  // Undefined while the disk is good (K2). It resolves when memory has learned what was loaded.
  let moved: Promise<unknown> | undefined
  // What was under way when this storage was cleared changes nothing any more.
  let clears = 0
  let isClosed = false

  /** Goes on in memory after a failure of the disk. */
  function move(cause: unknown): Promise<unknown> {
    rethrowUnlessOfDisk(cause)
    if (moved === undefined) {
      moved = remember()
      onDegraded('The disk failed. What is stored now lasts until the page goes.', cause)
    }
    return moved
  }

  async function remember(): Promise<void> {
    if (loaded !== undefined) await memory.commit(batchOf(loaded))
  }

  return {
    async load(only) {
      const clearsBefore = clears
      try {
        const found = moved === undefined ? await disk.load(only) : undefined
        if (found !== undefined && clears === clearsBefore) {
          if (only === undefined) loaded = found
          else await memory.commit(batchOf(found)) // K1
          if (moved === undefined) return found
        }
        // Another call may have lost the disk meanwhile, when there was nothing yet to remember.
        if (moved !== undefined) await remember()
      } catch (cause) {
        await move(cause)
      }
      return moved === undefined && loaded !== undefined ? loaded : memory.load()
    },

    async read(key) {
      try {
        if (moved === undefined) return await disk.read(key)
      } catch (cause) {
        void move(cause)
      }
      await moved
      return memory.read(key)
    },

    async commit(batch) {
      let result: CommitResult | undefined
      const clearsBefore = clears
      try {
        if (moved === undefined) result = await disk.commit(batch)
      } catch (cause) {
        void move(cause)
      }
      await moved
      if (clears !== clearsBefore) throw new SessionEndedError({ reason: 'signed-out' })
      const kept = await memory.commit(batch) // K1
      return result ?? kept
    },

    async clear() {
      if (!isClosed) clears += 1
      loaded = undefined
      await memory.clear()
      try {
        await disk.clear()
      } catch (cause) {
        rethrowUnlessOfDisk(cause)
        onDegraded('The disk could not be cleared.', cause)
        throw cause // K3
      }
    },

    close() {
      isClosed = true
      disk.close()
      memory.close()
    },
  }
}

/** Opens a storage. One that cannot even be opened fails at each call. */
function opened(open: OpenStorage, context: StorageContext): VersionedStorage {
  try {
    return open(context)
  } catch (cause) {
    const reject = async (): Promise<never> => {
      throw cause
    }
    return { load: reject, read: reject, commit: reject, clear: reject, close() {} }
  }
}

const notOfDisk = ['closed', 'invariant', 'session-ended'] as const // K4

function rethrowUnlessOfDisk(cause: unknown): void {
  if (notOfDisk.some((code) => isTidemarkError(cause, code))) throw cause
}

/** Returns what was loaded as a batch: of each key its floor, and its tombstone if it has one. */
function batchOf({ floors, keys }: Loaded): Batch {
  const puts = [...keys].map(([key, { floor, held }]) => {
    const entry = held?.kind === 'tombstone' ? held : undefined
    return { key, state: { floor, entry }, bytes: 0 }
  })
  return { resets: new Map(), floors, puts, used: new Map() }
}
