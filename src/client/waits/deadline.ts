// Deadlines: the one budget of a read, and the caller's signal, as one thing to wait by.
//
// D1. The timer ends the budget, whatever the clock says: it may be set while a read is under way. Set
//     back, it must not lend time; once spent, a budget stays spent.

import type { Clock } from './clock.ts'
import { hearAbort } from './hearing.ts'

/** What is left of a read's budget. */
export interface Deadline {
  /** Aborts when the budget is spent, or when the caller leaves. */
  readonly signal: AbortSignal
  readonly leftMs: () => number
  /** Waits, but not beyond the budget; or rejects with the reason of a caller who leaves meanwhile. */
  readonly pause: (ms: number) => Promise<void>
  /** Throws the reason of a caller who has left. */
  readonly throwIfLeft: () => void
  /** Stops the clock. A caller who leaves is still heard as long as a response has yet to be read. */
  readonly clear: (response?: Response) => void
}

/**
 * How long what only the disk knows is waited for, in milliseconds: the floors after a load, and a value. A
 * disk takes some; one that takes longer costs less by not being waited for (I8).
 */
export const diskWithinMs = 400

/** Returns how long a read waits for the disk: no more than half of what is left to it, so that it can still ask. */
export function diskMsOf(leftMs: number): number {
  return Math.min(diskWithinMs, leftMs / 2)
}

/** Waits for work that can be done without, but no longer than so many milliseconds. */
export function within(
  work: Promise<void>,
  ms: number,
  { setTimer }: Pick<Clock, 'setTimer'>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = setTimer(resolve, ms)
    work.finally(cancel).then(resolve, reject)
  })
}

/** Starts a deadline. */
export function createDeadline(
  budgetMs: number,
  caller: AbortSignal | undefined,
  { now, setTimer }: Clock,
): Deadline {
  const controller = new AbortController()
  const startedAt = now()
  const leave = (): void => controller.abort(caller?.reason)
  const ear = caller?.aborted === false ? hearAbort(caller, leave) : undefined
  const cancel = setTimer(() => controller.abort(), budgetMs)
  return {
    signal: controller.signal,
    leftMs: () => (controller.signal.aborted ? 0 : Math.min(budgetMs, Math.max(0, budgetMs - (now() - startedAt)))), // D1
    pause: (ms) =>
      new Promise((resolve, reject) => {
        const { signal } = controller
        const end = (): void => {
          stop()
          signal.removeEventListener('abort', end)
          if (caller?.aborted === true) reject(caller.reason)
          else resolve()
        }
        const stop = setTimer(end, ms)
        if (signal.aborted || caller?.aborted === true) end()
        else signal.addEventListener('abort', end, { once: true }) // D1
      }),
    throwIfLeft() {
      if (caller?.aborted === true) throw caller.reason
    },
    clear(response) {
      cancel()
      if (response === undefined) ear?.stop()
      else ear?.stayWith(response)
    },
  }
}
