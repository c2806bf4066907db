// The read plan, over every situation that its thresholds tell apart.
import { describe, expect, test } from 'vitest'
import { requirementOf } from '../../src/core/guarantee.ts'
import type { Level } from '../../src/core/guarantee.ts'
import { planRead } from '../../src/core/read-plan.ts'
import type { ReadPlan, ReadSituation } from '../../src/core/read-plan.ts'

const levels: Level[] = [
  'eventual',
  'monotonic-reads',
  'read-your-writes',
  'session',
  'strong',
  { maxStalenessMs: 0 },
  { maxStalenessMs: 1000 },
  { maxStalenessMs: 1500 },
]
const ages = [0, 1, 999, 1000, 1001, 1499, 1500, 1501, 1999, 2000, 2001, 1e12]
const reuses = [
  { maxAgeMs: 0, staleWhileRevalidateMs: 0 },
  { maxAgeMs: 1000, staleWhileRevalidateMs: 0 },
  { maxAgeMs: 0, staleWhileRevalidateMs: 1000 },
  { maxAgeMs: 1000, staleWhileRevalidateMs: 1000 },
]
const booleans = [false, true]

const situations: ReadSituation[] = levels.flatMap((level) =>
  reuses.flatMap((reuse) =>
    ages.flatMap((ageMs) =>
      booleans.flatMap((holdsEnough) =>
        booleans.map((isOpaque) => ({
          requirement: requirementOf(level),
          reuse,
          ageMs,
          holdsEnough,
          isOpaque,
        })),
      ),
    ),
  ),
)

const plansWhere = (condition: (situation: ReadSituation) => boolean): Set<ReadPlan> =>
  new Set(situations.filter(condition).map(planRead))

const withHeld = (change: Partial<ReadSituation>): ReadPlan =>
  planRead({
    requirement: requirementOf('session'),
    reuse: { maxAgeMs: 1000, staleWhileRevalidateMs: 1000 },
    holdsEnough: true,
    ageMs: 0,
    isOpaque: false,
    ...change,
  })

test('the table is whole: 8 levels, 4 rules, 12 ages, held or not, opaque or not', () => {
  expect(situations).toHaveLength(8 * 4 * 12 * 2 * 2)
  const plans = new Set(situations.map(planRead))
  expect(plans).toEqual(new Set(['serve', 'revalidate', 'fetch', 'refuse']))
})

describe('over the whole table', () => {
  test('a request whose answer would hide its version is refused, and no other is (W9)', () => {
    expect(plansWhere(({ isOpaque }) => isOpaque)).toEqual(new Set(['refuse']))
    expect(plansWhere(({ isOpaque }) => !isOpaque)).not.toContain('refuse')
  })

  test('R1: what does not cover the floor is never served, however young', () => {
    expect(plansWhere(({ isOpaque, holdsEnough }) => !isOpaque && !holdsEnough)).toEqual(
      new Set(['fetch']),
    )
  })

  test('R2: without a rule that allows it, a value with any age goes to the network', () => {
    const plans = plansWhere(
      ({ isOpaque, reuse, ageMs }) =>
        !isOpaque && reuse.maxAgeMs === 0 && reuse.staleWhileRevalidateMs === 0 && ageMs > 0,
    )
    expect(plans).toEqual(new Set(['fetch']))
  })

  test('R2: a held value answers alone within maxAge, at once within the window after, then not', () => {
    for (const situation of situations) {
      const { isOpaque, holdsEnough, requirement, reuse, ageMs } = situation
      const isBound = requirement.asksPrimary || ageMs > (requirement.maxStalenessMs ?? Infinity)
      if (isOpaque || !holdsEnough || isBound) continue
      const isYoung = ageMs <= reuse.maxAgeMs
      const isMiddling = ageMs <= reuse.maxAgeMs + reuse.staleWhileRevalidateMs
      const expected = isYoung ? 'serve' : isMiddling ? 'revalidate' : 'fetch'
      expect(planRead(situation)).toBe(expected)
    }
  })

  test('R3: a read that asks for the primary always goes there', () => {
    expect(
      plansWhere(({ isOpaque, requirement }) => !isOpaque && requirement.asksPrimary),
    ).toEqual(new Set(['fetch']))
  })

  test('R4: nothing older than the bound is served or shown while it is renewed', () => {
    const plans = plansWhere(
      ({ isOpaque, requirement, ageMs }) =>
        !isOpaque && ageMs > (requirement.maxStalenessMs ?? Number.POSITIVE_INFINITY),
    )
    expect(plans).toEqual(new Set(['fetch']))
  })

  test('R5: an age below nothing is unknown, and the network tells anew', () => {
    expect(withHeld({ ageMs: -1 })).toBe('fetch')
    expect(withHeld({ ageMs: -1, holdsEnough: false })).toBe('fetch')
  })

  test('law: a value that is served would be served if it were younger', () => {
    const rank: Record<ReadPlan, number> = { serve: 0, revalidate: 1, fetch: 2, refuse: 3 }
    for (const situation of situations) {
      for (const ageMs of ages.filter((age) => age < situation.ageMs)) {
        const younger = planRead({ ...situation, ageMs })
        expect(rank[younger]).toBeLessThanOrEqual(rank[planRead(situation)])
      }
    }
  })
})

test.each<[number, ReadPlan]>([
  [0, 'serve'],
  [1000, 'serve'],
  [1001, 'revalidate'],
  [2000, 'revalidate'],
  [2001, 'fetch'],
])('the limits belong to the better side: at %d ms the plan is to %s', (ageMs, plan) => {
  expect(withHeld({ ageMs })).toBe(plan)
})

test('an age that is no number is no reason to serve', () => {
  expect(withHeld({ ageMs: Number.NaN })).toBe('fetch')
})
