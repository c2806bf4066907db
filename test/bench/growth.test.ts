import { describe, expect, test } from 'vitest'
import { growthExponent, growthOf } from '../../bench/growth.ts'

const sizes = [100, 1000, 10_000, 100_000]

test.each<[string, (size: number) => number, number]>([
  ['constant', () => 3, 0],
  ['below linear', (size) => Math.sqrt(size), 0.5],
  ['linear', (size) => size / 7, 1],
  ['above linear', (size) => size ** 1.5, 1.5],
])('%s growth is named', (name, cost, exponent) => {
  const points = sizes.map((size) => [size, cost(size)] as const)
  expect(growthExponent(points)).toBeCloseTo(exponent)
  const variants = points.map(([size, each]) => ({ name: String(size), size, each, quartiles: [each, each] as const }))
  expect(growthOf({ name: 'g', rounds: 1, noise: 1, targets: [], variants })?.name).toBe(name)
})

describe('a group', () => {
  const variant = (name: string) => ({ name, each: 1, quartiles: [1, 1] as const })

  test('whose variants have no sizes has no growth', () => {
    expect(growthOf({ name: 'g', rounds: 1, noise: 1, targets: [], variants: [variant('a'), variant('b')] })).toBe(undefined)
  })
})
