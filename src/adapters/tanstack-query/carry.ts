// Layer 4, carry: the version of data that is dehydrated on a server, or in another tab, goes with it.
//
// `dehydrate` and `hydrate` know a transformation of data, and nothing else. So versions travel around
// the data: `{ tidemark: 1, data, tags: [[hash, low, high], …] }`. Where nothing is known of data, it
// travels as it is.
//
// C1. What comes in is a stranger's (I14): versions are rebuilt field by field, parsed by the format of
//     their scope, and bounded in number. Where they cannot be read, the data has none (I4).
// C2. What is older than what is shown is replaced before anyone is told of it: `hydrate` does not say which
//     query data is for, but the envelope does.

import { parseCarried } from '../../client/carried/carried-versions.ts'
import { isTidemarkError } from '../../core/errors.ts'
import type { Versions } from '../../core/version.ts'
import type { AsOf } from './as-of.ts'
import type { Governor } from './governor.ts'
import { isPaged } from './pages.ts'

/** A transformation of data, as `dehydrate` and `hydrate` take it. */
export type Transform = (data: unknown) => unknown

/** What the two ends do to data. */
export interface Carry {
  readonly serializeData: Transform
  readonly deserializeData: Transform
}

/** An as-of as it travels. */
export type CarriedTag = readonly [hash: string, low: Versions, high: Versions]

const membersMax = 256

/** Makes the transformations, around those of the app. */
export function createCarry(governor: Governor, own: Partial<Carry>): Carry {
  const { ledger, parts } = governor
  const { tags } = ledger
  const { serializeData = same, deserializeData = same } = own

  const printAll = (data: unknown): CarriedTag[] =>
    [...tags.all(data)].map(([hash, { low, high }]) => [hash, low, high])

  const adoptAll = (data: unknown, carried: unknown): void => {
    for (const [hash, asOf] of parseTags(governor, carried)) tags.set(data, asOf, hash)
  }

  /** Returns what is shown already instead of data that is older. */
  const newestOf = (data: unknown): unknown => {
    for (const [hash, asOf] of tags.all(data)) {
      const newest = ledger.find(hash)?.newest
      if (newest === undefined || ledger.compare(hash, { data, asOf }) !== 'before') continue
      const rejection = { source: 'ssr', reason: 'older', versions: asOf.low } as const
      parts.events.emit({ type: 'entry:rejected', key: hash, ...rejection })
      return newest.data
    }
    return data
  }

  return {
    serializeData(data) {
      const known = printAll(data)
      const pages = isPaged(data) ? data.pages.map(printAll) : []
      const isKnown = known.length > 0 || pages.some((page) => page.length > 0)
      const serialized = serializeData(data)
      return isKnown ? { tidemark: 1, data: serialized, tags: known, pages } : serialized
    },
    deserializeData(received) {
      if (!isCarried(received)) return deserializeData(received)
      const data = deserializeData(received.data)
      adoptAll(data, received.tags)
      const pages = Array.isArray(received.pages) ? received.pages : []
      if (isPaged(data)) for (const [at, page] of data.pages.entries()) adoptAll(page, pages[at])
      return newestOf(data) // C2
    },
  }
}

interface Carried {
  readonly data: unknown
  readonly tags: unknown
  readonly pages: unknown
}

function isCarried(value: unknown): value is Carried {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, 'tidemark') && Object.hasOwn(value, 'data') && Object.hasOwn(value, 'tags')
}

function parseTags(governor: Governor, carried: unknown): [hash: string, asOf: AsOf][] {
  const found: [string, AsOf][] = []
  for (const tag of Array.isArray(carried) ? carried.slice(0, membersMax) : []) {
    const [hash, low, high]: unknown[] = Array.isArray(tag) ? tag : []
    const asOf = parseAsOf(governor, { low, high })
    if (typeof hash === 'string' && asOf !== undefined) found.push([hash, asOf])
  }
  return found
}

/** Reads an as-of that came from outside, or returns `undefined` for what is none, with an event. */
export function parseAsOf(
  { parts }: Governor,
  { low, high }: { readonly low: unknown; readonly high: unknown },
): AsOf | undefined {
  try {
    const asOf = { low: parseCarried(parts, low), high: parseCarried(parts, high) }
    return asOf.high.length === 0 ? undefined : asOf
  } catch (cause) {
    if (!isTidemarkError(cause, 'protocol')) throw cause
    parts.events.emit({ type: 'version:malformed', url: '', cause }) // C1
    return undefined
  }
}

function same(data: unknown): unknown {
  return data
}
