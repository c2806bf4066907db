// The endpoints of the platform check: each shows one thing that HTTP can do to a client.
//
// Query parameters that each endpoint understands:
//   id        the run, for the journal
//   v, e      the answer carries `Data-Version: main;e="<e>";v="<v>"`
//   dv        `malformed` or `oversized`: it carries that instead
//   corp      the answer carries `Cross-Origin-Resource-Policy: cross-origin`
//   cc        its `Cache-Control`, by default `no-store`
// What a path does is said at its line in `routes`.

import { createHash } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Journal, JournalEvent } from './journal.ts'

/**
 * What a server allows pages of other origins: `open` all that can be allowed, `bare` as much as one
 * line of configuration gives (no custom header, no cookies, nothing exposed), `none` nothing.
 */
export type CorsPolicy = 'open' | 'bare' | 'none'

const exposed = 'Data-Version, Served-By, ETag, Retry-After, Content-Range, Location, X-Shown'
const oversizedLength = 9_000 // More than the cap of the wire, less than what Node takes in one header.
const largeLength = 5 * 1024 * 1024
const chunkLength = 64 * 1024
/** A socket into which nothing could be written for so long is one that nobody reads. */
const stalledAfterMs = 200
/** More than any platform keeps of a body that nobody reads: 4 MB in Node 20, 6 MB in Chromium 156. */
const floodedLength = 64 * 1024 * 1024

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly id: string
  readonly journal: Journal
}

type Route = (exchange: Exchange, argument: string) => void | Promise<void>

