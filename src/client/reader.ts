// The read path: plan, send, judge, admit, serve. The one place in which what is held meets what the
// network answers, so that their races have one home.
//
// R1. Floors are read when a request leaves and again when its answer arrives (I3).
// R2. What is served covers the read's floor, or is marked as what it is. Nothing is weakened silently.
// R3. All waiting after the first answer lies within the read's budget (I7).
// R4. A history that ended heals once, by the word of the primary (I13): a replica is never believed.
// R5. An answer that says nothing of versions is shown where no floor speaks against it. Where one does,
//     a held value that was vouched for lately stands; else the answer is shown, marked `unverified`.
//
//   plan ──serve, revalidate──► held value
//     │fetch
//     ▼
//   send ──► judge ──fresh───► admit, serve
//     ▲        │ behind ──► held value that covers the floor, if any
//     │        │ never  ──► heal, if the primary said so
//     └─ladder─┘ unknown ─► R5
//        └─ budget spent ──► throw, or serve what there is, marked

import { primed } from '../core/epoch.ts'
import { requirementOf } from '../core/guarantee.ts'
import { planRead } from '../core/read-plan.ts'
import { OptionsError, VersionUnavailableError } from '../core/errors.ts'
import { compareAnswers, describeVersion, versionIn } from '../core/version.ts'
import type { Judgement } from '../core/judge.ts'
import type { Version } from '../core/version.ts'
import { capture } from '../transport/representation.ts'
import { createLagEstimate, nextAttempt } from '../transport/retry.ts'
import type { Attempt, LagEstimate } from '../transport/retry.ts'
import { readAnswer, send } from '../transport/versioned-fetch.ts'
import type { Answer } from '../transport/versioned-fetch.ts'
import { createDeadline } from './deadline.ts'
import type { Deadline } from './deadline.ts'
import { createFlights } from './flights.ts'
import type { Served } from './flights.ts'
import { carriedByRead, judgeVersions } from './floors.ts'
import { heldFor, heldResponse, recallFor } from './held-answer.ts'
import { keepOf, selectionOf } from './keeping.ts'
import type { ClientParts } from './parts.ts'
import type { ReadReport } from './report.ts'
import type { GovernedRequest } from './request.ts'

/** Answers governed reads. */
export type Read = (request: GovernedRequest) => Promise<Served>

// How long a held value stands against answers that say nothing of versions: longer than replicas
// usually lag, and short enough for a deletion to become visible (lessons V11, R23).
const standsUnverifiedMs = 30_000
// After this many reads in which the primary itself stayed below the floor, it has lost writes (V10).
const primaryBehindMax = 3

