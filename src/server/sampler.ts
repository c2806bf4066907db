// One node, looked at on behalf of everyone who waits for it.
//
// A thousand requests that wait for one replica cause one query at a time, on one connection. None of
// them holds a connection or a snapshot while it waits (lessons W20).
//
// L1. At most one look is under way. Whoever asks in the meantime shares the next one.
// L2. `next` resolves with a look that began after it was called: what had been committed or read by
//     then is covered by it.
// L3. Nobody is asked while nobody waits: there is no timer in the background.
// L4. Looks are as far apart as one takes, so a busy database is asked less often. While only its
//     progress is waited for, they are `pollIntervalMs` apart; after failures, ever farther.
// L5. Where the database can wake us, one wait at a time stands for everyone: for the position that is due
//     first. Each watcher's is tried once. What is not covered by then (another epoch, a wait that failed)
//     is polled, so a wait that returns at once cannot make us spin.

import type { Sample, VersionSource } from './version-source.ts'

/** A sample, with the time at which it was asked for. */
export interface Look extends Sample {
  readonly startedAt: number
}

/** What a {@link Sampler} goes by. */
export interface SamplerOptions {
  readonly now: () => number
  readonly setTimer: (callback: () => void, delayMs: number) => () => void
  readonly pollIntervalMs: number
  readonly sampleTimeoutMs: number
  readonly onLook: (look: Look) => void
  readonly onFailure: (cause: unknown) => void
}

/** How long is waited, and for what. */
export interface WatchOptions {
  readonly waitMs: number
  /** The position that is waited for, for a database that can tell when it comes. */
  readonly position?: string | undefined
}

/** Shared looks at one node. */
export interface Sampler {
  readonly latest: () => Look | undefined
  /** Whether the last look failed. */
  readonly isFailing: () => boolean
  /** Resolves with a look that begins after this call (L2). Rejects where it fails. */
  readonly next: () => Promise<Look>
  /** Resolves with the first look that passes, or with `undefined` when the time is over. */
  readonly until: (test: (look: Look) => boolean, wait: WatchOptions) => Promise<Look | undefined>
  /** Has a look soon, if the latest is older than this. */
  readonly refresh: (olderThanMs: number) => void
}

interface Caller {
  readonly resolve: (look: Look) => void
  readonly reject: (cause: unknown) => void
}

interface Watcher {
  readonly test: (look: Look) => boolean
  readonly done: (look: Look | undefined) => void
  readonly endsAt: number
  /** What to be woken for, until that has been tried (L5). */
  position: string | undefined
}

const backOffMaxMs = 1000

/** Makes the shared looks at a node. */
export function createSampler(source: VersionSource, options: SamplerOptions): Sampler {
  const { now, setTimer, pollIntervalMs, sampleTimeoutMs } = options
  let latest: Look | undefined
  let failures = 0
  let isLooking = false
  let endedAt = -Infinity
  /** How long the last look took. */
  let lookMs = 0
  let callers: Caller[] = []
  const watchers = new Set<Watcher>()
  /** The position that the database is to wake us for. */
  let arriving: string | undefined
  let timer: { readonly dueAt: number; readonly cancel: () => void } | undefined

  /** Sees to it that the next look happens when it is due. */
  function schedule(): void {
    if (isLooking || (callers.length === 0 && watchers.size === 0)) return // L1, L3
    if (callers.length === 0 && failures === 0 && awaitsArrival()) return // L5
    const dueAt = Math.max(now(), dueAtOf())
    if (timer !== undefined && timer.dueAt <= dueAt) return
    timer?.cancel()
    timer = undefined
    if (dueAt <= now()) void look()
    else timer = { dueAt, cancel: setTimer(onTimer, dueAt - now()) }
  }

  /** Tells whether the database will wake us for all that wait, having it do so if it can. */
  function awaitsArrival(): boolean {
    if (source.arrival === undefined || latest === undefined) return false
    const position = (arriving ??= beginArrival(source.arrival))
    if (position === undefined) return false
    return [...watchers].every((watcher) => watcher.position !== undefined && !isBefore(watcher.position, position))
  }

  function beginArrival(arrival: NonNullable<VersionSource['arrival']>): string | undefined {
    let first: { readonly position: string; readonly endsAt: number } | undefined
    for (const { position, endsAt } of watchers) {
      if (position === undefined) continue
      if (first === undefined || isBefore(position, first.position)) first = { position, endsAt }
    }
    if (first === undefined) return undefined
    const { position, endsAt } = first
    const settle = (): void => {
      arriving = undefined
      for (const watcher of watchers) if (watcher.position === position) watcher.position = undefined
      if (watchers.size > 0) next().catch(ignore) // It is told by `onFailure`.
    }
    arrival(position, Math.max(0, endsAt - now())).then(settle, settle)
    return position
  }

  function isBefore(left: string, right: string): boolean {
    return source.format.comparePositions(left, right) === 'before'
  }

  function onTimer(): void {
    timer = undefined
    void look()
  }

  function dueAtOf(): number {
    if (failures > 0) return endedAt + Math.min(backOffMaxMs, pollIntervalMs * 2 ** failures) // L4
    return endedAt + (callers.length > 0 ? lookMs : pollIntervalMs)
  }

  async function look(): Promise<void> {
    isLooking = true
    const startedAt = now()
    const served = callers
    callers = []
    try {
      const sample = await withinTime(source.sample())
      const found: Look = { ...sample, startedAt }
      latest = found
      failures = 0
      end(startedAt)
      options.onLook(found)
      for (const caller of served) caller.resolve(found)
      for (const watcher of watchers) if (watcher.test(found)) watcher.done(found)
    } catch (cause) {
      failures += 1
      end(startedAt)
      options.onFailure(cause)
      for (const caller of served) caller.reject(cause)
    }
    schedule()
  }

  function end(startedAt: number): void {
    isLooking = false
    endedAt = now()
    lookMs = endedAt - startedAt
  }

  /** A database that hangs must not hang its callers. */
  function withinTime(sampling: Promise<Sample>): Promise<Sample> {
    return new Promise((resolve, reject) => {
      const cancel = setTimer(() => {
        reject(new Error(`The database did not tell its position within ${sampleTimeoutMs} ms.`))
      }, sampleTimeoutMs)
      sampling.then(resolve, reject).finally(cancel)
    })
  }

  const next = (): Promise<Look> =>
    new Promise((resolve, reject) => {
      callers.push({ resolve, reject }) // L2
      schedule()
    })

  return {
    latest: () => latest,
    isFailing: () => failures > 0,
    next,
    until(test, { waitMs, position }) {
      if (latest !== undefined && test(latest)) return Promise.resolve(latest)
      return new Promise((resolve) => {
        const watcher: Watcher = {
          test,
          position,
          endsAt: now() + waitMs,
          done(found) {
            cancel()
            watchers.delete(watcher)
            resolve(found)
          },
        }
        const cancel = setTimer(() => watcher.done(undefined), waitMs)
        watchers.add(watcher)
        schedule()
      })
    },
    refresh(olderThanMs) {
      const isRecent = latest !== undefined && now() - latest.startedAt < olderThanMs
      if (isRecent || isLooking || callers.length > 0) return
      next().catch(ignore) // It is told by `onFailure`.
    },
  }
}

function ignore(): void {}
