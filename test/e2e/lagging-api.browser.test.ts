// In real Chromium, with real IndexedDB and localStorage, the API answered by MSW's service worker.

import { http, passthrough } from 'msw'
import { setupWorker } from 'msw/browser'
import { fallbackStorage, indexedDBStorage, memoryStorage } from 'tidemark'
import { createLaggingApi } from 'tidemark/testing'
import type { LaggingApiOptions } from 'tidemark/testing'
import { laggingHandlers } from 'tidemark/testing/msw'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { printOutcomes, runPlain, runTidemark } from './comparison.ts'
import type { BrowserOptions, Outcome } from './comparison.ts'

const seeds = [1, 2, 3]
const reads = 400
/** Lag far above what a service worker takes for a request where much else runs: else replicas are equal. */
const laggingOptions: LaggingApiOptions = { replicas: 3, lag: { kind: 'exponential', meanMs: 300 } }

const worker = setupWorker()

beforeAll(async () => {
  await worker.start({ quiet: true, onUnhandledRequest: 'bypass' })
})

afterAll(() => worker.stop())

async function overMsw(
  run: (options: BrowserOptions) => Promise<Outcome>,
  browserOf: (seed: number) => Partial<BrowserOptions> = () => ({}),
): Promise<Outcome[]> {
  const worlds = seeds.map((seed) => ({ seed, baseUrl: `${location.origin}/api-${seed}` }))
  worker.use(
    ...worlds.flatMap(({ seed, baseUrl }) =>
      laggingHandlers(createLaggingApi({ ...laggingOptions, seed }), { baseUrl }),
    ),
    http.all('*', () => passthrough()),
  )
  try {
    return await Promise.all(worlds.map((world) => run({ ...world, reads, ...browserOf(world.seed) })))
  } finally {
    worker.resetHandlers()
  }
}

test('plain fetch shows the past', { timeout: 120_000 }, async () => {
  const outcomes = await overMsw(runPlain)
  printOutcomes('plain fetch in Chromium, violations per 1,000 reads', outcomes)
  for (const { report } of outcomes) {
    expect(report.reads).toBe(reads)
    expect(report.perThousand.readYourWrites).toBeGreaterThan(0)
    expect(report.perThousand.monotonicReads).toBeGreaterThan(0)
  }
})

test.each<[string, (seed: number) => Partial<BrowserOptions>]>([
  ['IndexedDB', (seed) => ({ storage: indexedDBStorage({ name: `e2e-${seed}` }), mirror: false })],
  [
    'IndexedDB switched off',
    () => ({
      storage: fallbackStorage(indexedDBStorage({ indexedDB: null }), memoryStorage()),
      mirror: localStorage,
    }),
  ],
])('Tidemark never does, over reloads with %s', { timeout: 120_000 }, async (name, browserOf) => {
  localStorage.clear()
  const outcomes = await overMsw(runTidemark, browserOf)
  printOutcomes(`tidemark in Chromium, ${name}, violations per 1,000 reads`, outcomes)
  for (const { report, failures, reloads } of outcomes) {
    expect(report.violations.map(({ message }) => message)).toEqual([])
    expect(failures).toEqual([])
    expect(report.reads).toBe(reads)
    expect(reloads).toBeGreaterThanOrEqual(4)
  }
})
