import fc from 'fast-check'
import { expect, test } from 'vitest'
import { earnHedge, learnDelay, noHedgeBudget, spendHedge } from '../../../src/core/routing/hedge-budget.ts'

test('R21: law: at any time there are no more hedges than the ratio allows', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean()), fc.double({ min: 0, max: 1, noNaN: true }), (wants, ratio) => {
      let budget = noHedgeBudget
      let hedges = 0
      for (const [index, isLate] of wants.entries()) {
        budget = earnHedge(budget, ratio)
        const spent = isLate ? spendHedge(budget) : undefined
        if (spent !== undefined) {
          budget = spent
          hedges += 1
        }
        expect(hedges).toBeLessThanOrEqual(ratio * (index + 1) + 1e-9)
      }
    }),
  )
})

test('a quiet hour does not pay for a storm', () => {
  let budget = noHedgeBudget
  for (let read = 0; read < 10_000; read += 1) budget = earnHedge(budget, 0.1)
  expect(budget.earned).toBe(10)
})

test('the delay lies just beyond the p95 of the middle endpoint: a slow minority does not move it', () => {
  const latency = (p95: number, count = 20): { p95: number; count: number } => ({ p95, count })
  const learned = learnDelay(noHedgeBudget, [latency(900), latency(60), latency(50), latency(55)])
  expect(learned.delayMs).toBe(56)
  expect(learnDelay(noHedgeBudget, [latency(60, 3), undefined]).delayMs, 'too little was measured').toBeUndefined()
  expect(learnDelay(noHedgeBudget, [latency(0)]).delayMs).toBe(5)
})

test('the delay rises at once, and falls in steps of a quarter', () => {
  const latency = (p95: number): { p95: number; count: number }[] => [{ p95, count: 20 }]
  const learned = learnDelay(noHedgeBudget, latency(99))
  expect(learned.delayMs).toBe(100)
  expect(learnDelay(learned, latency(100)).delayMs).toBe(101)
  expect(learnDelay(learned, latency(75))).toBe(learned)
  expect(learnDelay(learned, latency(70)).delayMs).toBe(71)
})

test('law: what is learned is never below the p95 that it was last told', () => {
  const p95s = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1 })
  fc.assert(
    fc.property(p95s, (told) => {
      const learned = told.reduce((budget, p95) => learnDelay(budget, [{ p95, count: 20 }]), noHedgeBudget)
      expect(learned.delayMs).toBeGreaterThan(told.at(-1)!)
    }),
  )
})
