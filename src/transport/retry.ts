// The ladder: how a read asks again when an answer was behind.
//
// T1. The steps are few, and all lie within one budget (I7): a step that does not fit is not taken.
// T2. No step repeats the one before it: it waits longer, or bypasses more caches, or asks elsewhere; or it asks
//     for more, since what the primary said was outrun.
// T3. The primary is asked at once, unless the source is known to be so close behind that waiting is
//     cheaper: once, since whoever was close and is still behind after that is not. Where the primary
//     cannot be asked for, time is the only cure, and pauses double.
// T4. Pauses are jittered, so that a thousand tabs behind one replica do not ask as one.
// T5. A primary that was below the floor twice will not rise by being asked: the ladder ends.
// T6. A primary whose answer was outrun lacks nothing, and how far replicas lag is nothing to it: it is asked
//     again soon, and as long as there is budget, so that a burst of writes fails no read that outlasts it. So is one
//     that refused what it was asked for, since that was of a history which has ended: it had not looked any further.

/** How a read asks again. */
export interface Attempt {
  readonly waitMs: number
  /** How far caches on the way are bypassed. Neither mode costs a preflight (lessons W11). */
  readonly cache: 'no-cache' | 'reload'
  readonly asksPrimary: boolean
}

/** What the next step depends on. */
export interface RetrySituation {
  /** How many answers there were so far: 1 after the first. */
  readonly answers: number
  /** What is left of the budget, in milliseconds. */
  readonly leftMs: number
  /** When to ask again, as the server says, in milliseconds. */
  readonly retryAfterMs: number | undefined
  /** How far the source was behind when it was last known, in milliseconds. */
  readonly lagMs: number | undefined
  /** Whether the server understands a request for the primary. */
  readonly canAskPrimary: boolean
  /** How many of the answers said of themselves that they were the primary's. */
  readonly primaryAnswers: number
  /** Whether the last answer was the primary's, and said nothing of the floor that stands now (T6). */
  readonly isOutrun: boolean
  /** A number from 0 up to 1. */
  readonly random: number
}

const firstWaitMs = 40
// Up to this lag a pause costs the reader little, and the primary nothing.
const shortLagMs = 100
// Doubled pauses of 40 ms fill two seconds in six steps.
const answersMax = 8
const primaryAnswersMax = 2

/** Decides the next step, or returns `undefined` when the read has to end. */
export function nextAttempt(situation: RetrySituation): Attempt | undefined {
  const { answers, leftMs, lagMs, canAskPrimary, primaryAnswers } = situation
  if (answers >= answersMax || primaryAnswers >= primaryAnswersMax) return undefined // T1, T5
  const hintMs = situation.retryAfterMs
  // The server's own hint comes before what was learned of others.
  const expectedMs = answers === 1 ? (hintMs ?? lagMs) : undefined
  const isClose = expectedMs !== undefined && expectedMs <= shortLagMs
  const asksPrimary = canAskPrimary && !isClose // T3
  const waitMs = hintMs !== undefined && !asksPrimary ? hintMs : pauseOf(situation, asksPrimary)
  if (waitMs >= leftMs) return undefined // T1
  return { waitMs, cache: answers === 1 ? 'no-cache' : 'reload', asksPrimary } // T2
}

function pauseOf({ answers, lagMs, leftMs, isOutrun, random }: RetrySituation, asksPrimary: boolean): number {
  if (asksPrimary && answers === 1) return 0
  if (isOutrun) return Math.min(leftMs / 2, Math.round(firstWaitMs * 2 ** (answers - 2) * (0.75 + random / 2))) // T4, T6
  const first = Math.min(Math.max(firstWaitMs, lagMs ?? 0), shortLagMs)
  return Math.round(first * 2 ** (answers - 1) * (0.75 + random / 2)) // T4
}

/** Learns how long sources stay behind, as a moving mean of what reads have waited. */
export interface LagEstimate {
  /** In milliseconds, or `undefined` before anything was learned. */
  readonly get: () => number | undefined
  readonly learn: (waitedMs: number) => void
}

/** Makes a {@link LagEstimate}. */
export function createLagEstimate(): LagEstimate {
  let lagMs: number | undefined
  return {
    get: () => lagMs,
    // A weight of a quarter: one slow answer must not poison the estimate (lessons R25).
    learn(waitedMs) {
      lagMs = lagMs === undefined ? waitedMs : lagMs + (waitedMs - lagMs) / 4
    },
  }
}
