// The options of a watch, their defaults, and what is refused.

import type { TidemarkRequestInit } from '../../client/rules/request.ts'
import { OptionsError } from '../../core/errors.ts'
import type { Parse, StandardSchema } from './parsing.ts'

/** What can be watched: a URL, a path, a key as a rule names it, or a request for one of them. */
export type WatchTarget = string | URL | WatchRequest

/** A request to watch: one of the platform's, or what matters of it. */
export interface WatchRequest {
  readonly url: string
  readonly method?: string | undefined
  readonly headers?: HeadersInit | undefined
  readonly credentials?: RequestCredentials | undefined
}

/** How something is watched. */
export interface WatchOptions extends Pick<
  TidemarkRequestInit,
  'consistency' | 'budgetMs' | 'onUnavailable'
> {
  /**
   * What makes a value of the decoded JSON: a validator by Standard Schema (Zod, Valibot, ArkType, …), or
   * a function that returns the value or throws. It decides the type of the value.
   *
   * Keep it outside of what renders: another function is another watch.
   *
   * @default the JSON as it came, of the type `unknown`
   */
  readonly parse?: Parse<unknown> | StandardSchema<unknown> | undefined
  /** Headers of the request. */
  readonly headers?: HeadersInit | undefined
  /**
   * When to read again, besides own writes, those of other tabs, expectations and epochs, which always count:
   * when the page comes back into sight, and when the network comes back.
   *
   * @default ['focus', 'reconnect']
   */
  readonly revalidateOn?: readonly RevalidationCause[] | undefined
  /**
   * Reads again this long after each answer, in milliseconds, while the page is in sight. `false` does not.
   *
   * @default false
   */
  readonly intervalMs?: number | false | undefined
  /**
   * How long reading goes on when nobody listens any more, in milliseconds: longer than a change of
   * screens takes.
   *
   * @default 1000
   */
  readonly graceMs?: number | undefined
}

/** What can make a watch read again. */
export type RevalidationCause = 'focus' | 'reconnect'

/** Options with nothing left open. */
export interface ResolvedWatchOptions {
  readonly revalidateOn: readonly RevalidationCause[]
  readonly intervalMs: number | false
  readonly graceMs: number
}

const names: Record<keyof WatchOptions, true> = {
  parse: true,
  headers: true,
  consistency: true,
  budgetMs: true,
  onUnavailable: true,
  revalidateOn: true,
  intervalMs: true,
  graceMs: true,
}

/**
 * Completes options, or refuses them.
 *
 * @throws {OptionsError} naming the field, its value, and what is accepted.
 */
export function resolveWatchOptions(options: WatchOptions): ResolvedWatchOptions {
  for (const [field, value] of Object.entries(options)) {
    if (Object.hasOwn(names, field)) continue
    throw new OptionsError({ field, value, accepted: `only ${Object.keys(names).join(', ')}` })
  }
  const { parse, revalidateOn = ['focus', 'reconnect'], intervalMs = false, graceMs = 1000 } = options
  const isParser = parse === undefined || typeof parse === 'function' || '~standard' in parse
  if (!isParser) refuse('parse', parse, 'a function, or a schema by Standard Schema')
  const isCauses = Array.isArray(revalidateOn) && revalidateOn.every((cause) => causes.includes(cause))
  if (!isCauses) refuse('revalidateOn', revalidateOn, 'a list of "focus" and "reconnect"')
  // An interval of nothing would ask without end (I7).
  if (intervalMs !== false && !(intervalMs >= 1)) {
    refuse('intervalMs', intervalMs, 'milliseconds from 1, or false')
  }
  if (!(graceMs >= 0)) refuse('graceMs', graceMs, 'milliseconds from 0')
  return { revalidateOn, intervalMs, graceMs }
}

const causes: readonly RevalidationCause[] = ['focus', 'reconnect']

function refuse(field: string, value: unknown, accepted: string): never {
  throw new OptionsError({ field, value, accepted })
}
