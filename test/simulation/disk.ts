// The disk of a simulated browser: shared by its tabs, slow, and at times broken.
//
// D1. A commit is applied at one moment, some time after it was handed over. A page that crashes before
//     that moment takes it along; one that was hidden leaves it behind, and it is still applied.
// D2. A call may fail before it is applied or after, and the page cannot tell which. It may also never
//     end, as when a page is frozen inside a transaction; but reading one value always ends, because
//     the contract of a storage forbids it to hang, and somebody waits for that one.

import { memoryStorage, StorageError } from 'tidemark'
import type { Batch, OpenStorage, VersionedStorage } from 'tidemark'
import { createRandom } from 'tidemark/testing'
import { memoryDisk } from '../../src/storage/memory-storage.ts'
import type { SimulatedClock } from './clock.ts'
import { forever } from './forever.ts'
import type { World } from './plan.ts'

/** How a page has left. */
export type Leaving = 'here' | 'hidden' | 'crashed'

/** What a page knew when it handed a batch over: what it is told while the batch is on its way is not in it. */
export interface HandedOver {
  /** Up to which step it knew what it had seen and done itself. */
  readonly step: number
  /** What tokens had told it. */
  readonly adopted: ReadonlyMap<string, number>
}

/** What a page tells of itself, and is told, about its disk. */
export interface DiskUser {
  readonly leaving: () => Leaving
  /** A batch was handed over: what it holds is what the page knew at this moment. */
  readonly onHandedOver: () => HandedOver
  /** A batch was applied whose page knew so much. */
  readonly onApplied: (handedOver: HandedOver) => void
  /** The page is about to hear that its batch was applied. */
  readonly onCommitted: (batch: Batch) => void
  readonly onLoaded: () => void
}

/** The disk of a browser. */
export interface SimulatedDisk {
  readonly open: (user: DiskUser) => OpenStorage
  readonly setWorking: (isWorking: boolean) => void
  readonly calm: () => void
}

/** Makes the disk of a world. */
export function createSimulatedDisk(world: World, clock: SimulatedClock, seed: number): SimulatedDisk {
  const random = createRandom(seed).substream('disk')
  const bytesMax = world.diskBytesMax
  const open = memoryStorage({ disk: memoryDisk(), bytesMax })
  let isWorking = true
  let isCalm = false

  const happens = (ofHundred: number): boolean =>
    ofHundred > 0 && random.next() * 100 < ofHundred && !isCalm

  /** Does one call at its time, if it comes to that. */
  async function call<T>(
    user: DiskUser,
    { mayHang, act }: { readonly mayHang: boolean; readonly act: () => Promise<T> },
  ): Promise<T> {
    const hangs = happens(world.diskHangs) && mayHang
    const fails = happens(world.diskFailures) ? random.next() : 1
    const takesMs = isCalm ? 0 : random.next() * world.diskMs
    if (takesMs > 0) await clock.sleep(takesMs)
    if (user.leaving() === 'crashed') return forever() // D1
    if (!isWorking || fails < 0.5) throw new StorageError('The disk failed before it did anything.')
    const result = await act()
    if (hangs || user.leaving() !== 'here') return forever() // D2
    if (fails < 1) throw new StorageError('The disk failed after it had done it.')
    return result
  }

  function wrap(user: DiskUser, inner: VersionedStorage): VersionedStorage {
    return {
      async load(only) {
        const found = await call(user, { mayHang: true, act: () => inner.load(only) })
        // Whoever asks for some need not learn of the rest.
        if (only === undefined) user.onLoaded()
        return found
      },
      read: (key) => call(user, { mayHang: false, act: () => inner.read(key) }),
      async commit(batch) {
        const handedOver = user.onHandedOver()
        const result = await call(user, {
          mayHang: true,
          async act() {
            const applied = await inner.commit(batch)
            user.onApplied(handedOver)
            return applied
          },
        })
        user.onCommitted(batch)
        return result
      },
      clear: () => inner.clear(),
      close: () => inner.close(),
    }
  }

  return {
    open: (user) => (context) => {
      if (world.disk === 'absent') throw new StorageError('This browser grants no disk.')
      return wrap(user, open(context))
    },
    setWorking: (next) => void (isWorking = next),
    calm() {
      isCalm = true
      isWorking = true
    },
  }
}
