import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { healthOf } from '../../../src/core/routing/breaker.ts'
import { coverageOf, noteAsOf, unknownEndpoint } from '../../../src/core/routing/endpoint-state.ts'
import type { EndpointState } from '../../../src/core/routing/endpoint-state.ts'
import { noteAnswer, noteProbe, noteTrouble, noteWrite } from '../../../src/core/routing/router-state.ts'
import type { RouterState } from '../../../src/core/routing/router-state.ts'
import { recentPercentiles } from '../../../src/core/routing/sample-window.ts'
import type { Version } from '../../../src/core/version.ts'
import { at, formatOf } from '../sample-versions.ts'
import { answerOf, cluster, someStates, stateAfter } from './sample-router.ts'

const endpoint = (state: RouterState, name: string): EndpointState => state.endpoints.find((one) => one.name === name)!
const lagOf = (state: RouterState, name: string): number | undefined => recentPercentiles(endpoint(state, name).lag, 1000)?.p50

describe('lag', () => {
  test('R25: is learned from the as-of against the newest known version', () => {
    const state = stateAfter(
      answerOf('primary', { versions: [at(2)], atMs: 600 }),
      answerOf('replica-1', { versions: [at(1)], atMs: 900 }),
      answerOf('replica-2', { versions: [at(2)], atMs: 900 }),
    )
    expect([lagOf(state, 'replica-1'), lagOf(state, 'replica-2'), lagOf(state, 'replica-3')]).toEqual([300, 0, undefined])
    expect(recentPercentiles(state.scopes.get('main')!, 1000)).toMatchObject({ count: 2, p99: 300 })
  })

  test('what the server says of itself comes first, under the name it gives itself', () => {
    const state = stateAfter(answerOf('replica-1', { versions: [at(1)], toldLagMs: 42, source: 'db-7' }))
    expect(lagOf(state, 'replica-1')).toBe(42)
    expect([...state.sources.keys()]).toEqual(['db-7'])
  })

  test('R25: a hint of when to ask again adds what is still to come, within bounds, and only where something lacks', () => {
    const behindBy = (hintMs: number): number | undefined =>
      lagOf(
        stateAfter(
          answerOf('primary', { versions: [at(2)], atMs: 600 }),
          answerOf('replica-1', { versions: [at(1)], atMs: 900, verdict: 'behind', hintMs }),
        ),
        'replica-1',
      )
    expect([behindBy(0), behindBy(250), behindBy(1e12)]).toEqual([300, 550, 15_300])
    expect(lagOf(stateAfter(answerOf('replica-1', { versions: [at(1)], hintMs: 250 })), 'replica-1')).toBe(0)
  })

  test('an answer that a replica had from the primary says nothing of the replica', () => {
    const state = stateAfter(answerOf('replica-1', { versions: [at(5)], isPrimarys: true, verdict: 'behind' }))
    expect(endpoint(state, 'replica-1').asOf.size).toBe(0)
    expect(lagOf(state, 'replica-1')).toBeUndefined()
    expect(state.load.evidence).toEqual([true])
    expect(state.tables.get('main')).toHaveLength(1)
  })

  test('an answer of an unknown verdict is no evidence', () => {
    const state = stateAfter(answerOf('replica-1', { verdict: 'unknown' }), answerOf('primary', { verdict: 'behind' }))
    expect(state.load.evidence).toEqual([])
    expect(endpoint(state, 'replica-1').behind.samples).toEqual([])
    expect(state.lastGood).toBeUndefined()
  })

  test('of another history, nothing is known', () => {
    const state = stateAfter(
      answerOf('primary', { versions: [at(2, 'main', 'e2')], atMs: 900 }),
      answerOf('replica-1', { versions: [at(9, 'main', 'e1')], atMs: 900 }),
    )
    // The later answer begins a table of its own, which the earlier says nothing about.
    expect(lagOf(state, 'replica-1')).toBe(0)
    expect(endpoint(state, 'replica-1').asOf.get('main')).toEqual(at(9, 'main', 'e1'))
  })
})

test('E2: an answer of an epoch known to be older says nothing of the lag', () => {
  const log = (epoch: string, position: string): Version => ({ scope: 'log', epoch, position })
  const state = stateAfter(
    answerOf('primary', { versions: [log('2', '0/5')], atMs: 900 }),
    answerOf('replica-1', { versions: [log('1', '0/9')], atMs: 950 }),
  )
  expect(lagOf(state, 'replica-1')).toBeUndefined()
  expect(state.tables.get('log')).toHaveLength(1)
})

test('own writes: how long they take to settle is measured, once each', () => {
  let state = noteWrite(formatOf, stateAfter(), { path: '/photos', atMs: 500, versions: [at(3)] })
  state = noteAnswer(formatOf, state, answerOf('primary', { versions: [at(3)], atMs: 550 }))
  expect(state.unsettled).toHaveLength(1)
  state = noteAnswer(formatOf, state, answerOf('replica-1', { versions: [at(2)], atMs: 600 }))
  expect(state.unsettled).toHaveLength(1)
  state = noteAnswer(formatOf, state, answerOf('replica-1', { versions: [at(3)], atMs: 740 }))
  expect(state.unsettled).toEqual([])
  expect(recentPercentiles(state.settling.get('main')!, 1000)).toMatchObject({ p50: 240, count: 1 })
})

