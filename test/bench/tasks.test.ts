import { expect, test } from 'vitest'
import { longestTask } from '../../bench/tasks.ts'

const at = (name: string, ts: number, dur: number, tid = 1) => ({ name, pid: 7, tid, ts, dur })

test('the longest task is that of the thread of the marks, between them', () => {
  const events = [
    at('RunTask', 0, 90_000), // Before.
    at('RunTask', 95_000, 10_000), // The one that sets the mark, of which 5 ms come after it.
    at('begin', 100_000, 0),
    at('RunTask', 110_000, 7000),
    at('FunctionCall', 110_000, 6000),
    at('RunTask', 110_000, 50_000, 2), // Another thread's.
    at('end', 130_000, 0),
    at('RunTask', 131_000, 80_000), // After.
  ]
  expect(longestTask(events)).toBe(7)
})

test('a trace without marks is refused', () => {
  expect(() => longestTask([at('RunTask', 0, 1)])).toThrow('marks')
})
