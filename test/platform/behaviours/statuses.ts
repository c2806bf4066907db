// Statuses, redirects and conditions: what comes back when it is not a plain 200.

import type { Behaviour } from '../behaviour.ts'
import type { Place } from '../environment.ts'
import { attempt, describeResponse, describeWhole, failure } from '../outcome.ts'

/** A row on a status: an outcome and never an error, and one request and never two. */
function status(
  code: number,
  init: RequestInit = {},
  parameters: Record<string, string> = {},
): Behaviour {
  const method = init.method ?? 'GET'
  return {
    name: `delivers ${code} to ${method}, once asked`,
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url(`/status/${code}`, parameters), init)
      const whole = await describeWhole(response)
      // Chromium itself repeats a request that a reused connection answers with 408 (docs/findings/0003).
      return code === 408 ? whole : { ...whole, requests: await env.requests() }
    },
  }
}

const problem = { type: 'application/problem+json' }

const statusRows: readonly Behaviour[] = [
  status(200),
  status(201, { method: 'POST', body: 'x' }),
  status(202, { method: 'POST', body: 'x' }),
  status(203),
  status(204),
  status(204, { method: 'DELETE' }),
  status(205),
  status(304),
  status(400),
  status(401),
  status(403),
  status(404),
  status(404, { method: 'POST', body: 'x' }),
  status(405, { method: 'PUT', body: 'x' }),
  status(408),
  status(409),
  status(409, { method: 'PUT', body: 'x' }),
  status(410),
  status(412, { method: 'PUT', body: 'x' }),
  status(418),
  status(425),
  status(429, {}, { retry: '1' }),
  status(429, { method: 'POST', body: 'x' }, { retry: '1' }),
  status(500),
  status(500, { method: 'POST', body: 'x' }),
  status(502),
  status(503, {}, { retry: '1' }),
  status(503, { method: 'POST', body: 'x' }, { retry: '1' }),
  status(504),
  status(599),
  {
    name: 'delivers the reason phrase of the server',
    where: 'both',
    run: async (fetch, env) =>
      describeResponse(await fetch(env.url('/status/404', { text: 'Out With The Tide' }))),
  },
  {
    name: 'delivers a problem document that is not ours, to a 503',
    where: 'both',
    run: async (fetch, env) => {
      const body = '{"type":"https://example.com/full","title":"Full"}'
      const response = await fetch(env.url('/status/503', { ...problem, body }))
      return { ...(await describeWhole(response)), requests: await env.requests() }
    },
  },
  {
    name: 'delivers a problem document that is not ours, to a 409',
    where: 'both',
    run: async (fetch, env) => {
      const body = '{"title":"Conflict"}'
      const response = await fetch(env.url('/status/409', { ...problem, body }), {
        method: 'PUT',
        body: 'x',
      })
      const copy = response.clone()
      return { json: (await response.json()) as { title: string }, copy: await describeWhole(copy) }
    },
  },
  {
    name: 'delivers a problem document that is no JSON',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(
        env.url('/status/503', { ...problem, body: 'the proxy is down' }),
      )
      return describeWhole(response)
    },
  },
  {
    name: 'delivers the head alone to HEAD',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/large'), { method: 'HEAD' })
      return { ...(await describeWhole(response)), requests: await env.requests() }
    },
  },
  {
    name: 'delivers 404 to HEAD',
    where: 'both',
    run: async (fetch, env) =>
      describeWhole(await fetch(env.url('/status/404'), { method: 'HEAD' })),
  },
  {
    name: 'delivers a part as 206',
    where: 'both',
    run: async (fetch, env) =>
      describeWhole(await fetch(env.url('/range'), { headers: { Range: 'bytes=2-5' } })),
  },
  {
    name: 'delivers two parts of one URL as asked',
    where: 'both',
    run: async (fetch, env) => {
      const part = async (range: string): Promise<string> =>
        (await fetch(env.url('/range'), { headers: { Range: range } })).text()
      const first = await part('bytes=0-3')
      const second = await part('bytes=4-7')
      const whole = await (await fetch(env.url('/range'))).text()
      return { first, second, whole }
    },
  },
  {
    name: 'delivers 416 for a part that is not there',
    where: 'both',
    run: async (fetch, env) =>
      describeWhole(await fetch(env.url('/range'), { headers: { Range: 'bytes=90-99' } })),
  },
  {
    name: "delivers 304 to a condition of the caller's own",
    where: 'both',
    run: async (fetch, env) => {
      const first = await fetch(env.url('/etag'))
      const text = await first.text()
      const etag = first.headers.get('etag') ?? ''
      const again = await fetch(env.url('/etag'), { headers: { 'If-None-Match': etag } })
      return { text, again: await describeWhole(again), requests: await env.requests() }
    },
  },
  {
    name: 'delivers 200 to a condition that fails',
    where: 'both',
    run: async (fetch, env) =>
      describeWhole(await fetch(env.url('/etag'), { headers: { 'If-None-Match': '"ebb"' } })),
  },
  {
    name: 'delivers a repeated header joined, and hides cookies',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/headers'))
      const { headers } = response
      return {
        ...(await describeWhole(response)),
        shown: headers.get('x-shown'),
        hasHidden: headers.has('x-hidden'),
        cookies: headers.getSetCookie(),
        isImmutable: await failure(async () => headers.set('x-shown', 'changed')),
      }
    },
  },
]

