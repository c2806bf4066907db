// Routing the reads of a client: the shell that carries out what the policies decide.
//
// R1. Routing chooses where to ask. What may be shown is judged afterwards, as everywhere (N1).
// R2. Only reads are routed. A write goes where the app sends it; what it teaches is noted.
// R3. Each decision is an event that says why.

import type { ClientParts } from '../client/exchanges/parts.ts'
import type { Router, RoutedWrite } from '../client/exchanges/routing.ts'
import type { GovernedRequest } from '../client/rules/request.ts'
import type { Routing } from '../client/sessions/routing-option.ts'
import { OptionsError } from '../core/errors.ts'
import type { Policy } from '../core/routing/policy.ts'
import { createRouterState, noteWrite } from '../core/routing/router-state.ts'
import { createAsk } from './ask.ts'
import { resolveEndpoints } from './endpoints.ts'
import type { Endpoint } from './endpoints.ts'
import { createKnowledge } from './knowledge.ts'
import type { RoutingParts } from './routing-parts.ts'

/** The options of {@link routeReads}. */
export interface RoutingOptions {
  /**
   * Where reads can be sent. By naming an endpoint you name its origin: floors travel there.
   *
   * @default `balanced`, the address that the app gives, and `primary`, by the wire's word for it
   */
  readonly endpoints?: readonly Endpoint[] | undefined
  /**
   * Which endpoints are preferred, the weightiest policy first. None sends reads to replicas by chance.
   *
   * @default none
   */
  readonly policies?: readonly Policy[] | undefined
  /**
   * The origin whose reads are routed, such as `https://api.example.com`.
   *
   * @default the one origin that the client governs
   */
  readonly origin?: string | undefined
  /**
   * Whose reads they are, for policies that keep a session at one replica: a user id, which gives the
   * same replica after a reload.
   *
   * @default the principal of the client, or one by chance
   */
  readonly seat?: string | undefined
  /** Sets a cookie, for endpoints that are chosen by one. @default through `document.cookie` */
  readonly setCookie?: ((cookie: string) => void) | undefined
}

const optionNames = ['endpoints', 'policies', 'origin', 'seat', 'setCookie']

/**
 * Makes the routing of a client's reads.
 *
 * @throws {OptionsError} naming the field, its value, and what is accepted.
 * @example
 * ```ts
 * import { createTidemark, memoryStorage } from 'tidemark'
 * import { caughtUp, hedged, routeReads, stickyReplica } from 'tidemark/routing'
 *
 * const asked: string[] = []
 * const tidemark = createTidemark({
 *   origins: ['https://api.example.com'],
 *   routing: routeReads({
 *     endpoints: [
 *       { name: 'primary', isPrimary: true, url: 'https://api.example.com' },
 *       { name: 'eu-1', url: 'https://eu-1.example.com' },
 *     ],
 *     policies: [caughtUp(), stickyReplica(), hedged()],
 *   }),
 *   storage: memoryStorage(),
 *   fetch: async (input) => {
 *     asked.push(String(input))
 *     return Response.json({ title: 'Boat' }, { headers: { 'Data-Version': 'main;v="45"' } })
 *   },
 * })
 * await tidemark.fetch('https://api.example.com/photos/7')
 * asked //=> ['https://eu-1.example.com/photos/7']
 * ```
 */
export function routeReads(options: RoutingOptions = {}): Routing {
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
  if (unknown !== undefined) {
    const value: unknown = Reflect.get(options, unknown)
    throw new OptionsError({ field: `routing.${unknown}`, value, accepted: `only ${optionNames.join(', ')}` })
  }
  const endpoints = resolveEndpoints(options.endpoints)
  const { policies = [] } = options
  const wrong = policies.findIndex((policy) => typeof policy !== 'function')
  if (wrong >= 0) {
    const accepted = 'a policy such as caughtUp(), or a function of your own'
    throw new OptionsError({ field: `routing.policies[${wrong}]`, value: policies[wrong], accepted })
  }
  return (client) => {
    const { random, principal } = client.options
    const knowledge = createKnowledge(createRouterState(endpoints), client)
    const seat = options.seat ?? (principal === '' ? String(random()) : principal)
    const setCookie = options.setCookie ?? setDocumentCookie
    const isRouted = routedOrigin(options.origin, client)
    return createRouter({ client, knowledge, endpoints, policies, seat, setCookie, isRouted })
  }
}

function createRouter(parts: RoutingParts): Router {
  const { endpoints, isRouted, knowledge } = parts
  return {
    ask: createAsk(parts),
    canAskPrimary: (url) => isRouted(url) && endpoints.some(({ isPrimary, isAddressed }) => isPrimary && isAddressed),
    aroundRead: (read) => read,
    aroundWrite: (write) => noteWrites(parts, write),
    lag: knowledge.lag,
  }
}

/** Notes each write when it leaves, and when it has ended: one that failed may have happened, too. */
function noteWrites({ client, knowledge, isRouted }: RoutingParts, write: RoutedWrite): RoutedWrite {
  const note = ({ url }: GovernedRequest, versions: Parameters<typeof noteWrite>[2]['versions']): void => {
    if (!isRouted(url)) return
    const fact = { path: url.pathname, atMs: client.options.now(), versions }
    knowledge.learn((state) => noteWrite(client.scopes.formatOf, state, fact), 'a write')
  }
  return async (request) => {
    note(request, [])
    try {
      const written = await write(request)
      note(request, written.caused ?? [])
      return written
    } catch (error) {
      note(request, [])
      throw error
    }
  }
}

function routedOrigin(named: string | undefined, { options }: ClientParts): (url: URL) => boolean {
  const [only] = options.origins
  const origin = named ?? (options.origins.size === 1 ? only : undefined)
  if (origin === undefined || !options.origins.has(origin)) {
    const accepted = `one of the origins that the client governs: ${[...options.origins].join(', ')}`
    throw new OptionsError({ field: 'routing.origin', value: named, accepted })
  }
  return (url) => url.origin === origin
}

function setDocumentCookie(cookie: string): void {
  const { document } = globalThis
  document.cookie = cookie
}
