// Origins, credentials and the HTTP cache: what only a browser does.

import type { Behaviour } from '../behaviour.ts'
import type { Place } from '../environment.ts'
import { attempt, describeResponse, describeWhole, failure } from '../outcome.ts'
import type { Outcome } from '../outcome.ts'

/** A row on a read from a place in a mode. */
function reads(
  name: string,
  place: Place,
  init: RequestInit = {},
  parameters: Record<string, string> = {},
): Behaviour {
  return {
    name,
    where: 'browser',
    run: async (fetch, env) => ({
      ...(await attempt(() => fetch(env.url('/echo', parameters, place), init), describeWhole)),
      requests: await env.requests(),
    }),
  }
}

const originRows: readonly Behaviour[] = [
  reads("delivers an answer of the page's own origin as basic", 'page'),
  reads('delivers an answer of an open origin as cors', 'open'),
  reads('delivers an answer of an origin that allows any page, and no header', 'bare'),
  reads('refuses an answer of an origin that allows no page', 'closed'),
  reads('reads an origin that nobody named', 'stranger'),
  reads('reads an origin that nobody named, and that allows no header', 'elsewhere'),
  reads('sends a form to an origin that allows any page', 'bare', {
    method: 'POST',
    body: new URLSearchParams('a=1'),
  }),
  reads('fails at the preflight of a method that is not allowed', 'bare', { method: 'DELETE' }),
  reads('fails at the preflight of a header that is not allowed', 'bare', {
    headers: { 'X-One': '1' },
  }),
  reads('refuses another origin under same-origin', 'open', { mode: 'same-origin' }),
  reads("reads the page's own origin under same-origin", 'page', { mode: 'same-origin' }),
  reads("reads the page's own origin under no-cors", 'page', { mode: 'no-cors' }),
  reads(
    'delivers a closed origin opaque under no-cors',
    'closed',
    { mode: 'no-cors' },
    { corp: '1' },
  ),
  reads('delivers an open origin opaque under no-cors', 'open', { mode: 'no-cors' }, { corp: '1' }),
  reads('fails under no-cors where the page is isolated and the answer is not for it', 'closed', {
    mode: 'no-cors',
  }),
  reads(
    'drops custom headers under no-cors',
    'open',
    { mode: 'no-cors', headers: { 'X-One': '1' } },
    { corp: '1' },
  ),
  reads(
    'sends a simple POST under no-cors',
    'closed',
    { mode: 'no-cors', method: 'POST', body: 'x' },
    { corp: '1' },
  ),
  reads('refuses PUT under no-cors', 'open', { mode: 'no-cors', method: 'PUT' }),
  reads('fails with credentials where any page is allowed', 'bare', { credentials: 'include' }),
  {
    name: 'keeps the mode of a Request',
    where: 'browser',
    run: async (fetch, env) => {
      const request = new Request(env.url('/echo', { corp: '1' }, 'closed'), { mode: 'no-cors' })
      return describeWhole(await fetch(request))
    },
  },
  {
    name: 'delivers an opaque redirect under no-cors as one opaque answer',
    where: 'browser',
    run: async (fetch, env) => {
      const to = env.url('/echo', { corp: '1' }, 'closed')
      const response = await fetch(env.url('/redirect/302', { to, corp: '1' }, 'closed'), {
        mode: 'no-cors',
      })
      return { ...describeResponse(response), requests: await env.requests() }
    },
  },
  {
    name: "follows a redirect from the page's own origin to another",
    where: 'browser',
    run: async (fetch, env) => {
      const to = env.url('/echo', {}, 'elsewhere')
      const whole = await attempt(
        () => fetch(env.url('/redirect/302', { to }, 'page')),
        describeWhole,
      )
      return { ...whole, requests: await env.requests() }
    },
  },
]

/** Sets cookies of the run, reads with other credentials, and tells which cookies arrived. */
function cookies(name: string, place: Place, init: RequestInit): Behaviour {
  return {
    name,
    where: 'browser',
    run: async (fetch, env) => {
      const set = await fetch(env.url('/headers', {}, place), { credentials: 'include' })
      await set.text()
      const response = await fetch(env.url('/echo', {}, place), init)
      const { headers } = (await response.json()) as { headers: [string, string][] }
      return { cookies: headers.filter(([header]) => header === 'cookie') }
    },
  }
}

