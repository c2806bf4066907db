// Rules: which resources keep which guarantee, and how their versions are found. The decision matrix
// of an app, as configuration.
//
// R1. The first rule that matches a request stands, alone: rules are not merged.
// R2. A rule that can never match is refused when the client is made, and not silently ignored.

import { OptionsError } from '../../core/errors.ts'
import type { Level } from '../../core/guarantee.ts'
import type { Wire } from '../../core/wire/wire.ts'
import type { ListRule } from '../lists/list-rule.ts'
import type { Concurrency } from '../memory/resolve-with.ts'
import { compilePath, fillTemplate } from '../paths/path-pattern.ts'
import type { Params } from '../paths/path-pattern.ts'
import type { WriteOrder } from '../write-order/write-order.ts'

/** Where held values may be kept: on disk, only in memory, or nowhere. */
export type Keep = 'disk' | 'memory' | 'nothing'

/** What happens when no source covers a read's floor within its budget. */
export type OnUnavailable = 'throw' | 'serve-stale'

/** What happens to an answer that says nothing of versions. */
export type OnUnversioned = 'accept' | 'throw'

/** What a write was, for a rule that tells which resources it affects. */
export interface WriteFacts {
  readonly url: URL
  readonly method: string
  readonly params: Params
  /** The JSON of the answer, or `undefined` where it was not JSON. */
  readonly body: unknown
}

/** How the requests for one kind of resource are treated. */
export interface Rule {
  /**
   * Which requests the rule is for: a path such as `/photos/:id` or `/files/*` on any named origin,
   * the same with an origin in front, a regular expression on the whole URL, or a function.
   */
  readonly match: string | RegExp | ((request: { url: URL; method: string }) => boolean)
  /**
   * The line of history that the resource's versions belong to, such as `photos` or `album/:id`.
   * With versions in `Data-Version`, answers name their own scopes, and this names one that every
   * answer has to speak of.
   *
   * @default the resource itself, for versions in a header or in JSON
   */
  readonly scope?: string | undefined
  /**
   * How versions travel: `wireVersion`, `headerVersion(…)`, `jsonVersion(…)`, or that of a backend with a
   * vocabulary of its own, such as `d1()`.
   *
   * @default the wire of the client
   */
  readonly versions?: Wire | undefined
  /** The level that each read keeps, unless the read itself asks for another. */
  readonly consistency?: Level | undefined
  /**
   * The key under which answers are held, such as `photo/:id`. The query is no part of it unless you
   * leave this out.
   *
   * @default the URL
   */
  readonly key?: string | undefined
  /**
   * The resources, by path, that the answer of a write is the new representation of, such as
   * `['/photos/:id']`. Names are filled from the answer's JSON, then from the path of the write.
   * A deletion lays tombstones there, and on its own path.
   */
  readonly affects?: readonly string[] | ((write: WriteFacts) => readonly string[]) | undefined
  /**
   * How long a held value that covers the floor answers without any request, in milliseconds.
   *
   * @default 0
   */
  readonly maxAgeMs?: number | undefined
  /**
   * How long after `maxAgeMs` it answers at once while a request renews it, in milliseconds.
   *
   * @default 0
   */
  readonly staleWhileRevalidateMs?: number | undefined
  /**
   * Where held values may be kept. An answer with `Cache-Control: no-store` never reaches the disk.
   *
   * @default 'disk'
   */
  readonly keep?: Keep | undefined
  /**
   * How the answers are read as lists, as `listOf` makes it: see docs/lists.md.
   *
   * @default they are not
   */
  readonly list?: ListRule | undefined
  /**
   * How the writes of one scope follow each other: `serialized()`, or as they come.
   *
   * @default as they come
   */
  readonly writes?: WriteOrder | undefined
  /**
   * What is done with concurrent values, as partially ordered versions have them: `resolveWith(…)`.
   *
   * @default the held one stands, until an answer covers both
   */
  readonly concurrent?: Concurrency | undefined
  /** See the option of the client. */
  readonly budgetMs?: number | undefined
  /** See the option of the client. */
  readonly onUnavailable?: OnUnavailable | undefined
  /** See the option of the client. */
  readonly onUnversioned?: OnUnversioned | undefined
}

