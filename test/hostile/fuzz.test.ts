// A slice of `npm run fuzz`: what enters from outside is taken, or refused by an error of ours.

import { expect, test } from 'vitest'
import { targets } from './fuzz-targets.ts'
import { fuzz } from './fuzz.ts'

test.each(targets)('$name: each of its good inputs is taken', ({ good, take }) => {
  for (const input of good) (take as (input: unknown) => unknown)(input)
})

test('I14: no mutated header, body, record, message or token brings anything but an error of ours', async () => {
  const { failures, taken, refused } = await fuzz(20_000, 7)
  expect(failures).toEqual([])
  // Were all refused for the same reason, nothing would have been reached.
  expect(taken).toBeGreaterThan(1000)
  expect(refused).toBeGreaterThan(1000)
})
