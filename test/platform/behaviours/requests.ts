// What init may ask of a request, and what arrives of it.

import type { Behaviour } from '../behaviour.ts'
import type { Environment, Fetch } from '../environment.ts'
import { describeWhole, digestOf, failure } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'

async function echo(fetch: Fetch, env: Environment, init: RequestInit): Promise<Outcome> {
  const response = await fetch(env.url('/echo'), init)
  return { status: response.status, echo: await response.text(), requests: await env.requests() }
}

/** A row that tells what arrives of an init, and of nothing else. */
function arrives(
  name: string,
  init: () => RequestInit,
  where: Behaviour['where'] = 'both',
): Behaviour {
  return { name, where, run: (fetch, env) => echo(fetch, env, init()) }
}

/** A row on an init that is refused before anything is sent. */
function refuses(
  name: string,
  init: () => RequestInit,
  where: Behaviour['where'] = 'both',
): Behaviour {
  return {
    name,
    where,
    run: async (fetch, env) => ({
      ...(await failure(() => fetch(env.url('/echo'), init()))),
      requests: await env.requests(),
    }),
  }
}

/** A value that the types rightly refuse, and that a page in JavaScript can pass all the same. */
const wrong = (init: Record<string, unknown>): RequestInit => init

const streamOf = (...parts: string[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
      controller.close()
    },
  })

const form = (): FormData => {
  const data = new FormData()
  data.append('title', 'Low tide – ebb')
  data.append(
    'photo',
    new File([new Uint8Array([0, 1, 2, 253, 254, 255])], 'tide.bin', { type: 'image/x-tide' }),
  )
  return data
}