/** A rule that applies to a request, and what it is applied to. */
export interface RuleMatch {
  readonly rule: Rule
  readonly params: Params
}

/** Finds the rule for a request. */
export type FindRule = (url: URL, method: string) => RuleMatch | undefined

/**
 * Compiles rules.
 *
 * @throws {OptionsError} when a `match` is malformed, or can never match.
 */
export function compileRules(rules: readonly Rule[], origins: ReadonlySet<string>): FindRule {
  const matchers: ((url: URL, method: string) => Params | undefined)[] = []
  const find: FindRule = (url, method) => {
    for (const [index, rule] of rules.entries()) {
      const params = matchers[index]?.(url, method)
      if (params !== undefined) return { rule, params } // R1
    }
    return undefined
  }
  for (const [index, { match }] of rules.entries()) {
    const field = `rules[${index}].match`
    const matcher = compileMatch(match, field, origins)
    if (typeof match === 'string') refuseShadowed(match, field, { find, rules, origins })
    matchers.push(matcher)
  }
  return find
}

function compileMatch(
  match: unknown,
  field: string,
  origins: ReadonlySet<string>,
): (url: URL, method: string) => Params | undefined {
  if (typeof match === 'function') {
    return (url, method) => (match({ url: new URL(url), method }) === true ? {} : undefined)
  }
  if (match instanceof RegExp) {
    // A sticky or global expression would remember where it stopped, and match every other time.
    const regExp = new RegExp(match.source, match.flags.replace(/[gy]/g, ''))
    return (url) => {
      const found = regExp.exec(url.href)
      return found === null ? undefined : { ...found.groups }
    }
  }
  if (typeof match !== 'string') {
    const accepted = 'a path such as "/photos/:id", a URL, a regular expression or a function'
    throw new OptionsError({ field, value: match, accepted })
  }
  const { origin, path } = splitOrigin(match)
  if (origin !== undefined && !origins.has(origin)) {
    const accepted = `an origin among those named in \`origins\` (${[...origins].join(', ')})`
    throw new OptionsError({ field, value: match, accepted }) // R2
  }
  const matchPath = compilePath(path, field)
  return (url) => (origin === undefined || origin === url.origin ? matchPath(url.pathname) : undefined)
}

function splitOrigin(match: string): { origin: string | undefined; path: string } {
  const found = /^(https?:\/\/[^/]+)(.*)$/.exec(match)
  return { origin: found?.[1], path: found?.[2] ?? match }
}

interface Earlier {
  readonly find: FindRule
  readonly rules: readonly Rule[]
  readonly origins: ReadonlySet<string>
}

/** Refuses a pattern whose own example an earlier pattern already takes (R2). */
function refuseShadowed(match: string, field: string, { find, rules, origins }: Earlier): void {
  const { origin = [...origins][0], path } = splitOrigin(match)
  const example = path.replace(/:\w+/g, 'x').replace(/\*$/, 'x/y')
  const earlier = find(new URL(example, origin), 'GET')?.rule
  if (earlier === undefined || typeof earlier.match !== 'string') return
  if (splitOrigin(earlier.match).origin !== undefined && splitOrigin(match).origin === undefined) return
  const at = `rules[${rules.indexOf(earlier)}]`
  const accepted = `a pattern that ${at} ("${earlier.match}") does not take first; put the narrower first`
  throw new OptionsError({ field, value: match, accepted })
}

/** Returns the resources, as URLs, that a write affects by its rule. */
export function affectedUrls(rule: Rule | undefined, write: WriteFacts): URL[] {
  const affects = rule?.affects
  const listed = typeof affects === 'function' ? affects(write) : (affects ?? [])
  const urls: URL[] = []
  for (const template of listed) {
    const path = fillTemplate(template, (name) => fieldText(write.body, name) ?? write.params[name])
    if (path !== undefined) urls.push(new URL(path, write.url))
  }
  return urls
}

function fieldText(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
