// What a level costs and buys, measured: one user at work on a cluster, in virtual time or over real sockets.
//
// The user reads every 100 ms and writes every second, others write as well. Three replicas are behind by
// 200 ms in the mean, and near; the primary is far. `test/routing/levels.scenario.test.ts` holds a slice of it to
// what the levels promise; `npm run bench -- levels` prints all of it.

import { createTidemark, memoryStorage } from '../src/index.ts'
import type { Level, TidemarkOptions } from '../src/index.ts'
import { routeReads } from '../src/routing/index.ts'
import type { Endpoint, Policy } from '../src/routing/index.ts'
import {
  checkGuarantees,
  createHistory,
  createLaggingApi,
  createRandom,
  createVirtualClock,
  laggingApiOrigin,
  runWorkload,
  systemClock,
} from '../src/testing/index.ts'
import type { Clock, LaggingApi } from '../src/testing/index.ts'
import { serveLaggingApi } from '../src/testing/api/node-server.ts'

/** A level, and how it is used. */
export interface LevelRow {
  readonly name: string
  readonly level: Level
  /** How many intervals between two reads a held value answers for without a request. */
  readonly heldFor?: number
}

/** The levels, the weakest first. */
export const levelRows: readonly LevelRow[] = [
  { name: 'eventual', level: 'eventual' },
  { name: 'monotonic-reads', level: 'monotonic-reads' },
  { name: 'read-your-writes', level: 'read-your-writes' },
  { name: 'session', level: 'session' },
  { name: 'session, values held', level: 'session', heldFor: 10 },
  { name: 'maxStalenessMs: 500', level: { maxStalenessMs: 500 } },
  { name: 'strong', level: 'strong' },
]

/** What was counted of one level, over all its runs. */
export interface LevelCounts {
  readonly latencies: number[]
  requests: number
  toPrimary: number
  /** Of the session's guarantees over the whole scope. */
  violations: number
  /** Of the same, but of each resource by itself. */
  ofResources: number
  failures: number
}

/** What they come to. */
export interface LevelFigures {
  readonly p50: number
  readonly p99: number
  /** The share of requests that went to the primary, from 0 to 1. */
  readonly toPrimary: number
  readonly requestsPerRead: number
  readonly violationsPer1000: number
  readonly ofResourcesPer1000: number
  readonly failures: number
}

const servers = ['primary', 'replica-1', 'replica-2', 'replica-3']

interface World {
  readonly clock: Clock
  readonly api: LaggingApi
  readonly setTimer: TidemarkOptions['setTimer']
  readonly endpoints: readonly Endpoint[]
  readonly policies: readonly Policy[]
  readonly origin: string
  readonly fetch: typeof globalThis.fetch
  readonly random: () => number
  readonly seed: number
  readonly reads: number
  readonly readIntervalMs: number
}

/** Counts of nothing yet. */
export function noCounts(): LevelCounts {
  return { latencies: [], requests: 0, toPrimary: 0, violations: 0, ofResources: 0, failures: 0 }
}

/** Sums up. */
export function figuresOf({ latencies, requests, toPrimary, violations, ofResources, failures }: LevelCounts): LevelFigures {
  const reads = latencies.length
  return {
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    toPrimary: toPrimary / requests,
    requestsPerRead: requests / reads,
    violationsPer1000: (violations / reads) * 1000,
    ofResourcesPer1000: (ofResources / reads) * 1000,
    failures,
  }
}

/** How a simulated run goes. */
export interface SimulatedRun {
  readonly seed: number
  readonly reads: number
  readonly policies: readonly Policy[]
}