const routes: Record<string, Route> = {
  /** Answers with what arrived, as JSON. */
  echo: async ({ request, response, id }) => {
    const body = withoutBoundary(request, await readAll(request))
    answer(response, 200, {
      'Content-Type': 'application/json',
      'X-Shown': 'shown',
      'X-Hidden': 'hidden',
    })
    const digest = createHash('sha256').update(body).digest('hex')
    const text = body.length <= 2_000 ? body.toString('utf8') : ''
    const headers = headersSeen(request, id)
    response.end(
      JSON.stringify({ method: request.method, headers, length: body.length, digest, text }),
    )
  },
  /** `/status/404`, with `text` as reason phrase, `retry` as Retry-After, `type` as media type. */
  status: ({ response, url }, argument) => {
    const status = Number(argument)
    const retry = url.searchParams.get('retry')
    answer(
      response,
      status,
      {
        'Content-Type': url.searchParams.get('type') ?? 'text/plain',
        ...(retry && { 'Retry-After': retry }),
      },
      url.searchParams.get('text') ?? undefined,
    )
    response.end(
      isNullBody(status) ? undefined : (url.searchParams.get('body') ?? `status ${status}`),
    )
  },
  /** `/redirect/302?to=…`; without `to`, a redirect that names no place. */
  redirect: ({ response, url }, argument) => {
    const to = url.searchParams.get('to')
    answer(response, Number(argument), to === null ? {} : { Location: to })
    response.end('moved')
  },
  /** A redirect to itself, for ever. */
  loop: ({ response, request }) => {
    answer(response, 302, { Location: request.url ?? '/' })
    response.end()
  },
  /** Has the ETag "tide", and knows what a client that names it has. */
  etag: ({ request, response }) => {
    const isKnown = request.headers['if-none-match'] === '"tide"'
    answer(response, isKnown ? 304 : 200, { ETag: '"tide"', 'Content-Type': 'text/plain' })
    response.end(isKnown ? undefined : 'the tide is in')
  },
  /** Counts its answers, so that a body tells whether a cache gave it. */
  counted: ({ response, id, journal }) => {
    answer(response, 200, {
      'Content-Type': 'text/plain',
      ETag: `"${journal.count(id, 'request')}"`,
    })
    response.end(`answer ${journal.count(id, 'request')}`)
  },
  /** Honours a range over the 26 letters. */
  range: ({ request, response }) => {
    const letters = 'abcdefghijklmnopqrstuvwxyz'
    const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const first = Number(match?.[1] ?? 0)
    const last = Math.min(Number(match?.[2] ?? 25), 25)
    const status = match === null ? 200 : first > 25 ? 416 : 206
    const span = status === 416 ? '*' : `${first}-${last}`
    answer(response, status, {
      'Content-Type': 'text/plain',
      'Accept-Ranges': 'bytes',
      ...(status !== 200 && { 'Content-Range': `bytes ${span}/26` }),
    })
    response.end(status === 416 ? '' : letters.slice(first, last + 1))
  },
  /** Answers only once the run has been released. */
  held: async ({ response, id, journal }) => {
    await journal.when(id, 'released', 1)
    if (response.destroyed) return
    answer(response, 200, { 'Content-Type': 'text/plain' })
    response.end('held no longer')
  },
  /** Sends headers and `one `, and `two ` and `three` after a release each. */
  chunks: async ({ response, id, journal }) => {
    answer(response, 200, { 'Content-Type': 'text/plain' })
    response.write('one ')
    await journal.when(id, 'released', 1)
    response.write('two ')
    await journal.when(id, 'released', 2)
    response.end('three')
  },
  /** Never ends by itself, goes no faster than its reader, and notes when it is not read in time. */
  endless: ({ response, id, journal }) => {
    answer(response, 200, { 'Content-Type': 'application/octet-stream' })
    const chunk = Buffer.alloc(chunkLength, 7)
    let timer: NodeJS.Timeout | undefined
    let sent = 0
    const pour = (): void => {
      clearTimeout(timer)
      if (response.destroyed) return
      if (journal.count(id, 'released') > 0) {
        response.destroy()
        return
      }
      let hasRoom = true
      while (hasRoom && sent < floodedLength) {
        hasRoom = response.write(chunk)
        sent += chunkLength
      }
      if (sent >= floodedLength) return
      timer = setTimeout(() => journal.record(id, 'stalled'), stalledAfterMs)
    }
    response.on('drain', pour)
    response.on('close', () => clearTimeout(timer))
    void journal.when(id, 'released', 1).then((isReleased) => isReleased && pour())
    pour()
  },
  /** Promises 1,000 bytes, sends ten, and is gone; `/truncated/held` once the run has been released. */
  truncated: async ({ response, id, journal }, argument) => {
    answer(response, 200, { 'Content-Type': 'text/plain', 'Content-Length': '1000' })
    response.write('0123456789')
    if (argument === 'held') await journal.when(id, 'released', 1)
    response.write('', () => response.destroy())
  },
  /** The same without a promise of length. */
  'truncated-chunks': ({ response }) => {
    answer(response, 200, { 'Content-Type': 'text/plain' })
    response.write('0123456789', () => response.destroy())
  },
  /** Takes the request and is gone. */
  reset: ({ request }) => {
    request.socket.resetAndDestroy()
  },
  /** 5 MB, the same each time. */
  large: ({ response }) => {
    answer(response, 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(largeLength),
    })
    response.end(largeBody())
  },
  gzip: ({ response }) => {
    answer(response, 200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
    response.end(gzipSync(JSON.stringify({ tide: 'in', again: 'x'.repeat(5_000) })))
  },
  /** Says that it is gzip, and is not. */
  'gzip-broken': ({ response }) => {
    answer(response, 200, { 'Content-Type': 'text/plain', 'Content-Encoding': 'gzip' })
    response.end('this was never compressed')
  },
  /** The bytes of `hex`, under the media type `type`. */
  typed: ({ response, url }) => {
    const type = url.searchParams.get('type')
    answer(response, 200, type === null ? {} : { 'Content-Type': type })
    response.end(Buffer.from(url.searchParams.get('hex') ?? '', 'hex'))
  },
  /** Sets two cookies, and sends some headers twice or oddly. */
  headers: ({ response, id }) => {
    answer(response, 200, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Set-Cookie': [`a${id}=1; Path=/`, `b${id}=2; Path=/; HttpOnly`],
      'X-Shown': ['one', 'two, three'],
      'X-Hidden': 'hidden',
      'Content-Language': 'en-IE',
    })
    response.end('headers')
  },
}

/** Makes the listener of a server with a CORS policy. It answers each request. */
export function createEndpoints(journal: Journal, policy: CorsPolicy): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const id = url.searchParams.get('id') ?? ''
    allow(policy, request, response)
    if (isPreflight(request)) {
      response.writeHead(204).end()
      return
    }
    journal.recordRequest(id, request)
    response.on('close', () =>
      journal.record(id, response.writableFinished ? 'finished' : 'closed'),
    )
    // A client that goes away in mid-answer is one of the things shown here, and no fault.
    response.on('error', () => {})
    setCommonHeaders(url, response)
    const [, name = '', argument = ''] = url.pathname.split('/')
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined
    if (route === undefined) {
      answer(response, 404, { 'Content-Type': 'text/plain' })
      response.end(`no endpoint "${name}"`)
      return
    }
    Promise.resolve(route({ request, response, url, id, journal }, argument)).catch(() =>
      response.destroy(),
    )
  }
}

