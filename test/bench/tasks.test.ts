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

test('what a task waits for its processor is not its own', () => {
  const events = [at('begin', 0, 0), { ...at('RunTask', 10, 90_000), tdur: 4000 }, at('end', 100_000, 0)]
  expect(longestTask(events)).toBe(4)
})

test('a trace may have more tasks than a call has arguments', () => {
  const many = Array.from({ length: 300_000 }, (_, index) => at('RunTask', index, 1))
  expect(longestTask([at('begin', 0, 0), ...many, at('RunTask', 300_000, 3000), at('end', 400_000, 0)])).toBe(3)
})

test('a trace without marks is refused', () => {
  expect(() => longestTask([at('RunTask', 0, 1)])).toThrow('marks')
})
