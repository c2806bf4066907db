// One request to one endpoint, and what its end teaches.
//
// E1. Floors are known before an answer is judged here, as where it is judged for good.
// E2. A failed request is one that brought no answer of the API: the network's, a gateway's 502, 503 or
//     504, or a 429. All else is an answer, and not asked for again elsewhere.

import { isJudged, judgeAnswer } from '../client/exchanges/answer-judgement.ts'
import { canAskPrimary } from '../client/exchanges/floors.ts'
import { retryAfterIn } from '../client/exchanges/retry-after.ts'
import { isTidemarkError } from '../core/errors.ts'
import { healthOf } from '../core/routing/breaker.ts'
import type { RouteQuestion } from '../core/routing/policy.ts'
import { noteAnswer, noteProbe, noteTrouble } from '../core/routing/router-state.ts'
import type { Answer } from '../transport/versioned-fetch.ts'
import { targetOf } from './endpoints.ts'
import type { ResolvedEndpoint } from './endpoints.ts'
import type { LegEnd } from './race.ts'
import type { RoutingParts, Step } from './routing-parts.ts'

/** What is asked of an endpoint. */
export interface Asked {
  readonly name: string
  readonly question: RouteQuestion
  /** After how long another endpoint may be asked as well, in milliseconds. */
  readonly hedgeAfterMs: number | undefined
}

/** Sends one request to one endpoint, and learns from its end. */
export async function askEndpoint(
  parts: RoutingParts,
  step: Step,
  { name, question, hedgeAfterMs }: Asked,
): Promise<LegEnd<Answer>> {
  const { client, knowledge } = parts
  const { course, changes, askOnce } = step
  const endpoint = parts.endpoints.find((other) => other.name === name) ?? parts.endpoints[0]
  if (endpoint === undefined) return { kind: 'threw', error: new TypeError(`No endpoint is called ${name}.`) }
  const { now } = client.options
  const startedAtMs = now()
  const known = knowledge.state().endpoints.find((other) => other.name === name)
  if (known !== undefined && healthOf(known.breaker, startedAtMs) === 'due') {
    knowledge.learn((state) => noteProbe(state, name, startedAtMs), 'it is probed')
  }
  knowledge.count('requests')
  if (endpoint.isPrimary) knowledge.count('toPrimary')
  if (endpoint.cookie !== undefined) parts.setCookie(endpoint.cookie)
  // A word for the primary is only said to a server that has spoken our wire.
  const isByWire = endpoint.isPrimary && !endpoint.isAddressed && canAskPrimary(client, course.request)
  const target = targetOf(endpoint, course.request, question.asksPrimary || isByWire)
  try {
    const given = await askOnce(course, changes, target)
    const floorsKnown = client.persistence.known()
    if (floorsKnown !== undefined) await floorsKnown // E1
    const latencyMs = now() - startedAtMs
    const answer = { ...given, servedBy: given.servedBy ?? sourceOf(endpoint) }
    return isFailure(answer)
      ? noteFailed(parts, step, { name, answer, latencyMs })
      : noteAnswered(parts, step, { endpoint, answer, latencyMs, hedgeAfterMs, isBound: question.floors.length > 0 || question.maxStalenessMs !== undefined })
  } catch (error) {
    if (isTidemarkError(error)) throw error
    if (changes.signal?.aborted !== true) {
      fail(parts, step, { name, latencyMs: now() - startedAtMs, retryAfterMs: undefined, why: 'it did not answer' })
    }
    return { kind: 'threw', error }
  }
}

/** Who has answered, where the answer does not say: an address that the app has named. */
function sourceOf({ name, isPrimary, isAddressed }: ResolvedEndpoint): Answer['servedBy'] {
  return isAddressed ? { name, isPrimary } : undefined
}

function isFailure({ response, problem }: Answer): boolean {
  return problem === undefined && [429, 502, 503, 504].includes(response.status) // E2
}

function noteFailed(
  parts: RoutingParts,
  step: Step,
  { name, answer, latencyMs }: { readonly name: string; readonly answer: Answer; readonly latencyMs: number },
): LegEnd<Answer> {
  const { response } = answer
  const retryAfterMs = retryAfterIn(response.headers, parts.client.options.now())
  fail(parts, step, { name, latencyMs, retryAfterMs, why: `it answered ${response.status}` })
  return { kind: 'failed', answer }
}

interface Failure {
  readonly name: string
  readonly latencyMs: number
  readonly retryAfterMs: number | undefined
  readonly why: string
}

function fail({ client, knowledge }: RoutingParts, { tried, hints }: Step, failure: Failure): void {
  const { name, latencyMs, retryAfterMs, why } = failure
  const atMs = client.options.now()
  tried.add(name)
  if (retryAfterMs !== undefined) hints.set(name, retryAfterMs)
  knowledge.count('wasted')
  knowledge.learn((state) => noteTrouble(state, name, { outcome: 'failed', atMs, latencyMs, retryAfterMs }), why)
}

interface Answered {
  readonly endpoint: ResolvedEndpoint
  readonly answer: Answer
  readonly latencyMs: number
  readonly hedgeAfterMs: number | undefined
  /** Whether there was anything to be behind of. */
  readonly isBound: boolean
}

function noteAnswered(
  { client, knowledge }: RoutingParts,
  { course }: Step,
  { endpoint, answer, latencyMs, hedgeAfterMs, isBound }: Answered,
): LegEnd<Answer> {
  const { versions = [], servedBy } = answer
  const isPlain = answer.problem === undefined && !isJudged(answer.response)
  const { verdict, want } = judgeAnswer(client, course.request, answer)
  const isBelow = !isPlain && (verdict === 'behind' || verdict === 'never' || (verdict === 'unknown' && want !== undefined))
  const isPrimarys = servedBy?.isPrimary === true
  // A replica that had to let the primary answer was behind, although its answer is not.
  const wasHelped = isPrimarys && !endpoint.isPrimary && endpoint.isAddressed && isBound
  const isBehind = !isPlain && (verdict === 'behind' || verdict === 'never')
  const fact = {
    endpoint: endpoint.name,
    atMs: client.options.now(),
    latencyMs,
    isLate: hedgeAfterMs !== undefined && latencyMs > hedgeAfterMs,
    verdict: isBehind || wasHelped ? 'behind' : isPlain || verdict !== 'fresh' ? 'unknown' : 'fresh',
    versions,
    source: servedBy?.name ?? endpoint.name,
    isPrimarys,
    toldLagMs: isPrimarys ? undefined : servedBy?.lagMs,
    hintMs: answer.problem?.retryAfterMs,
  } as const
  knowledge.learn((state) => noteAnswer(client.scopes.formatOf, state, fact), 'it was slow')
  if (isBelow) knowledge.count('wasted')
  if (isBehind) knowledge.count('behind')
  return { kind: isBelow ? 'insufficient' : 'satisfying', answer }
}