const credentialRows: readonly Behaviour[] = [
  cookies('sends cookies to another origin only when asked', 'open', { credentials: 'include' }),
  cookies('sends no cookies to another origin by default', 'open', {}),
  cookies("sends cookies to the page's own origin by default", 'page', {}),
  cookies('sends no cookies under omit', 'page', { credentials: 'omit' }),
  {
    name: 'stores no cookies under omit',
    where: 'browser',
    run: async (fetch, env) => {
      await (await fetch(env.url('/headers', {}, 'page'), { credentials: 'omit' })).text()
      return { isStored: document.cookie.includes(env.id) }
    },
  },
  {
    name: 'keeps the credentials of a Request',
    where: 'browser',
    run: async (fetch, env) => {
      await (await fetch(env.url('/headers'), { credentials: 'include' })).text()
      const response = await fetch(new Request(env.url('/echo'), { credentials: 'include' }))
      const { headers } = (await response.json()) as { headers: [string, string][] }
      return { cookies: headers.filter(([header]) => header === 'cookie') }
    },
  },
]

/** Reads a URL under each of the modes in turn, and tells which answer each got. */
function cached(
  name: string,
  control: string,
  modes: readonly RequestCache[],
  path = '/counted',
): Behaviour {
  return {
    name,
    where: 'browser',
    run: async (fetch, env) => {
      const answers: Outcome[] = []
      for (const cache of modes) {
        // Each read has to be over before the next, or the cache would not yet hold it.
        // oxlint-disable-next-line no-await-in-loop
        answers.push(
          await attempt(() => fetch(env.url(path, { cc: control }), { cache }), describeWhole),
        )
      }
      return { answers, requests: await env.requests() }
    },
  }
}

const cacheRows: readonly Behaviour[] = [
  cached('is answered by the HTTP cache while an answer is young', 'max-age=60', [
    'default',
    'default',
  ]),
  cached('asks again where an answer must not be stored', 'no-store', ['default', 'default']),
  cached(
    'asks whether an answer is still good where it must',
    'no-cache',
    ['default', 'default'],
    '/etag',
  ),
  cached('asks again under no-store, and stores nothing', 'max-age=60', [
    'no-store',
    'default',
    'default',
  ]),
  cached('asks again under reload, and stores the answer', 'max-age=60', [
    'default',
    'reload',
    'default',
  ]),
  cached(
    'asks whether an answer is still good under no-cache',
    'max-age=60',
    ['default', 'no-cache'],
    '/etag',
  ),
  cached('takes an old answer under force-cache', 'max-age=0', ['default', 'force-cache']),
  cached('refuses only-if-cached for another origin', 'max-age=60', ['default', 'only-if-cached']),
  {
    name: 'takes only what is cached under only-if-cached',
    where: 'browser',
    run: async (fetch, env) => {
      const url = env.url('/counted', { cc: 'max-age=60' }, 'page')
      const init = { mode: 'same-origin', cache: 'only-if-cached' } as const
      const before = await failure(() => fetch(url, init))
      await (await fetch(url)).text()
      return {
        before,
        after: await attempt(() => fetch(url, init), describeWhole),
        requests: await env.requests(),
      }
    },
  },
  {
    name: 'keeps the cache mode of a Request',
    where: 'browser',
    run: async (fetch, env) => {
      const url = env.url('/counted', { cc: 'max-age=60' })
      const first = await (await fetch(new Request(url))).text()
      const second = await (await fetch(new Request(url, { cache: 'reload' }))).text()
      const third = await (await fetch(new Request(url))).text()
      return { first, second, third, requests: await env.requests() }
    },
  },
  {
    name: 'drops what the HTTP cache holds after a write to it',
    where: 'browser',
    run: async (fetch, env) => {
      const url = env.url('/counted', { cc: 'max-age=60' })
      const read = async (): Promise<string> => (await fetch(url)).text()
      const first = await read()
      await (await fetch(url, { method: 'POST', body: 'x' })).text()
      return { first, second: await read(), requests: await env.requests() }
    },
  },
  {
    name: 'gives the Cache API a response that it takes',
    where: 'browser',
    run: async (fetch, env) => {
      const cache = await caches.open(env.id)
      const url = env.url('/status/200')
      await cache.put(url, await fetch(url))
      const found = await cache.match(url)
      const outcome = found === undefined ? { found: false } : await describeWhole(found)
      await caches.delete(env.id)
      return outcome
    },
  },
]

/** The rows on origins, credentials and the HTTP cache. */
export const origins: readonly Behaviour[] = [...originRows, ...credentialRows, ...cacheRows]