/** A row on a redirect of one method by one status. */
function redirects(code: number, method: string, place: Place = 'open'): Behaviour {
  return {
    name: `follows ${code} of ${method} to ${place === 'open' ? 'the same origin' : `the origin "${place}"`}`,
    where: 'both',
    run: async (fetch, env) => {
      const to = env.url('/echo', {}, place)
      const init =
        method === 'GET' || method === 'HEAD' ? { method } : { method, body: 'carried on' }
      const whole = await attempt(
        () => fetch(env.url(`/redirect/${code}`, { to }), init),
        describeWhole,
      )
      return { ...whole, requests: await env.requests() }
    },
  }
}

const redirectRows: readonly Behaviour[] = [
  redirects(301, 'GET'),
  redirects(301, 'POST'),
  redirects(302, 'GET'),
  redirects(302, 'POST'),
  redirects(303, 'PUT'),
  redirects(303, 'HEAD'),
  redirects(307, 'POST'),
  redirects(308, 'PUT'),
  redirects(302, 'GET', 'stranger'),
  redirects(302, 'GET', 'elsewhere'),
  redirects(302, 'GET', 'bare'),
  redirects(302, 'GET', 'closed'),
  redirects(307, 'POST', 'stranger'),
  redirects(307, 'POST', 'elsewhere'),
  {
    name: 'drops Authorization on the way to another origin',
    where: 'both',
    run: async (fetch, env) => {
      const to = env.url('/echo', {}, 'stranger')
      const headers = { Authorization: 'Bearer tide', 'X-Fine': '1' }
      return attempt(() => fetch(env.url('/redirect/302', { to }), { headers }), describeWhole)
    },
  },
  {
    name: 'keeps Authorization within an origin',
    where: 'both',
    run: async (fetch, env) => {
      const headers = { Authorization: 'Bearer tide' }
      return describeWhole(
        await fetch(env.url('/redirect/302', { to: env.url('/echo') }), { headers }),
      )
    },
  },
  {
    name: 'follows two redirects, and tells the last URL',
    where: 'both',
    run: async (fetch, env) => {
      const second = env.url('/redirect/307', { to: `${env.url('/status/200')}#end` })
      const response = await fetch(env.url('/redirect/302', { to: second }))
      return { ...(await describeWhole(response)), requests: await env.requests() }
    },
  },
  {
    name: 'gives up on a redirect that goes round, with a TypeError',
    where: 'both',
    run: async (fetch, env) => ({
      ...(await failure(() => fetch(env.url('/loop')))),
      requests: (await env.requests()).length,
    }),
  },
  {
    name: 'fails at a redirect to another scheme',
    where: 'both',
    run: (fetch, env) =>
      failure(() => fetch(env.url('/redirect/302', { to: 'data:text/plain,no' }))),
  },
  {
    name: 'delivers a redirect without a place as it is',
    where: 'both',
    run: async (fetch, env) => describeWhole(await fetch(env.url('/redirect/302'))),
  },
  {
    name: 'fails at a redirect under redirect: error',
    where: 'both',
    run: async (fetch, env) => ({
      ...(await failure(() =>
        fetch(env.url('/redirect/302', { to: env.url('/echo') }), { redirect: 'error' }),
      )),
      requests: await env.requests(),
    }),
  },
  {
    name: 'delivers a redirect under redirect: manual, opaque in a browser',
    where: 'both',
    run: async (fetch, env) => {
      const response = await fetch(env.url('/redirect/302', { to: env.url('/echo') }), {
        redirect: 'manual',
      })
      return { ...describeResponse(response), requests: await env.requests() }
    },
  },
  {
    name: 'keeps redirect: manual of a Request',
    where: 'both',
    run: async (fetch, env) => {
      const request = new Request(env.url('/redirect/307', { to: env.url('/echo') }), {
        redirect: 'manual',
      })
      return { ...describeResponse(await fetch(request)), requests: await env.requests() }
    },
  },
]

/** The rows on statuses and redirects. */
export const statuses: readonly Behaviour[] = [...statusRows, ...redirectRows]
