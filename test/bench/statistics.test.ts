import { expect, test } from 'vitest'
import { median, quantile } from '../../bench/statistics.ts'

test('the median is the middle one, or between the two in the middle, whatever their order', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('a quantile lies between its neighbours', () => {
  const numbers = [10, 20, 30, 40, 50]
  expect(quantile(numbers, 0)).toBe(10)
  expect(quantile(numbers, 0.25)).toBe(20)
  expect(quantile(numbers, 0.9)).toBeCloseTo(46)
  expect(quantile(numbers, 1)).toBe(50)
})
