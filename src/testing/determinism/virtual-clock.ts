// Time that passes only while everyone waits: a thousand reads, 100 ms apart, in a blink.
//
// C1. Time moves only inside `run`, and only when nothing else is left to do: the event loop has
//     been idle for some turns and somebody sleeps.
// C2. Sleepers wake one at a time: the earliest first, and of two for the same moment the one that
//     fell asleep first. What a sleeper sets off is finished before the next one wakes.
// C3. What waits for the outside world (a socket, a disk) stops the clock only while nobody sleeps:
//     a program that mixes both under a virtual clock is not deterministic, and should not.

import type { Clock } from './clock.ts'

/** A clock that is moved by what waits for it. */
export interface VirtualClock extends Clock {
  /** Calls back after so many milliseconds, unless the function that it returns is called. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void
  /**
   * Runs a task to its end, and lets time pass whenever all of it waits.
   *
   * Resolves or rejects as the task does. Never ends for a task that waits for what never comes.
   */
  readonly run: <T>(task: () => Promise<T>) => Promise<T>
}

interface Sleeper {
  readonly dueAtMs: number
  readonly wake: () => void
}

// Parsing a body takes an engine a few turns. More than enough costs a microsecond each.
const idleTurns = 3

/**
 * Makes a clock that reads `startMs` until something waits for it.
 *
 * @example
 * ```ts
 * import { createVirtualClock } from 'tidemark/testing'
 *
 * const clock = createVirtualClock()
 * await clock.run(() => clock.sleep(86_400_000))
 * clock.now() //=> 86400000
 * ```
 */
export function createVirtualClock({ startMs = 0 }: { startMs?: number } = {}): VirtualClock {
  let nowMs = startMs
  let isRunning = false
  const sleepers = createSleepers()

  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted()
    await sleepers.add(nowMs + Math.max(0, ms), signal)
  }

  const setTimer = (callback: () => void, delayMs: number): (() => void) => {
    const cancelling = new AbortController()
    sleep(delayMs, cancelling.signal).then(callback, ignore)
    return () => cancelling.abort()
  }

  const run = async <T>(task: () => Promise<T>): Promise<T> => {
    if (isRunning) throw new Error('This virtual clock runs already: await the first `run`.')
    isRunning = true
    const turns = createTurns()
    const ending = new AbortController()
    const begin = async (): Promise<T> => task()
    const result = begin().finally(() => ending.abort())
    // The result is handed on below; until then its rejection is not unhandled.
    const ended = result.then(ignore, ignore)
    while (!ending.signal.aborted) {
      if (sleepers.isEmpty()) await Promise.race([sleepers.added(), ended]) // C3
      for (let turn = 0; turn < idleTurns; turn += 1) await turns.next() // C1
      if (!ending.signal.aborted) nowMs = sleepers.wakeFirst() ?? nowMs
    }
    turns.close()
    isRunning = false
    return result
  }

  return { now: () => nowMs, sleep, setTimer, run }
}

function ignore(): void {}

interface Sleepers {
  readonly isEmpty: () => boolean
  readonly add: (dueAtMs: number, signal: AbortSignal | undefined) => Promise<void>
  /** Resolves when the next sleeper is added. */
  readonly added: () => Promise<void>
  /** Wakes the sleeper whose turn it is, and returns the moment it slept for. */
  readonly wakeFirst: () => number | undefined
}

function createSleepers(): Sleepers {
  /** In the order of C2. */
  const queue: Sleeper[] = []
  let announce: (() => void) | undefined
  return {
    isEmpty: () => queue.length === 0,
    add: (dueAtMs, signal) =>
      new Promise((resolve, reject) => {
        const abort = (): void => {
          queue.splice(queue.indexOf(sleeper), 1)
          reject(signal?.reason)
        }
        const wake = (): void => {
          signal?.removeEventListener('abort', abort)
          resolve()
        }
        const sleeper: Sleeper = { dueAtMs, wake }
        signal?.addEventListener('abort', abort, { once: true })
        const before = queue.findLastIndex((other) => other.dueAtMs <= dueAtMs)
        queue.splice(before + 1, 0, sleeper) // C2
        announce?.()
      }),
    added: () => new Promise((resolve) => void (announce = resolve)),
    wakeFirst() {
      const sleeper = queue.shift()
      sleeper?.wake()
      return sleeper?.dueAtMs
    },
  }
}

interface Turns {
  readonly next: () => Promise<void>
  readonly close: () => void
}

/** Turns of the event loop. Unlike those of `setTimeout`, browsers do not stretch these to 4 ms. */
function createTurns(): Turns {
  // Where it exists, as in Node, a message costs ten times as much.
  const immediate: unknown = Reflect.get(globalThis, 'setImmediate')
  if (typeof immediate === 'function') {
    return {
      next: () => new Promise((resolve) => void Reflect.apply(immediate, globalThis, [resolve])),
      close: () => undefined,
    }
  }
  const { port1, port2 } = new MessageChannel()
  let resolveNext: (() => void) | undefined
  port1.addEventListener('message', () => resolveNext?.())
  port1.start()
  return {
    next: () =>
      new Promise((resolve) => {
        resolveNext = resolve
        port2.postMessage(undefined)
      }),
    close: () => {
      port1.close()
      port2.close()
    },
  }
}
