// What the partially ordered formats share.
import { describe, expect, test } from 'vitest'
import {
  compareComponents,
  compareSets,
  joinComponents,
  positionLengthMax,
  withinLength,
} from '../../../src/core/formats/partial-order.ts'
import type { Order } from '../../../src/core/version.ts'

const between = (...orders: Order[]): Order => {
  const components = new Map(orders.map((order, at) => [String(at), order]))
  return compareComponents(components, components, (order) => order)
}

describe('a product of components', () => {
  test('is ordered only where no component says the opposite', () => {
    expect(between('equal', 'equal')).toBe('equal')
    expect(between('equal', 'before')).toBe('before')
    expect(between('after', 'equal', 'after')).toBe('after')
    expect(between('before', 'after')).toBe('concurrent')
    expect(between('equal', 'concurrent')).toBe('concurrent')
    expect(between('after', 'concurrent')).toBe('concurrent')
  })

  test('is foreign with one foreign component, wherever it stands', () => {
    expect(between('foreign', 'before')).toBe('foreign')
    expect(between('before', 'after', 'foreign')).toBe('foreign')
  })

  test('O1: a component that one side lacks is before any', () => {
    const [few, many] = [new Map([['a', 1]]), new Map(Object.entries({ a: 1, b: 1 }))]
    expect(compareComponents(few, many, () => 'equal')).toBe('before')
    expect(compareComponents(many, few, () => 'equal')).toBe('after')
    expect(compareComponents(few, many, () => 'after')).toBe('concurrent')
    expect(compareComponents(few, new Map([['b', 1]]), () => 'equal')).toBe('concurrent')
  })

  test('joins what both have, and keeps what one has', () => {
    const left = new Map(Object.entries({ a: 1, b: 5 }))
    const right = new Map(Object.entries({ b: 3, c: 2 }))
    expect([...joinComponents(left, right, Math.max)]).toEqual([
      ['a', 1],
      ['b', 5],
      ['c', 2],
    ])
    expect(left.size).toBe(2)
  })
})

test('sets are ordered by inclusion alone', () => {
  expect(compareSets(['a', 'b'], ['b', 'a'])).toBe('equal')
  expect(compareSets(['a'], ['b', 'a'])).toBe('before')
  expect(compareSets(['a', 'b'], ['b'])).toBe('after')
  expect(compareSets(['a'], ['b'])).toBe('concurrent')
})

test('O2: a position has at most 8192 characters', () => {
  expect(withinLength('text', 'x'.repeat(positionLengthMax))).toHaveLength(8192)
  expect(() => withinLength('text', 'x'.repeat(positionLengthMax + 1))).toThrow(
    'Expected at most 8192 characters.',
  )
})
