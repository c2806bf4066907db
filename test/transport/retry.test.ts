import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLagEstimate, nextAttempt } from '../../src/transport/retry.ts'
import type { RetrySituation } from '../../src/transport/retry.ts'

const first: RetrySituation = {
  answers: 1,
  leftMs: 2000,
  retryAfterMs: undefined,
  lagMs: undefined,
  canAskPrimary: true,
  primaryAnswers: 0,
  isOutrun: false,
  random: 0.5,
}

const situations = fc.record({
  answers: fc.integer({ min: 1, max: 20 }),
  leftMs: fc.double({ min: 0, max: 5000, noNaN: true }),
  retryAfterMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
  lagMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
  canAskPrimary: fc.boolean(),
  primaryAnswers: fc.integer({ min: 0, max: 5 }),
  isOutrun: fc.boolean(),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
})

describe('the ladder', () => {
  test('T3: the primary is asked at once where nothing says that waiting is short', () => {
    expect(nextAttempt(first)).toEqual({ waitMs: 0, cache: 'no-cache', asksPrimary: true })
  })

  test('T3: a source that is close behind is given the time', () => {
    expect(nextAttempt({ ...first, lagMs: 60 })).toMatchObject({ waitMs: 60, asksPrimary: false })
    expect(nextAttempt({ ...first, retryAfterMs: 30 })).toMatchObject({ waitMs: 30, asksPrimary: false })
  })

  test('T3: who hints again and again is not close: the primary is asked', () => {
    const attempt = nextAttempt({ ...first, answers: 2, retryAfterMs: 30 })
    expect(attempt).toMatchObject({ asksPrimary: true })
  })

  test('T3: a long hint is a reason to ask the primary, and not to give up', () => {
    const attempt = nextAttempt({ ...first, lagMs: 60, retryAfterMs: 60_000 })
    expect(attempt).toMatchObject({ waitMs: 0, asksPrimary: true })
  })

  test('W14: no step repeats the one before it', () => {
    const caches = [1, 2, 3].map((answers) => nextAttempt({ ...first, answers })?.cache)
    expect(caches).toEqual(['no-cache', 'reload', 'reload'])
    const waits = [2, 3, 4].map((answers) => nextAttempt({ ...first, answers })?.waitMs ?? 0)
    expect(waits).toEqual(waits.toSorted((left, right) => left - right))
    expect(new Set(waits).size).toBe(3)
  })

  test('T5: a primary that was below the floor twice is not asked again', () => {
    expect(nextAttempt({ ...first, answers: 3, primaryAnswers: 2 })).toBeUndefined()
  })

  test('T6: a primary that was outrun is asked until the budget ends, however far replicas lag', () => {
    let [leftMs, waits] = [2000, [] as number[]]
    for (let answers = 2; ; answers += 1) {
      const attempt = nextAttempt({ ...first, answers, leftMs, lagMs: 450, isOutrun: true })
      if (attempt === undefined) break
      expect(attempt.asksPrimary).toBe(true)
      waits = [...waits, attempt.waitMs]
      leftMs -= attempt.waitMs + 60
    }
    expect(waits).toEqual([40, 80, 160, 320, 580, 260])
  })

  test('law: I7 each step lies within the budget, and there are at most seven', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const attempt = nextAttempt(situation)
        if (attempt === undefined) return
        expect(attempt.waitMs).toBeGreaterThanOrEqual(0)
        expect(attempt.waitMs).toBeLessThan(situation.leftMs)
        expect(situation.answers).toBeLessThan(8)
      }),
    )
  })

  test('law: the primary is asked only where it can be', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        if (!situation.canAskPrimary) expect(nextAttempt(situation)?.asksPrimary ?? false).toBe(false)
      }),
    )
  })
})

test('R25: one slow answer does not poison what is learned of lag', () => {
  const lag = createLagEstimate()
  expect(lag.get()).toBeUndefined()
  for (let count = 0; count < 10; count += 1) lag.learn(40)
  lag.learn(2000)
  expect(lag.get()).toBeLessThan(600)
  for (let count = 0; count < 10; count += 1) lag.learn(40)
  expect(lag.get()).toBeLessThan(80)
})
