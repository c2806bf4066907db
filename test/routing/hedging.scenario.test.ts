// The promise of hedging: with one slow replica in four, p99 falls to a third or less, at no more than
// one request in ten more.

import { expect, test, vi } from 'vitest'
import { hedged } from '../../src/routing/index.ts'
import { busyMachineMs, percentile, playScenario } from './cluster.ts'
import type { ScenarioOptions } from './cluster.ts'

vi.setConfig({ testTimeout: busyMachineMs })

const exponential = (meanMs: number) => (random: () => number) => -Math.log(1 - random()) * meanMs

const world: Omit<ScenarioOptions, 'policies'> = {
  reads: 1000,
  api: { lag: { kind: 'fixed', ms: 0 } },
  distances: {
    primary: exponential(30),
    'replica-1': exponential(400),
    'replica-2': exponential(20),
    'replica-3': exponential(20),
    'replica-4': exponential(20),
  },
}

test('R21: one slow replica in four: p99 falls to a third or less, for at most 10 % more requests', async () => {
  const off = await playScenario({ ...world, policies: [] })
  const on = await playScenario({ ...world, policies: [hedged()] })
  const [before, after] = [percentile(off.latencies, 0.99), percentile(on.latencies, 0.99)]
  const extra = on.readRequests.length / on.reads - 1
  console.log(
    `hedging: p99 ${before.toFixed(0)} -> ${after.toFixed(0)} ms (${(before / after).toFixed(1)}x), ` +
      `p50 ${percentile(off.latencies, 0.5).toFixed(0)} -> ${percentile(on.latencies, 0.5).toFixed(0)} ms, ` +
      `${(extra * 100).toFixed(1)} % more requests, hedges ${on.lag.counts.hedges}`,
  )
  expect(before / after).toBeGreaterThanOrEqual(3)
  expect(extra).toBeLessThanOrEqual(0.1)
  expect(on.lag.counts.hedges).toBeGreaterThan(0)
  expect([...off.report.violations, ...on.report.violations]).toEqual([])
})
