import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  beginProbe,
  closedBreaker,
  endProbe,
  healthOf,
  recordOutcome,
  restMaxMs,
  restMs,
} from '../../../src/core/routing/breaker.ts'
import type { Breaker } from '../../../src/core/routing/breaker.ts'

const failedAt = (atMs: number, breaker = closedBreaker): Breaker => recordOutcome(breaker, 'failed', { atMs })

describe('an endpoint', () => {
  test('that failed is left, then due, then well again once it has answered', () => {
    const left = failedAt(1000)
    expect(healthOf(left, 1000 + restMs - 1)).toBe('left')
    expect(healthOf(left, 1000 + restMs)).toBe('due')
    expect(healthOf(recordOutcome(left, 'well', { atMs: 1600 }), 1600)).toBe('well')
  })

  test('that is slow is left after three times in a row, and not before', () => {
    const slow = (breaker: Breaker): Breaker => recordOutcome(breaker, 'slow', { atMs: 0 })
    const twice = slow(slow(closedBreaker))
    expect(healthOf(twice, 0)).toBe('well')
    expect(healthOf(slow(twice), 0)).toBe('left')
    const interrupted = slow(slow(recordOutcome(twice, 'well', { atMs: 0 })))
    expect(healthOf(interrupted, 0)).toBe('well')
  })

  test('gets one probe at a time', () => {
    const probed = beginProbe(failedAt(0), restMs)
    expect(healthOf(probed, restMs + 1)).toBe('left')
    expect(healthOf(endProbe(probed), restMs + 1)).toBe('due')
    expect(healthOf(probed, restMs + restMaxMs), 'its end was never told').toBe('due')
  })

  test('rests twice as long after a probe that failed', () => {
    const again = failedAt(restMs, beginProbe(failedAt(0), restMs))
    expect(again.restsUntilMs).toBe(restMs + 2 * restMs)
  })

  test('does not rest longer for what was sent before it was left', () => {
    const left = failedAt(0)
    expect(failedAt(10, left)).toBe(left)
  })

  test('rests as long as it asks for, up to a bound', () => {
    const asked = (retryAfterMs: number): number | undefined =>
      recordOutcome(closedBreaker, 'failed', { atMs: 0, retryAfterMs }).restsUntilMs
    expect(asked(5000)).toBe(5000)
    expect(asked(86_400_000)).toBe(restMaxMs)
    expect(asked(1)).toBe(restMs)
  })

  test('is forgiven once it was well for long', () => {
    const rejoined = recordOutcome(failedAt(0), 'well', { atMs: 1000 })
    expect(rejoined.openings).toBe(1)
    expect(recordOutcome(rejoined, 'well', { atMs: 1000 + 30_000 }).openings).toBe(0)
  })
})

test('law: rests never exceed their bound, and no endpoint is left for ever', () => {
  const step = fc.tuple(fc.constantFrom('well', 'slow', 'failed', 'probe', 'end' as const), fc.nat(60_000), fc.nat())
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let breaker = closedBreaker
      let atMs = 0
      for (const [what, waitMs, retryAfterMs] of steps) {
        atMs += waitMs
        if (what === 'probe') breaker = beginProbe(breaker, atMs)
        else if (what === 'end') breaker = endProbe(breaker)
        else breaker = recordOutcome(breaker, what, { atMs, retryAfterMs })
        expect(healthOf(breaker, atMs + restMaxMs)).not.toBe('left')
      }
    }),
  )
})

test('law: one that flaps is probed less and less: openings in a stretch grow with its logarithm', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), (minutes) => {
      let breaker = closedBreaker
      let openings = 0
      for (let atMs = 0; atMs < minutes * 60_000; atMs += 100) {
        if (healthOf(breaker, atMs) === 'left') continue
        breaker = failedAt(atMs, beginProbe(breaker, atMs))
        openings += 1
      }
      // Seven doublings to the longest rest, and one opening for each of those.
      expect(openings).toBeLessThanOrEqual(7 + 2 * minutes)
    }),
  )
})
