// The example on MariaDB, served on the loopback interface.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPool } from 'mysql2/promise'
import type { Pool, PoolConnection } from 'mysql2/promise'
import { createVersioning } from '../../src/server/index.ts'
import type { Versioning } from '../../src/server/index.ts'
import { toNodeListener } from '../../src/server/node-listener.ts'
import { mariadb, setUpEpoch } from '../../src/server/sources/mariadb.ts'
import { until } from '../../demo/server/postgres-cluster.ts'
import { answerPortable, portableSchema } from '../sessions/portable-photos.ts'
import type { PortableRow, PortableStore } from '../sessions/portable-photos.ts'
import type { MariadbCluster } from './mariadb-cluster.ts'

/** The example, served. */
export interface MariadbPhotos {
  readonly url: string
  readonly versioning: Versioning<Pool>
  readonly close: () => Promise<void>
}

/** Makes a pool to a server of a cluster, that never waits for ever. */
export function poolTo(port: number, connectionLimit: number): Pool {
  const pool = createPool({ host: '127.0.0.1', port, user: 'root', database: 'app', connectionLimit, connectTimeout: 1000 })
  pool.pool.on('connection', (connection) => void connection.on('error', () => undefined))
  return pool
}

/** Makes the tables, and waits until every replica has them. */
export async function setUpPhotos({ servers }: MariadbCluster): Promise<void> {
  const [primary] = servers
  await primary.query('create database app')
  const schema = portableSchema('id bigint not null auto_increment primary key')
  await primary.query('use app', ...schema)
  const pool = poolTo(primary.port, 1)
  await setUpEpoch(pool)
  await pool.end()
  await Promise.all(
    servers.map((server) =>
      until(async () => (await server.query('use app', 'select * from tidemark_epoch')).length === 1),
    ),
  )
}

/** Serves the example. */
export async function servePhotos({ servers }: MariadbCluster): Promise<MariadbPhotos> {
  const pools: Pool[] = []
  const pool = (port: number, count: number): Pool => {
    const made = poolTo(port, count)
    pools.push(made)
    return made
  }
  const versioning = createVersioning({
    nodes: servers.map(({ name, port }) => ({
      name,
      source: mariadb(pool(port, 1), { waitOn: pool(port, 1) }),
      database: pool(port, 6),
    })),
  })
  const handle = (request: Request): Promise<Response> =>
    versioning.handle(request, (asked, { database }) =>
      answerPortable(asked, storeOf(database)).catch(() => Response.json({ title: 'The database failed' }, { status: 500 })),
    )
  const server = createServer(toNodeListener(handle))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    versioning,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
      await Promise.all(pools.map((made) => made.end().catch(() => undefined)))
    },
  }
}

function storeOf(pool: Pool): PortableStore {
  return {
    read: (text, values) => rowsOf(pool, text, values),
    async write(statements) {
      const connection = await pool.getConnection()
      try {
        await connection.beginTransaction()
        let rows: readonly PortableRow[] = []
        for (const [text, values] of statements) rows = await rowsOf(connection, text, values)
        await connection.commit()
        connection.release()
        return rows
      } catch (error) {
        connection.destroy() // What broke in the midst of a transaction is not used again.
        throw error
      }
    },
  }
}

async function rowsOf(
  connection: Pool | PoolConnection,
  text: string,
  values: readonly (string | number | null)[],
): Promise<readonly PortableRow[]> {
  const [rows] = await connection.query<never>(text, [...values])
  const found: unknown = rows
  return Array.isArray(found) ? found : []
}
