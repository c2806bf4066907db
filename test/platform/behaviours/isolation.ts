// The call takes what it is given at the moment of the call: what the caller changes later, changes
// nothing. A wrapper that waits before it sends must have taken a copy.

import type { Behaviour } from '../behaviour.ts'
import type { Environment } from '../environment.ts'

/** A row on something that is changed as soon as the call has returned. */
function ignores(
  name: string,
  prepare: (env: Environment) => {
    readonly input: RequestInfo | URL
    readonly init?: RequestInit
    readonly change: () => void
  },
): Behaviour {
  return {
    name,
    where: 'both',
    run: async (fetch, env) => {
      const { input, init, change } = prepare(env)
      const promise = fetch(input, init)
      change()
      return { echo: await (await promise).text(), requests: await env.requests() }
    },
  }
}

/** The rows on isolation. */
export const isolation: readonly Behaviour[] = [
  ignores('ignores a later change of Headers', (env) => {
    const headers = new Headers({ 'X-One': 'first' })
    return {
      input: env.url('/echo'),
      init: { headers },
      change: () => headers.set('X-One', 'later'),
    }
  }),
  ignores('ignores a later change of pairs of headers', (env) => {
    const headers: [string, string][] = [['X-One', 'first']]
    return {
      input: env.url('/echo'),
      init: { headers },
      change: () => void headers.push(['X-Two', 'later']),
    }
  }),
  ignores('ignores a later change of an object of headers', (env) => {
    const headers = { 'X-One': 'first' }
    return {
      input: env.url('/echo'),
      init: { headers },
      change: () => void (headers['X-One'] = 'later'),
    }
  }),
  ignores('ignores a later change of init', (env) => {
    const init: RequestInit = { method: 'POST', body: 'first' }
    const change = (): void =>
      void Object.assign(init, { method: 'PUT', body: 'later', headers: { 'X-One': 'later' } })
    return { input: env.url('/echo'), init, change }
  }),
  ignores('ignores a later change of a Request', (env) => {
    const input = new Request(env.url('/echo'), { headers: { 'X-One': 'first' } })
    return { input, change: () => input.headers.set('X-One', 'later') }
  }),
  ignores('ignores a later change of a URL', (env) => {
    const input = new URL(env.url('/echo'))
    return { input, change: () => void (input.pathname = '/status/404') }
  }),
  ignores('ignores a later change of the bytes of a body', (env) => {
    const body = new Uint8Array([65, 66, 67])
    return {
      input: env.url('/echo'),
      init: { method: 'POST', body },
      change: () => void body.fill(90),
    }
  }),
  ignores('ignores a later change of URLSearchParams', (env) => {
    const body = new URLSearchParams({ a: 'first' })
    return {
      input: env.url('/echo'),
      init: { method: 'POST', body },
      change: () => body.set('a', 'later'),
    }
  }),
  ignores('ignores a later change of FormData', (env) => {
    const body = new FormData()
    body.set('a', 'first')
    return {
      input: env.url('/echo'),
      init: { method: 'POST', body },
      change: () => body.set('a', 'later'),
    }
  }),
  {
    name: 'does not change what it is given',
    where: 'both',
    run: async (fetch, env) => {
      const headers = new Headers({ 'X-One': '1' })
      const init = Object.freeze({ method: 'PUT', headers, body: 'x' })
      const request = new Request(env.url('/echo'), { headers: { 'X-Two': '2' } })
      await (await fetch(env.url('/echo'), init)).text()
      await (await fetch(request)).text()
      return { init: [...headers], request: [...request.headers], url: request.url }
    },
  },
]
