// Endpoints: where the app says that its reads can be sent, and how a request is addressed there.
//
// E1. By naming an endpoint the app names its origin: floors may travel there (I12), and to no other.
// E2. A request goes to an endpoint with the method, headers, credentials and modes that it has. Only
//     its address changes, or the headers by which a balancer chooses.
// E3. Where nothing is to be changed of a request, it is handed on as it came.

import type { Target } from '../client/exchanges/routing.ts'
import type { GovernedRequest } from '../client/rules/request.ts'
import { OptionsError } from '../core/errors.ts'
import type { EndpointName } from '../core/routing/endpoint-state.ts'
import { membersOf } from '../transport/versioned-fetch.ts'

/** One place that answers reads. */
export interface Endpoint {
  /** What it is called in policies, reports and events, such as `eu-1`. */
  readonly name: string
  /**
   * Whether it takes the writes, so that its answers cover every floor.
   *
   * @default false
   */
  readonly isPrimary?: boolean | undefined
  /**
   * Where it is, such as `https://eu-1.api.example.com` or `https://api.example.com/eu-1`, if it has an
   * address of its own. The path of each request is put behind it.
   */
  readonly url?: string | undefined
  /** Headers by which a balancer sends a request there, such as `{ 'X-Replica': 'eu-1' }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * A cookie by which a balancer sends requests there, such as `replica=eu-1; Path=/; Secure`. It is set
   * before a request leaves. A cookie is the whole browser's: other tabs follow it.
   */
  readonly cookie?: string | undefined
}

/** An endpoint with nothing left open. */
export interface ResolvedEndpoint extends EndpointName {
  readonly url: URL | undefined
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly cookie: string | undefined
  /** Whether a request can be sent there without the help of the wire. */
  readonly isAddressed: boolean
}

/** One address, with a balancer behind it: anywhere, or the primary where the wire has a word for it. */
const behindBalancer: readonly Endpoint[] = [{ name: 'balanced' }, { name: 'primary', isPrimary: true }]

const fieldNames = ['name', 'isPrimary', 'url', 'headers', 'cookie']

/**
 * Completes endpoints, or refuses them.
 *
 * @throws {OptionsError} naming the field, the value, and what is accepted.
 */
export function resolveEndpoints(endpoints: readonly Endpoint[] = behindBalancer): readonly ResolvedEndpoint[] {
  if (!Array.isArray(endpoints) || endpoints.length === 0) {
    throw new OptionsError({ field: 'endpoints', value: endpoints, accepted: 'a list of one endpoint or more' })
  }
  const resolved = endpoints.map(resolveEndpoint)
  for (const [index, { name, isPrimary }] of resolved.entries()) {
    const earlier = resolved.slice(0, index)
    if (earlier.some((other) => other.name === name)) {
      throw new OptionsError({ field: `endpoints[${index}].name`, value: name, accepted: 'a name that no other has' })
    }
    if (isPrimary && earlier.some((other) => other.isPrimary)) {
      throw new OptionsError({ field: `endpoints[${index}].isPrimary`, value: true, accepted: 'one primary' })
    }
  }
  return resolved
}

function resolveEndpoint(endpoint: Endpoint, index: number): ResolvedEndpoint {
  const at = `endpoints[${index}]`
  const unknown = Object.keys(endpoint).find((field) => !fieldNames.includes(field))
  if (unknown !== undefined) {
    const value: unknown = Reflect.get(endpoint, unknown)
    throw new OptionsError({ field: `${at}.${unknown}`, value, accepted: `only ${fieldNames.join(', ')}` })
  }
  const { name, isPrimary = false, url, headers = {}, cookie } = endpoint
  if (typeof name !== 'string' || name === '') {
    throw new OptionsError({ field: `${at}.name`, value: name, accepted: 'a name such as "eu-1"' })
  }
  return {
    name,
    isPrimary,
    url: url === undefined ? undefined : parseAddress(`${at}.url`, url),
    headers: Object.entries(headers),
    cookie,
    isAddressed: url !== undefined || cookie !== undefined || Object.keys(headers).length > 0,
  }
}

function parseAddress(field: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '') return url
  const accepted = 'an address such as "https://eu-1.api.example.com", without query'
  throw new OptionsError({ field, value: text, accepted })
}

/** Returns a request as it is sent to an endpoint. */
export function targetOf(endpoint: ResolvedEndpoint, request: GovernedRequest, asksPrimary: boolean): Target {
  const { input, init, url } = request
  const { origin } = endpoint.url ?? url
  const own = typeof input === 'object' && 'method' in input ? input : undefined
  // What a navigation asks for cannot be asked for by a script: it keeps its address.
  const isFixed = (endpoint.url === undefined && endpoint.headers.length === 0) || own?.mode === 'navigate'
  if (isFixed) return { input, init, asksPrimary, origin } // E3
  const headers = new Headers(init?.headers ?? own?.headers)
  for (const [name, value] of endpoint.headers) headers.set(name, value)
  if (endpoint.url === undefined) return { input, init: { ...membersOf(init), headers }, asksPrimary, origin }
  const path = endpoint.url.pathname.replace(/\/$/, '') + url.pathname
  const members = { ...membersOf(own), ...membersOf(init), headers } // E2
  return { input: new URL(path + url.search, endpoint.url), init: members, asksPrimary, origin }
}
