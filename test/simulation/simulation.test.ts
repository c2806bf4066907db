// A slice of `npm run sim`: a fixed part, and a fresh part whose seed is printed and plays again.

import { expect, test } from 'vitest'
import { addRun, emptyTally } from './tally.ts'
import type { Tally } from './tally.ts'
import { calmWorld, planOf } from './plan.ts'
import { runPlan } from './run.ts'

const seedsOfEach = 150
// Some seconds are enough, unless a machine has much else to do.
const patienceMs = 120_000
const fresh = Math.floor(Date.now() / 1000)

async function runSeeds(from: number): Promise<Tally> {
  const tally = emptyTally()
  for (let seed = from; seed < from + seedsOfEach; seed += 1) addRun(tally, await runPlan(planOf(seed)))
  return tally
}

test.each([
  ['fixed', 1],
  ['fresh', fresh],
])('%s: no promise is broken in the worlds from seed %i', async (_name, from) => {
  const tally = await runSeeds(from)
  expect(tally.breaches).toEqual([])
  expect(tally.reads).toBeGreaterThan(20 * seedsOfEach)
}, patienceMs)

test('the same plan plays the same run, to the last event', async () => {
  for (const seed of [3, 4, 5]) {
    const [first, second] = [await runPlan(planOf(seed)), await runPlan(planOf(seed))]
    expect(second.hash).toBe(first.hash)
    expect(second).toEqual(first)
  }
})

test('a plan survives being written down', async () => {
  const plan = planOf(7)
  const { hash } = await runPlan(JSON.parse(JSON.stringify(plan)))
  expect(hash).toBe((await runPlan(plan)).hash)
})

test('the judge bites: plain fetch breaks both guarantees in calm worlds', async () => {
  const features = { ...calmWorld, lagMs: 500 }
  const broken = new Set<string>()
  for (let seed = 1; seed <= 12; seed += 1) {
    const { breaches } = await runPlan({ ...planOf(seed), features, incidents: [] }, { contender: 'plain' })
    for (const { promise } of breaches) broken.add(promise)
  }
  expect(broken).toContain('read-your-writes')
  expect(broken).toContain('monotonic-reads')
})
