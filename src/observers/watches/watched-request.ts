// What a watch reads: its target as a governed request, and the text that equal requests share.

import type { ClientParts } from '../../client/exchanges/parts.ts'
import { pathBase } from '../../client/paths/path-base.ts'
import { urlOfKey } from '../../client/rules/key-url.ts'
import type { GovernedRequest, TidemarkRequestInit } from '../../client/rules/request.ts'
import { OptionsError } from '../../core/errors.ts'
import type { WatchOptions, WatchRequest, WatchTarget } from './watch-options.ts'

/**
 * Makes the request of a watch.
 *
 * @throws {OptionsError} when the target is none that the client governs, or no read.
 */
export function watchedRequest(
  parts: ClientParts,
  target: WatchTarget,
  options: WatchOptions,
): GovernedRequest {
  const own = typeof target === 'string' || target instanceof URL ? { url: String(target) } : target
  const { url: text, method = 'GET', headers: ownHeaders, credentials }: WatchRequest = own
  if (method !== 'GET') {
    throw new OptionsError({ field: 'target.method', value: method, accepted: '"GET": only reads can be watched' })
  }
  const url = urlOf(parts, text)
  const { consistency, budgetMs, onUnavailable } = options
  const headers = headersOf(ownHeaders, options.headers)
  const init: TidemarkRequestInit = {
    ...(headers === undefined ? {} : { headers }),
    ...(credentials === undefined ? {} : { credentials }),
    consistency,
    budgetMs,
    onUnavailable,
  }
  const request = url && parts.classify(url, init)
  if (request !== undefined) return request
  const accepted = `a URL or path on ${[...parts.options.origins].join(', ')}, or a key that a rule names`
  throw new OptionsError({ field: 'target', value: text, accepted })
}

/** Returns a text that two requests share only if they ask for the same in the same way. */
export function shapeOf({ url, key, level, budgetMs, onUnavailable, init }: GovernedRequest): string {
  const headers = init?.headers === undefined ? [] : [...new Headers(init.headers)]
  return JSON.stringify([url.href, key, level, budgetMs, onUnavailable, init?.credentials, headers])
}

function urlOf({ options }: ClientParts, text: string): URL | undefined {
  const isAddress = /^(\/|https?:)/i.test(text)
  if (!isAddress) return urlOfKey(options, text)
  const base = pathBase(options.origins)
  return URL.canParse(text, base) ? new URL(text, base) : undefined
}

function headersOf(...all: (HeadersInit | undefined)[]): Headers | undefined {
  const headers = new Headers()
  for (const one of all) {
    for (const [name, value] of new Headers(one)) headers.set(name, value)
  }
  return [...headers].length === 0 ? undefined : headers
}
