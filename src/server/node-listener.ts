/// <reference types="node" />

// From Node's requests to those of the Fetch standard, and back.
//
// N1. Bodies are streamed, both ways: the next piece is asked for when the socket has taken the last.
//     A slow reader holds up its own answer, and no memory.
// N2. A client that leaves aborts the request's signal.
// N3. A handler that throws breaks the connection: what it would have said is not ours to invent.

import type { IncomingMessage, ServerResponse } from 'node:http'

/** Answers a request of Node, as `createServer`, Express and Fastify hand them out. */
export type NodeListener = (incoming: IncomingMessage, outgoing: ServerResponse) => void

/**
 * Makes a listener for `node:http` of a handler of the Fetch standard. It wants the body unread: put it
 * before any parser of bodies.
 */
export function toNodeListener(
  handler: (request: Request) => Response | Promise<Response>,
): NodeListener {
  return (incoming, outgoing) => {
    void answer(handler, incoming, outgoing)
  }
}

async function answer(
  handler: (request: Request) => Response | Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  try {
    const response = await handler(toRequest(incoming, outgoing))
    const { status, statusText, headers, body } = response
    outgoing.writeHead(status, statusText, [...headers].flat())
    if (body !== null) await send(body, outgoing)
    outgoing.end()
  } catch {
    // Broken off, or gone in the middle: the client meets a connection that breaks.
    outgoing.destroy() // N3
  }
}

async function send(body: AsyncIterable<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  for await (const piece of body) {
    if (outgoing.destroyed) return
    if (!outgoing.write(piece)) await drained(outgoing) // N1
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
  outgoing.once('close', () => leaving.abort()) // N2
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
