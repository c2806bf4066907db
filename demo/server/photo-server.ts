// The example served: pools to each server of the cluster, the middleware, and Node in front.

import { createServer } from 'node:http'
import pg from 'pg'
import { createCors, createVersioning } from 'tidemark/server'
import type { Versioning } from 'tidemark/server'
import { toNodeListener } from 'tidemark/server/node'
import { postgres, setUpEpoch } from 'tidemark/server/postgres'
import { answerPhotos, exampleHeaders } from './photo-api.ts'
import { photoSchema } from './photo-schema.ts'
import type { PostgresCluster, PostgresServer } from './postgres-cluster.ts'
import { until } from './postgres-cluster.ts'

/** An example that is served. */
export interface PhotoServer {
  readonly url: string
  readonly versioning: Versioning<pg.Pool>
  readonly close: () => Promise<void>
}

/** How the example is served. */
export interface PhotoServerOptions {
  readonly port?: number | undefined
  /** Answers what is no request of the API, such as the page. */
  readonly elsewhere?: ((request: Request) => Promise<Response | undefined>) | undefined
  /** Told what no handler has caught. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Makes the tables, and waits until every standby has them. */
export async function setUpPhotos({ servers }: PostgresCluster): Promise<void> {
  const [primary] = servers
  await primary.query(photoSchema)
  await setUpEpoch({ query: async (text) => ({ rows: await primary.query(text) }) })
  await Promise.all(
    servers.map((server) =>
      until(async () => (await server.query('select from tidemark_epoch')).length === 1),
    ),
  )
}

/** Serves the example on 127.0.0.1. */
export async function servePhotos(
  { servers }: PostgresCluster,
  options: PhotoServerOptions = {},
): Promise<PhotoServer> {
  const pools: pg.Pool[] = []
  const poolOf = ({ port }: PostgresServer, max: number): pg.Pool => {
    const address = { host: '127.0.0.1', port, user: 'postgres', database: 'postgres' }
    const pool = new pg.Pool({ ...address, max, connectionTimeoutMillis: 1000 })
    pool.on('error', () => undefined) // A connection that died idle: the pool makes another.
    pools.push(pool)
    return pool
  }
  const versioning = createVersioning({
    nodes: servers.map((server) => ({
      name: server.name,
      // A connection of its own, so that positions do not wait behind the queries of handlers.
      source: postgres(poolOf(server, 1)),
      database: poolOf(server, 8),
    })),
  })
  const cors = createCors({ origins: '*', exposeHeaders: exampleHeaders })

  async function handle(request: Request): Promise<Response> {
    const page = await options.elsewhere?.(request)
    if (page !== undefined) return page
    return cors(request, () =>
      versioning.handle(request, async (asked, { database }) => {
        try {
          return await answerPhotos(asked, database)
        } catch (error) {
          options.onError?.(error)
          return Response.json({ title: 'The database failed' }, { status: 500 })
        }
      }),
    )
  }

  const server = createServer(toNodeListener(handle))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  return {
    url: `http://127.0.0.1:${port}`,
    versioning,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
      await Promise.all(pools.map((pool) => pool.end().catch(() => undefined)))
    },
  }
}
