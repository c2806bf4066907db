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
import type { Policy, RouteQuestion } from '../../../src/core/routing/policy.ts'
import { createRouterState, noteTrouble, noteWrite } from '../../../src/core/routing/router-state.ts'
import type { RouterState } from '../../../src/core/routing/router-state.ts'
import { at, formatOf } from '../sample-versions.ts'
import { answerOf, asked, cluster, someQuestions, someStates, stateAfter } from './sample-router.ts'

const order = (policy: Policy, question: RouteQuestion, state: RouterState = stateAfter()): readonly string[] =>
  decideRoute(formatOf, [policy], { question, state }).order
const first = (policy: Policy, question: RouteQuestion, state?: RouterState): string => order(policy, question, state)[0]!
const written = (path: string, atMs: number): RouterState =>
  noteWrite(formatOf, createRouterState(cluster), { path, atMs, versions: [] })
const photo = (path: string, atMs = 1000): RouteQuestion => asked({ url: new URL(path, 'https://api.test'), atMs })

describe('stickyReplica', () => {
  test('law: the same seat has the same replica, whatever the chance and the moment', () => {
    fc.assert(
      fc.property(fc.string(), someQuestions, someQuestions, (seat, left, right) => {
        const plain = { seat, tried: new Set<string>(), floors: [], isEscalated: false, asksPrimary: false }
        const chosen = first(stickyReplica(), { ...left, ...plain })
        expect(first(stickyReplica(), { ...right, ...plain })).toBe(chosen)
        expect(chosen).not.toBe('primary')
      }),
    )
  })

  test('R24: it moves on when its replica fails or is behind, and comes back', () => {
    const own = first(stickyReplica(), asked())
    const failed = noteTrouble(stateAfter(), own, { outcome: 'failed', atMs: 900, latencyMs: 1 })
    expect(first(stickyReplica(), asked(), failed)).not.toBe(own)
    const behind = stateAfter(answerOf(own, { verdict: 'behind', atMs: 900 }))
    const floors = [at(9)]
    expect(first(stickyReplica(), asked({ floors }), behind)).not.toBe(own)
    expect(first(stickyReplica(), asked(), behind), 'for what has no floor it is as good as any').toBe(own)
    expect(first(stickyReplica(), asked({ floors, atMs: 2900 }), behind)).toBe(own)
    expect(first(stickyReplica({ awayMs: 50 }), asked({ floors }), behind)).toBe(own)
  })

  test('a replica that was behind, and has shown what the read has to cover, is good again', () => {
    const own = first(stickyReplica(), asked())
    const state = stateAfter(answerOf(own, { verdict: 'behind', versions: [at(5)], atMs: 900 }))
    expect(first(stickyReplica(), asked({ floors: [at(5)] }), state)).toBe(own)
  })
})

describe('recentWrites', () => {
  test('S13: reads of what was written go to the primary, for as long as the window is', () => {
    const state = written('/photos/7', 500)
    for (const path of ['/photos/7', '/photos', '/photos/7/comments', '/']) {
      expect(first(recentWrites(), photo(path), state), path).toBe('primary')
    }
    for (const path of ['/photos/70', '/users', '/photos/8']) {
      expect(first(recentWrites(), photo(path), state), path).not.toBe('primary')
    }
    expect(first(recentWrites(), photo('/photos/7', 2500), state)).toBe('primary')
    expect(first(recentWrites(), photo('/photos/7', 2501), state)).not.toBe('primary')
    expect(first(recentWrites({ windowMs: 100 }), photo('/photos/7'), state)).not.toBe('primary')
  })

  test('of the session: all reads do', () => {
    expect(first(recentWrites({ of: 'session' }), photo('/users'), written('/photos/7', 500))).toBe('primary')
  })

  test('reads that promise nothing of own writes are left alone', () => {
    for (const level of ['eventual', 'monotonic-reads'] as const) {
      expect(first(recentWrites(), { ...photo('/photos/7'), level }, written('/photos/7', 900))).not.toBe('primary')
    }
  })

  test('R22: the end of an older write does not shorten the window of a newer one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { minLength: 1, maxLength: 6 }), fc.nat(8000), (times, atMs) => {
        const writes = times.toSorted((left, right) => left - right)
        const state = writes.reduce(
          (known, writtenAtMs) => noteWrite(formatOf, known, { path: '/photos/7', atMs: writtenAtMs, versions: [] }),
          createRouterState(cluster),
        )
        const sinceMs = atMs - writes.at(-1)!
        if (sinceMs >= 0) expect(first(recentWrites(), photo('/photos/7', atMs), state) === 'primary').toBe(sinceMs <= 2000)
      }),
    )
  })

  test('S13: it calls itself a heuristic', () => {
    const { why } = decideRoute(formatOf, [recentWrites()], { question: photo('/photos'), state: written('/photos', 900) })
    expect(why).toContain('heuristic')
  })

  test('law: outside of every window it has no opinion', () => {
    fc.assert(
      fc.property(someQuestions, someStates, (question, state) => {
        const later = { ...question, atMs: 2000 + 2001 }
        const without = decideRoute(formatOf, [], { question: later, state })
        expect(decideRoute(formatOf, [recentWrites()], { question: later, state })).toEqual(without)
      }),
    )
  })
})

