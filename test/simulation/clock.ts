// The clock of the simulator: virtual time, as in `tidemark/testing`, with less work for each step.
//
// C1. Time moves only when nothing is left to do: after one whole turn of the event loop, which ends
//     when all promises have settled. Nothing in a simulated world waits for anything else.
// C2. Timers fire one at a time: the earliest first, and of two for one moment the one set first.
// C3. When nothing is left to do and no timer is set, the run can never end: it fails, and says so.

import type { Sleep } from 'tidemark/testing'

/** A clock that is moved by what waits for it. */
export interface SimulatedClock {
  readonly now: () => number
  readonly sleep: Sleep
  /** Calls back after so many milliseconds, unless the function that it returns is called. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void
  /** Runs a task to its end. */
  readonly run: <T>(task: () => Promise<T>) => Promise<T>
}

interface Timer {
  readonly dueAtMs: number
  callback: (() => void) | undefined
}

// Promises that settle each other through bodies take no turn, but nobody has promised that.
const turnsBeforeStuck = 5

/**
 * Makes a clock that reads `startMs` until something waits for it. While `isBusy`, something is at work that
 * takes turns of the event loop and sets no timer, and time stands still.
 */
export function createSimulatedClock(startMs: number, isBusy: () => boolean = () => false): SimulatedClock {
  let nowMs = startMs
  /** In the order of C2. */
  const timers: Timer[] = []

  function setTimer(callback: () => void, delayMs: number): () => void {
    const dueAtMs = nowMs + Math.max(0, delayMs)
    const timer: Timer = { dueAtMs, callback }
    const before = timers.findLastIndex((other) => other.dueAtMs <= dueAtMs)
    timers.splice(before + 1, 0, timer)
    return () => void (timer.callback = undefined)
  }

  const sleep: Sleep = (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const leave = (): void => {
        cancel()
        reject(signal?.reason)
      }
      const cancel = setTimer(() => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }, ms)
      signal?.addEventListener('abort', leave, { once: true })
    })

  /** Fires the next timer, and tells whether there was one. */
  function fireNext(): boolean {
    for (let timer = timers.shift(); timer !== undefined; timer = timers.shift()) {
      if (timer.callback === undefined) continue
      nowMs = timer.dueAtMs
      timer.callback()
      return true
    }
    return false
  }

  const run = <T>(task: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      let isEnded = false
      let idleTurns = 0
      const end = (settle: () => void): void => {
        isEnded = true
        settle()
      }
      task().then(
        (value) => end(() => resolve(value)),
        (error: unknown) => end(() => reject(error)),
      )
      const turn = (): void => {
        if (isEnded) return
        if (isBusy()) return void setImmediate(turn)
        idleTurns = fireNext() ? 0 : idleTurns + 1
        if (idleTurns < turnsBeforeStuck) setImmediate(turn)
        else end(() => reject(new Error('Nothing moves any more, and no timer is set.'))) // C3
      }
      setImmediate(turn)
    })

  return { now: () => nowMs, sleep, setTimer, run }
}