/** Makes the listener by which behaviours ask the journal: it is never what is tested. */
export function createControl(journal: Journal): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const id = searchParams.get('id') ?? ''
    const reply = (value: unknown): void => {
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Access-Control-Allow-Origin': '*',
        'Cache-Control': 'no-store',
      })
      response.end(JSON.stringify(value))
    }
    if (pathname === '/release') {
      const steps = Number(searchParams.get('steps') ?? 1)
      for (let step = 0; step < steps; step += 1) journal.record(id, 'released')
      reply(true)
    } else if (pathname === '/when') {
      const event = searchParams.get('event') as JournalEvent
      void journal.when(id, event, Number(searchParams.get('times') ?? 1)).then(reply)
    } else {
      reply({ requests: journal.requests(id), ours: journal.carriedOurs(id) })
    }
  }
}

function isPreflight(request: IncomingMessage): boolean {
  return request.method === 'OPTIONS' && 'access-control-request-method' in request.headers
}

function allow(policy: CorsPolicy, request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers
  if (policy === 'none') return
  response.setHeader('Access-Control-Allow-Origin', policy === 'open' && origin ? origin : '*')
  if (policy === 'bare') return
  response.setHeader('Access-Control-Allow-Credentials', 'true')
  response.setHeader('Access-Control-Expose-Headers', exposed)
  response.setHeader('Vary', 'Origin')
  if (!isPreflight(request)) return
  const method = request.headers['access-control-request-method']
  response.setHeader('Access-Control-Allow-Methods', method ?? '')
  response.setHeader(
    'Access-Control-Allow-Headers',
    request.headers['access-control-request-headers'] ?? '',
  )
}

function setCommonHeaders(url: URL, response: ServerResponse): void {
  const { searchParams } = url
  response.setHeader('Cache-Control', searchParams.get('cc') ?? 'no-store')
  if (searchParams.has('corp')) response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
  const version = dataVersion(searchParams)
  if (version !== undefined) response.setHeader('Data-Version', version)
}

function dataVersion(parameters: URLSearchParams): string | undefined {
  switch (parameters.get('dv')) {
    case 'malformed':
      return 'main;e="7f3a";v=, other;;'
    case 'oversized':
      return `main;e="7f3a";v="${'9'.repeat(oversizedLength)}"`
    default:
      return parameters.has('v')
        ? `main;e="${parameters.get('e')}";v="${parameters.get('v')}"`
        : undefined
  }
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Record<string, string | string[]>,
  reason: string = STATUS_CODES[status] ?? 'Unnamed',
): void {
  response.writeHead(status, reason, headers)
}

function isNullBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

function largeBody(): Buffer {
  const body = Buffer.alloc(largeLength)
  for (let index = 0; index < largeLength; index += 4) {
    body.writeUInt32LE((index * 2_654_435_761) >>> 0, index)
  }
  return body
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** The boundary of a form is drawn by lot: two equal forms differ in it and in nothing else. */
function boundaryOf(request: IncomingMessage): string | undefined {
  return /boundary=(\S+)/.exec(request.headers['content-type'] ?? '')?.[1]
}

function withoutBoundary(request: IncomingMessage, body: Buffer): Buffer {
  const boundary = boundaryOf(request)
  return boundary === undefined
    ? body
    : Buffer.from(body.toString('latin1').replaceAll(boundary, 'BOUNDARY'), 'latin1')
}

/** What is of the connection, or carries our floors, is not part of what must be equal. */
const notCompared = new Set(['host', 'connection', 'keep-alive', 'min-version', 'read-consistency'])

function headersSeen(request: IncomingMessage, id: string): [string, string][] {
  const seen: [string, string][] = []
  for (const [name, value] of Object.entries(request.headers)) {
    if (notCompared.has(name)) continue
    seen.push([name, headerSeen(request, name, String(value), id)])
  }
  return seen.filter(([, value]) => value !== '').toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function headerSeen(request: IncomingMessage, name: string, value: string, id: string): string {
  const boundary = boundaryOf(request)
  if (name === 'content-type' && boundary !== undefined) return value.replace(boundary, 'BOUNDARY')
  // Cookies are of the host, so those of other runs travel too. The length of a form follows its boundary.
  if (name === 'cookie') {
    const own = value.split('; ').filter((cookie) => cookie.includes(id))
    return own.join('; ')
  }
  if (name === 'content-length' && boundary !== undefined) return 'of the form'
  return value
}
