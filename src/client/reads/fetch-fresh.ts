// Fetching until an answer may be served: send, judge, admit, and the ladder between.
//
// R1. Floors are read when a request leaves and again when its answer arrives (I3).
// R2. What is served covers the read's floor, or is marked as what it is. Nothing is weakened silently.
// R3. All waiting after the first answer lies within the read's budget (I7).
//
//   send ──► judge ──fresh───► admit, serve
//     ▲        │ behind ──┐
//     │        │ never  ──┼──► the held value, if it covers the floor
//     │        │ unknown ─┘
//     └─ladder─┤
//              └─budget spent──► throw, or serve what there is, marked

import { requirementOf } from '../../core/guarantee.ts'
import type { Judgement } from '../../core/judge.ts'
import { compareAnswers, covers } from '../../core/version.ts'
import { dependsHeader } from '../../core/wire/dependency.ts'
import type { Dependency } from '../../core/wire/dependency.ts'
import { createLagEstimate, nextAttempt } from '../../transport/retry.ts'
import type { Attempt, LagEstimate } from '../../transport/retry.ts'
import { readAnswer, send } from '../../transport/versioned-fetch.ts'
import type { Answer, Carried, Changes } from '../../transport/versioned-fetch.ts'
import type { Served } from '../events/report.ts'
import { ageOf, isForeign, isJudged, judgeAnswer } from '../exchanges/answer-judgement.ts'
import { beginCourse, discard, leftMsOf, waitForDisk } from '../exchanges/course.ts'
import type { Course, FetchFresh } from '../exchanges/course.ts'
import { canAskPrimary, carriedByRead, touchedScopes } from '../exchanges/floors.ts'
import { epochChanged } from '../exchanges/healing.ts'
import type { Healing } from '../exchanges/healing.ts'
import type { ClientParts } from '../exchanges/parts.ts'
import type { Target } from '../exchanges/routing.ts'
import type { GovernedRequest } from '../rules/request.ts'
import { createDeadline, diskMsOf, within } from '../waits/deadline.ts'
import type { Deadline } from '../waits/deadline.ts'
import { whilePresent } from '../waits/presence.ts'
import { admitAnswer, holdAnswer } from './admission.ts'
import { awaitDependencies } from './dependencies.ts'
import { recallFor } from './held-answer.ts'
import { endRefused, refuseUnversioned, replaceRefused } from './refusal.ts'
import { serveAnswer, serveHeld } from './serving.ts'

