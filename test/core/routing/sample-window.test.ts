import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addSample,
  emptyWindow,
  recentMean,
  recentPercentiles,
  samplesMax,
  windowMs,
  withoutAbove,
} from '../../../src/core/routing/sample-window.ts'
import type { SampleWindow } from '../../../src/core/routing/sample-window.ts'

const windowOf = (values: readonly number[], stepMs = 1): SampleWindow => {
  let window = emptyWindow
  for (const [index, value] of values.entries()) window = addSample(window, { atMs: index * stepMs, value })
  return window
}

test('law: memory is bounded in count and in time', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2000), fc.nat()), { maxLength: 200 }), (steps) => {
      let window = emptyWindow
      let atMs = 0
      for (const [stepMs, value] of steps) window = addSample(window, { atMs: (atMs += stepMs), value })
      expect(window.samples.length).toBeLessThanOrEqual(samplesMax)
      for (const sample of window.samples) expect(atMs - sample.atMs).toBeLessThanOrEqual(windowMs)
    }),
  )
})

test('law: percentiles are samples, in order, and p99 bounds all but one in a hundred', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: samplesMax }), (values) => {
      const { p50, p95, p99, count } = recentPercentiles(windowOf(values), values.length)!
      expect(values).toEqual(expect.arrayContaining([p50, p95, p99]))
      expect(p50).toBeLessThanOrEqual(p95)
      expect(p95).toBeLessThanOrEqual(p99)
      expect(values.filter((value) => value <= p95).length).toBeGreaterThanOrEqual(0.95 * values.length)
      expect(count).toBe(values.length)
    }),
  )
})

test('I4: nothing measured lately is unknown, and not zero', () => {
  expect(recentPercentiles(emptyWindow, 0)).toBeUndefined()
  expect(recentMean(emptyWindow, 0)).toBeUndefined()
  const old = windowOf([5])
  expect(recentPercentiles(old, windowMs)).toMatchObject({ p50: 5 })
  expect(recentPercentiles(old, windowMs + 1)).toBeUndefined()
  expect(recentMean(old, windowMs + 1)).toBeUndefined()
  expect(recentMean(windowOf([0, 1]), 2)).toBe(0.5)
})

test('what a later measurement has disproved is let go', () => {
  const window = windowOf([10, 5000, 20])
  expect(recentPercentiles(withoutAbove(window, 100), 3)).toMatchObject({ p99: 20, count: 2 })
  expect(withoutAbove(window, 5000)).toBe(window)
  expect(withoutAbove(window, 1)).toEqual(emptyWindow)
})
