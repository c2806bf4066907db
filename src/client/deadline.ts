// Deadlines: the one budget of a read, and the caller's signal, as one thing to wait by.

import type { ResolvedOptions } from './options.ts'

/** What is left of a read's budget. */
export interface Deadline {
  /** Aborts when the budget is spent, or when the caller leaves. */
  readonly signal: AbortSignal
  readonly leftMs: () => number
  /** Waits, or rejects with the reason of a caller who leaves meanwhile. */
  readonly pause: (ms: number) => Promise<void>
  /** Throws the reason of a caller who has left. */
  readonly throwIfLeft: () => void
  /** Stops the clock. A caller who leaves is still heard: the body may have yet to come. */
  readonly clear: () => void
}

/** Starts a deadline. */
export function createDeadline(
  budgetMs: number,
  caller: AbortSignal | undefined,
  { now, setTimer }: Pick<ResolvedOptions, 'now' | 'setTimer'>,
): Deadline {
  const controller = new AbortController()
  const startedAt = now()
  const leave = (): void => controller.abort(caller?.reason)
  caller?.addEventListener('abort', leave, { once: true })
  const cancel = setTimer(() => controller.abort(), budgetMs)
  return {
    signal: controller.signal,
    leftMs: () => Math.max(0, budgetMs - (now() - startedAt)),
    pause: (ms) =>
      new Promise((resolve, reject) => {
        const fail = (): void => {
          stop()
          reject(caller?.reason)
        }
        const stop = setTimer(() => {
          caller?.removeEventListener('abort', fail)
          resolve()
        }, ms)
        if (caller?.aborted === true) fail()
        else caller?.addEventListener('abort', fail, { once: true })
      }),
    throwIfLeft() {
      if (caller?.aborted === true) throw caller.reason
    },
    clear: cancel,
  }
}