/** Makes the fetching of a client. */
export function createFetchFresh(parts: ClientParts, healing: Healing): FetchFresh {
  const { options, scopes, events, held } = parts
  const lagByOrigin = new Map<string, LagEstimate>()

  const fetchFresh: FetchFresh = async (request, shared, chain = []) => {
    const course = beginCourse(request, chain, shared ?? request.signal)
    course.isSuspect = healing.suspects(request)
    try {
      const served = await run(course, shared)
      refuseUnversioned(parts, course, served)
      const { best } = course
      if (best !== undefined && best.answer.response !== served.response) void discard(best.answer)
      course.deadline?.clear(served.response)
      return served
    } catch (cause) {
      course.deadline?.clear()
      throw cause
    }
  }
  return fetchFresh

  async function run(course: Course, shared: AbortSignal | undefined): Promise<Served> {
    const { request } = course
    const wantsPrimary = course.isSuspect || parts.doubt.concerns(request.level, () => touchedScopes(parts, request))
    if (wantsPrimary && canAskPrimary(parts, request)) escalate(course)
    // The first request goes as it came: the platform hears the caller's own signal.
    const cache = course.isSuspect ? 'no-cache' : undefined
    let answer: Answer | undefined = await ask(course, { signal: shared, cache })
    for (;;) {
      const floorsKnown = parts.persistence.known()
      if (floorsKnown !== undefined) await floorsKnown
      const served = answer === undefined ? undefined : await consider(course, answer)
      if (served !== undefined) return served
      course.deadline ??= createDeadline(leftMsOf(course), course.caller, options)
      const attempt = nextStep(course, answer)
      if (attempt === undefined) return endRefused(parts, course)
      answer = await askAgain(course, attempt, course.deadline)
    }
  }

  async function ask(course: Course, changes: Changes): Promise<Answer> {
    course.departedAt = held.session.moment()
    course.passesCaches = changes.cache !== undefined
    course.isOutrun = false
    course.isTimed = course.deadline !== undefined && changes.signal === course.deadline.signal
    const answer = await (parts.router?.ask(course, changes, askOnce) ?? askOnce(course, changes))
    course.answers += 1
    if (answer.servedBy?.isPrimary === true) course.primaryAnswers += 1
    return answer
  }

  async function askOnce(course: Course, changes: Changes, target?: Target): Promise<Answer> {
    const { request, ended } = course
    const asksPrimary = target?.asksPrimary ?? course.asksPrimary
    const { id, key } = request
    const carry = (): Carried => {
      const carried = carriedByRead(parts, request, { asksPrimary, leftMs: leftMsOf(course), ended }) // R1
      events.emit({ type: 'request:sent', read: id, key, floors: carried.floors, asksPrimary })
      return carried
    }
    const response = await send(options.fetch, target ?? request, carry, changes)
    const answer = await whilePresent(readAnswer(response, request, options.valueBytesMax))
    if (answer.fault !== undefined) {
      events.emit({ type: 'version:malformed', url: request.href, cause: answer.fault })
    }
    const told = isForeign(options.origins, response, target?.origin) ? undefined : answer.versions
    course.isHeard ||= told !== undefined
    const versions = told && held.session.inKnownEpochs(told)
    const { status } = response
    events.emit({ type: 'answer:received', read: id, key, status, versions, servedBy: answer.servedBy })
    return { ...answer, versions, heardAt: options.now() }
  }

  /** Asks again. A failure is one more answer that brought nothing, unless the caller has left. */
  async function askAgain(
    course: Course,
    { waitMs, cache, asksPrimary }: Attempt,
    deadline: Deadline,
  ): Promise<Answer | undefined> {
    await deadline.pause(waitMs)
    if (asksPrimary) escalate(course)
    try {
      return await ask(course, { cache, signal: deadline.signal })
    } catch (error) {
      deadline.throwIfLeft()
      course.answers += 1
      course.lastError = error
      return undefined
    }
  }

  function escalate(course: Course): void {
    if (course.asksPrimary) return
    course.asksPrimary = true
    const { id, key, href } = course.request
    events.emit({ type: 'read:escalated', read: id, key, url: href })
  }

  /** Serves an answer, or what is held instead of it; `undefined` asks for another. */
  async function consider(course: Course, given: Answer): Promise<Served | undefined> {
    const { request } = course
    const isList = request.match?.rule.list !== undefined
    const answer = isList ? await readList(course, given) : given
    if (isCutOff(course, answer)) return undefined
    if (answer.problem === undefined && !isJudged(answer.response)) {
      return serveAnswer(parts, course, answer, { achieved: 'unverified', why: 'its status is not judged' })
    }
    const judgement = judgeAnswer(parts, request, answer)
    const { verdict, want } = judgement
    if (verdict === 'fresh' && !course.asksPrimary && mayBeTooOld(course, answer)) {
      return replaceRefused(parts, course, { answer, judgement: { ...judgement, verdict: 'unknown' } })
    }
    if (verdict === 'fresh') {
      const unmet = await unmetBy(course, answer)
      if (unmet === undefined) return accept(course, answer, judgement)
      const refused = { verdict: 'behind', want: unmet.version, got: undefined } as const
      return replaceRefused(parts, course, { answer, judgement: refused })
    }
    if (verdict === 'unknown' && want === undefined) {
      return serveAnswer(parts, course, answer, { achieved: 'unverified', why: 'it carried no version' })
    }
    if (verdict === 'behind') healing.noteBehind(course, answer, judgement)
    if (verdict === 'never' && healing.enter(course, answer, judgement)) {
      if (options.onEpochChange === 'throw') throw epochChanged(request, answer, judgement)
      // Judged anew: by the floors of the new history, and in the other scopes as before.
      return answer.problem === undefined ? consider(course, answer) : undefined
    }
    const whole = verdict === 'behind' ? await reconcile(course, answer) : answer
    return replaceRefused(parts, course, { answer: whole, judgement })
  }

  /** Reads a list whole, and brings into memory what may be laid over it. */
  async function readList(course: Course, given: Answer): Promise<Answer> {
    const { request } = course
    const answer = (parts.lists && (await whilePresent(parts.lists.read(request, given, options.valueBytesMax)))) ?? given
    const { versions, representation } = answer
    await waitForDisk(course, options, (leftMs) => {
      const preparing = representation && parts.lists?.prepare(request, { versions, representation })
      return preparing && within(preparing, diskMsOf(leftMs), options)
    })
    return answer
  }

  /** Holds what the rule makes of an answer and of the held value, where the two are concurrent. */
  async function reconcile(course: Course, answer: Answer): Promise<Answer> {
    const { request } = course
    const { concurrent } = request.match?.rule ?? {}
    if (concurrent === undefined) return answer
    await waitForDisk(course, options, (leftMs) => recallFor(parts, request, leftMs))
    const { entry } = held.slotOf(request.key) ?? {}
    const { formatOf } = scopes
    const whole = await concurrent.read(answer, { formatOf, entry, bytesMax: options.valueBytesMax })
    return whole === undefined ? answer : holdAnswer(parts, request, whole)
  }

  /** Returns what an answer depends on and the session cannot see, once it was waited for. */
  async function unmetBy(course: Course, answer: Answer): Promise<Dependency | undefined> {
    const { request } = course
    const isFree = requirementOf(request.level).floor === 'none'
    if (isFree || !answer.response.headers.has(dependsHeader)) return undefined
    course.deadline ??= createDeadline(leftMsOf(course), course.caller, options)
    return awaitDependencies(parts, { course, answer }, fetchFresh)
  }

  /** Admits an answer that covers the floor, and serves it. */
  function accept(course: Course, answer: Answer, { want, got }: Judgement): Served {
    const { request, deadline } = course
    const { versions } = answer
    const isLaidOver = want !== undefined && got !== undefined && !covers(scopes.formatOf, got, want)
    if (!isLaidOver) healing.noteFresh(course, answer)
    if (versions !== undefined && isOutrun(request, versions)) {
      // The level allows it, but the page has seen more of this key, and it is still here (I2).
      const why = 'the answer was older than what is held'
      const served = serveHeld(parts, request, { why, attempts: course.answers })
      if (served !== undefined) {
        void discard(answer)
        return served
      }
    }
    const admitted = admitAnswer(parts, request, answer)
    // What was waited for a replica tells how far replicas are behind; the primary's time does not.
    if (deadline !== undefined && !course.asksPrimary) {
      lagOf(request).learn(request.budgetMs - course.diskMs - deadline.leftMs())
    }
    const covering = isLaidOver ? 'the own writes that it lacked were laid over it' : 'it covers the floor'
    const doubt = doubtOf(request, answer)
    const outcome =
      doubt === undefined
        ? ({ achieved: 'fresh', why: covering } as const)
        : ({ achieved: 'unverified', why: `${covering}, but ${doubt}` } as const)
    return serveAnswer(parts, course, admitted, { ...outcome, want: isLaidOver ? want : undefined })
  }

  /** Returns what keeps an answer that covers all known floors from being vouched for, if anything does. */
  function doubtOf(request: GovernedRequest, answer: Answer): string | undefined {
    if (ageOf(request, answer) === 'unknown') return 'nobody says how old it is'
    const isFree = requirementOf(request.level).floor === 'none'
    return !isFree && parts.persistence.mayLackFloors() ? 'the disk has not told its floors yet' : undefined
  }

  function isOutrun({ key, level }: GovernedRequest, versions: NonNullable<Answer['versions']>): boolean {
    const slot = held.slotOf(key)
    if (slot === undefined || requirementOf(level).floor === 'none') return false
    const order = compareAnswers(scopes.formatOf, versions, slot.floor)
    return order === 'before' || order === 'concurrent'
  }

  /** Tells whether the primary should be asked, because nobody says how old an answer is. */
  function mayBeTooOld({ request, isHeard }: Course, answer: Answer): boolean {
    return ageOf(request, answer) === 'unknown' && canAskPrimary(parts, request, isHeard)
  }

  function nextStep(course: Course, answer: Answer | undefined): Attempt | undefined {
    const { request, answers, primaryAnswers } = course
    const isReachable = canAskPrimary(parts, request, course.isHeard)
    const attempt = nextAttempt({
      answers,
      leftMs: leftMsOf(course),
      retryAfterMs: answer?.problem?.retryAfterMs,
      lagMs: answer?.servedBy?.lagMs ?? lagOf(request).get(),
      canAskPrimary: isReachable,
      primaryAnswers,
      isOutrun: course.isOutrun,
      random: options.random(),
    })
    // A history that ended, and a strong read, are the primary's to decide from the first step on.
    const isPrimarys = isReachable && (course.nevers > 0 || course.asksPrimary)
    return attempt && isPrimarys ? { ...attempt, asksPrimary: true } : attempt
  }

  function lagOf({ origin }: GovernedRequest): LagEstimate {
    const known = lagByOrigin.get(origin)
    if (known !== undefined) return known
    const estimate = createLagEstimate()
    lagByOrigin.set(origin, estimate)
    return estimate
  }
}

/** Tells whether the budget has ended before an answer was whole: whoever reads it would find it broken off. */
function isCutOff({ isTimed, deadline }: Course, { representation, response }: Answer): boolean {
  if (!isTimed || deadline?.signal.aborted !== true) return false
  deadline.throwIfLeft()
  return representation === undefined && response.body !== null
}
