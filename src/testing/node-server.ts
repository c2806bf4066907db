/// <reference types="node" />

// A lagging API over real sockets: for what only a network shows, such as CORS, caches and aborts.
//
// N1. It listens on the loopback interface alone: it is no server for anyone else.
// N2. Bodies are streamed, both ways: the next piece is asked for when the socket has taken the
//     last.

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
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
  const server = createServer((incoming, outgoing) => {
    void answer({ api, name }, incoming, outgoing)
  })
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

interface Served {
  readonly api: LaggingApi
  readonly name: string | undefined
}

async function answer(
  { api, name }: Served,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    const response = await api.handle(toRequest(incoming, outgoing), { server: name })
    outgoing.writeHead(response.status, response.statusText, [...response.headers].flat())
    if (response.body !== null) await send(response.body, outgoing)
    outgoing.end()
  } catch {
    // Cut off, or gone in the middle: the client meets a connection that breaks.
    outgoing.destroy()
  }
}

async function send(body: AsyncIterable<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  for await (const piece of body) {
    if (!outgoing.write(piece)) await drained(outgoing) // N2
  }
}

/** Resolves when more can be written, or nothing ever will. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      outgoing.off('drain', go)
      outgoing.off('close', go)
      resolve()
    }
    outgoing.on('drain', go)
    outgoing.on('close', go)
  })
}

function toRequest(incoming: IncomingMessage, outgoing: ServerResponse): Request {
  const { method = 'GET', url = '/', headersDistinct } = incoming
  const headers = new Headers()
  for (const [header, values] of Object.entries(headersDistinct)) {
    for (const value of values ?? []) headers.append(header, value)
  }
  const leaving = new AbortController()
  outgoing.once('close', () => leaving.abort())
  const common = { method, headers, signal: leaving.signal }
  const target = new URL(url, `http://${incoming.headers.host ?? '127.0.0.1'}`)
  if (method === 'GET' || method === 'HEAD') return new Request(target, common)
  // Node wants to be told that it need not read the answer before the request has been sent.
  const init = { ...common, body: streamOf(incoming), duplex: 'half' as const }
  return new Request(target, init)
}

function streamOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const pieces: AsyncIterator<Uint8Array> = incoming[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done === true) controller.close()
      else controller.enqueue(new Uint8Array(value))
    },
    cancel: () => void incoming.destroy(),
  })
}
