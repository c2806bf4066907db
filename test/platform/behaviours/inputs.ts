// What may be given to `fetch` as its first argument, and how its two arguments combine.

import type { Behaviour } from '../behaviour.ts'
import { attempt, describeResponse, describeWhole, failure } from '../outcome.ts'

/** The rows on inputs. */
export const inputs: readonly Behaviour[] = [
  {
    name: 'takes a string',
    where: 'both',
    run: async (fetch, env) => describeWhole(await fetch(env.url('/status/200'))),
  },
  {
    name: 'takes a URL',
    where: 'both',
    run: async (fetch, env) => describeWhole(await fetch(new URL(env.url('/status/200')))),
  },
  {
    name: 'takes an object that turns into a string',
    where: 'both',
    run: async (fetch, env) => {
      const input = { toString: () => env.url('/status/200') }
      return describeWhole(await fetch(input as unknown as string))
    },
  },
  {
    name: 'takes a Request with its method, headers and body',
    where: 'both',
    run: async (fetch, env) => {
      const request = new Request(env.url('/echo'), {
        method: 'PUT',
        headers: { 'X-From': 'request' },
        body: 'of the request',
      })
      const whole = await describeWhole(await fetch(request))
      return { ...whole, requests: await env.requests(), isUsed: request.bodyUsed }
    },
  },
  {
    name: 'lets init override a Request member by member',
    where: 'both',
    run: async (fetch, env) => {
      const request = new Request(env.url('/echo'), {
        headers: { 'X-From': 'request', 'X-Own': 'yes' },
      })
      const init = { method: 'POST', headers: { 'X-From': 'init' }, body: 'of init' }
      return describeWhole(await fetch(request, init))
    },
  },
  {
    name: 'keeps what init does not name of a Request',
    where: 'both',
    run: async (fetch, env) => {
      const request = new Request(env.url('/echo'), {
        method: 'POST',
        headers: { 'X-From': 'request' },
        body: 'kept',
      })
      return describeWhole(await fetch(request, { cache: 'no-store' }))
    },
  },
  {
    name: 'takes a Request as init',
    where: 'both',
    run: async (fetch, env) => {
      const init = new Request(env.url('/status/200'), {
        method: 'DELETE',
        headers: { 'X-From': 'init' },
      })
      return describeWhole(await fetch(env.url('/echo'), init))
    },
  },
  {
    name: 'reads members that init inherits',
    where: 'both',
    run: async (fetch, env) => {
      const init: RequestInit = Object.create({
        method: 'PUT',
        headers: { 'X-From': 'prototype' },
        body: 'inherited',
      })
      return describeWhole(await fetch(env.url('/echo'), init))
    },
  },
  {
    name: 'reads init before it returns',
    where: 'both',
    run: async (fetch, env) => {
      const reads: string[] = []
      const init = {
        get method() {
          reads.push('method')
          return 'GET'
        },
      }
      const promise = fetch(env.url('/status/200'), init)
      const before = reads.length > 0
      await (await promise).text()
      return { before }
    },
  },
  {
    name: 'takes null and undefined for an absent init',
    where: 'both',
    run: async (fetch, env) => {
      const first = await fetch(env.url('/echo'), undefined)
      const second = await fetch(env.url('/echo'), null as unknown as RequestInit)
      return { first: await first.text(), second: await second.text() }
    },
  },
  {
    name: 'marks the body of a Request as used at once',
    where: 'both',
    run: async (fetch, env) => {
      const request = new Request(env.url('/echo'), { method: 'POST', body: 'once' })
      const promise = fetch(request)
      const atOnce = request.bodyUsed
      await (await promise).text()
      return { atOnce, after: request.bodyUsed }
    },
  },
  {
    name: 'refuses a Request whose body is used, with a TypeError',
    where: 'both',
    run: async (fetch, env) => {
      const request = new Request(env.url('/echo'), { method: 'POST', body: 'once' })
      await (await fetch(request)).text()
      return { again: await failure(() => fetch(request)), requests: await env.requests() }
    },
  },
  {
    name: 'sends a Request twice when it was cloned first',
    where: 'both',
    run: async (fetch, env) => {
      const request = new Request(env.url('/echo'), { method: 'POST', body: 'twice' })
      const copy = request.clone()
      const first = await (await fetch(request)).text()
      const second = await (await fetch(copy)).text()
      return { first, second, requests: await env.requests() }
    },
  },
  {
    name: 'sends a Request without a body as often as asked',
    where: 'both',
    run: async (fetch, env) => {
      const request = new Request(env.url('/status/200'))
      const texts = [await (await fetch(request)).text(), await (await fetch(request)).text()]
      return { texts, requests: await env.requests() }
    },
  },
  {
    name: 'tells the fragment in the URL of the response, and sends none',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(`${env.url('/status/200')}#the-tide`)
      return { ...describeResponse(response), requests: await env.requests() }
    },
  },
  {
    name: 'refuses a URL with a password',
    where: 'both',
    run: async (fetch, env) => ({
      ...(await failure(() => fetch(env.url('/status/200').replace('//', '//user:secret@')))),
      requests: await env.requests(),
    }),
  },
  {
    name: 'refuses what is not a URL, by its promise',
    where: 'both',
    run: (fetch) => failure(() => fetch('http://:not a url')),
  },
  {
    name: 'refuses a call without arguments, by its promise',
    where: 'both',
    run: (fetch) => failure(() => (fetch as unknown as () => Promise<Response>)()),
  },
  {
    name: 'refuses an unknown scheme',
    where: 'both',
    run: (fetch) => failure(() => fetch('tide://in')),
  },
  {
    name: 'refuses about:blank',
    where: 'both',
    run: (fetch) => failure(() => fetch('about:blank')),
  },
  {
    name: 'reads a data: URL',
    where: 'both',
    run: async (fetch) => describeWhole(await fetch('data:text/plain;charset=utf-8,the%20tide')),
  },
  {
    name: 'refuses a malformed data: URL',
    where: 'both',
    run: (fetch) => failure(() => fetch('data:without-a-comma')),
  },
  {
    name: 'reads a blob: URL, and fails once it is revoked',
    where: 'both',
    run: async (fetch) => {
      const url = URL.createObjectURL(new Blob(['the tide'], { type: 'text/x-tide' }))
      const response = await fetch(url)
      const type = response.headers.get('content-type')
      const found = {
        status: response.status,
        ok: response.ok,
        kind: response.type,
        type,
        text: await response.text(),
      }
      const isTold = response.url === url
      URL.revokeObjectURL(url)
      return { found, isTold, revoked: await failure(() => fetch(url)) }
    },
  },
  {
    name: 'resolves a relative URL against the page',
    where: 'browser',
    run: async (fetch, env) => {
      const { pathname, search } = new URL(env.url('/status/200', {}, 'page'))
      return describeWhole(await fetch(pathname + search))
    },
  },
  {
    name: 'takes the empty string for the page itself',
    where: 'browser',
    run: async (fetch) => {
      const response = await fetch('', { method: 'HEAD' })
      return { isPage: response.url === location.href.split('#')[0], status: response.status }
    },
  },
  {
    name: 'works when taken off its object',
    where: 'both',
    run: async (fetch, env) => {
      const unbound = await fetch.call(undefined as never, env.url('/status/200'))
      const strict = await fetch(env.url('/status/200'))
      return { unbound: await unbound.text(), strict: await strict.text() }
    },
  },
  {
    name: 'returns a promise of the platform',
    where: 'both',
    run: async (fetch, env) => {
      const promise = fetch(env.url('/status/200'))
      const isPromise = promise instanceof Promise
      const viaThen = await promise.then((response) => response.status)
      return {
        isPromise,
        viaThen,
        caught: (await fetch('tide://in').catch(() => 'caught')) as string,
      }
    },
  },
  {
    name: 'answers many distinct reads at once, each with its own body',
    where: 'both',
    run: async (fetch, env) => {
      const numbers = Array.from({ length: 20 }, (_, index) => String(index))
      const texts = await Promise.all(
        numbers.map(async (body) => (await fetch(env.url('/status/200', { body }))).text()),
      )
      return { texts, requests: (await env.requests()).length }
    },
  },
  {
    name: 'gives each of two identical reads a body of its own',
    where: 'both',
    run: async (fetch, env) => {
      const url = env.url('/status/200')
      const [first, second] = await Promise.all([fetch(url), fetch(url)])
      return {
        areOne: first === second,
        first: await describeWhole(first),
        second: await describeWhole(second),
      }
    },
  },
  {
    name: 'lets a failure of one read leave another alone',
    where: 'both',
    run: async (fetch, env) => {
      const [refused, answered] = await Promise.all([
        failure(() => fetch(`${env.origins.deaf}/`)),
        attempt(() => fetch(env.url('/status/200')), describeWhole),
      ])
      return { refused, answered }
    },
  },
]
