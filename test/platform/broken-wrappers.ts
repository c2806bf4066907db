// Wrappers of `fetch` with one common fault each: the judge of the table.
//
// A table that no wrapper fails proves nothing. Each of these was written, in earnest, in some library
// or app; each names rows that have to catch it. Where a fault is seen only in a page, `where` says so.

import type { Fetch } from './environment.ts'

/** A wrapper with a fault. */
export interface BrokenWrapper {
  /** The fault, as one would hear of it. */
  readonly fault: string
  readonly where: 'both' | 'browser'
  readonly wrap: (fetch: Fetch) => Fetch
  /** Names of rows that must fail, each of them. */
  readonly caughtBy: readonly string[]
}

const copyOf = async (response: Response): Promise<Response> =>
  new Response(await response.arrayBuffer(), response)

const isNullBody = ({ status }: Response): boolean => [204, 205, 304].includes(status)

const urlOf = (input: RequestInfo | URL): string =>
  typeof input === 'string' ? input : input instanceof URL ? input.href : input.url

/** All wrappers. */
export const brokenWrappers: readonly BrokenWrapper[] = [
  {
    fault: 'builds a new Response, which has no URL and no type',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      const response = await fetch(input, init)
      return new Response(isNullBody(response) ? null : response.body, response)
    },
    caughtBy: ['takes a string', 'follows two redirects, and tells the last URL'],
  },
  {
    fault: 'puts URL and type on a new Response, where only JavaScript sees them',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      const response = await fetch(input, init)
      const { url, type, redirected, body } = response
      const copy = new Response(isNullBody(response) ? null : body, response)
      return Object.defineProperties(copy, {
        url: { value: url },
        type: { value: type },
        redirected: { value: redirected },
      })
    },
    caughtBy: [
      'clones before reading, and both can be read',
      'tells the same by the getters of the platform as by its own',
    ],
  },
  {
    fault: 'reads the whole body before it answers',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      const response = await fetch(input, init)
      if (response.body === null || response.type === 'opaque') return response
      return copyOf(response)
    },
    caughtBy: [
      'delivers the head before the body is complete',
      'closes the connection when a body is cancelled',
    ],
  },
  {
    fault: 'reads bodies as text',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      const response = await fetch(input, init)
      return isNullBody(response) ? response : new Response(await response.text(), response)
    },
    caughtBy: ['reads an ArrayBuffer', 'reads 5 MB intact', 'keeps a byte order mark in bytes'],
  },
  {
    fault: 'gives every status a body',
    where: 'both',
    wrap: (fetch) => async (input, init) => copyOf(await fetch(input, init)),
    caughtBy: ['delivers 204 to GET, once asked', 'delivers 304 to GET, once asked'],
  },
  {
    fault: 'keeps a second branch of each body for itself',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      const response = await fetch(input, init)
      response
        .clone()
        .arrayBuffer()
        .catch(() => undefined)
      return response
    },
    caughtBy: [
      'closes the connection when a body is cancelled',
      'reads no further ahead than the platform does when nobody reads',
    ],
  },
  {
    fault: 'forgets the signal',
    where: 'both',
    wrap: (fetch) => (input, init) => fetch(input, { ...init, signal: null }),
    caughtBy: [
      'sends nothing when its signal has aborted already',
      'breaks the reading of text when aborted',
      'heeds the signal of a Request',
    ],
  },
  {
    fault: 'heeds the signal only until the head is there',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      const controller = new AbortController()
      const signal = init?.signal
      const abort = (): void => controller.abort(signal?.reason)
      if (signal?.aborted === true) abort()
      signal?.addEventListener('abort', abort)
      const response = await fetch(input, { ...init, ...(signal && { signal: controller.signal }) })
      signal?.removeEventListener('abort', abort)
      return response
    },
    caughtBy: [
      'breaks the reading of text when aborted',
      'breaks a body that is being read when aborted',
    ],
  },
  {
    fault: 'loses the reason of an abort',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      const controller = new AbortController()
      const signal = init?.signal
      if (signal?.aborted === true) controller.abort()
      signal?.addEventListener('abort', () => controller.abort())
      return fetch(input, { ...init, ...(signal && { signal: controller.signal }) })
    },
    caughtBy: [
      'rejects with the reason of a signal that has aborted already',
      'rejects with the very reason when aborted before the head',
      'rejects with a TimeoutError when its time is over',
    ],
  },
  {
    fault: 'knows the signal of init, and not that of a Request',
    where: 'both',
    wrap: (fetch) => (input, init) =>
      input instanceof Request && init?.signal === undefined
        ? fetch(input, { ...init, signal: null })
        : fetch(input, init),
    caughtBy: ['heeds the signal of a Request'],
  },
  {
    fault: 'turns a failure into an answer',
    where: 'both',
    wrap: (fetch) => (input, init) =>
      fetch(input, init).catch(() => new Response('offline', { status: 503 })),
    caughtBy: [
      'fails with a TypeError where nobody listens',
      'rejects and hangs up when aborted before the head',
    ],
  },
  {
    fault: 'wraps a failure in an error of its own',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      try {
        return await fetch(input, init)
      } catch (cause) {
        throw new Error('The request failed.', { cause })
      }
    },
    caughtBy: [
      'fails with a TypeError where nobody listens',
      'rejects and hangs up when aborted before the head',
      'refuses what is not a URL, by its promise',
    ],
  },
  {
    fault: 'throws for an error status',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      const response = await fetch(input, init)
      if (response.status >= 400) throw new Error(response.statusText)
      return response
    },
    caughtBy: ['delivers 404 to GET, once asked', 'delivers 500 to GET, once asked'],
  },
  {
    fault: 'asks again after 429 and 503, writes too',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      const response = await fetch(input, init)
      return response.status === 503 || response.status === 429 ? fetch(input, init) : response
    },
    caughtBy: ['delivers 503 to POST, once asked', 'delivers 429 to GET, once asked'],
  },
  {
    fault: 'throws at once where it should reject',
    where: 'both',
    wrap: (fetch) => (input, init) => {
      const { href } = new URL(urlOf(input), globalThis.location?.href)
      return input instanceof Request ? fetch(input, init) : fetch(href, init)
    },
    caughtBy: ['refuses what is not a URL, by its promise'],
  },
  {
    fault: 'needs its object',
    where: 'both',
    wrap: (fetch) =>
      function needy(this: unknown, input, init) {
        if (this === undefined) return Promise.reject(new TypeError('Called without its object.'))
        return fetch(input, init)
      },
    caughtBy: ['works when taken off its object'],
  },
  {
    fault: 'knows only URLs',
    where: 'both',
    wrap: (fetch) => (input, init) => fetch(input instanceof Request ? input.url : input, init),
    caughtBy: [
      'takes a Request with its method, headers and body',
      'keeps what init does not name of a Request',
    ],
  },
  {
    fault: 'forgets init beside a Request',
    where: 'both',
    wrap: (fetch) => (input, init) =>
      input instanceof Request ? fetch(input) : fetch(input, init),
    caughtBy: ['lets init override a Request member by member'],
  },
  {
    fault: 'copies init by its own members',
    where: 'both',
    wrap: (fetch) => (input, init) => fetch(input, { ...init }),
    caughtBy: ['takes a Request as init', 'reads members that init inherits'],
  },
  {
    fault: 'adds the headers of a Request to those of init',
    where: 'both',
    wrap: (fetch) => (input, init) => {
      if (!(input instanceof Request) || init?.headers === undefined) return fetch(input, init)
      const headers = new Headers(input.headers)
      for (const [name, value] of new Headers(init.headers)) headers.set(name, value)
      return fetch(input, { ...init, headers })
    },
    caughtBy: ['lets init override a Request member by member'],
  },
  {
    fault: 'spreads headers, whatever they are',
    where: 'both',
    wrap: (fetch) => (input, init) =>
      fetch(input, {
        ...init,
        headers: { ...(init?.headers as Record<string, string> | undefined) },
      }),
    caughtBy: ['takes headers as Headers', 'takes a Request with its method, headers and body'],
  },
  {
    fault: 'sends a clone of a Request, and leaves the Request unused',
    where: 'both',
    wrap: (fetch) => (input, init) => fetch(input instanceof Request ? input.clone() : input, init),
    caughtBy: [
      'marks the body of a Request as used at once',
      'refuses a Request whose body is used, with a TypeError',
    ],
  },
  {
    fault: 'waits before it reads what it was given',
    where: 'both',
    wrap: (fetch) => async (input, init) => {
      await Promise.resolve()
      return fetch(input, init)
    },
    caughtBy: [
      'ignores a later change of Headers',
      'ignores a later change of the bytes of a body',
      'ignores a later change of a URL',
      'reads init before it returns',
    ],
  },
  {
    fault: 'writes into what it was given',
    where: 'both',
    wrap: (fetch) => (input, init) => {
      if (init?.headers instanceof Headers) init.headers.set('X-Trace', '1')
      return fetch(input, init)
    },
    caughtBy: ['does not change what it is given'],
  },
  {
    fault: 'answers two identical reads with one body',
    where: 'both',
    wrap: (fetch) => {
      const flights = new Map<string, Promise<Response>>()
      return (input, init) => {
        const key = `${init?.method ?? 'GET'} ${urlOf(input)}`
        const flight = flights.get(key) ?? fetch(input, init).finally(() => flights.delete(key))
        flights.set(key, flight)
        return flight
      }
    },
    caughtBy: [
      'gives each of two identical reads a body of its own',
      'leaves one of two identical reads alone when the other is aborted',
    ],
  },
  {
    fault: 'remembers what it read, whatever the cache mode',
    where: 'both',
    wrap: (fetch) => {
      const held = new Map<string, Response>()
      return async (input, init) => {
        const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
        const key = `${method} ${urlOf(input)}`
        const known = held.get(key)
        if (known !== undefined) return known.clone()
        const response = await fetch(input, init)
        held.set(key, response.clone())
        return response
      }
    },
    caughtBy: [
      'sends a Request without a body as often as asked',
      'delivers two parts of one URL as asked',
    ],
  },
  {
    fault: 'follows redirects that the caller wanted to see',
    where: 'both',
    wrap: (fetch) => (input, init) => fetch(input, { ...init, redirect: 'follow' }),
    caughtBy: [
      'fails at a redirect under redirect: error',
      'delivers a redirect under redirect: manual, opaque in a browser',
    ],
  },
  {
    fault: 'writes every method in capitals',
    where: 'both',
    wrap: (fetch) => (input, init) =>
      fetch(input, { ...init, method: (init?.method ?? 'GET').toUpperCase() }),
    caughtBy: ['takes a Request with its method, headers and body'],
  },
  {
    fault: 'forgets what it does not know of init',
    where: 'both',
    wrap: (fetch) => (input, init) => {
      if (init === undefined || init === null) return fetch(input)
      const { method = 'GET', headers = {}, body = null, signal = null } = init
      return input instanceof Request
        ? fetch(input, init)
        : fetch(input, { method, headers, body, signal })
    },
    caughtBy: [
      'refuses an answer without its integrity',
      'fails at a redirect under redirect: error',
    ],
  },
  {
    fault: 'sends a header of its own to everyone',
    where: 'browser',
    wrap: (fetch) => (input, init) => {
      const headers = new Headers(
        init?.headers ?? (input instanceof Request ? input.headers : undefined),
      )
      headers.set('Min-Version', 'main;v="1"')
      return fetch(input, { ...init, headers })
    },
    caughtBy: [
      'delivers an answer of an origin that allows any page, and no header',
      'reads an origin that nobody named, and that allows no header',
    ],
  },
  {
    fault: 'sends cookies to everyone',
    where: 'browser',
    wrap: (fetch) => (input, init) => fetch(input, { ...init, credentials: 'include' }),
    caughtBy: ['sends no cookies to another origin by default', 'sends no cookies under omit'],
  },
  {
    fault: 'sends no cookies unless told in init',
    where: 'browser',
    wrap: (fetch) => (input, init) => fetch(input, { credentials: 'same-origin', ...init }),
    caughtBy: ['keeps the credentials of a Request'],
  },
  {
    fault: 'asks past the HTTP cache',
    where: 'browser',
    wrap: (fetch) => (input, init) => fetch(input, { ...init, cache: 'no-store' }),
    caughtBy: [
      'is answered by the HTTP cache while an answer is young',
      'takes an old answer under force-cache',
      'keeps the cache mode of a Request',
    ],
  },
  {
    fault: 'asks for cors, always',
    where: 'browser',
    wrap: (fetch) => (input, init) => fetch(input, { ...init, mode: 'cors' }),
    caughtBy: [
      'delivers a closed origin opaque under no-cors',
      'refuses another origin under same-origin',
    ],
  },
  {
    fault: 'copies an answer, opaque ones too',
    where: 'browser',
    wrap: (fetch) => async (input, init) => {
      const response = await fetch(input, init)
      return new Response(response.body, {
        status: response.status || 200,
        headers: response.headers,
      })
    },
    caughtBy: [
      'delivers an open origin opaque under no-cors',
      "delivers an answer of the page's own origin as basic",
    ],
  },
  {
    fault: 'forgets the referrer',
    where: 'browser',
    wrap: (fetch) => (input, init) => fetch(input, { ...init, referrerPolicy: 'strict-origin' }),
    caughtBy: ['sends no referrer under no-referrer', 'sends the whole referrer under unsafe-url'],
  },
]
