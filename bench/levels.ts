// What each level costs, and what it buys: one table in virtual time, and one over real sockets.
//
// One user reads every 100 ms and writes every second, others write as well. Three replicas are behind by
// 200 ms in the mean, and near; the primary is far. Violations are counted by the public checker over the
// whole scope, which no level below `session` promises to keep.

import { createTidemark, memoryStorage } from '../src/index.ts'
import type { Level, TidemarkOptions } from '../src/index.ts'
import { routeReads, versionedReads } from '../src/routing/index.ts'
import type { Endpoint } from '../src/routing/index.ts'
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
import { serveLaggingApi } from '../src/testing/node-server.ts'

interface Row {
  readonly name: string
  readonly level: Level
  /** How many intervals between two reads a held value answers for without a request. */
  readonly heldFor?: number
}

const rows: readonly Row[] = [
  { name: 'eventual', level: 'eventual' },
  { name: 'monotonic-reads', level: 'monotonic-reads' },
  { name: 'read-your-writes', level: 'read-your-writes' },
  { name: 'session', level: 'session' },
  { name: 'session, values held', level: 'session', heldFor: 10 },
  { name: 'maxStalenessMs: 500', level: { maxStalenessMs: 500 } },
  { name: 'strong', level: 'strong' },
]

const servers = ['primary', 'replica-1', 'replica-2', 'replica-3']

interface Measured {
  readonly latencies: number[]
  requests: number
  toPrimary: number
  violations: number
  failures: number
}

interface World {
  readonly clock: Clock
  readonly api: LaggingApi
  readonly setTimer: TidemarkOptions['setTimer']
  readonly endpoints: readonly Endpoint[]
  readonly origin: string
  readonly fetch: typeof globalThis.fetch
  readonly random: () => number
  readonly seed: number
  readonly reads: number
  readonly readIntervalMs: number
}

/** Prints both tables. */
export async function reportLevels(): Promise<void> {
  await report('levels: in virtual time, replicas 20 ms away and the primary 80 ms (5 seeds of 1,000 reads)', async (row, into) => {
    for (let seed = 1; seed <= 5; seed += 1) await simulate(row, seed, into)
  })
  await report('levels: over real sockets, replicas 5 ms away and the primary 20 ms (300 reads)', overSockets)
  console.log(notes)
}

const notes = `
  Reads are routed by \`versionedReads\`. Violations are those of the session's guarantees over the whole scope:
  \`monotonic-reads\` keeps each key, and \`read-your-writes\` own writes, so what is left of each is what it
  does not promise. A session that stays at one replica rarely goes back even at \`eventual\`, until the replica
  changes: that is topology and no promise, and why \`monotonic-reads\` has little to mend here. A read below its floor costs a second request, mostly to the primary: that is the p99 of
  \`session\`, whose waits for a replica exceed even the distance of the primary that \`strong\` pays each time.
  Held values answer without a request, and are still never older than what the session has seen or made.`

async function report(title: string, run: (row: Row, into: Measured) => Promise<void>): Promise<void> {
  console.log(`\n${title}`)
  console.log('  level                     p50 ms   p99 ms   to primary   requests/read   violations/1,000   failed')
  const medians = new Map<string, number>()
  for (const row of rows) {
    const measured: Measured = { latencies: [], requests: 0, toPrimary: 0, violations: 0, failures: 0 }
    await run(row, measured)
    const { latencies, requests, toPrimary, violations, failures } = measured
    const reads = latencies.length
    medians.set(row.name, percentile(latencies, 0.5))
    const cells = [
      percentile(latencies, 0.5).toFixed(1).padStart(8),
      percentile(latencies, 0.99).toFixed(1).padStart(8),
      `${((toPrimary / requests) * 100).toFixed(1)} %`.padStart(12),
      (requests / reads).toFixed(3).padStart(15),
      ((violations / reads) * 1000).toFixed(1).padStart(18),
      String(failures).padStart(8),
    ]
    console.log(`  ${row.name.padEnd(23)} ${cells.join(' ')}`)
  }
  const ratio = (medians.get('session') ?? Number.NaN) / (medians.get('eventual') ?? Number.NaN)
  console.log(`  the median of session is ${ratio.toFixed(2)}x that of eventual`)
}

async function simulate(row: Row, seed: number, into: Measured): Promise<void> {
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
      origin: laggingApiOrigin,
      seed,
      reads: 1000,
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

async function overSockets(row: Row, into: Measured): Promise<void> {
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

async function measure({ level, heldFor = 0 }: Row, into: Measured, world: World): Promise<void> {
  const { clock, api, endpoints, origin, seed, reads, readIntervalMs, random, setTimer, fetch } = world
  const tidemark = createTidemark({
    origins: [origin],
    consistency: level,
    rules: [{ match: () => true, maxAgeMs: heldFor * readIntervalMs }],
    routing: routeReads({ endpoints, policies: [versionedReads()] }),
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
