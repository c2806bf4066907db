// Which answers are kept, and where.
//
// K1. Only a whole answer of its resource is kept: a GET, 200, without a range or a condition.
// K2. What the platform was told not to store never reaches the disk; `Vary: *` is not kept at all.
// K3. One key holds one representation. It answers only requests whose selecting headers are the same
//     (RFC 9110, section 12.5.5); what `Authorization` selects counts always, named in `Vary` or not,
//     so that a value fetched with one token is never served for another (I11).

import { fingerprint } from '../../core/fingerprint.ts'
import type { GovernedRequest } from '../rules/request.ts'

/** Tells where an answer may be kept. */
export function keepOf(request: GovernedRequest, response: Response): 'disk' | 'memory' | 'nothing' {
  const { keep, method, init, input } = request
  if (keep === 'nothing' || method !== 'GET' || response.status !== 200) return 'nothing' // K1
  const own = typeof input === 'object' && 'headers' in input ? input : undefined
  const cache = init?.cache ?? own?.cache
  if (cache === 'no-store' || isPartial(init?.headers ?? own?.headers)) return 'nothing' // K1, K2
  const { headers } = response
  if (headers.get('vary')?.includes('*') === true) return 'nothing' // K2
  if (headers.get('content-type')?.startsWith('text/event-stream') === true) return 'nothing'
  if (headers.get('cache-control')?.includes('no-store') === true) return 'memory' // K2
  return keep
}

function isPartial(init: HeadersInit | undefined): boolean {
  if (init === undefined) return false
  const headers = new Headers(init)
  return partial.some((name) => headers.has(name))
}

const partial = ['range', 'if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since']

/** The headers that select a representation, as a text that equals that of an equal selection. */
export function selectionOf(request: GovernedRequest, vary: string | null): string {
  const { init, input } = request
  const own = typeof input === 'object' && 'headers' in input ? input.headers : undefined
  const source = init?.headers ?? own
  if (source === undefined) return ''
  const headers = new Headers(source)
  const names = new Set([...alwaysSelecting, ...(vary ?? '').toLowerCase().split(/[\s,]+/)])
  const parts: string[] = []
  for (const name of names) {
    const value = name === '' ? null : headers.get(name)
    // The values may be secrets, and the text may reach the disk: only a fingerprint is kept.
    if (value !== null) parts.push(`${name}=${fingerprint(value)}`)
  }
  return parts.toSorted().join(';')
}

// Across origins `Vary` is not exposed, so what commonly selects is taken to do so.
const alwaysSelecting = ['authorization', 'accept', 'accept-language']
