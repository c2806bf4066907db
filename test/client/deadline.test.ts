import { expect, test } from 'vitest'
import { createDeadline } from '../../src/client/waits/deadline.ts'

/** Timers that fire when they are told, beside a clock that may be set. */
function scene(): {
  readonly parts: Parameters<typeof createDeadline>[2]
  readonly pass: (ms: number) => void
  readonly set: (byMs: number) => void
} {
  let passedMs = 0
  let setMs = 0
  const timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>()
  return {
    parts: {
      now: () => passedMs + setMs,
      setTimer(callback, delayMs) {
        const timer = { dueMs: passedMs + delayMs, callback }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
    },
    pass(ms) {
      passedMs += ms
      for (const timer of timers) {
        if (timer.dueMs > passedMs) continue
        timers.delete(timer)
        timer.callback()
      }
    },
    set: (byMs) => void (setMs += byMs),
  }
}

test('D1: a clock set back lends no time, and a spent budget stays spent', () => {
  const { parts, pass, set } = scene()
  const deadline = createDeadline(100, undefined, parts)
  set(-1000)
  expect(deadline.leftMs()).toBe(100)
  pass(100)
  expect(deadline.signal.aborted).toBe(true)
  expect(deadline.leftMs()).toBe(0)
})

test('D1: no pause outlasts the budget', async () => {
  const { parts, pass } = scene()
  const deadline = createDeadline(100, undefined, parts)
  const pause = deadline.pause(5000)
  pass(100)
  await expect(pause).resolves.toBeUndefined()
  await expect(deadline.pause(5000), 'nor does one that begins after it').resolves.toBeUndefined()
})

test('a caller who leaves ends a pause with the reason', async () => {
  const { parts, pass } = scene()
  const controller = new AbortController()
  const deadline = createDeadline(100, controller.signal, parts)
  const pause = deadline.pause(50)
  controller.abort('gone')
  await expect(pause).rejects.toBe('gone')
  pass(100)
  expect(deadline.throwIfLeft).toThrow('gone')
})
