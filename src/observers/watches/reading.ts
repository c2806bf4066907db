// The reads of one watch: one under way at a time, and the next one planned.
//
// R1. What asks for a read while one is under way is answered by that one, if it can be (lessons R3): its
//     answer is judged by the floors of its arrival. What it may not show is read for once more, and not
//     forgotten (lessons O11).
// R2. After a failure, or an answer that still does not show what the session knows of, reading goes on: a
//     few times and ever later, until something new happens (I7).
// R3. What nobody sees is not polled.
// R4. What was under way when the page was frozen may never end (`client/waits/presence.ts`). It is read for anew.

import type { Read } from '../../client/reads/reader.ts'
import type { GovernedRequest } from '../../client/rules/request.ts'
import type { SetTimer } from '../../client/waits/clock.ts'
import type { Versions } from '../../core/version.ts'
import type { ReadAnswer } from './held-source.ts'

/** The reads of one watch. */
export interface Reading {
  readonly isUnderWay: () => boolean
  /** The versions of the answer whose body is being read. */
  readonly landing: () => Versions | undefined
  /** Reads, unless a read is under way. Resolves when it has ended, however it did. */
  readonly revalidate: (way: Way) => Promise<void>
  /** Reads until something is shown; what is under way may do. */
  readonly readFor: (missed: Missed) => void
  /** Reads in any case. */
  readonly refresh: () => Promise<void>
  /** Reads anew for what is under way, which may have been lost (R4). */
  readonly restart: () => void
  /** Forgets earlier failures. */
  readonly forgive: () => void
  /** Goes on reading from now on, as far as there is reason to. */
  readonly begin: () => void
  /** Ends what is under way, and all that is planned. */
  readonly end: () => void
}

/** Whether a read follows its plan, or goes to the network in any case. */
export type Way = 'planned' | 'anew'

/** What a read is to show: versions, or `anything`, where nobody knows. */
export type Missed = Versions | 'anything'

/** What {@link createReading} needs. */
export interface ReadingParts {
  readonly read: Read
  readonly request: GovernedRequest
  readonly intervalMs: number | false
  readonly setTimer: SetTimer
  readonly isVisible: () => boolean
  readonly onAnswer: (answer: ReadAnswer) => void
  readonly onFailure: (cause: unknown) => void
  /** Called when a read has begun, and when it has ended. */
  readonly onChange: () => void
  /** Tells whether what is shown covers something. */
  readonly covers: (versions: Versions) => boolean
  /** Tells whether the last read has failed, or more is known to exist than is shown. */
  readonly isLacking: () => boolean
}

interface Flight {
  readonly way: Way
  readonly controller: AbortController
  /** Resolves once it has ended, or another that took its place has. */
  readonly landed: Promise<void>
  readonly land: () => void
}

const nothing = (): void => undefined

const retryDelaysMs = [1000, 2000, 4000, 8000, 16_000]

/** Makes the reads of one watch. */
export function createReading(parts: ReadingParts): Reading {
  const { request, intervalMs, setTimer, onChange } = parts
  let isGoingOn = false
  let flight: Flight | undefined
  let landing: Versions | undefined
  // What the read under way may not show.
  let awaited: Missed[] = []
  let failures = 0
  let cancelTimer: (() => void) | undefined

  function revalidate(way: Way): Promise<void> {
    if (flight !== undefined) return flight.landed // R1
    cancelPlan()
    let land = nothing
    const landed = new Promise<void>((resolve) => {
      land = resolve
    })
    const own: Flight = { way, controller: new AbortController(), landed, land }
    flight = own
    // A turn later, so that what begins to listen in this one is there.
    queueMicrotask(() => void fly(own))
    onChange()
    return landed
  }

  /** Ends what is under way, and returns it. */
  function abandon(reason: string): Flight | undefined {
    const ending = flight
    flight = undefined
    landing = undefined
    ending?.controller.abort(new DOMException(reason, 'AbortError'))
    return ending
  }

  async function fly(own: Flight): Promise<void> {
    const { signal } = own.controller
    const init = { ...request.init, signal }
    try {
      const { response, report } = await parts.read({ ...request, init, signal }, own.way)
      if (flight === own) landing = report.versions
      // Read to its end, since only then it is held.
      const body = await response.arrayBuffer()
      if (flight === own) parts.onAnswer({ response, report, body })
    } catch (cause) {
      if (flight === own) parts.onFailure(cause)
    }
    if (flight !== own) return // Whoever ended it has tidied up.
    flight = undefined
    landing = undefined
    own.land()
    onChange()
    if (isGoingOn) goOn()
  }

  function goOn(): void {
    const missed = awaited
    awaited = []
    if (missed.some((each) => each === 'anything' || !parts.covers(each))) {
      void revalidate('anew') // R1
      return
    }
    const isLacking = parts.isLacking()
    const retryMs = isLacking ? retryDelaysMs[failures] : undefined
    failures = isLacking ? failures + 1 : 0
    const delays = [retryMs, intervalMs].filter((delayMs) => typeof delayMs === 'number')
    if (delays.length > 0) plan(Math.min(...delays)) // R2
  }

  function plan(waitMs: number): void {
    cancelTimer = setTimer(() => {
      cancelTimer = undefined
      // When it is seen again, that reads.
      if (parts.isVisible()) void revalidate('anew')
      else plan(waitMs) // R3
    }, waitMs)
  }

  function cancelPlan(): void {
    cancelTimer?.()
    cancelTimer = undefined
  }

  return {
    isUnderWay: () => flight !== undefined,
    landing: () => landing,
    revalidate,
    readFor(missed) {
      failures = 0
      if (flight === undefined) void revalidate('anew')
      else awaited.push(missed)
    },
    async refresh() {
      if (flight?.way === 'planned') await flight.landed
      await revalidate('anew')
    },
    restart() {
      const lost = abandon('The page was out of reach.')
      if (lost !== undefined) void revalidate(lost.way).then(lost.land)
    },
    forgive() {
      failures = 0
    },
    begin() {
      isGoingOn = true
      void revalidate('planned')
    },
    end() {
      isGoingOn = false
      cancelPlan()
      failures = 0
      awaited = []
      abandon('Nobody listens any more.')?.land()
    },
  }
}
