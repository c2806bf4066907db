// A proxy of one's own before an API, which spoils its answers in one way each: for the doctor to name.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { examine } from '../../src/cli/examination.ts'
import type { Examination } from '../../src/cli/examination.ts'
import type { ExaminationOptions } from '../../src/cli/examination-options.ts'
import type { FindingCode } from '../../src/cli/finding.ts'
import { toNodeListener } from '../../src/server/node-listener.ts'

type Handle = (request: Request) => Promise<Response>

/** One thing that is wrong. */
export interface Fault {
  readonly code: FindingCode
  /** Makes what stands before the API. */
  readonly spoil: (handle: Handle) => Handle
  /** How it is asked, where reads alone do not show it. */
  readonly how?: Partial<ExaminationOptions>
  readonly needsWrite?: true
}

/** The faults that a doctor meets most, by name. */
export const faults: Readonly<Record<string, Fault>> = {
  'no header': {
    code: 'no-version',
    spoil: (handle) => async (request) => changed(await handle(request), { 'data-version': undefined, etag: undefined }),
  },
  'a header that is not exposed': {
    code: 'unexposed-header',
    how: { pageOrigin: 'https://app.example.com' },
    spoil: (handle) => async (request) => {
      const answer = await handle(request)
      return changed(answer, {
        'access-control-allow-origin': '*',
        'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '*',
        'access-control-expose-headers': undefined,
      })
    },
  },
  'versions that are not monotonic': {
    code: 'non-monotonic',
    spoil: (handle) => {
      let count = 0
      return async (request) => {
        count += 1
        const position = count % 2 === 0 ? 8 : 9
        const version = `main;e="a";v="${position}"`
        return changed(await handle(request), { 'data-version': version, 'served-by': 'replica-1' })
      }
    },
  },
  'answers out of a cache': {
    code: 'cached-answers',
    spoil: (handle) => remembering(handle, { age: '17' }),
  },
  'an API that is always stale': {
    code: 'never-shown',
    needsWrite: true,
    spoil: (handle) => remembering(handle, {}),
  },
}

/** Answers each address for ever with what it answered first. */
function remembering(handle: Handle, marks: Readonly<Record<string, string>>): Handle {
  const answers = new Map<string, Response>()
  return async (request) => {
    if (request.method !== 'GET') return handle(request)
    const known = answers.get(request.url)
    if (known !== undefined) return changed(known.clone(), marks)
    const answer = await handle(request)
    answers.set(request.url, answer.clone())
    return answer
  }
}

function changed(answer: Response, changes: Readonly<Record<string, string | undefined>>): Response {
  const { body, status, headers: before } = answer
  const headers = new Headers(before)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) headers.delete(name)
    else headers.set(name, value)
  }
  return new Response(body, { status, headers })
}

/** A server on this machine. */
export interface Served {
  readonly origin: string
  readonly close: () => void
}

/** Serves what answers requests, over HTTP. */
export async function serve(handle: Handle): Promise<Served> {
  const server = createServer(toNodeListener(handle))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Passes requests on to another server. */
export function passOn(origin: string): Handle {
  return async ({ url, method, headers: asked, body }) => {
    const { pathname, search } = new URL(url)
    const headers = new Headers(asked)
    for (const own of ['host', 'connection', 'content-length', 'transfer-encoding']) headers.delete(own)
    const sent = body === null ? {} : { body: await new Response(body).text() }
    const answer = await fetch(origin + pathname + search, { method, headers, ...sent })
    return changed(answer, { connection: undefined, 'content-length': undefined, 'transfer-encoding': undefined })
  }
}

/** Sends the doctor to an address of this machine, over the network and by the clock. */
export function send(url: string, options: Partial<ExaminationOptions> = {}): Promise<Examination> {
  const asked: ExaminationOptions = {
    url: new URL(url),
    headers: {},
    pageOrigin: undefined,
    reads: 12,
    ratePerSecond: 500,
    timeoutMs: 10_000,
    write: undefined,
    ...options,
  }
  const surroundings = {
    fetch: (input: string, init: RequestInit) => fetch(input, init),
    now: () => performance.now(),
    sleep: (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms)),
  }
  return examine(asked, surroundings, () => undefined)
}

/** Returns what keeps a guarantee from being kept, and leaves advice out. */
export function faultsIn({ findings }: Examination): readonly FindingCode[] {
  return findings.filter(({ kind }) => kind === 'fault').map(({ code }) => code)
}
