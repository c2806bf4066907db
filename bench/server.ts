// The middleware on a read that is answered by PostgreSQL, at saturation: many requests at a time, more
// than the pool has connections, so what is measured is work and not waiting.

import { Agent, createServer, get } from 'node:http'
import { once } from 'node:events'
import pg from 'pg'
import { answerPhotos } from '../demo/server/photo-api.ts'
import { setUpPhotos } from '../demo/server/photo-server.ts'
import { startPostgresCluster } from '../demo/server/postgres-cluster.ts'
import type { PostgresServer } from '../demo/server/postgres-cluster.ts'
import { createVersioning } from '../src/server/index.ts'
import { toNodeListener } from '../src/server/node-listener.ts'
import { postgres } from '../src/server/sources/postgres.ts'
import type { Group, Variant } from './group.ts'

const atOnce = 64

/** A list of fifty rows, over loopback, with and without the middleware. */
export async function serverGroup(): Promise<Group> {
  const cluster = await startPostgresCluster({ replicas: 1 })
  await setUpPhotos(cluster)
  const [primary] = cluster.servers
  await primary.query(`insert into photo (title, version) select 'Dune ' || n, n from generate_series(1, 50) n`)
  const pools: pg.Pool[] = []
  const poolOf = ({ port }: PostgresServer, max: number): pg.Pool => {
    const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', max })
    pools.push(pool)
    return pool
  }
  const nodes = cluster.servers.map((server) => ({
    name: server.name,
    source: postgres(poolOf(server, 1)),
    database: poolOf(server, 8),
  }))
  const versioning = createVersioning({ nodes })
  const replica = nodes.at(-1)?.database ?? poolOf(primary, 8)
  const servers = [
    createServer(toNodeListener((request) => answerPhotos(request, replica))),
    createServer(
      toNodeListener((request) =>
        versioning.handle(request, (asked, { database }) => answerPhotos(asked, database)),
      ),
    ),
  ]
  const ports = await Promise.all(
    servers.map(async (server) => {
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const address = server.address()
      return typeof address === 'object' && address !== null ? address.port : 0
    }),
  )
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const [plainPort = 0, versionedPort = 0] = ports
  const first = await ask(agent, versionedPort, {})
  const floor = { 'Min-Version': (first.version ?? '').replace(/;u="[^"]*"/, '') }
  const variant = (name: string, port: number, headers: Record<string, string>): Variant => ({
    name,
    run: (times) => saturate(times, () => ask(agent, port, headers)),
  })
  return {
    name: `server: a list of 50 rows from PostgreSQL, ${atOnce} requests at a time`,
    times: 400,
    rounds: 31,
    variants: [
      variant('the handler alone', plainPort, {}),
      variant('with the middleware', versionedPort, {}),
      variant('with the middleware, and a floor that is covered', versionedPort, floor),
    ],
    async close() {
      agent.destroy()
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
      await Promise.all(pools.map((pool) => pool.end()))
      await cluster.stop()
    },
  }
}

interface Answered {
  readonly version: string | undefined
}

/** Asks by `node:http`, whose cost is the least of all that share this processor. */
function ask(agent: Agent, port: number, headers: Record<string, string>): Promise<Answered> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/photos', agent, headers }, (incoming) => {
      incoming.on('error', reject)
      incoming.once('end', () => {
        const version = incoming.headers['data-version']
        if (incoming.statusCode === 200) resolve({ version: typeof version === 'string' ? version : undefined })
        else reject(new Error(`The server answered ${incoming.statusCode}.`))
      })
      incoming.resume()
    }).on('error', reject)
  })
}

async function saturate(times: number, work: () => Promise<unknown>): Promise<void> {
  let left = times
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await work()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