describe('caughtUp', () => {
  const floors = [at(5)]

  test('the one that has shown the floor comes first, the primary before the unknown', () => {
    const state = stateAfter(answerOf('replica-2', { versions: [at(5)] }))
    expect(order(caughtUp(), asked({ floors }), state).slice(0, 2)).toEqual(['replica-2', 'primary'])
    expect(first(caughtUp(), asked({ floors }))).toBe('primary')
  })

  test('one that is behind comes last, and again before the primary once its lag has passed', () => {
    const state = stateAfter(
      answerOf('primary', { versions: [at(5)], atMs: 800 }),
      answerOf('replica-1', { versions: [at(4)], atMs: 900, verdict: 'behind' }),
    )
    expect(order(caughtUp(), asked({ floors, atMs: 900 }), state).at(-1)).toBe('replica-1')
    expect(first(caughtUp(), asked({ floors, atMs: 901 }), state)).toBe('replica-1')
  })

  test('without a floor it has no opinion', () => {
    expect(first(caughtUp(), asked())).not.toBe('primary')
  })

  test('law: the first is not known to be behind, while the primary is well', () => {
    fc.assert(
      fc.property(someQuestions, someStates, (question, state) => {
        let coverage = 'covers'
        const look: Policy = ({ candidates }) => {
          coverage = candidates.find(({ name }) => name === chosen)?.coverage ?? coverage
          return undefined
        }
        const retry = { ...question, tried: new Set(['nobody']) }
        const well = { ...state, endpoints: state.endpoints.map((endpoint) => ({ ...endpoint, breaker: { ...endpoint.breaker, restsUntilMs: undefined } })) }
        const chosen = first(caughtUp(), retry, well)
        decideRoute(formatOf, [look], { question: retry, state: well })
        expect(coverage).not.toBe('behind')
      }),
    )
  })
})

describe('versionedReads', () => {
  test('it stays where it was good, and leaves where that is behind', () => {
    const good = stateAfter(answerOf('replica-2', { versions: [at(5)] }), answerOf('replica-3', { versions: [at(5)] }))
    expect(order(versionedReads(), asked({ floors: [at(5)] }), good).slice(0, 2)).toEqual(['replica-3', 'replica-2'])
    const risen = stateAfter(
      answerOf('replica-3', { versions: [at(5)], atMs: 700 }),
      answerOf('replica-2', { versions: [at(9)], atMs: 800 }),
      answerOf('replica-3', { versions: [at(5)], atMs: 900 }),
    )
    expect(first(versionedReads(), asked({ floors: [at(9)], atMs: 900 }), risen)).toBe('replica-2')
    expect(order(versionedReads(), asked({ floors: [at(9)], atMs: 900 }), risen).at(-1)).toBe('replica-3')
  })

  test('law: without trouble and without floors it never moves', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.99, noNaN: true }), { minLength: 2 }), (draws) => {
        let state = createRouterState(cluster)
        const chosen = draws.map((random) => {
          const name = first(versionedReads(), asked({ random }), state)
          state = stateAfter(answerOf(name))
          return name
        })
        expect(new Set(chosen).size).toBe(1)
      }),
    )
  })
})

describe('criticalPath', () => {
  test('law: what lies within goes to the primary, and is neither hedged nor a probe', () => {
    fc.assert(
      fc.property(someStates, (state) => {
        const question = photo('/checkout/1', 3000)
        const route = decideRoute(formatOf, [hedged({ after: 5 }), criticalPath(['/checkout'])], { question, state })
        const isWell = state.endpoints[0]!.breaker.restsUntilMs === undefined
        if (isWell) expect(route.order[0]).toBe('primary')
        expect(route.hedge).toBeUndefined()
      }),
    )
  })

  test('by paths or by a function; all else is left alone', () => {
    expect(first(criticalPath(['/checkout/']), photo('/checkout/1'))).toBe('primary')
    expect(first(criticalPath(['/checkout']), photo('/checkouts'))).not.toBe('primary')
    expect(first(criticalPath(({ level }) => level === 'session'), photo('/any'))).toBe('primary')
  })
})

