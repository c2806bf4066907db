// A cluster in virtual time for scenarios of routing: a primary and replicas, each at an address of its
// own, a page that reads and writes, and the figures of what that cost.

import { createTidemark, memoryStorage } from '../../src/index.ts'
import type { LagReport, Level, Tidemark, TidemarkEvent, TidemarkOptions } from '../../src/index.ts'
import { routeReads } from '../../src/routing/index.ts'
import type { Endpoint, RoutingOptions } from '../../src/routing/index.ts'
import {
  checkGuarantees,
  createHistory,
  createLaggingApi,
  createRandom,
  createVirtualClock,
  laggingApiOrigin,
  runWorkload,
} from '../../src/testing/index.ts'
import type { GuaranteeReport, LaggingApi, LaggingApiOptions, VirtualClock } from '../../src/testing/index.ts'
import { timerOn } from '../client/scripted-server.ts'

/** How long each server takes to answer, in milliseconds, by its name: beside what the API itself takes. */
export type Distances = Readonly<Record<string, (random: () => number) => number>>

/** How long a scenario may take, in milliseconds: seconds of work on a machine that may be busy with more. */
export const busyMachineMs = 120_000

/** What a scenario is like. */
export interface ScenarioOptions {
  readonly seed?: number
  readonly replicas?: number
  readonly api?: LaggingApiOptions
  readonly policies: RoutingOptions['policies']
  readonly level?: Level
  readonly rules?: TidemarkOptions['rules']
  readonly distances?: Distances
  readonly reads?: number
  readonly readIntervalMs?: number
  readonly writeIntervalMs?: number
  readonly origin?: string
  /** What happens while the page works, by the clock. */
  readonly play?: (stage: Stage) => Promise<void>
}

/** What a play can move. */
export interface Stage {
  readonly api: LaggingApi
  readonly clock: VirtualClock
  readonly tidemark: Tidemark
  readonly events: readonly TidemarkEvent[]
}

/** One request that reached the network. */
export interface Sent {
  readonly server: string
  readonly atMs: number
  readonly method: string
  readonly status: number | 'failed' | 'aborted'
}

/** What a scenario came to. */
export interface ScenarioResult {
  readonly requests: readonly Sent[]
  /** The requests of reads alone. */
  readonly readRequests: readonly Sent[]
  readonly reads: number
  readonly latencies: readonly number[]
  readonly failures: number
  readonly report: GuaranteeReport
  readonly lag: LagReport
  readonly events: readonly TidemarkEvent[]
  readonly startMs: number
}

/** Where the servers of a cluster are. */
export const endpointsOf = (replicas: number): Endpoint[] => [
  { name: 'primary', isPrimary: true, url: 'http://primary.test' },
  ...Array.from({ length: replicas }, (_, index) => ({
    name: `replica-${index + 1}`,
    url: `http://replica-${index + 1}.test`,
  })),
]

/** Plays a scenario. The same options play the same course. */
export async function playScenario(options: ScenarioOptions): Promise<ScenarioResult> {
  const { seed = 1, replicas = 4, distances = {}, policies, level, rules, play } = options
  const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
  const startMs = clock.now()
  const { now, sleep } = clock
  const api = createLaggingApi({ seed, replicas, now, sleep, floors: 'refuse', lag: { kind: 'fixed', ms: 100 }, ...options.api })
  const requests: Sent[] = []
  const distance = createRandom(`${seed}/distances`)
  const draws = new Map<string, () => number>()
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const server = /^([\w-]+)\.test$/.exec(url.hostname)?.[1] ?? 'primary'
    const draw = draws.get(server) ?? distance.substream(server).next
    draws.set(server, draw)
    const facts = { server, atMs: now() - startMs, method: request.method }
    try {
      const takesMs = distances[server]?.(draw) ?? 10
      await sleep(takesMs, request.signal)
      const target = server === 'lagging' ? undefined : server
      const response = await api.handle(new Request(new URL(url.pathname + url.search, laggingApiOrigin), request), { server: target })
      requests.push({ ...facts, status: response.status })
      return response
    } catch (error) {
      requests.push({ ...facts, status: request.signal.aborted ? 'aborted' : 'failed' })
      throw error
    }
  }
  const random = createRandom(`${seed}/client`)
  const tidemark = createTidemark({
    origins: [laggingApiOrigin],
    routing: routeReads({ endpoints: endpointsOf(replicas), policies }),
    consistency: level,
    rules,
    storage: memoryStorage(),
    mirror: false,
    now,
    random: () => random.next(),
    setTimer: timerOn(clock),
    fetch,
  })
  const events: TidemarkEvent[] = []
  tidemark.subscribe((event) => events.push(event))
  const latencies: number[] = []
  let failures = 0
  const timed = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const isRead = (init?.method ?? 'GET') === 'GET'
    const begunMs = now()
    try {
      return await tidemark.fetch(input, init)
    } catch (error) {
      failures += 1
      throw error
    } finally {
      if (isRead) latencies.push(now() - begunMs)
    }
  }
  const history = createHistory(clock)
  const { reads = 600, readIntervalMs = 50, writeIntervalMs = 1000 } = options
  await clock.run(async () => {
    const playing = play?.({ api, clock, tidemark, events })
    await runWorkload({ fetch: timed, clock, seed, reads, readIntervalMs, writeIntervalMs, history })
    await playing
  })
  const result = {
    requests,
    readRequests: requests.filter(({ method }) => method === 'GET'),
    reads: latencies.length,
    latencies,
    failures,
    report: checkGuarantees(history, { granularity: 'scope' }),
    lag: tidemark.lag!.get(),
    events,
    startMs,
  }
  tidemark.close()
  return result
}

/** Returns a percentile by nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
}
