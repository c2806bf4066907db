// The course of one read over the network: how many answers it has had, and what it has learned.

import { requirementOf } from '../../core/guarantee.ts'
import type { Judgement } from '../../core/judge.ts'
import type { Answer } from '../../transport/versioned-fetch.ts'
import type { Served } from '../events/report.ts'
import type { ResolvedOptions } from '../rules/options.ts'
import type { GovernedRequest } from '../rules/request.ts'
import type { Deadline } from '../waits/deadline.ts'

/** An answer that may not be shown, and why. */
export interface RefusedAnswer {
  readonly answer: Answer
  readonly judgement: Judgement
}

/** How far one read has come. It belongs to one call of `fetchFresh`, and is changed by it alone. */
export interface Course {
  readonly request: GovernedRequest
  /** The keys of the reads that wait for this one, because they depend on it. */
  readonly chain: readonly string[]
  /** Aborts when nobody waits for it any more: one who leaves a read that is shared does not end it. */
  readonly caller: AbortSignal | undefined
  /** How many answers came, failures of retries included. */
  answers: number
  /** Whether one of them told a version. */
  isHeard: boolean
  /** How many of them were of another history. */
  nevers: number
  /** How many said of themselves that they were the primary's. */
  primaryAnswers: number
  /**
   * Whether the last answer was the primary's, and below a floor that rose while it was under way, or no more than a
   * refusal by one of a history that has ended.
   */
  isOutrun: boolean
  asksPrimary: boolean
  /** Whether the request under way passes caches by, so that its answer is nobody's copy. */
  passesCaches: boolean
  /** Whether the request under way ends with the budget: so does a body that has yet to come then. */
  isTimed: boolean
  /** What the session had heard of when the request under way left: see `SessionFloors.moment`. */
  departedAt: number
  /** Whether the disk was asked for what is held: once for each read, however often it is refused (I7). */
  isRecalled: boolean
  /** Whether a history of its scopes is suspected to have ended. */
  isSuspect: boolean
  /** Scopes whose history has ended, as an answer said: their floors can be met by nobody. */
  readonly ended: Set<string>
  /** Set once the first answer was refused: from then on the budget runs. */
  deadline: Deadline | undefined
  /** The newest of the refused answers. */
  best: RefusedAnswer | undefined
  lastError: unknown
  /** How long the disk was waited for before the budget ran, in milliseconds: it is a part of the budget. */
  diskMs: number
}

/**
 * Answers a read by the network. `shared` aborts once nobody waits for it any more; `chain` names the
 * reads that depend on it.
 */
export type FetchFresh = (
  request: GovernedRequest,
  shared: AbortSignal | undefined,
  chain?: readonly string[],
) => Promise<Served>

/** Begins the course of a read. */
export function beginCourse(
  request: GovernedRequest,
  chain: readonly string[],
  caller: AbortSignal | undefined,
): Course {
  return {
    request,
    chain,
    caller,
    answers: 0,
    isHeard: false,
    nevers: 0,
    primaryAnswers: 0,
    isOutrun: false,
    asksPrimary: requirementOf(request.level).asksPrimary,
    passesCaches: false,
    isTimed: false,
    departedAt: 0,
    isRecalled: false,
    isSuspect: false,
    ended: new Set(),
    deadline: undefined,
    best: undefined,
    lastError: undefined,
    diskMs: 0,
  }
}

/** Returns what is left of the budget, in milliseconds. */
export function leftMsOf({ deadline, request, diskMs }: Course): number {
  return deadline?.leftMs() ?? Math.max(0, request.budgetMs - diskMs)
}

/** Waits for the disk, as a part of the budget: \`reach\` is told how much of it is left, in milliseconds. */
export async function waitForDisk(
  course: Course,
  { now }: Pick<ResolvedOptions, 'now'>,
  reach: (leftMs: number) => Promise<void> | undefined,
): Promise<void> {
  const startedAt = now()
  const reaching = reach(leftMsOf(course))
  if (reaching === undefined) return
  await reaching
  if (course.deadline === undefined) course.diskMs += Math.max(0, now() - startedAt)
}

/** Frees the connection of an answer that nobody will read. */
export async function discard({ response }: Answer): Promise<void> {
  try {
    await response.body?.cancel()
  } catch {
    // It had failed already, and nobody was going to read it.
  }
}
