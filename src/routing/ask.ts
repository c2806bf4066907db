// One step of a read, routed: decide, and race.
//
// A1. Where all have failed, a `Retry-After` that fits into the read's budget is waited for, once.
// A2. Who was behind, and has said when to ask again, is asked first when that has been waited for: another
//     one has promised nothing.

import { discard, leftMsOf } from '../client/exchanges/course.ts'
import type { Course } from '../client/exchanges/course.ts'
import { readFloorIn, touchedScopes } from '../client/exchanges/floors.ts'
import type { Router } from '../client/exchanges/routing.ts'
import { createDeadline } from '../client/waits/deadline.ts'
import { levelNameOf, requirementOf } from '../core/guarantee.ts'
import { healthOf } from '../core/routing/breaker.ts'
import { earnHedge, spendHedge } from '../core/routing/hedge-budget.ts'
import { decideRoute } from '../core/routing/policy.ts'
import type { Route, RouteQuestion } from '../core/routing/policy.ts'
import { noteProbe, noteTrouble } from '../core/routing/router-state.ts'
import type { Versions } from '../core/version.ts'
import type { Answer } from '../transport/versioned-fetch.ts'
import { askEndpoint } from './ask-endpoint.ts'
import { race } from './race.ts'
import type { RaceResult } from './race.ts'
import type { RoutingParts, Step } from './routing-parts.ts'

/** Makes the asking of a router. */
export function createAsk(parts: RoutingParts): Router['ask'] {
  const { knowledge } = parts
  /** The endpoints that a read has tried in vain. */
  const triedBy = new WeakMap<Course, Set<string>>()
  /** Who has told a read when to ask again. */
  const hintedBy = new WeakMap<Course, string>()

  return async (course, changes, askOnce) => {
    if (!parts.isRouted(course.request.url)) return askOnce(course, changes)
    const tried = triedBy.get(course) ?? new Set<string>()
    triedBy.set(course, tried)
    if (tried.size === 0) knowledge.count('reads')
    const first = course.asksPrimary ? undefined : hintedBy.get(course) // A2
    const step = { course, changes, askOnce, tried, hints: new Map<string, number>(), first }
    const result = await run(parts, step)
    const { endpoint, end } = result
    if (end.kind === 'satisfying' || end.kind === 'insufficient') {
      if (end.answer.problem?.retryAfterMs === undefined) hintedBy.delete(course)
      else hintedBy.set(course, endpoint)
      return end.answer
    }
    const last = (await askAfterRest(parts, step, result)) ?? result
    if (last.end.kind === 'threw') throw last.end.error
    return last.end.answer
  }
}

/** Waits for the endpoint that asked for the shortest rest, if the budget allows it (A1). */
async function askAfterRest(
  parts: RoutingParts,
  step: Step,
  first: RaceResult<Answer>,
): Promise<RaceResult<Answer> | undefined> {
  const { course, changes, hints } = step
  const [shortest] = [...hints].toSorted(([, left], [, right]) => left - right)
  if (shortest === undefined || shortest[1] >= leftMsOf(course)) return undefined
  course.deadline ??= createDeadline(leftMsOf(course), changes.signal ?? course.caller, parts.client.options)
  const { deadline } = course
  await deadline.pause(shortest[1])
  if (first.end.kind !== 'threw') void discard(first.end.answer)
  return run(parts, { ...step, changes: { ...changes, signal: deadline.signal }, only: shortest[0] })
}

async function run(parts: RoutingParts, step: Step): Promise<RaceResult<Answer>> {
  const { client, knowledge } = parts
  const { course, changes, tried } = step
  const { id, key, url, signal } = course.request
  const question = questionOf(parts, step)
  const route = routeOf(step, decideRoute(client.scopes.formatOf, parts.policies, { question, state: knowledge.state() }))
  const { order, hedge, why } = route
  const endpoint = order[0] ?? ''
  const hedgeAfterMs = hedge?.afterMs
  client.events.emit({ type: 'read:routed', read: id, key, url: url.href, endpoint, why, hedgeAfterMs })
  if (hedge !== undefined) {
    knowledge.learn((state) => ({ ...state, hedging: earnHedge(state.hedging, hedge.ratio) }), why)
  }
  const startedAtMs = new Map<string, number>()
  const result = await race<Answer>({
    order,
    caller: changes.signal ?? signal,
    hedgeAfterMs,
    setTimer: client.options.setTimer,
    discard: (answer) => void discard(answer),
    ask(name, legSignal) {
      startedAtMs.set(name, client.options.now())
      return askEndpoint(parts, { ...step, changes: { ...changes, signal: legSignal } }, { name, question, hedgeAfterMs })
    },
    mayHedge: (name) => mayHedge(parts, course, { name, route }),
    onAborted(name, how) {
      const latencyMs = client.options.now() - (startedAtMs.get(name) ?? 0)
      noteAborted(parts, { name, how, latencyMs })
    },
  })
  if (result.end.kind !== 'satisfying') tried.add(result.endpoint)
  return result
}

function routeOf({ first, only }: Step, decided: Route): Route {
  const why = 'it asked to be asked again'
  if (only !== undefined) return { order: [only], hedge: undefined, why }
  if (first === undefined || !decided.order.includes(first)) return decided
  return { ...decided, order: [first, ...decided.order.filter((name) => name !== first)], why }
}

function questionOf({ client, seat }: RoutingParts, { course, tried }: Step): RouteQuestion {
  const { request } = course
  const { asksPrimary, maxStalenessMs } = requirementOf(request.level)
  const floors: Versions = [...touchedScopes(client, request)].flatMap((scope) => readFloorIn(client, request, scope) ?? [])
  return {
    url: request.url,
    level: levelNameOf(request.level),
    maxStalenessMs,
    asksPrimary,
    isEscalated: course.asksPrimary && !asksPrimary,
    floors,
    tried,
    seat,
    random: client.options.random(),
    atMs: client.options.now(),
  }
}

function mayHedge(
  { client, knowledge }: RoutingParts,
  { request }: Course,
  { name, route }: { readonly name: string; readonly route: Route },
): boolean {
  const { endpoints, hedging } = knowledge.state()
  const endpoint = endpoints.find((known) => known.name === name)
  const isWell = endpoint !== undefined && healthOf(endpoint.breaker, client.options.now()) === 'well'
  const spent = isWell ? spendHedge(hedging) : undefined
  if (spent === undefined) return false
  knowledge.learn((state) => ({ ...state, hedging: spent }), 'a hedge')
  knowledge.count('hedges')
  client.events.emit({ type: 'read:hedged', read: request.id, key: request.key, endpoint: name, afterMs: route.hedge?.afterMs ?? 0 })
  return true
}

function noteAborted(
  { client, knowledge }: RoutingParts,
  { name, how, latencyMs }: { readonly name: string; readonly how: 'lost' | 'spared' | 'left'; readonly latencyMs: number },
): void {
  const atMs = client.options.now()
  if (how !== 'left') knowledge.count('wasted')
  if (how === 'lost') {
    knowledge.learn((state) => noteTrouble(state, name, { outcome: 'slow', atMs, latencyMs }), 'it was slow')
  } else knowledge.learn((state) => noteProbe(state, name, 'given up'), 'a probe was given up')
}
