import { expect, test } from 'vitest'
import { measure } from '../../bench/measure.ts'
import { verdictsOf } from '../../bench/verdict.ts'

test('variants take their turns in each round, the floor twice, and another begins each time', async () => {
  const turns: string[] = []
  const variant = (name: string) => ({ name, prepare: () => void turns.push(`${name}?`), run: () => void turns.push(name) })
  const group = { name: 'g', times: 1, rounds: 2, variants: [variant('floor'), variant('ours')] }
  const { variants } = await measure(group)
  expect(variants.map(({ name }) => name)).toEqual(['floor', 'ours'])
  const order = turns.filter((turn) => !turn.endsWith('?')).map(([initial]) => initial).join('')
  // The round that warms up, and two that count.
  expect(order).toBe(['off', 'ffo', 'fof'].join(''))
  expect(turns.filter((_, index) => index % 2 === 0).every((turn) => turn.endsWith('?'))).toBe(true)
})

test('the work of the thread is told without what asking for it costs', async () => {
  let worked = 0
  const clock = async () => (worked += 100)
  const run = (times: number) => void (worked += 50 * times)
  const group = { name: 'g', times: 4, rounds: 3, showsThread: true, variants: [{ name: 'floor', run }] }
  const { variants } = await measure(group, clock)
  expect(variants[0]?.threadMicroseconds).toBe(50)
})

test('a target is reached, or its must holds, or neither', () => {
  const measured = (name: string, each: number) => ({
    name,
    each,
    quartiles: [each, each] as const,
    longestTaskMs: 12,
  })
  const variants = [measured('floor', 100), measured('rival', 200), measured('ours', 150)]
  const verdicts = verdictsOf({
    name: 'g',
    rounds: 1,
    noise: 1,
    variants,
    targets: [
      { variant: 'ours', by: 'ratio', must: 1.4, reach: 1.2 },
      { variant: 'ours', by: 'ratio', of: 'rival', must: 1.1, reach: 0.8 },
      { variant: 'ours', by: 'added-us', must: 60, reach: 10 },
      { variant: 'ours', by: 'task-ms', must: 16, reach: 16 },
    ],
  })
  expect(verdicts.map(({ value, holds }) => [value, holds])).toEqual([
    [1.5, 'neither'],
    [0.75, 'reach'],
    [50, 'must'],
    [12, 'reach'],
  ])
})
