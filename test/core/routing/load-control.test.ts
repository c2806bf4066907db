import fc from 'fast-check'
import { expect, test } from 'vitest'
import { adaptLoad, noLoadControl, shareOf, shares } from '../../../src/core/routing/load-control.ts'
import type { LoadControl } from '../../../src/core/routing/load-control.ts'

/** Feeds answers, one each `stepMs`, and returns the shares that it came through. */
function sharesOf(answers: readonly boolean[], stepMs = 50): number[] {
  let control: LoadControl = noLoadControl
  return answers.map((isBehind, index) => {
    control = adaptLoad(control, isBehind, index * stepMs)
    return shareOf(control)
  })
}

const changesIn = (list: readonly number[]): number => list.filter((share, index) => index > 0 && share !== list[index - 1]).length

test('R25: one slow answer moves nothing', () => {
  const answers = Array.from({ length: 100 }, (_, index) => index === 50)
  expect(new Set(sharesOf(answers))).toEqual(new Set([0]))
})

test('the share rises fast while all is behind, falls slowly after, and comes back to nothing', () => {
  const answers = Array.from({ length: 400 }, (_, index) => index >= 20 && index < 60)
  const path = sharesOf(answers)
  expect(path.indexOf(0.9)).toBeLessThan(60)
  expect(path.at(-1)).toBe(0)
})

test('law: the share never reaches 1, so that replicas are heard of', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (answers) => {
      for (const share of sharesOf(answers)) expect(share).toBeLessThanOrEqual(0.9)
    }),
  )
  expect(shareOf({ ...noLoadControl, step: 99 })).toBe(0)
  expect(shares.at(-1)).toBeLessThan(1)
})

test('law: nothing flaps: each rise takes 250 ms and 12 answers, each fall 2 s and 12 answers', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 400 }), fc.integer({ min: 1, max: 1000 }), (answers, stepMs) => {
      const path = sharesOf(answers, stepMs)
      expect(changesIn(path)).toBeLessThanOrEqual(Math.floor(answers.length / 12))
      expect(changesIn(path)).toBeLessThanOrEqual(Math.ceil((answers.length * stepMs) / 250))
      const falls = path.filter((share, index) => index > 0 && share < (path[index - 1] ?? 0)).length
      expect(falls).toBeLessThanOrEqual(Math.ceil((answers.length * stepMs) / 2000))
    }),
  )
})

test('law: a rate between the two bounds changes nothing', () => {
  // One in six is behind, evenly: above a tenth and below a third in every window of 12 to 24.
  fc.assert(
    fc.property(fc.nat(5), fc.integer({ min: 1, max: 1000 }), (offset, stepMs) => {
      let control: LoadControl = { step: 2, changedAtMs: 0, evidence: Array.from({ length: 24 }, (_, index) => index % 6 === 5) }
      for (let index = 0; index < 300; index += 1) {
        control = adaptLoad(control, (index + offset) % 6 === 0, index * stepMs)
        expect(shareOf(control)).toBe(0.5)
      }
    }),
  )
})
