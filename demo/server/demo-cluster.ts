// `npm start -- --postgres`: the API of the page on a PostgreSQL cluster of its own, and its switches.
//
//   /api/…                     the API, with the server kit before it
//   GET  /cluster              the servers: [{ name, isPrimary, epoch, position, lagMs, isPaused }]
//   POST /cluster/lag?ms=1500        sets the mean replay delay: the replicas have it in steps around it
//   POST /cluster/pause?replica=…    lets a replica stand still, and `resume` lets it go on
//   POST /cluster/reset              puts the rows of the body in the place of all rows

import pg from 'pg'
import { integer } from 'tidemark'
import { createVersioning } from 'tidemark/server'
import type { VersionSource } from 'tidemark/server'
import { toNodeListener } from 'tidemark/server/node'
import type { NodeListener } from 'tidemark/server/node'
import { answerHarbour, harbourSchema, resetHarbour } from './harbour-api.ts'
import type { Initial } from './harbour-api.ts'
import { nameHistory, photoSchema } from './photo-schema.ts'
import { startPostgresCluster, until } from './postgres-cluster.ts'
import type { PostgresServer } from './postgres-cluster.ts'

/** The API of the page, and what it runs on. */
export interface DemoCluster {
  readonly listener: NodeListener
  /** What it is, in a sentence. */
  readonly description: string
  readonly stop: () => Promise<void>
}

const defaultLagMs = 1500

/** Starts a primary and its standbys, and what serves the page from them. */
export async function startDemoCluster({ replicas = 3 } = {}): Promise<DemoCluster> {
  const cluster = await startPostgresCluster({ replicas })
  const [primary, ...standbys] = cluster.servers
  // Each cluster is another history: what a page still remembers of the last one, this one never had.
  const history = `h${Date.now().toString(36)}`
  await primary.query(`${photoSchema} ${harbourSchema} ${nameHistory(history)}`)
  const named = `select from moment where history = '${history}'`
  await Promise.all(standbys.map((server) => until(async () => (await server.query(named)).length === 1)))
  const pools: pg.Pool[] = []
  const poolOf = ({ port }: PostgresServer, max: number): pg.Pool => {
    const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', max })
    pool.on('error', () => undefined) // A connection that died idle: the pool makes another.
    pools.push(pool)
    return pool
  }
  const versioning = createVersioning({
    nodes: cluster.servers.map((server) => ({
      name: server === primary ? 'primary' : server.name,
      source: momentOf(poolOf(server, 1)),
      database: poolOf(server, 4),
    })),
  })
  const setLag = async (meanMs: number): Promise<void> => {
    const steps = standbys.map((_, index) => (2 * (index + 1)) / (standbys.length + 1))
    await Promise.all(standbys.map((server, index) => cluster.setReplayDelay(server, Math.round(meanMs * (steps[index] ?? 1)))))
  }
  await setLag(defaultLagMs)
  const writer = poolOf(primary, 1)

  async function operate(pathname: string, parameters: URLSearchParams, request: Request): Promise<Response> {
    if (pathname === '/cluster/lag') await setLag(Math.min(10_000, Math.max(0, Number(parameters.get('ms')) || 0)))
    const replica = standbys.find(({ name }) => name === parameters.get('replica'))
    if (pathname === '/cluster/pause') await replica?.query('select pg_wal_replay_pause()')
    if (pathname === '/cluster/resume') await replica?.query('select pg_wal_replay_resume()')
    if (pathname === '/cluster/reset') {
      const initial: Initial = await request.json()
      await resetHarbour(writer, initial)
    }
    return new Response(null, { status: 204 })
  }

  // Since when each was seen to lack something: a lower bound, for what the kit knows no upper one of.
  const lackingSince = new Map<string, number>()

  async function tellServers(): Promise<Response> {
    const reports = await versioning.measure()
    const head = Math.max(...reports.map(({ position }) => Number(position)))
    for (const { name, position } of reports) {
      if (Number(position) === head) lackingSince.delete(name)
      else if (!lackingSince.has(name)) lackingSince.set(name, Date.now())
    }
    const paused = await Promise.all(
      standbys.map(async (server) => {
        const [row] = await server.query('select pg_get_wal_replay_pause_state() as state')
        return row?.['state'] === 'not paused' ? undefined : server.name
      }),
    )
    const servers = reports.map(({ name, role, epoch, position, lagMs }) => ({
      name,
      epoch,
      isPrimary: role === 'primary',
      position: Number(position),
      lagMs: Math.round(lagMs ?? Date.now() - (lackingSince.get(name) ?? Date.now())),
      reach: role === 'unknown' ? 'refused' : 'reachable',
      isPaused: paused.includes(name),
    }))
    return Response.json(servers)
  }

  async function handle(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/cluster') return tellServers()
    if (pathname.startsWith('/cluster/')) return operate(pathname, searchParams, request)
    const asked = new Request(new URL(pathname.replace(/^\/api/, ''), request.url), request)
    return versioning.handle(asked, (given, { database }) => answerHarbour(given, database))
  }

  const [row] = await primary.query('show server_version')
  return {
    listener: toNodeListener(handle),
    description: `PostgreSQL ${String(row?.['server_version'])}: a primary and ${replicas} streaming standbys`,
    async stop() {
      await Promise.all(pools.map((pool) => pool.end().catch(() => undefined)))
      await cluster.stop()
    },
  }
}

/** The moment as a position: small numbers, which a page can draw. */
function momentOf(pool: pg.Pool): VersionSource {
  const text = 'select history as epoch, number::text as position, pg_is_in_recovery() as is_replica from moment'
  return {
    format: integer,
    async sample() {
      const { rows } = await pool.query<{ epoch: string; position: string; is_replica: boolean }>(text)
      const [row] = rows
      if (row === undefined) throw new Error('The table moment has a row.')
      return { epoch: row.epoch, position: row.position, isPrimary: !row.is_replica }
    },
  }
}