/** Makes the read path of a client. */
export function createReader(parts: ClientParts): Read {
  const { options, scopes, events, held, persistence } = parts
  const fly = createFlights()
  const lagByOrigin = new Map<string, LagEstimate>()
  const primaryBehind = new Map<string, number>()

  return async (request) => {
    switch (planOf(request)) {
      case 'refuse':
        return refuse(request)
      case 'serve':
        await recallFor(parts, request)
        return serveHeld(request, 'a held value, young enough to answer alone') ?? fetchShared(request)
      case 'revalidate': {
        await recallFor(parts, request)
        const served = serveHeld(request, 'a held value, while a request renews it')
        if (served === undefined) return fetchShared(request)
        // Its own errors are nobody's: the next read will meet them.
        fetchShared({ ...request, signal: undefined }).then(
          ({ response }) => response.body?.cancel(),
          () => undefined,
        )
        return served
      }
      case 'fetch':
        return fetchShared(request)
    }
  }

  function planOf(request: GovernedRequest): ReturnType<typeof planRead> {
    const { rule } = request.match ?? {}
    const { maxAgeMs = 0, staleWhileRevalidateMs = 0 } = rule ?? {}
    const allowsReuse = maxAgeMs + staleWhileRevalidateMs > 0
    const candidate = allowsReuse ? heldFor(parts, request) : undefined
    return planRead({
      requirement: requirementOf(request.level),
      reuse: { maxAgeMs, staleWhileRevalidateMs },
      holdsEnough: candidate !== undefined,
      ageMs: candidate === undefined ? 0 : options.now() - candidate.validatedAt,
      isOpaque: rule !== undefined && modeOf(request) === 'no-cors',
    })
  }

  function refuse(request: GovernedRequest): never {
    const reason = 'answers in the mode "no-cors" hide their versions'
    events.emit({ type: 'read:refused', url: request.url.href, reason })
    const accepted = 'the mode "cors" or "same-origin" for a request that a rule governs'
    throw new OptionsError({ field: 'init.mode', value: 'no-cors', accepted })
  }

  function fetchShared(request: GovernedRequest): Promise<Served> {
    // What is not known to be governed is not shared either: to whoever asks twice, two answers.
    return isKnown(request)
      ? fly(request, (signal) => fetchFresh(request, signal))
      : fetchFresh(request, undefined)
  }

  function isKnown({ match, url }: GovernedRequest): boolean {
    return match !== undefined || held.wireScopesOf(url.origin).size > 0
  }

  /** Fetches until an answer may be served, or the ladder ends. */
  async function fetchFresh(
    request: GovernedRequest,
    shared: AbortSignal | undefined,
  ): Promise<Served> {
    const course: Course = {
      request,
      answers: 0,
      nevers: 0,
      primaryAnswers: 0,
      asksPrimary: requirementOf(request.level).asksPrimary,
      ended: new Set(),
      deadline: undefined,
      best: undefined,
      lastError: undefined,
    }
    // The first request goes as it came: the platform hears the caller's own signal (W2).
    let answer: Answer | undefined = await ask(course, { cache: undefined, signal: shared })
    for (;;) {
      if (!persistence.areFloorsKnown()) await persistence.floorsKnown
      const served = answer === undefined ? undefined : await consider(course, answer)
      if (served !== undefined) {
        course.deadline?.clear()
        return served
      }
      course.deadline ??= createDeadline(request.budgetMs, shared ?? request.signal, options)
      const attempt = nextStep(course, answer)
      if (attempt === undefined) return giveUp(course)
      if (attempt.asksPrimary && !course.asksPrimary) {
        course.asksPrimary = true
        events.emit({ type: 'read:escalated', key: request.key, url: request.url.href })
      }
      await course.deadline.pause(attempt.waitMs)
      answer = await askAgain(course, attempt, course.deadline)
    }
  }

  async function ask(
    course: Course,
    changes: { cache: RequestCache | undefined; signal: AbortSignal | undefined },
  ): Promise<Answer> {
    const { request, asksPrimary, ended, deadline } = course
    const leftMs = deadline?.leftMs() ?? request.budgetMs
    const response = await send(
      options.fetch,
      { input: request.input, init: request.init },
      () => carriedByRead(parts, request, { asksPrimary, leftMs, ended }), // R1
      changes,
    )
    course.answers += 1
    const { location, naming } = request
    const answer = await readAnswer(response, { location, naming, bytesMax: options.valueBytesMax })
    if (answer.servedBy?.isPrimary === true) course.primaryAnswers += 1
    if (answer.fault !== undefined) {
      events.emit({ type: 'version:malformed', url: request.url.href, cause: answer.fault })
    }
    // Where a redirect has led to an origin that nobody named, its versions mean nothing here.
    const isForeign = response.redirected && !options.origins.has(new URL(response.url).origin)
    const versions = isForeign ? undefined : answer.versions && held.inKnownEpochs(answer.versions)
    return { ...answer, versions }
  }

  /** Asks again. A failure is one more answer that brought nothing, unless the caller has left. */
  async function askAgain(
    course: Course,
    { cache }: Attempt,
    deadline: Deadline,
  ): Promise<Answer | undefined> {
    try {
      return await ask(course, { cache, signal: deadline.signal })
    } catch (error) {
      deadline.throwIfLeft()
      course.answers += 1
      course.lastError = error
      return undefined
    }
  }

  /** Serves an answer, or what is held instead of it; `undefined` asks for another. */
  async function consider(course: Course, answer: Answer): Promise<Served | undefined> {
    const { request } = course
    const { response, problem } = answer
    if (problem === undefined && !isJudged(response)) {
      return serve(course, answer, { achieved: 'unverified', why: 'a status that is not judged' })
    }
    const judgement = judgementOf(course, answer)
    switch (judgement.verdict) {
      case 'fresh':
        return accept(course, answer, judgement)
      case 'unknown':
        if (judgement.want === undefined) {
          return serve(course, answer, { achieved: 'unverified', why: 'an answer without a version' })
        }
        events.emit({ type: 'version:missing', url: request.url.href, scope: judgement.want.scope })
        return replaceOrWait(course, answer, judgement)
      case 'never':
        if (heal(course, answer, judgement)) {
          // Judged anew: by the floors of the new history, and in the other scopes as before.
          return problem === undefined ? consider(course, answer) : undefined
        }
        return replaceOrWait(course, answer, judgement)
      case 'behind':
        notePrimaryBehind(course, answer, judgement)
        return replaceOrWait(course, answer, judgement)
    }
  }

  function judgementOf(course: Course, { response, versions, problem, servedBy }: Answer): Judgement {
    const { request } = course
    const judgement = judgeVersions(parts, request, versions)
    if (problem !== undefined) return { ...judgement, verdict: problem.kind }
    const { entry } = held.slotOf(request.key) ?? {}
    const isAbsent = response.status === 404 || response.status === 410
    // An absence that is known already needs no version to be believed (I9).
    if (judgement.verdict === 'unknown' && isAbsent && entry?.kind === 'tombstone') {
      return { verdict: 'fresh' }
    }
    if (judgement.verdict !== 'fresh') return judgement
    // A value at the very version after which the key was deleted is from before the deletion.
    const isRevived = entry?.kind === 'tombstone' && entry.isAfter && !isAbsent
    const isSame = versions && entry && compareAnswers(scopes.formatOf, versions, entry.versions) === 'equal'
    if (isRevived && isSame === true) return { ...judgement, verdict: 'behind' }
    const { maxStalenessMs } = requirementOf(request.level)
    const isTooOld = (servedBy?.lagMs ?? 0) > (maxStalenessMs ?? Number.POSITIVE_INFINITY)
    return isTooOld && servedBy?.isPrimary !== true ? { ...judgement, verdict: 'behind' } : judgement
  }

  /** Serves what is held in place of a refused answer, where it covers the floor. */
  async function replaceOrWait(
    course: Course,
    answer: Answer,
    judgement: Judgement,
  ): Promise<Served | undefined> {
    const { request } = course
    const { verdict, want, got } = judgement
    if (verdict === 'fresh') return undefined
    const { href } = request.url
    const servedBy = answer.servedBy?.name
    events.emit({ type: 'answer:refused', key: request.key, url: href, verdict, want, got, servedBy })
    const candidate = heldFor(parts, request)
    const isAgeless = verdict !== 'unknown'
    const isYoung = candidate && options.now() - candidate.validatedAt <= standsUnverifiedMs
    if (candidate !== undefined && (isAgeless || isYoung === true)) {
      await recallFor(parts, request)
      const served = serveHeld(request, `an answer that is ${verdict}; the held value covers the floor`, course)
      if (served !== undefined) {
        await discard(answer)
        return served
      }
    }
    // Only an absence is worth the whole ladder: what was just created is the likeliest to be missing.
    const isMissing = answer.response.status === 404 || answer.response.status === 410
    if (verdict === 'unknown' && !isMissing && course.answers > 1) {
      return serve(course, answer, { achieved: 'unverified', why: 'no answer carried a version', want })
    }
    await keepBest(course, answer, judgement)
    return undefined
  }

  function nextStep(course: Course, answer: Answer | undefined): Attempt | undefined {
    const { request, answers, deadline } = course
    const { origin } = request.url
    const canAskPrimary = request.location.kind === 'wire' && held.wireScopesOf(origin).size > 0
    const attempt = nextAttempt({
      answers,
      leftMs: deadline?.leftMs() ?? 0,
      retryAfterMs: answer?.problem?.retryAfterMs,
      lagMs: answer?.servedBy?.lagMs ?? lagOf(origin).get(),
      canAskPrimary,
      primaryAnswers: course.primaryAnswers,
      random: options.random(),
    })
    // A history that ended, and a strong read, are the primary's to decide from the first step on.
    const isPrimarys = canAskPrimary && (course.nevers > 0 || course.asksPrimary)
    return attempt && isPrimarys ? { ...attempt, asksPrimary: true } : attempt
  }

  /** Begins the new history of a scope, where the primary has said that the old one ended (R4). */
  function heal(course: Course, answer: Answer, { want, got }: Judgement): boolean {
    course.nevers += 1
    if (want !== undefined) course.ended.add(want.scope)
    if (got === undefined) return false
    const { servedBy } = answer
    const isPrimarys = servedBy?.isPrimary === true || (course.asksPrimary && course.nevers > 1)
    // Where nobody can be asked for the primary, three answers in one breath have to do.
    const isAgreed = course.nevers >= primaryBehindMax
    if (!isPrimarys && !isAgreed) return false
    course.ended.delete(got.scope)
    held.resetEpoch(got)
    persistence.mirrorFloors([got.scope])
    return true
  }

  /** Counts reads in which the primary itself was below the floor, and heals after a few (V10). */
  function notePrimaryBehind(course: Course, { servedBy }: Answer, { want, got }: Judgement): void {
    // A cache on the way may repeat what the primary once said: only the last word of a ladder that
    // bypassed caches and asked for the primary counts, and once for each read.
    const isLastWord = course.asksPrimary && course.primaryAnswers > 1 && servedBy?.isPrimary === true
    if (!isLastWord || want === undefined || got === undefined || course.hasCounted === true) return
    course.hasCounted = true
    const count = (primaryBehind.get(want.scope) ?? 0) + 1
    primaryBehind.set(want.scope, count)
    if (count < primaryBehindMax) return
    primaryBehind.delete(want.scope)
    held.resetEpoch({ ...got, epoch: primed(want.epoch) })
    persistence.mirrorFloors([got.scope])
  }

  /** Admits an answer that covers the floor, and serves it. */
  function accept(course: Course, answer: Answer, { want }: Judgement): Served {
    const { request } = course
    const { versions } = answer
    if (versions === undefined) return serve(course, answer, { achieved: 'fresh', why: 'known absent' })
    for (const { scope } of versions) primaryBehind.delete(scope)
    const slot = held.slotOf(request.key)
    const isGoverned = requirementOf(request.level).floor !== 'none'
    const order = slot && isGoverned ? compareAnswers(scopes.formatOf, versions, slot.floor) : 'after'
    if (order === 'before' || order === 'concurrent') {
      // The level allows it, but the page has seen more of this key, and it is still here (I2).
      const served = serveHeld(request, 'an answer older than what is held', course)
      if (served !== undefined) {
        void discard(answer)
        return served
      }
    }
    held.recordShown(request.key, versions)
    keep(request, answer)
    // What was waited for a replica tells how far replicas are behind; what the primary takes does not.
    if (course.deadline !== undefined && !course.asksPrimary) {
      lagOf(request.url.origin).learn(request.budgetMs - course.deadline.leftMs())
    }
    return serve(course, answer, { achieved: 'fresh', why: 'an answer that covers the floor', want })
  }

  /** Holds an answer, once its body has come. */
  function keep(request: GovernedRequest, { response, versions, representation }: Answer): void {
    if (versions === undefined) return
    const validatedAt = options.now()
    const { status } = response
    if (status === 404 || status === 410) {
      const tombstone = { kind: 'tombstone', versions, isAfter: false, validatedAt } as const
      held.admitEntry(request.key, tombstone, { source: 'network', isDurable: true })
      return
    }
    const where = keepOf(request, response)
    if (where === 'nothing') return
    const selection = selectionOf(request, response.headers.get('vary'))
    const whole = representation ?? capture(response, options.valueBytesMax)
    const admit = (value: Awaited<typeof whole>): void => {
      if (value === undefined) return
      const entry = { kind: 'value', versions, value: { ...value, selection }, validatedAt } as const
      held.admitEntry(request.key, entry, { source: 'network', isDurable: where === 'disk' })
    }
    if (whole instanceof Promise) {
      // A body that breaks off is the reader's to hear of; half a value is not kept.
      whole.then(admit, () => undefined)
    } else admit(whole)
  }

  /** Serves what is held, or returns `undefined` where it does not cover the floor. */
  function serveHeld(request: GovernedRequest, why: string, course?: Course): Served | undefined {
    const slot = held.slotOf(request.key)
    const candidate = heldFor(parts, request)
    if (slot?.entry === undefined || candidate === undefined) return undefined
    held.touch(request.key)
    const { versions } = slot.entry
    const report: ReadReport = {
      level: request.level,
      achieved: 'fresh',
      source: 'memory',
      versions,
      want: judgeVersions(parts, request, versions).want,
      attempts: course?.answers ?? 0,
      servedBy: undefined,
      why,
    }
    events.emit({ type: 'read:served', key: request.key, report })
    return { response: heldResponse(request, slot.entry), report }
  }

  function serve(course: Course, answer: Answer, outcome: Outcome): Served {
    const { request, answers } = course
    const report: ReadReport = {
      level: request.level,
      achieved: outcome.achieved,
      source: 'network',
      versions: answer.versions,
      want: outcome.want,
      attempts: answers,
      servedBy: answer.servedBy?.name,
      why: outcome.why,
    }
    if (course.best !== undefined && course.best.answer !== answer) void discard(course.best.answer)
    events.emit({ type: 'read:served', key: request.key, report })
    return { response: answer.response, report }
  }

  /** Keeps the newest of the refused answers, for a read that would rather see it than nothing. */
  async function keepBest(course: Course, answer: Answer, judgement: Judgement): Promise<void> {
    const { best } = course
    const order =
      best?.answer.versions && answer.versions
        ? compareAnswers(scopes.formatOf, answer.versions, best.answer.versions)
        : 'after'
    if (best !== undefined && order === 'before') {
      await discard(answer)
      return
    }
    if (best !== undefined) await discard(best.answer)
    course.best = { answer, judgement }
  }

  function giveUp(course: Course): Served {
    const { request, best, deadline, answers } = course
    deadline?.clear()
    const isUnknown = best?.judgement.verdict === 'unknown'
    if (best !== undefined && isUnknown) {
      const why = 'no answer carried a version'
      return serve(course, best.answer, { achieved: 'unverified', why, want: best.judgement.want })
    }
    const isShowable = best !== undefined && best.answer.problem === undefined
    if (isShowable && request.onUnavailable === 'serve-stale') {
      const why = 'the newest answer within the budget, below the floor'
      return serve(course, best.answer, { achieved: 'behind', why, want: best.judgement.want })
    }
    if (best !== undefined) void discard(best.answer)
    const { want, got } = best?.judgement ?? {}
    events.emit({ type: 'read:refused', url: request.url.href, reason: 'version-unavailable' })
    throw new VersionUnavailableError(
      {
        url: request.url.href,
        required: describe(want) ?? 'the floor of the session',
        offered: describe(got),
        attempts: answers,
        waitedMs: request.budgetMs - (deadline?.leftMs() ?? request.budgetMs),
      },
      { cause: course.lastError },
    )
  }

  function lagOf(origin: string): LagEstimate {
    const known = lagByOrigin.get(origin)
    if (known !== undefined) return known
    const estimate = createLagEstimate()
    lagByOrigin.set(origin, estimate)
    return estimate
  }
}

