// What a request is to us: a read, a write, or none of our business.
//
// Q1. A request to an origin that the app has not named is handed to the platform untouched (I12).
// Q2. Whatever the platform would refuse is left for the platform to refuse, in its own words.
// Q3. Only GET, HEAD, and what the app declares to be a read are asked again (lessons R6). What is read by
//     POST is known by its body as well, and is not held: its answer says nothing of its address.

import { OptionsError } from '../../core/errors.ts'
import { fingerprint } from '../../core/fingerprint.ts'
import type { Level } from '../../core/guarantee.ts'
import type { Wire } from '../../core/wire/wire.ts'
import type { Naming } from '../../transport/versioned-fetch.ts'
import type { Scopes } from '../memory/scopes.ts'
import { readAddress } from '../paths/address.ts'
import { fillTemplate } from '../paths/path-pattern.ts'
import { checkReading } from './options.ts'
import type { ResolvedOptions } from './options.ts'
import type { FindRule, Keep, OnUnavailable, Rule, RuleMatch } from './rules.ts'

/** The second argument of the wrapped `fetch`: that of the platform's, and what one call may ask. */
export interface TidemarkRequestInit extends RequestInit {
  /** The level that this read keeps. */
  readonly consistency?: Level | undefined
  /** See the option of the client. */
  readonly budgetMs?: number | undefined
  /** See the option of the client. */
  readonly onUnavailable?: OnUnavailable | undefined
  /**
   * Says that a request only reads though its method is POST, as a search or a GraphQL query may. It is
   * judged as other reads are, and sent again if need be, so its body has to be a text.
   *
   * @default 'read' for GET and HEAD, else `'write'`
   */
  readonly kind?: 'read' | undefined
}

/** A request to a named origin. */
export interface GovernedRequest {
  /** What ties together all that is told of it (`events.ts`, E3). */
  readonly id: number
  readonly kind: 'read' | 'write'
  readonly input: RequestInfo | URL
  readonly init: TidemarkRequestInit | undefined
  readonly url: URL
  /** `url.href` and `url.origin`, which a URL prints anew whenever it is asked. */
  readonly href: string
  readonly origin: string
  readonly method: string
  readonly signal: AbortSignal | undefined
  readonly match: RuleMatch | undefined
  /** The key under which its answers are held. */
  readonly key: string
  readonly wire: Wire
  readonly naming: Naming
  /** The scope that the rule names, as its wire calls it. */
  readonly scope: string | undefined
  /** The scopes that it touches, where the wire knows them by the request alone. */
  readonly scopes: readonly string[] | undefined
  /** The scopes that each answer has to speak of, by the rule. */
  readonly ruleScopes: readonly string[]
  readonly level: Level
  readonly budgetMs: number
  readonly onUnavailable: OnUnavailable
  readonly keep: Keep
}

/** Tells what a request is, or returns `undefined` where it is none of our business. */
export type Classify = (
  input: RequestInfo | URL,
  init: TidemarkRequestInit | undefined,
) => GovernedRequest | undefined

/** Makes the classification of a client. */
export function createClassify(
  options: ResolvedOptions,
  scopes: Scopes,
  findRule: FindRule,
): Classify {
  let requests = 0
  return (input, init) => {
    const address = readAddress(input)
    if (address === undefined || !options.origins.has(address.origin)) return undefined // Q1, Q2
    const { url, href, origin } = address
    const request = typeof input === 'object' && 'method' in input ? input : undefined
    const method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
    const kind = kindOf(method, init)
    const signal = signalOf(init, request)
    if (kind === undefined || signal === 'none') return undefined // Q2
    if (init) checkReading(init, 'init.')
    if (init?.kind !== undefined) checkKind(init, request)
    const match = findRule(url, method)
    const rule = match?.rule
    requests += 1
    return {
      id: requests,
      kind,
      input,
      init,
      url,
      href,
      origin,
      method,
      signal,
      match,
      key: kind === 'read' ? keyOfRead(keyOf(address, match, method), method, init) : keyOf(address, match, method),
      ...versionsOf({ kind, url, origin, match }, match?.rule.versions ?? options.wire, scopes),
      level: init?.consistency ?? rule?.consistency ?? options.consistency,
      budgetMs: init?.budgetMs ?? rule?.budgetMs ?? options.budgetMs,
      onUnavailable: init?.onUnavailable ?? rule?.onUnavailable ?? options.onUnavailable,
      keep: rule?.keep ?? 'disk',
    }
  }
}

function kindOf(method: string, init: TidemarkRequestInit | undefined): GovernedRequest['kind'] | undefined {
  if (method === 'GET' || method === 'HEAD' || (method === 'POST' && init?.kind === 'read')) return 'read' // Q3
  return method === 'OPTIONS' || method === 'TRACE' || method === 'CONNECT' ? undefined : 'write'
}

/** Refuses what cannot be sent twice, where it is declared to be a read. */
function checkKind({ kind, body }: TidemarkRequestInit, request: Request | undefined): void {
  const isRepeatable = typeof (body ?? '') === 'string' && (request === undefined || request.body === null)
  if (kind === 'read' && isRepeatable) return
  const accepted = '"read", where the body is a text in the `init`'
  throw new OptionsError({ field: 'init.kind', value: kind, accepted })
}

/** Returns the signal of a request; `'none'` for what the platform will refuse as one. */
function signalOf(
  init: RequestInit | undefined,
  request: Request | undefined,
): AbortSignal | undefined | 'none' {
  // A null in the init takes the signal of the Request away.
  const signal: unknown = init?.signal === undefined ? request?.signal : init.signal
  if (signal === undefined || signal === null) return undefined
  return signal instanceof AbortSignal ? signal : 'none'
}

/** Returns the key of a resource: the rule's, or its URL without the fragment. */
export function keyOf({ href }: Pick<URL, 'href'>, match: RuleMatch | undefined, method = 'GET'): string {
  const fragmentAt = href.indexOf('#')
  const key = fillFrom(match, match?.rule.key) ?? (fragmentAt < 0 ? href : href.slice(0, fragmentAt))
  // What a HEAD answers is no substitute for what a GET does.
  return method === 'HEAD' ? `HEAD ${key}` : key
}

/** Returns the key of a read, which is that of its address unless it reads by POST (Q3). */
function keyOfRead(key: string, method: string, init: TidemarkRequestInit | undefined): string {
  if (method !== 'POST') return key
  return `POST ${key} ${fingerprint(typeof init?.body === 'string' ? init.body : '')}`
}

function versionsOf(
  { kind, url, origin, match }: Pick<GovernedRequest, 'kind' | 'url' | 'origin' | 'match'>,
  wire: Wire,
  scopes: Scopes,
): Pick<GovernedRequest, 'wire' | 'naming' | 'scope' | 'scopes' | 'ruleScopes'> {
  const scope = fillFrom(match, match?.rule.scope)
  const scopeId = (name: string): string => scopes.idOf(name, origin, wire.format)
  const touched = wire.scopesOf?.({ kind, url, scope })
  const expected = touched?.[0] ?? scope
  return {
    wire,
    scope,
    scopes: touched?.map(scopeId),
    ruleScopes: expected === undefined ? [] : [scopeId(expected)],
    naming: { formatOf: scopes.formatOf, scopeId },
  }
}

function fillFrom(match: RuleMatch | undefined, template: Rule['key']): string | undefined {
  if (match === undefined || template === undefined) return undefined
  return fillTemplate(template, (name) => match.params[name])
}
