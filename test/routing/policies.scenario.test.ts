// Each policy earns its place: a scenario in which leaving it out makes a stated figure worse.
// Whatever is left out, no guarantee is broken: routing only saves requests and time.

import { expect, test, vi } from 'vitest'
import {
  adaptive,
  boundedStaleness,
  caughtUp,
  criticalPath,
  recentWrites,
  stickyReplica,
  versionedReads,
} from '../../src/routing/index.ts'
import type { Policy } from '../../src/routing/index.ts'
import { busyMachineMs, percentile, playScenario } from './cluster.ts'
import type { ScenarioOptions, ScenarioResult, Stage } from './cluster.ts'

vi.setConfig({ testTimeout: busyMachineMs })

type World = Omit<ScenarioOptions, 'policies'>

/** Plays a world with a policy and without, and prints what the policy is for. */
async function compare(name: string, world: World, policy: Policy): Promise<{ on: ScenarioResult; off: ScenarioResult }> {
  const off = await playScenario({ ...world, policies: [] })
  const on = await playScenario({ ...world, policies: [policy] })
  for (const [label, { lag, reads, latencies, report }] of [['without', off], ['with', on]] as const) {
    const { behind, wasted, toPrimary, requests } = lag.counts
    console.log(
      `${name.padEnd(16)} ${label.padEnd(8)} reads ${reads}  requests ${requests}  to the primary ${toPrimary}  ` +
        `behind ${behind}  wasted ${wasted}  p99 ${percentile(latencies, 0.99).toFixed(0)} ms`,
    )
    expect(report.violations.map(({ message }) => message)).toEqual([])
  }
  expect([off.failures, on.failures]).toEqual([0, 0])
  return { on, off }
}

/** The user writes each second, and replicas are 100 ms behind. */
const ownWrites: World = { reads: 400 }

/** Others write all the time, and replicas are 100 to 1,500 ms behind. */
const othersWrite: World = {
  reads: 400,
  writeIntervalMs: 1e9,
  api: { lag: [100, 400, 900, 1500].map((ms) => ({ kind: 'fixed', ms }) as const) },
  async play({ api, clock }: Stage) {
    for (let count = 0; count < 60; count += 1) {
      await clock.sleep(300)
      await api.fetch('/photos', { method: 'POST', body: '{"title":"Dune"}' })
    }
  },
}

const spike: World = {
  reads: 500,
  async play({ api, clock }: Stage) {
    await clock.sleep(5000)
    api.setLag({ kind: 'fixed', ms: 5000 })
    await clock.sleep(10_000)
    api.setLag({ kind: 'fixed', ms: 100 })
  },
}

test('R24: stickyReplica: fewer answers are behind, since replicas differ', async () => {
  const { on, off } = await compare('stickyReplica', othersWrite, stickyReplica())
  expect(on.lag.counts.behind).toBeLessThan(off.lag.counts.behind / 3)
})

test('versionedReads: hardly any answer is behind, and the primary is left alone', async () => {
  const { on, off } = await compare('versionedReads', othersWrite, versionedReads())
  expect(on.lag.counts.behind).toBeLessThan(off.lag.counts.behind / 10)
  expect(on.lag.counts.toPrimary).toBeLessThan(off.lag.counts.toPrimary / 10)
})

test('caughtUp: no second request after own writes, nor the wait for it', async () => {
  const { on, off } = await compare('caughtUp', ownWrites, caughtUp())
  expect(on.lag.counts.wasted).toBeLessThan(off.lag.counts.wasted / 2)
  expect(percentile(on.latencies, 0.98)).toBeLessThan(percentile(off.latencies, 0.98))
})

test('S13: recentWrites: nothing is behind while lag is below the window, and the heuristic fails above it', async () => {
  const policy = recentWrites({ windowMs: 150, of: 'session' })
  const { on, off } = await compare('recentWrites', ownWrites, policy)
  expect(off.lag.counts.behind).toBeGreaterThan(10)
  expect(on.lag.counts.behind).toBe(0)
  const late = await playScenario({ ...ownWrites, api: { lag: { kind: 'fixed', ms: 600 } }, policies: [policy] })
  expect(late.lag.counts.behind, 'beyond the window').toBeGreaterThan(10)
  expect(late.report.violations, 'and the judge holds all the same').toEqual([])
})

test('criticalPath: no critical read needs a second answer, and its price is the primary', async () => {
  const { on, off } = await compare('criticalPath', ownWrites, criticalPath(['/']))
  expect(off.lag.counts.behind).toBeGreaterThan(10)
  expect(on.lag.counts.behind).toBe(0)
  expect(on.lag.counts.toPrimary).toBe(on.reads)
})

test('boundedStaleness: reads with a bound are not sent where they would be refused', async () => {
  // One replica is within the bound, and servers know nothing of bounds: what is too old, the client finds out.
  const lag = [100, 900, 1500, 1500].map((ms) => ({ kind: 'fixed', ms }) as const)
  const world = { ...othersWrite, api: { lag, floors: 'ignore' }, level: { maxStalenessMs: 500 } } as const
  const { on, off } = await compare('boundedStaleness', world, boundedStaleness())
  expect(on.lag.counts.wasted).toBeLessThan(off.lag.counts.wasted / 3)
})

test('adaptive: a lag spike wastes a fraction of the requests', async () => {
  const { on, off } = await compare('adaptive', spike, adaptive())
  expect(on.lag.counts.wasted).toBeLessThan(off.lag.counts.wasted / 2)
})
