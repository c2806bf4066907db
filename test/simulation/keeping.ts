// What an outbox stands on in a simulated browser: a store that outlives pages, and locks that do not.
//
// K1. A record is kept some time after it was handed over. A page that is gone before that moment takes it
//     along, and hears of nothing any more.
// K2. The locks of a page that is gone are free, as the platform has it.

import { memoryOutboxStore } from 'tidemark'
import type { OutboxStore } from 'tidemark'
import { createRandom } from 'tidemark/testing'
import { createLocks } from '../client/locks-in-memory.ts'
import type { SimulatedClock } from './clock.ts'
import type { Change, Keeping } from './hooks.ts'
import { forever } from './forever.ts'
import type { World } from './plan.ts'

/** A page that uses what is kept. */
export interface Keeper {
  readonly isGone: () => boolean
  readonly gone: Promise<void>
}

/** What the outboxes of a browser stand on. */
export interface Keepings {
  readonly of: (keeper: Keeper) => Keeping
  /** The changes that were kept, by their names. */
  readonly kept: ReadonlySet<string>
}

/** Makes what the outboxes of a browser stand on. */
export function createKeepings(world: World, clock: SimulatedClock, seed: number): Keepings {
  const random = createRandom(seed).substream('outbox')
  const open = memoryOutboxStore()
  const locks = createLocks()
  const kept = new Set<string>()
  return {
    kept,
    of({ isGone, gone }) {
      let last: Promise<unknown> = Promise.resolve()
      const whenDone = <T>(act: () => Promise<T>): Promise<T> => {
        const takesMs = random.next() * world.diskMs
        const doing = last.then(async () => {
          if (takesMs > 0) await clock.sleep(takesMs)
          return isGone() ? forever() : act() // K1
        })
        last = doing
        return doing
      }
      return {
        store(context): OutboxStore {
          const inner = open(context)
          return {
            load: () => whenDone(inner.load),
            add: (record) =>
              whenDone(async () => {
                await inner.add(record)
                kept.add((record.variables as Change).act)
              }),
            answer: (id, answered) => whenDone(() => inner.answer(id, answered)),
            remove: (id) => whenDone(() => inner.remove(id)),
            clear: () => whenDone(inner.clear),
            close: inner.close,
          }
        },
        locks: {
          request: (name: string, options: LockOptions, callback: LockGrantedCallback<unknown>) =>
            locks.request(name, options, async (lock) => {
              if (!isGone()) await Promise.race([callback(lock), gone]) // K2
            }),
        } as Keeping['locks'],
      }
    },
  }
}