describe('hedged', () => {
  const hedgeOf = (policy: Policy, state: RouterState, question = asked()): unknown =>
    decideRoute(formatOf, [policy], { question, state }).hedge

  test('after a fixed delay, or the learned one, and not before one was learned', () => {
    expect(hedgeOf(hedged({ after: 80, ratio: 0.2 }), stateAfter())).toEqual({ afterMs: 80, ratio: 0.2 })
    expect(hedgeOf(hedged(), stateAfter())).toBeUndefined()
    const learned = stateAfter(...Array.from({ length: 8 }, () => answerOf('replica-1', { latencyMs: 40 })))
    expect(hedgeOf(hedged(), learned)).toEqual({ afterMs: 41, ratio: 0.1 })
  })

  test('law: never later than was said, nor less than half as late, and never for what goes to one place', () => {
    fc.assert(
      fc.property(someQuestions, someStates, fc.integer({ min: 1, max: 1000 }), (question, state, after) => {
        const { order: places, hedge } = decideRoute(formatOf, [hedged({ after, ratio: 0.2 })], { question, state })
        if (places.length < 2) {
          expect(hedge).toBeUndefined()
          return
        }
        expect(hedge).toMatchObject({ ratio: 0.2 })
        expect(hedge!.afterMs).toBeLessThanOrEqual(after)
        expect(hedge!.afterMs).toBeGreaterThanOrEqual(Math.floor(after / 2))
      }),
    )
  })

  test('what has one place to go is not hedged', () => {
    expect(hedgeOf(hedged({ after: 80 }), stateAfter(), asked({ asksPrimary: true }))).toBeUndefined()
  })

  test('sooner while replicas are often behind', () => {
    const state = { ...stateAfter(), load: { step: 2, changedAtMs: 0, evidence: [] } }
    expect(hedgeOf(hedged({ after: 80 }), state)).toEqual({ afterMs: 60, ratio: 0.1 })
  })
})

describe('adaptive', () => {
  const loaded = (step: number): RouterState => ({ ...stateAfter(), load: { step, changedAtMs: 0, evidence: [] } })

  test('law: the share of the reads goes to the primary, and no more', () => {
    fc.assert(
      fc.property(fc.nat(4), (step) => {
        const draws = Array.from({ length: 1000 }, (_, index) => index / 1000)
        const count = draws.filter((random) => first(adaptive(), asked({ random }), loaded(step)) === 'primary').length
        expect(count / 1000).toBeCloseTo([0, 0.25, 0.5, 0.75, 0.9][step]!, 2)
      }),
      { numRuns: 5 },
    )
  })

  test('R25: a replica beyond the limit comes last', () => {
    const state = stateAfter(answerOf('replica-1', { toldLagMs: 61_000, versions: [at(1)] }))
    expect(order(adaptive(), asked(), state).at(-1)).toBe('replica-1')
    expect(order(adaptive({ lagMaxMs: 70_000 }), asked(), state).at(-1)).toBe('primary')
  })
})

describe('boundedStaleness', () => {
  const state = stateAfter(
    answerOf('replica-1', { toldLagMs: 900, versions: [at(1)] }),
    answerOf('replica-2', { toldLagMs: 100, versions: [at(1)] }),
  )

  test('replicas within the bound, those not measured among them, then the primary, then the rest', () => {
    const question = asked({ maxStalenessMs: 500 })
    expect(order(boundedStaleness(), question, state).slice(0, 2)).toEqual(['replica-2', 'replica-3'])
    expect(order(boundedStaleness(), question, state).slice(2)).toEqual(['primary', 'replica-1'])
    expect(order(boundedStaleness(), asked({ maxStalenessMs: 50 }), state).slice(0, 2)).toEqual(['replica-3', 'primary'])
  })

  test('a replica that let the primary answer most of the time comes last, though nobody knows its lag', () => {
    const helped = stateAfter(answerOf('replica-1', { isPrimarys: true, verdict: 'behind' }))
    expect(order(boundedStaleness(), asked({ maxStalenessMs: 500 }), helped).at(-1)).toBe('replica-1')
  })

  test('law: without a bound it has no opinion', () => {
    fc.assert(
      fc.property(someQuestions, someStates, (question, any) => {
        const unbounded = { ...question, maxStalenessMs: undefined }
        expect(order(boundedStaleness(), unbounded, any)).toEqual(
          decideRoute(formatOf, [], { question: unbounded, state: any }).order,
        )
      }),
    )
  })
})
