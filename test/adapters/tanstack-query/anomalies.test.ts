// A slice of `npm run bench -- anomalies`: what users see with TanStack Query alone, and with Tidemark.

import { describe, expect, test } from 'vitest'
import { queryPage } from '../../../bench/anomaly-clients.ts'
import { countAnomalies } from '../../../bench/anomaly-run.ts'

const clean = { readYourWrites: 0, monotonicReads: 0, backwardSteps: 0 }

describe.each(['invalidate', 'setQueryData + invalidate'] as const)('%s', (style) => {
  const open = queryPage(style)

  test('the judge bites: alone, the screen goes back', async () => {
    const count = await countAnomalies({ name: style, open, isGoverned: false }, { seed: 1, reads: 150 })
    expect(count.readYourWrites).toBeGreaterThan(0)
    expect(count.monotonicReads).toBeGreaterThan(0)
    expect(count.backwardSteps).toBeGreaterThan(0)
  })

  test.each([1, 2])('I2: seed %i: with Tidemark, nothing goes back', async (seed) => {
    const governed = { name: style, open, isGoverned: true }
    for (const floors of ['ignore', 'refuse'] as const) {
      expect(await countAnomalies(governed, { seed, reads: 80, floors })).toMatchObject(clean)
    }
  })
})
