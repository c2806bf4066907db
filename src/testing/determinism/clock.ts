// Time as this kit uses it: a reading and a pause, both replaceable (see `virtual-clock.ts`).

/** Waits. Rejects with the reason of the signal as soon as that is aborted. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

/** A reading that never falls, in milliseconds, and a way to wait for a later one. */
export interface Clock {
  readonly now: () => number
  readonly sleep: Sleep
}

/** The time of the machine: `performance.now` and `setTimeout`. */
export const systemClock: Clock = {
  now: () => performance.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }, ms)
      signal?.addEventListener('abort', abort, { once: true })
    })
  },
}
