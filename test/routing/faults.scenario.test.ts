// What goes wrong in a cluster: how long routing takes to react, what it wastes, and that nothing of the
// past is shown meanwhile.

import { expect, test, vi } from 'vitest'
import type { TidemarkEvent } from '../../src/index.ts'
import { adaptive, hedged, recentWrites, versionedReads } from '../../src/routing/index.ts'
import { busyMachineMs, percentile, playScenario } from './cluster.ts'
import type { ScenarioOptions, ScenarioResult } from './cluster.ts'

vi.setConfig({ testTimeout: busyMachineMs })

const policies = [recentWrites({ windowMs: 150, of: 'session' }), adaptive(), versionedReads(), hedged()]

async function play(name: string, options: Partial<ScenarioOptions>): Promise<ScenarioResult> {
  const result = await playScenario({ policies, ...options })
  const { counts } = result.lag
  console.log(
    `${name.padEnd(18)} reads ${result.reads}  requests ${counts.requests}  wasted ${counts.wasted}  failures ${result.failures}  ` +
      `violations ${result.report.violations.length}  p99 ${percentile(result.latencies, 0.99).toFixed(0)} ms  ` +
      `moves ${moves(result).map(({ atMs, to }) => `${atMs}:${to}`).join(' ')}`,
  )
  expect(result.report.violations.map(({ message }) => message)).toEqual([])
  return result
}

function moves({ events, startMs }: ScenarioResult): { atMs: number; to: number }[] {
  return events.flatMap((event) => (event.type === 'share:moved' ? { atMs: event.at - startMs, to: event.to } : []))
}

const count = (events: readonly TidemarkEvent[], type: TidemarkEvent['type']): number =>
  events.filter((event) => event.type === type).length

/** Requests that were wasted, but for those whose answers were behind. */
const wastedByFailure = ({ lag: { counts } }: ScenarioResult): number => counts.wasted - counts.behind

test('a lag spike, 100 ms to 5 s and back: the share moves, comes back, and does not flap', async () => {
  const result = await playScenario({
    policies: [adaptive()],
    reads: 800,
    async play({ api, clock }) {
      await clock.sleep(6000)
      api.setLag({ kind: 'fixed', ms: 5000 })
      await clock.sleep(8000)
      api.setLag({ kind: 'fixed', ms: 100 })
    },
  })
  const path = moves(result)
  const roseAt = path[0]?.atMs ?? Number.NaN
  const topAt = path.find(({ to }) => to === 0.9)?.atMs ?? Number.NaN
  const endedAt = path.findLast(({ to }) => to === 0)?.atMs ?? Number.NaN
  console.log(
    `lag spike: share rose after ${roseAt - 6000} ms, to 0.9 after ${topAt - 6000} ms, was back at 0 ${endedAt - 14_000} ms after its end; ` +
      `wasted ${result.lag.counts.wasted} of ${result.lag.counts.requests}, moves ${path.length}, violations ${result.report.violations.length}`,
  )
  expect(roseAt - 6000).toBeLessThan(2000)
  expect(topAt - 6000).toBeLessThan(4000)
  expect(endedAt - 14_000).toBeLessThan(25_000)
  expect(path.length).toBeLessThanOrEqual(8)
  expect(path.at(-1)?.to).toBe(0)
  expect(result.lag.counts.wasted / result.lag.counts.requests).toBeLessThan(0.15)
  expect(result.failures).toBe(0)
  expect(result.report.violations).toEqual([])
})

test('R25: a dead replica: left at the first failure, and probed less and less', async () => {
  const result = await play('dead replica', {
    policies: [],
    reads: 600,
    async play({ api, clock }) {
      await clock.sleep(5000)
      api.partition('replica-2')
    },
  })
  const failed = result.readRequests.filter(({ status }) => status === 'failed')
  const left = result.events.find(({ type }) => type === 'endpoint:left')
  const firstFailedMs = failed[0]?.atMs ?? Number.NaN
  console.log(`dead replica: first failure at ${firstFailedMs} ms, left at ${(left?.at ?? 0) - result.startMs} ms, ${failed.length} requests failed in 25 s`)
  expect((left?.at ?? 0) - result.startMs - firstFailedMs).toBeLessThanOrEqual(20)
  expect(failed.length).toBeLessThanOrEqual(8)
  expect(wastedByFailure(result), 'beyond what a lag of 100 ms costs anyway').toBe(failed.length)
  expect(result.failures).toBe(0)
})

test('R25: a flapping replica: reads do not flap with it', async () => {
  const result = await play('flapping replica', {
    policies: [],
    reads: 600,
    async play({ api, clock }) {
      for (let turn = 0; turn < 14; turn += 1) {
        await clock.sleep(1000)
        api.partition('replica-2')
        await clock.sleep(1000)
        api.heal('replica-2')
      }
    },
  })
  const failed = result.readRequests.filter(({ status }) => status === 'failed')
  console.log(`flapping replica: ${failed.length} requests failed in 28 s, left ${count(result.events, 'endpoint:left')} times, rejoined ${count(result.events, 'endpoint:rejoined')} times, failures at ${failed.map(({ atMs }) => atMs).join(' ')} ms`)
  expect(failed.length).toBeLessThanOrEqual(10)
  // Each failure is answered at once: no second request goes to it before its rest is over.
  expect(count(result.events, 'endpoint:left')).toBe(failed.length)
  expect(wastedByFailure(result)).toBe(failed.length)
  expect(result.failures).toBe(0)
})

test('a primary failover: reads go on, and the session follows into the new history', async () => {
  let cutAtMs = 0
  let promotedAtMs = 0
  const result = await play('primary failover', {
    reads: 500,
    async play({ api, clock }) {
      await clock.sleep(6000)
      api.partition('primary')
      cutAtMs = clock.now()
      await clock.sleep(1500)
      api.failOver('replica-1')
      promotedAtMs = clock.now()
    },
  })
  const reset = result.events.find(({ type }) => type === 'epoch:reset')
  const left = result.events.find((event) => event.type === 'endpoint:left' && event.endpoint === 'primary')
  console.log(
    `primary failover: left ${(left?.at ?? Number.NaN) - cutAtMs} ms after the cut, new history ${(reset?.at ?? Number.NaN) - promotedAtMs} ms after the promotion, ` +
      `${result.failures} requests of the app failed, hedges ${result.lag.counts.hedges}`,
  )
  expect((left?.at ?? Number.NaN) - cutAtMs, 'the first read that wants it').toBeLessThanOrEqual(1000)
  expect((reset?.at ?? Number.NaN) - promotedAtMs).toBeLessThan(3000)
  expect(result.lag.counts.wasted, 'one that finds it dead, some probes, and what is of the ended history').toBeLessThanOrEqual(10)
  // Writes fail while there is no primary; reads do not.
  expect(result.events.filter((event) => event.type === 'read:refused')).toEqual([])
  expect(result.failures).toBeLessThanOrEqual(2)
})

test.each([1, 2, 3])('I13: a new history is entered also where no policy asks the primary: seed %s', async (seed) => {
  let promotedAtMs = 0
  const result = await play('window alone', {
    seed,
    policies: [recentWrites({ windowMs: 150, of: 'session' })],
    reads: 300,
    async play({ api, clock }) {
      await clock.sleep(6000)
      api.partition('primary')
      await clock.sleep(1500)
      api.failOver('replica-1')
      promotedAtMs = clock.now()
    },
  })
  const reset = result.events.find(({ type }) => type === 'epoch:reset')
  expect((reset?.at ?? Number.NaN) - promotedAtMs).toBeLessThan(3000)
})