/** How far one read has come. */
interface Course {
  readonly request: GovernedRequest
  answers: number
  /** How many of them were of another history. */
  nevers: number
  /** How many said of themselves that they were the primary's. */
  primaryAnswers: number
  asksPrimary: boolean
  readonly ended: Set<string>
  /** Set when the first answer was refused. */
  deadline: Deadline | undefined
  best: { readonly answer: Answer; readonly judgement: Judgement } | undefined
  lastError: unknown
  hasCounted?: boolean
}

type Outcome = Pick<ReadReport, 'achieved' | 'why'> & { readonly want?: Version | undefined }

/** Tells whether a status says something of the resource: it is there, gone, or unchanged. */
function isJudged({ ok, status, type }: Response): boolean {
  if (type === 'opaque' || type === 'opaqueredirect') return false
  return ok || status === 304 || status === 404 || status === 410
}

function modeOf({ init, input }: GovernedRequest): RequestMode | undefined {
  return init?.mode ?? (typeof input === 'object' && 'mode' in input ? input.mode : undefined)
}

function describe(version: Version | undefined): string | undefined {
  return version && describeVersion(version)
}

/** Frees the connection of an answer that nobody will read. */
async function discard({ response }: Answer): Promise<void> {
  try {
    await response.body?.cancel()
  } catch {
    // It had failed already, and nobody was going to read it.
  }
}
