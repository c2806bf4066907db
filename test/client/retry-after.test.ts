import { describe, expect, test } from 'vitest'
import { retryAfterIn } from '../../src/client/exchanges/retry-after.ts'

const now = Date.parse('Mon, 30 Nov 2026 02:00:00 GMT')
const told = (headers: Record<string, string>): number | undefined => retryAfterIn(new Headers(headers), now)

test.each<[string, number | undefined]>([
  ['2', 2000],
  [' 120 ', 120_000],
  ['Mon, 30 Nov 2026 02:00:20 GMT', 20_000],
  ['Mon, 30 Nov 2026 01:00:00 GMT', 0],
  ['soon', undefined],
  ['-1', undefined],
  ['9999999', undefined],
  ['2026-11-30', undefined],
  ['Mon, 99 Nov 2026 02:00:20 GMT', undefined],
  ['', undefined],
])('"%s"', (text, expected) => {
  expect(told({ 'retry-after': text })).toBe(expected)
})

test('what was not said is not known', () => {
  expect(told({})).toBeUndefined()
})

describe('R23: a date is of the clock of the server', () => {
  const hourAhead = { date: 'Mon, 30 Nov 2026 03:00:00 GMT', 'retry-after': 'Mon, 30 Nov 2026 03:00:20 GMT' }

  test('so it is counted from what that clock showed', () => {
    expect(told(hourAhead)).toBe(20_000)
  })

  test('or from ours, where a page does not see it, or it cannot be read', () => {
    expect(told({ 'retry-after': hourAhead['retry-after'] })).toBe(3_620_000)
    expect(told({ ...hourAhead, date: 'today' })).toBe(3_620_000)
  })
})
