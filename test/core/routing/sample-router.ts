// Router states and questions, for the tests of policies.

import fc from 'fast-check'
import { createRouterState, noteAnswer, noteTrouble, noteWrite } from '../../../src/core/routing/router-state.ts'
import type { AnswerFact, RouterState } from '../../../src/core/routing/router-state.ts'
import type { RouteQuestion } from '../../../src/core/routing/policy.ts'
import { at, formatOf } from '../sample-versions.ts'

/** A primary and three replicas. */
export const cluster = [
  { name: 'primary', isPrimary: true },
  { name: 'replica-1', isPrimary: false },
  { name: 'replica-2', isPrimary: false },
  { name: 'replica-3', isPrimary: false },
]

/** The names of all endpoints. */
export const names = cluster.map(({ name }) => name)

/** A read of a photo, a second after the beginning, with no floor. */
export function asked(more: Partial<RouteQuestion> = {}): RouteQuestion {
  return {
    url: new URL('https://api.test/photos/7'),
    level: 'session',
    maxStalenessMs: undefined,
    asksPrimary: false,
    isEscalated: false,
    floors: [],
    tried: new Set(),
    seat: 'ada',
    random: 0.5,
    atMs: 1000,
    ...more,
  }
}

/** An answer of an endpoint, fresh and quick unless said otherwise. */
export function answerOf(endpoint: string, more: Partial<AnswerFact> = {}): AnswerFact {
  return {
    endpoint,
    atMs: 1000,
    latencyMs: 10,
    isLate: false,
    verdict: 'fresh',
    versions: [],
    source: endpoint,
    isPrimarys: endpoint === 'primary',
    toldLagMs: undefined,
    ...more,
  }
}

/** The state after some answers. */
export function stateAfter(...facts: readonly AnswerFact[]): RouterState {
  return facts.reduce((state, fact) => noteAnswer(formatOf, state, fact), createRouterState(cluster))
}

const someName = fc.constantFrom(...names)
const someFact = fc.record({
  endpoint: someName,
  atMs: fc.nat(2000),
  latencyMs: fc.nat(500),
  isLate: fc.boolean(),
  verdict: fc.constantFrom('fresh', 'behind', 'unknown' as const),
  versions: fc.array(fc.nat(9).map((position) => at(position)), { maxLength: 1 }),
  source: someName,
  isPrimarys: fc.boolean(),
  toldLagMs: fc.option(fc.nat(90_000), { nil: undefined }),
  hintMs: fc.option(fc.nat(90_000), { nil: undefined }),
})

type Happening = (state: RouterState) => RouterState

const happening: fc.Arbitrary<Happening> = fc.oneof(
  someFact.map((fact): Happening => (state) => noteAnswer(formatOf, state, fact)),
  fc.tuple(someName, fc.constantFrom('slow', 'failed' as const), fc.nat(2000)).map(
    ([name, outcome, atMs]): Happening =>
      (state) => noteTrouble(state, name, { outcome, atMs, latencyMs: 5 }),
  ),
  fc.tuple(fc.constantFrom('/photos', '/photos/7', '/users'), fc.nat(2000), fc.nat(9)).map(
    ([path, atMs, position]): Happening =>
      (state) => noteWrite(formatOf, state, { path, atMs, versions: [at(position)] }),
  ),
)

/** States that came of any course of events. */
export const someStates: fc.Arbitrary<RouterState> = fc
  .array(happening, { maxLength: 40 })
  .map((steps) => steps.reduce((state, step) => step(state), createRouterState(cluster)))

/** Questions of any kind. */
export const someQuestions: fc.Arbitrary<RouteQuestion> = fc
  .record({
    path: fc.constantFrom('/photos', '/photos/7', '/checkout/1', '/'),
    maxStalenessMs: fc.option(fc.nat(5000), { nil: undefined }),
    asksPrimary: fc.boolean(),
    isEscalated: fc.boolean(),
    floors: fc.array(fc.nat(9).map((position) => at(position)), { maxLength: 1 }),
    tried: fc.subarray(names).map((tried) => new Set(tried)),
    seat: fc.string(),
    random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    atMs: fc.integer({ min: 2000, max: 40_000 }),
  })
  .map(({ path, ...rest }) => asked({ ...rest, url: new URL(path, 'https://api.test') }))
