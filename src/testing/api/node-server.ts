/// <reference types="node" />

// A lagging API over real sockets: for what only a network shows, such as CORS, caches and aborts.
//
// N1. It listens on the loopback interface alone: it is no server for anyone else.
// N2. What is lost on the way breaks the connection, as a network would.

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { toNodeListener } from '../../server/node-listener.ts'
import type { LaggingApi } from './lagging-api.ts'

/** How a lagging API is served. */
export interface ServeOptions {
  /** The port, or 0 for any that is free. @default 0 */
  readonly port?: number | undefined
  /**
   * The server that answers reads, such as `replica-2`: one origin a replica.
   *
   * @default by the balancing
   */
  readonly server?: string | undefined
}

/** A served API. */
export interface LaggingServer {
  /** Its origin, such as `http://127.0.0.1:49152`. */
  readonly url: string
  readonly port: number
  /** Ends all connections and frees the port. */
  readonly close: () => Promise<void>
}

/**
 * Serves a lagging API on 127.0.0.1.
 *
 * @example
 * ```ts
 * import { createLaggingApi } from 'tidemark/testing'
 * import { serveLaggingApi } from 'tidemark/testing/node'
 *
 * const server = await serveLaggingApi(createLaggingApi())
 * const response = await fetch(`${server.url}/photos`)
 * await response.json() //=> { items: [] }
 * await server.close()
 * ```
 */
export async function serveLaggingApi(
  api: LaggingApi,
  { port = 0, server: name }: ServeOptions = {},
): Promise<LaggingServer> {
  const listener = toNodeListener((request) => api.handle(request, { server: name })) // N2
  const server = createServer(listener)
  const actual = await listen(server, port)
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // N1
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
