// A slice of `npm run sim`: a fixed part, and a fresh part whose seed is printed and plays again.

import { expect, test } from 'vitest'
import { runSeed } from './run.ts'

const fresh = Math.floor(Date.now() / 1000)

test.each([1, 2, 3, 4, 5, 6, 7, 8, fresh])('seed %i: no guarantee is broken', async (seed) => {
  const { byKey, byScope, failures } = await runSeed({ seed, contender: 'tidemark', reads: 200 })
  expect(byKey.violations.map(({ message }) => message)).toEqual([])
  expect(byScope.violations.map(({ message }) => message)).toEqual([])
  expect(failures).toBe(0)
})

test('the same seed plays the same run', async () => {
  const [first, second] = [
    await runSeed({ seed: 3, contender: 'tidemark', reads: 200 }),
    await runSeed({ seed: 3, contender: 'tidemark', reads: 200 }),
  ]
  expect(second).toEqual(first)
})

test('the judge bites: plain fetch breaks both guarantees in these worlds', async () => {
  const { byKey } = await runSeed({ seed: 3, contender: 'plain', reads: 300 })
  expect(byKey.perThousand.readYourWrites).toBeGreaterThan(0)
  expect(byKey.perThousand.monotonicReads).toBeGreaterThan(0)
})