/** Runs a level in virtual time, replicas 20 ms away and the primary 80 ms, and adds to the counts. */
export async function simulateLevel(row: LevelRow, { seed, reads, policies }: SimulatedRun, into: LevelCounts): Promise<void> {
  const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
  const { now, sleep, setTimer } = clock
  const api = createLaggingApi({ seed, replicas: 3, lag: { kind: 'exponential', meanMs: 200 }, floors: 'refuse', now, sleep })
  const random = createRandom(`${seed}/client`)
  const distance = createRandom(`${seed}/distance`)
  const endpoints = servers.map((name) => ({ name, isPrimary: name === 'primary', url: `http://${name}.test` }))
  await clock.run(() =>
    measure(row, into, {
      clock,
      api,
      setTimer,
      endpoints,
      policies,
      origin: laggingApiOrigin,
      seed,
      reads,
      readIntervalMs: 100,
      random: () => random.next(),
      async fetch(input, init) {
        const request = new Request(input, init)
        const { hostname, pathname, search } = new URL(request.url)
        const server = servers.find((name) => hostname === `${name}.test`) ?? 'primary'
        await sleep((server === 'primary' ? 80 : 20) * (0.8 + distance.next() * 0.4), request.signal)
        return api.handle(new Request(laggingApiOrigin + pathname + search, request), { server })
      },
    }),
  )
}

/** Runs a level over real sockets, replicas 5 ms away and the primary 20 ms, and adds to the counts. */
export async function runLevelOverSockets(row: LevelRow, policies: readonly Policy[], into: LevelCounts): Promise<void> {
  const { now, sleep } = systemClock
  const api = createLaggingApi({ seed: 1, replicas: 3, lag: { kind: 'exponential', meanMs: 50 }, floors: 'refuse' })
  const served = await Promise.all(servers.map((server) => serveLaggingApi(api, { server })))
  const urls = served.map(({ url }) => url)
  const [origin = ''] = urls
  const random = createRandom('client')
  try {
    await measure(row, into, {
      clock: { now, sleep },
      api,
      setTimer: undefined,
      endpoints: servers.map((name, index) => ({ name, isPrimary: index === 0, url: urls[index] })),
      policies,
      origin,
      seed: 1,
      reads: 300,
      readIntervalMs: 25,
      random: () => random.next(),
      async fetch(input, init) {
        const request = new Request(input, init)
        await sleep(request.url.startsWith(origin) ? 20 : 5, request.signal)
        return globalThis.fetch(request)
      },
    })
  } finally {
    await Promise.all(served.map((server) => server.close()))
  }
}

async function measure({ level, heldFor = 0 }: LevelRow, into: LevelCounts, world: World): Promise<void> {
  const { clock, api, endpoints, policies, origin, seed, reads, readIntervalMs, random, setTimer, fetch } = world
  const tidemark = createTidemark({
    origins: [origin],
    consistency: level,
    rules: [{ match: () => true, maxAgeMs: heldFor * readIntervalMs }],
    routing: routeReads({ endpoints, policies }),
    storage: memoryStorage(),
    mirror: false,
    now: clock.now,
    random,
    setTimer,
    fetch,
  })
  const history = createHistory(clock)
  const timed: typeof globalThis.fetch = async (input, init) => {
    const startedAtMs = clock.now()
    try {
      return await tidemark.fetch(input, init)
    } catch (error) {
      into.failures += 1
      throw error
    } finally {
      if ((init?.method ?? 'GET') === 'GET') into.latencies.push(clock.now() - startedAtMs)
    }
  }
  const work = { fetch: timed, baseUrl: origin, clock, seed, reads, readIntervalMs, writeIntervalMs: 10 * readIntervalMs, history }
  const ending = new AbortController()
  const others = writeAsOthers(api, clock, { everyMs: 7 * readIntervalMs, signal: ending.signal })
  await runWorkload(work)
  ending.abort()
  await others
  const { counts } = tidemark.lag?.get() ?? {}
  into.requests += counts?.requests ?? 0
  into.toPrimary += counts?.toPrimary ?? 0
  into.violations += checkGuarantees(history, { granularity: 'scope' }).violations.length
  into.ofResources += checkGuarantees(history, { granularity: 'key' }).violations.length
  tidemark.close()
}

async function writeAsOthers(
  api: LaggingApi,
  clock: Clock,
  { everyMs, signal }: { readonly everyMs: number; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(everyMs)
    await api.fetch('/photos', { method: 'POST', body: '{"title":"Dune"}' })
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
}
