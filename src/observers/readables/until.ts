// Waiting for a condition on a readable, within a bound.

import type { SetTimer } from '../../client/waits/clock.ts'
import type { Readable, UntilOptions } from './readable.ts'

/**
 * Resolves with the first value that meets the condition.
 *
 * @throws {DOMException} `TimeoutError` when time is over; or the reason of `signal`.
 */
export function until<T>(
  readable: Pick<Readable<T>, 'get' | 'listen'>,
  predicate: (value: T) => boolean,
  { timeoutMs, signal, setTimer }: UntilOptions & { readonly setTimer: SetTimer },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const ends: (() => void)[] = []
    const finish = (settle: () => void): void => {
      for (const end of ends.splice(0)) end()
      settle()
    }
    const check = (): void => {
      try {
        const value = readable.get()
        if (predicate(value)) finish(() => resolve(value))
      } catch (error) {
        finish(() => reject(error))
      }
    }
    const onAbort = (): void => finish(() => reject(signal?.reason))
    const onTimeout = (): void => {
      const message = `The condition was not met within ${timeoutMs} ms. Raise \`timeoutMs\`, or look at the value.`
      finish(() => reject(new DOMException(message, 'TimeoutError')))
    }
    if (signal?.aborted === true) return onAbort()
    ends.push(readable.listen(check))
    if (timeoutMs !== undefined) ends.push(setTimer(onTimeout, timeoutMs))
    signal?.addEventListener('abort', onAbort)
    ends.push(() => signal?.removeEventListener('abort', onAbort))
    // Last, so that a condition that is met already finds all there is to end.
    check()
  })
}
