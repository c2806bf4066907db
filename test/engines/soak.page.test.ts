// A slice of `npm run soak`: some minutes of its own time in one tab of Chromium. Whether heap and disk level off
// takes the whole; what is read is judged here as well, and so is the judge of what levels off.

import { expect, test } from 'vitest'
import { growthMax, growthOf, soak } from './soak.ts'

test('nothing that a tab has seen or made goes back, whatever it forgets', { timeout: 180_000 }, async () => {
  const { violations, judged, samples } = await soak({ reads: 1500, writes: 200, samples: 3, seed: 7, lastsMs: 0 })
  expect(violations).toEqual([])
  expect(judged).toBeGreaterThan(1000)
  const { heap, meta, value, record, bytes } = samples.at(-1)!.measures
  expect(Math.min(heap, meta, value, record, bytes), 'all of it was measured').toBeGreaterThan(0)
})

test('what grows does not level off, and what goes up and down does', () => {
  const series = (of: (index: number) => number): number[] => Array.from({ length: 20 }, (_, index) => of(index))
  const noise = (index: number): number => [0, 3, -2, 1, -3][index % 5]!
  expect(growthOf(series((index) => 100 + index * 2 + noise(index)))).toBeGreaterThan(growthMax)
  expect(growthOf(series((index) => Math.min(100, 20 * index) + noise(index)))).toBeLessThan(growthMax)
  expect(growthOf(series((index) => (index === 15 ? 1000 : 100)))).toBe(0)
  expect(growthOf(series((index) => 100 + (index % 4) * 20))).toBeLessThan(growthMax)
  expect(growthOf(series(() => 0))).toBe(0)
})
