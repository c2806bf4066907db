// A slice of `npm run bench -- anomalies`: what users see with SWR alone, and with Tidemark.

import { GlobalWindow } from 'happy-dom'
import { afterAll, expect, test, vi } from 'vitest'
import { countAnomalies } from '../../../bench/anomaly-run.ts'

// React and SWR look for a page as they are loaded, and for nothing else of it: timers are the test's.
const window = new GlobalWindow()
vi.stubGlobal('window', window)
vi.stubGlobal('document', window.document)
vi.stubGlobal('navigator', window.navigator)
vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window))
const { swrPage } = await import('../../../bench/anomaly-clients.ts')

afterAll(async () => {
  vi.unstubAllGlobals()
  await window.happyDOM.close()
})

test('the judge bites: alone, the screen goes back', async () => {
  const count = await countAnomalies({ name: 'SWR', open: swrPage, isGoverned: false }, { seed: 1, reads: 100 })
  expect(count.readYourWrites).toBeGreaterThan(0)
  expect(count.backwardSteps).toBeGreaterThan(0)
})

test('I2: with Tidemark, nothing goes back', async () => {
  const governed = { name: 'SWR', open: swrPage, isGoverned: true }
  const clean = { readYourWrites: 0, monotonicReads: 0, backwardSteps: 0 }
  for (const floors of ['ignore', 'wait-then-primary'] as const) {
    expect(await countAnomalies(governed, { seed: 1, reads: 60, floors })).toMatchObject(clean)
  }
})