describe('coverage', () => {
  const ask = (state: RouterState, name: string, floors: readonly Version[], atMs = 1000): string =>
    coverageOf(endpoint(state, name), { formatOf, floors, tables: state.tables, atMs })

  test('the primary covers all; without floors everybody does', () => {
    expect(ask(stateAfter(), 'primary', [at(9)])).toBe('covers')
    expect(ask(stateAfter(), 'replica-1', [])).toBe('covers')
    expect(ask(stateAfter(), 'replica-1', [at(9)])).toBe('unknown')
  })

  test('behind for as long as its lag is, and expected after that', () => {
    const state = stateAfter(
      answerOf('primary', { versions: [at(5)], atMs: 100 }),
      answerOf('replica-1', { versions: [at(4)], atMs: 400, verdict: 'behind' }),
    )
    expect(ask(state, 'replica-1', [at(5)], 400)).toBe('behind')
    expect(ask(state, 'replica-1', [at(5)], 401)).toBe('expected')
    expect(ask(state, 'replica-1', [at(4)])).toBe('covers')
    expect(ask(state, 'replica-1', [at(9)]), 'nobody knows since when that exists').toBe('unknown')
    expect(ask(state, 'replica-1', [at(4), at(9, 'other')])).toBe('unknown')
  })

  test('a replica that never lacked anything is expected at once', () => {
    const state = stateAfter(
      answerOf('replica-1', { versions: [at(4)], atMs: 400 }),
      answerOf('primary', { versions: [at(5)], atMs: 500 }),
    )
    expect(ask(state, 'replica-1', [at(5)], 500)).toBe('expected')
  })

  test('what was measured in a storm is let go once a later answer disproves it', () => {
    const storm = stateAfter(
      answerOf('primary', { versions: [at(5)], atMs: 0 }),
      answerOf('replica-1', { versions: [at(4)], atMs: 5000, verdict: 'behind' }),
    )
    const calm = noteAnswer(formatOf, storm, answerOf('primary', { versions: [at(6)], atMs: 6000 }))
    expect(ask(calm, 'replica-1', [at(6)], 6100)).toBe('behind')
    const shown = noteAnswer(formatOf, calm, answerOf('replica-1', { versions: [at(6)], atMs: 6100 }))
    const next = noteAnswer(formatOf, shown, answerOf('primary', { versions: [at(7)], atMs: 7000 }))
    expect(ask(next, 'replica-1', [at(7)], 7001)).toBe('expected')
  })
})

describe('trouble', () => {
  test('a lost race counts as slow, and as a latency of at least so long', () => {
    const state = noteTrouble(stateAfter(answerOf('replica-1')), 'replica-1', { outcome: 'slow', atMs: 1000, latencyMs: 700 })
    expect(recentPercentiles(endpoint(state, 'replica-1').latency, 1000)).toMatchObject({ p99: 700 })
    expect(state.lastGood).toBeUndefined()
  })

  test('trouble elsewhere leaves the last good one', () => {
    const state = noteTrouble(stateAfter(answerOf('replica-1')), 'replica-2', { outcome: 'failed', atMs: 1000, latencyMs: 1 })
    expect(state.lastGood).toBe('replica-1')
  })

  test('the primary is never left for being slow: for some reads there is no other', () => {
    let state = stateAfter()
    for (let index = 0; index < 9; index += 1) {
      state = noteTrouble(state, 'primary', { outcome: 'slow', atMs: 1000, latencyMs: 9000 })
      state = noteAnswer(formatOf, state, answerOf('primary', { isLate: true }))
      state = noteAnswer(formatOf, state, answerOf('replica-1', { isLate: true }))
    }
    expect(healthOf(endpoint(state, 'primary').breaker, 1000)).toBe('well')
    expect(healthOf(endpoint(state, 'replica-1').breaker, 1000)).toBe('left')
  })

  test('a probe begins, and may be given up', () => {
    const left = noteTrouble(stateAfter(), 'replica-1', { outcome: 'failed', atMs: 0, latencyMs: 1 })
    const probed = noteProbe(left, 'replica-1', 600)
    expect(healthOf(endpoint(probed, 'replica-1').breaker, 601)).toBe('left')
    expect(healthOf(endpoint(noteProbe(probed, 'replica-1', 'given up'), 'replica-1').breaker, 601)).toBe('due')
  })
})

test('law: memory is bounded, whatever answers say', () => {
  fc.assert(
    fc.property(someStates, (state) => {
      let filled = state
      for (let index = 0; index < 150; index += 1) {
        const versions = [at(index, `scope-${index}`)]
        const fact = answerOf('replica-1', { versions, source: `source-${index}` })
        filled = noteAnswer(formatOf, filled, fact)
        filled = noteWrite(formatOf, filled, { path: `/${index}`, atMs: index, versions: [at(99, `scope-${index}`)] })
      }
      const { sources, scopes, tables, writes, unsettled, endpoints } = filled
      for (const map of [sources, scopes, tables, endpoint(filled, 'replica-1').asOf]) expect(map.size).toBeLessThanOrEqual(64)
      expect(writes.length).toBeLessThanOrEqual(64)
      expect(unsettled.length).toBeLessThanOrEqual(16)
      expect(endpoints).toHaveLength(cluster.length)
    }),
    { numRuns: 10 },
  )
})

test('law: an as-of never falls within an epoch', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1 }), (positions) => {
      const known = positions.reduce(
        (asOf, position) => noteAsOf(formatOf, asOf, [at(position)]),
        unknownEndpoint(cluster[1]!).asOf,
      )
      expect(known.get('main')).toEqual(at(Math.max(...positions)))
    }),
  )
})
