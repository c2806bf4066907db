import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { adaptive } from '../../../src/core/routing/policies/adaptive.ts'
import { boundedStaleness } from '../../../src/core/routing/policies/bounded-staleness.ts'
import { caughtUp } from '../../../src/core/routing/policies/caught-up.ts'
import { criticalPath } from '../../../src/core/routing/policies/critical-path.ts'
import { hedged } from '../../../src/core/routing/policies/hedged.ts'
import { recentWrites } from '../../../src/core/routing/policies/recent-writes.ts'
import { stickyReplica } from '../../../src/core/routing/policies/sticky-replica.ts'
import { versionedReads } from '../../../src/core/routing/policies/versioned-reads.ts'
import { decideRoute } from '../../../src/core/routing/policy.ts'
import type { Policy, Route, RouteQuestion } from '../../../src/core/routing/policy.ts'
import { createRouterState, noteTrouble } from '../../../src/core/routing/router-state.ts'
import type { RouterState } from '../../../src/core/routing/router-state.ts'
import { formatOf } from '../sample-versions.ts'
import { asked, cluster, names, someQuestions, someStates, stateAfter } from './sample-router.ts'

const all: readonly Policy[] = [
  adaptive(),
  boundedStaleness(),
  caughtUp(),
  criticalPath(['/checkout']),
  hedged(),
  recentWrites(),
  stickyReplica(),
  versionedReads(),
]

const route = (policies: readonly Policy[], question: RouteQuestion, state: RouterState = stateAfter()): Route =>
  decideRoute(formatOf, policies, { question, state })

const failed = (state: RouterState, name: string): RouterState =>
  noteTrouble(state, name, { outcome: 'failed', atMs: 900, latencyMs: 5 })

const somePolicies = fc.shuffledSubarray([...all])

describe('laws of every list of policies', () => {
  test('law: a route is an order of all endpoints; of the primary alone where only that will do', () => {
    fc.assert(
      fc.property(somePolicies, someQuestions, someStates, (policies, question, state) => {
        const { order } = route(policies, question, state)
        expect(order.toSorted()).toEqual(question.asksPrimary ? ['primary'] : names)
      }),
    )
  })

  test('law: the same situation gives the same route, with a reason', () => {
    fc.assert(
      fc.property(somePolicies, someQuestions, someStates, (policies, question, state) => {
        const first = route(policies, question, state)
        expect(route(policies, question, state)).toEqual(first)
        expect(first.why).not.toBe('')
      }),
    )
  })

  test('law: what was tried comes after what was not, and what is left after what is well', () => {
    fc.assert(
      fc.property(somePolicies, someQuestions, fc.subarray(names), (policies, question, broken) => {
        const state = broken.reduce(failed, createRouterState(cluster))
        const { order } = route(policies, { ...question, atMs: 1000 }, state)
        const cost = (name: string): number => (question.tried.has(name) ? 2 : 0) + (broken.includes(name) ? 1 : 0)
        const costs = order.map(cost)
        expect(costs).toEqual(costs.toSorted((left, right) => left - right))
      }),
    )
  })

  test('law: a policy named twice says nothing new, and a later one decides only between equals', () => {
    fc.assert(
      fc.property(somePolicies, someQuestions, someStates, (policies, question, state) => {
        const once = route(policies, question, state)
        expect(route([...policies, ...policies], question, state).order).toEqual(once.order)
        const firm: Policy = () => ({ why: 'by name', rank: ({ name }) => names.indexOf(name) })
        // A read that was tried elsewhere is no occasion to probe, whatever the other policies say of it.
        const retry = { ...question, tried: new Set(['nobody']) }
        expect(route([firm, ...policies], retry, state).order).toEqual(route([firm], retry, state).order)
      }),
    )
  })
})

describe('health', () => {
  test('R25: a failed endpoint is left, and the others take its place', () => {
    const { order, why } = route([stickyReplica()], asked(), failed(stateAfter(), 'replica-2'))
    expect(order.at(-1)).toBe('replica-2')
    expect(why).toContain('others are left to rest')
  })

  test('where all are left, they are asked all the same', () => {
    const state = names.reduce(failed, createRouterState(cluster))
    expect(route([], asked(), state).order).toHaveLength(4)
  })

  test('I13: a primary that is due is asked by a read that wants the primary, and no replica that is', () => {
    const state = ['primary', 'replica-1'].reduce(failed, createRouterState(cluster))
    const later = asked({ atMs: 60_000, isEscalated: true, random: 0.3 })
    const { order } = route([], later, state)
    expect(order[0]).toBe('primary')
    expect(order.at(-1)).toBe('replica-1')
  })

  test('an endpoint that is due gets the next read, but no critical one and no retry', () => {
    const state = failed(stateAfter(), 'replica-2')
    const later = { atMs: 1500 }
    expect(route([], asked(later), state)).toMatchObject({ why: expect.stringContaining('due for a probe') })
    expect(route([], asked(later), state).order[0]).toBe('replica-2')
    for (const critical of [
      route([criticalPath(['/photos'])], asked(later), state),
      route([], asked({ ...later, tried: new Set(['replica-1']) }), state),
      route([], asked({ ...later, isEscalated: true }), state),
    ]) {
      expect(critical.order[0]).not.toBe('replica-2')
    }
  })

  test('a ladder that has come to the primary asks it, and a replica where it is left', () => {
    expect(route([], asked({ isEscalated: true })).order[0]).toBe('primary')
    expect(route([], asked({ isEscalated: true }), failed(stateAfter(), 'primary')).order[0]).not.toBe('primary')
  })

  test('S12: strong waits for the primary, even if it is left to rest', () => {
    const { order, why } = route(all, asked({ asksPrimary: true }), failed(stateAfter(), 'primary'))
    expect(order).toEqual(['primary'])
    expect(why).toBe('there is no other')
  })

  test('strong takes what there is where no primary was named: the wire asks for it', () => {
    const state = createRouterState(cluster.slice(1))
    expect(route([], asked({ asksPrimary: true }), state).order).toHaveLength(3)
  })
})

test('without policies, reads are spread over the replicas, and the primary comes last', () => {
  const firsts = new Map<string, number>()
  for (let index = 0; index < 3000; index += 1) {
    const { order } = route([], asked({ random: index / 3000 }))
    firsts.set(order[0]!, (firsts.get(order[0]!) ?? 0) + 1)
    expect(order.at(-1)).toBe('primary')
  }
  expect([...firsts.keys()].toSorted()).toEqual(['replica-1', 'replica-2', 'replica-3'])
  for (const count of firsts.values()) expect(count).toBeGreaterThan(800)
})

test('a policy without a rank, and one without a word, change nothing', () => {
  const plain = route([], asked())
  expect(route([() => undefined, () => ({ why: 'nothing' })], asked())).toEqual(plain)
})

test('a hedge of a policy that names no ratio earns nothing', () => {
  expect(route([() => ({ why: 'eager', hedgeAfterMs: 5 })], asked()).hedge).toEqual({ afterMs: 5, ratio: 0 })
})
