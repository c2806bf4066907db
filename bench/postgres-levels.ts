// What each level costs on real PostgreSQL: a primary and two standbys behind the server kit, over real HTTP.
//
// All servers are this machine, so the distance is added in the handler: 5 ms to a standby, 20 ms to the primary, as
// one in another region would be. The replay delays are those of a healthy cluster and of one that lags. The classic
// estimates beside them (5, 10, 15 and 25 ms) are for such a cluster too; only the ratios are compared.

import { setTimeout as sleep } from 'node:timers/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import pg from 'pg'
import { answerPhotos } from '../demo/server/photo-api.ts'
import { setUpPhotos } from '../demo/server/photo-server.ts'
import { startPostgresCluster } from '../demo/server/postgres-cluster.ts'
import type { PostgresServer } from '../demo/server/postgres-cluster.ts'
import { createTidemark, memoryStorage } from '../src/index.ts'
import type { LevelName } from '../src/index.ts'
import { createVersioning } from '../src/server/index.ts'
import { toNodeListener } from '../src/server/node-listener.ts'
import { postgres } from '../src/server/sources/postgres.ts'
import { checkGuarantees, createHistory, runWorkload, systemClock } from '../src/testing/index.ts'
import type { Table } from './group.ts'

const distanceMs = { primary: 20, replica: 5 }
const classicMs: Partial<Record<LevelName, number>> = {
  eventual: 5,
  'read-your-writes': 10,
  session: 15,
  strong: 25,
}
const levels: readonly LevelName[] = ['eventual', 'monotonic-reads', 'read-your-writes', 'session', 'strong']
const readsEach = 200

/** Measures the levels at the replay delays of two standbys. */
export async function postgresLevelsTable(delaysMs: readonly [number, number]): Promise<Table> {
  const cluster = await startPostgresCluster({ replicas: 2 })
  await setUpPhotos(cluster)
  const pools: pg.Pool[] = []
  const poolOf = ({ port }: PostgresServer, max: number): pg.Pool => {
    const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', max })
    pools.push(pool)
    return pool
  }
  const versioning = createVersioning({
    nodes: cluster.servers.map((node) => ({ name: node.name, source: postgres(poolOf(node, 1)), database: poolOf(node, 8) })),
  })
  const server = createServer(
    toNodeListener((request) =>
      versioning.handle(request, async (asked, { database, role }) => {
        await sleep(distanceMs[role])
        return answerPhotos(asked, database)
      }),
    ),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const [, ...standbys] = cluster.servers
  await Promise.all(standbys.map((standby, index) => cluster.setReplayDelay(standby, delaysMs[index] ?? 0)))
  try {
    const measured = []
    for (const level of levels) measured.push({ level, ...(await measureLevel(level, origin)) })
    const [eventual] = measured
    const rows = measured.map(({ level, meanMs, p50, p99, toPrimary, violations }) => {
      const classic = classicMs[level]
      return {
        name: level,
        cells: [
          `${p50.toFixed(1)} ms`,
          `${p99.toFixed(1)} ms`,
          `${meanMs.toFixed(1)} ms`,
          `${(meanMs / (eventual?.meanMs ?? Number.NaN)).toFixed(1)}x`,
          classic === undefined ? '–' : `${(classic / 5).toFixed(1)}x`,
          `${Math.round(toPrimary * 100)} %`,
          String(violations),
        ],
      }
    })
    const name =
      `levels on PostgreSQL: replay delays of ${delaysMs.join(' and ')} ms, standbys ${distanceMs.replica} ms away, ` +
      `the primary ${distanceMs.primary} ms (${readsEach} reads each)`
    return { name, columns: ['p50', 'p99', 'mean', 'of eventual', 'classic', 'to the primary', 'violations'], rows }
  } finally {
    server.closeAllConnections()
    server.close()
    await Promise.all(pools.map((pool) => pool.end()))
    await cluster.stop()
  }
}

interface Measured {
  readonly meanMs: number
  readonly p50: number
  readonly p99: number
  readonly toPrimary: number
  /** Of the session's guarantees over the whole scope. */
  readonly violations: number
}

async function measureLevel(level: LevelName, origin: string): Promise<Measured> {
  const tidemark = createTidemark({ origins: [origin], consistency: level, storage: memoryStorage(), mirror: false })
  const history = createHistory()
  const latencies: number[] = []
  let byPrimary = 0
  const timed: typeof fetch = async (input, init) => {
    const startedAt = performance.now()
    const response = await tidemark.fetch(input, init)
    if ((init?.method ?? 'GET') === 'GET') {
      latencies.push(performance.now() - startedAt)
      if (/;primary/.test(response.headers.get('served-by') ?? '')) byPrimary += 1
    }
    // Judged by the word of the database, and not by the versions that are on trial.
    const headers = new Headers(response.headers)
    const moment = headers.get('example-moment')
    if (moment !== null) headers.set('data-version', moment)
    const { status, statusText } = response
    return new Response(status === 204 ? null : await response.arrayBuffer(), { status, statusText, headers })
  }
  const others = new AbortController()
  const writing = writeAsOthers(origin, others.signal)
  const work = { baseUrl: origin, clock: systemClock, seed: 1, reads: readsEach, readIntervalMs: 20, writeIntervalMs: 200 }
  await runWorkload({ ...work, fetch: timed, history })
  others.abort()
  await writing
  tidemark.close()
  const sorted = latencies.toSorted((left, right) => left - right)
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN
  return {
    meanMs: sorted.reduce((sum, each) => sum + each, 0) / sorted.length,
    p50: at(0.5),
    p99: at(0.99),
    toPrimary: byPrimary / sorted.length,
    violations: checkGuarantees(history, { granularity: 'scope' }).violations.length,
  }
}

async function writeAsOthers(origin: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A connection that was idle for too long is closed under a request now and then: another write comes.
    await fetch(`${origin}/photos`, { method: 'POST', body: '{"title":"Dune"}' })
      .then((response) => response.text())
      .catch(() => undefined)
    await sleep(140)
  }
}