/** The rows on requests. */
export const requests: readonly Behaviour[] = [
  arrives('writes get in capitals', () => ({ method: 'get' })),
  arrives('writes post in capitals', () => ({ method: 'post', body: 'x' })),
  arrives('leaves a custom method as it is', () => ({ method: 'PURGE' })),
  arrives('sends DELETE with a body', () => ({ method: 'DELETE', body: 'which' })),
  arrives('sends OPTIONS when asked', () => ({ method: 'OPTIONS' })),
  refuses('refuses a method that is not a token', () => ({ method: 'not a method' })),
  refuses('refuses CONNECT', () => ({ method: 'CONNECT' })),
  refuses('refuses TRACE', () => ({ method: 'trace' })),
  refuses('refuses GET with a body', () => ({ method: 'GET', body: 'no' })),
  refuses('refuses HEAD with a body', () => ({ method: 'HEAD', body: 'no' })),

  arrives('takes headers as an object', () => ({ headers: { 'X-One': '1', 'x-two': '2' } })),
  arrives('takes headers as pairs, and joins those of one name', () => ({
    headers: [
      ['X-One', '1'],
      ['X-One', '2'],
    ] as [string, string][],
  })),
  arrives('takes headers as Headers', () => ({ headers: new Headers({ 'X-One': '1' }) })),
  arrives('takes headers as any iterable of pairs', () => ({
    headers: new Map([['X-One', '1']]) as unknown as Headers,
  })),
  arrives('trims the value of a header', () => ({ headers: { 'X-One': ' \t1 ' } })),
  arrives('sends a header in Latin-1', () => ({ headers: { 'X-One': 'caf\u00e9' } })),
  arrives("lets a Content-Type of one's own stand", () => ({
    method: 'POST',
    headers: { 'Content-Type': 'application/x-tide' },
    body: 'x',
  })),
  arrives(
    'drops forbidden headers without a word',
    () => ({ headers: { Cookie: 'a=b', 'Sec-Tide': '1', 'Accept-Charset': 'x', 'X-Fine': '1' } }),
    'browser',
  ),
  refuses('refuses a header name with a space', () => ({ headers: { 'X One': '1' } })),
  refuses('refuses a header value with a line break', () => ({ headers: { 'X-One': '1\n2' } })),
  refuses('refuses a header value beyond Latin-1', () => ({ headers: { 'X-One': '\u2603' } })),
  refuses('refuses a pair of three', () => wrong({ headers: [['a', 'b', 'c']] })),

  arrives('sends a string', () => ({ method: 'POST', body: 'caf\u00e9 \u2603' })),
  arrives('sends an empty string', () => ({ method: 'POST', body: '' })),
  arrives('sends a POST without a body', () => ({ method: 'POST' })),
  arrives('sends null as no body', () => ({ method: 'POST', body: null })),
  arrives('sends URLSearchParams', () => ({
    method: 'POST',
    body: new URLSearchParams({ a: '1', b: 'x y' }),
  })),
  arrives('sends FormData with a file', () => ({ method: 'POST', body: form() })),
  arrives('sends a Blob with its type', () => ({
    method: 'POST',
    body: new Blob(['{"tide":1}'], { type: 'application/json' }),
  })),
  arrives('sends an ArrayBuffer', () => ({
    method: 'PUT',
    body: new Uint8Array([0, 200, 255]).buffer,
  })),
  arrives('sends the bytes of a view, and not of all its buffer', () => ({
    method: 'PUT',
    body: new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3),
  })),
  arrives('sends any other object as its string', () =>
    wrong({ method: 'POST', body: { toString: () => 'as text' } }),
  ),
  {
    name: 'sends 1 MB intact',
    where: 'both',
    run: async (fetch, env) => {
      const body = new Uint8Array(1024 * 1024)
      for (let index = 0; index < body.length; index += 7) body[index] = index
      const response = await fetch(env.url('/echo'), { method: 'POST', body })
      const { length, digest } = (await response.json()) as { length: number; digest: string }
      return { length, isIntact: digest === (await digestOf(body)) }
    },
  },
  {
    name: 'sends a stream half duplex, or fails as the platform does over HTTP/1.1',
    where: 'both',
    run: async (fetch, env) => {
      const init = wrong({ method: 'POST', body: streamOf('one ', 'two'), duplex: 'half' })
      try {
        return await echo(fetch, env, init)
      } catch (error) {
        return { failed: error instanceof TypeError, requests: await env.requests() }
      }
    },
  },
  refuses('refuses a stream without half duplex', () =>
    wrong({ method: 'POST', body: streamOf('x') }),
  ),
  {
    name: 'refuses a stream that is locked',
    where: 'both',
    run: async (fetch, env) => {
      const body = streamOf('x')
      body.getReader()
      return failure(() => fetch(env.url('/echo'), wrong({ method: 'POST', body, duplex: 'half' })))
    },
  },

  arrives('sends no referrer when it is empty', () => ({ referrer: '' }), 'browser'),
  arrives(
    'sends no referrer under no-referrer',
    () => ({ referrerPolicy: 'no-referrer' }),
    'browser',
  ),
  arrives('sends only the origin under origin', () => ({ referrerPolicy: 'origin' }), 'browser'),
  arrives(
    'sends the whole referrer under unsafe-url',
    () => ({ referrerPolicy: 'unsafe-url' }),
    'browser',
  ),
  arrives('sends a small body with keepalive', () => ({
    method: 'POST',
    body: 'small',
    keepalive: true,
  })),
  {
    name: 'refuses more than 64 KiB with keepalive',
    where: 'browser',
    run: (fetch, env) =>
      failure(() =>
        fetch(env.url('/echo'), { method: 'POST', body: 'x'.repeat(70_000), keepalive: true }),
      ),
  },
  arrives('takes a priority', () => wrong({ priority: 'high' })),
  arrives('ignores members that it does not know', () => wrong({ tide: 'in', retries: 3 })),
  refuses('refuses an unknown mode', () => wrong({ mode: 'nonsense' })),
  refuses('refuses the mode navigate', () => ({ mode: 'navigate' })),
  refuses('refuses an unknown cache mode', () => wrong({ cache: 'nonsense' })),
  refuses('refuses an unknown redirect mode', () => wrong({ redirect: 'nonsense' })),
  refuses('refuses unknown credentials', () => wrong({ credentials: 'nonsense' })),
  refuses('refuses a signal that is none', () => wrong({ signal: 'nonsense' })),
  refuses('refuses a window', () => wrong({ window: {} })),

  {
    name: 'delivers an answer that has its integrity',
    where: 'both',
    run: async (fetch, env) => {
      const integrity = await integrityOf('status 200')
      return describeWhole(await fetch(env.url('/status/200'), { integrity }))
    },
  },
  {
    name: 'refuses an answer without its integrity',
    where: 'both',
    run: async (fetch, env) => {
      const integrity = await integrityOf('another body')
      return failure(() => fetch(env.url('/status/200'), { integrity }))
    },
  },
]

async function integrityOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`
}
