// What becomes of an answer that may not be shown: something held stands in for it, or the newest of
// them waits for the case that nothing better comes.
//
// F1. A held value stands in for an answer that is behind, or of another history, if it covers the
//     floor. Against an answer that says nothing it stands only for a while: a deletion, or a proxy that
//     strips the header for good, must become visible in the end (lessons V7, V11).
//     Against another history, and where one is suspected to have ended, it stands only once the primary
//     was asked: or a page that reads nothing but what it holds would never leave a history that has
//     ended. And for a strong read, whose point is to have asked, nothing stands in.
// F2. When the ladder has ended, what is served below the floor is marked, and only by request.

import { VersionUnavailableError } from '../../core/errors.ts'
import { requirementOf } from '../../core/guarantee.ts'
import type { Verdict } from '../../core/judge.ts'
import { compareAnswers, describeVersion } from '../../core/version.ts'
import type { Version } from '../../core/version.ts'
import type { Served } from '../events/report.ts'
import { isAbsence, isJudged } from '../exchanges/answer-judgement.ts'
import { discard, leftMsOf, waitForDisk } from '../exchanges/course.ts'
import type { Course, RefusedAnswer } from '../exchanges/course.ts'
import { canAskPrimary } from '../exchanges/floors.ts'
import type { ClientParts } from '../exchanges/parts.ts'
import { heldFor, recallFor } from './held-answer.ts'
import { serveAnswer, serveHeld } from './serving.ts'

// Longer than replicas usually lag, short enough for a deletion to be believed (lessons R23).
const standsUnverifiedMs = 30_000

/** Serves something in place of a refused answer, or returns `undefined`: ask again. */
export async function replaceRefused(
  parts: ClientParts,
  course: Course,
  refused: RefusedAnswer,
): Promise<Served | undefined> {
  const { answer, judgement } = refused
  const { verdict, want } = judgement
  report(parts, course, refused)
  if (standsIn(parts, course, verdict)) {
    const isInMemory = parts.held.slotOf(course.request.key)?.entry !== undefined
    if (isInMemory || !course.isRecalled) {
      await waitForDisk(course, parts.options, (leftMs) => recallFor(parts, course.request, leftMs))
    }
    course.isRecalled = true
    const isAskable = canAskPrimary(parts, course.request, course.isHeard)
    const isAsked = course.primaryAnswers > 0 || ((course.asksPrimary || !isAskable) && course.passesCaches)
    const isEarly = !isAsked && (verdict === 'never' || course.isSuspect)
    const served = isEarly ? undefined : serveInstead(parts, course, verdict)
    if (served !== undefined) {
      await discard(answer)
      return served
    }
  }
  // Only an absence is worth the whole ladder: what was just created is the likeliest to be missing.
  if (verdict === 'unknown' && !isAbsence(answer.response) && course.answers > 1) {
    const { got } = judgement
    const why = got === undefined ? 'no answer carried a version' : 'no answer proves an order'
    return serveAnswer(parts, course, answer, { achieved: 'unverified', why, want })
  }
  await keepNewest(parts, course, refused)
  return undefined
}

function report({ events }: ClientParts, { request }: Course, refused: RefusedAnswer): void {
  const { verdict, want, got } = refused.judgement
  if (verdict === 'fresh') return
  const url = request.url.href
  const servedBy = refused.answer.servedBy?.name
  if (verdict === 'unknown' && want !== undefined && got === undefined) {
    events.emit({ type: 'version:missing', url, scope: want.scope })
  }
  events.emit({ type: 'answer:refused', read: request.id, key: request.key, url, verdict, want, got, servedBy })
}

function serveInstead(parts: ClientParts, course: Course, verdict: Verdict): Served | undefined {
  const why = `the held value covers the floor, and the answer was ${verdict}`
  return serveHeld(parts, course.request, { why, attempts: course.answers, lists: listsOf(course) })
}

/** A primary that lacks an own write has lost it, and nothing that was laid over a list may hide that. */
function listsOf({ primaryAnswers }: Course): 'overlaid' | 'plain' {
  return primaryAnswers > 0 ? 'plain' : 'overlaid'
}

function standsIn(parts: ClientParts, course: Course, verdict: Verdict): boolean {
  const { request } = course
  const candidate = heldFor(parts, request, listsOf(course))
  if (candidate === undefined || requirementOf(request.level).asksPrimary) return false // F1
  const ageMs = parts.options.now() - candidate.validatedAt
  const bound = requirementOf(request.level).maxStalenessMs ?? Number.POSITIVE_INFINITY
  const standsMs = verdict === 'unknown' ? Math.min(bound, standsUnverifiedMs) : bound
  // Where the clock was set back, nobody knows the age, and the value counts as old.
  return standsMs === Number.POSITIVE_INFINITY || (ageMs >= 0 && ageMs <= standsMs) // F1
}

async function keepNewest(
  { scopes }: ClientParts,
  course: Course,
  refused: RefusedAnswer,
): Promise<void> {
  const kept = course.best
  const [newest, known] = [refused.answer.versions, kept?.answer.versions]
  const isOlder = newest && known && compareAnswers(scopes.formatOf, newest, known) === 'before'
  if (kept !== undefined) await discard(isOlder === true ? refused.answer : kept.answer)
  if (isOlder !== true) course.best = refused
}

/**
 * Ends a read for which nothing covered the floor.
 *
 * @throws {VersionUnavailableError} unless the answers said nothing, or the read takes what there is.
 */
export function endRefused(parts: ClientParts, course: Course): Served {
  const { request, best } = course
  const verdict = best?.judgement.verdict
  if ((verdict === 'never' || verdict === 'behind') && standsIn(parts, course, verdict)) {
    const served = serveInstead(parts, course, verdict) // F1
    if (served !== undefined) return served
  }
  const isUnknown = best?.judgement.verdict === 'unknown'
  const takesStale = request.onUnavailable === 'serve-stale' && best?.answer.problem === undefined
  if (best !== undefined && (isUnknown || takesStale)) {
    const achieved = isUnknown ? 'unverified' : 'behind'
    const why = isUnknown ? 'no answer carried a version' : 'the newest within the budget'
    return serveAnswer(parts, course, best.answer, { achieved, why, want: best.judgement.want }) // F2
  }
  if (best !== undefined) void discard(best.answer)
  const url = request.url.href
  parts.events.emit({ type: 'read:refused', read: request.id, url, reason: 'version-unavailable' })
  const facts = {
    url,
    required: textOf(best?.judgement.want) ?? 'the floor of the session',
    offered: textOf(best?.judgement.got),
    attempts: course.answers,
    waitedMs: Math.round(request.budgetMs - leftMsOf(course)),
  }
  throw new VersionUnavailableError(facts, { cause: course.lastError })
}

/**
 * Refuses an answer that says nothing of versions, where the app wants to know (lessons S11).
 *
 * @throws {VersionUnavailableError} if it does.
 */
export function refuseUnversioned(
  { options }: ClientParts,
  { request, answers }: Course,
  { response, report: { versions } }: Served,
): void {
  const mode = request.match?.rule.onUnversioned ?? options.onUnversioned
  if (mode === 'accept' || versions !== undefined || request.level === 'eventual') return
  if (!isJudged(response)) return
  void response.body?.cancel().catch(() => undefined)
  throw new VersionUnavailableError({
    url: request.url.href,
    required: 'any version',
    offered: undefined,
    attempts: answers,
    waitedMs: 0,
  })
}

function textOf(version: Version | undefined): string | undefined {
  return version && describeVersion(version)
}
