// Tags: which data is as of what. Data of a query is a plain value of the application, so what is known
// of it stands beside it, by the identity of the object.
//
// T1. What is tagged for one query says nothing of the same object in another: lists and their items are
//     seeded from each other, and a placeholder is the data of another key (lessons Q11).
// T2. What an answer was parsed to is tagged for every query: it is as of that answer wherever it stands.
// T3. A tag is never lowered: content that was vouched for at a later version is of that version.
// T4. Tags are of one cache, and live as long as the objects (lessons Q25). Primitives have none.

import type { FormatOf } from '../../core/version.ts'
import { compareAsOf } from './as-of.ts'
import type { AsOf } from './as-of.ts'

/** Tells the as-of of data. */
export interface Tags {
  readonly of: (data: unknown, hash: string) => AsOf | undefined
  /** Tags data for one query (T1), or for all (T2) where no hash is given. */
  readonly set: (data: unknown, asOf: AsOf, hash?: string) => void
  /** Gives `to`, which has the content of `from`, the tags of it. */
  readonly copy: (from: unknown, to: unknown) => void
  /** Returns the hashes for which both are tagged and `left` is older. */
  readonly isOlder: (left: unknown, right: unknown) => boolean
  /** All tags of data by hash: `''` stands for every query. */
  readonly all: (data: unknown) => ReadonlyMap<string, AsOf>
  /** Forgets all tags: what is tagged is data of a session that has ended. */
  readonly forget: () => void
}

const everyQuery = ''

/** Makes the tags of a cache. */
export function createTags(formatOf: FormatOf): Tags {
  let tags = new WeakMap<object, Map<string, AsOf>>()

  const all = (data: unknown): ReadonlyMap<string, AsOf> => (isObject(data) && tags.get(data)) || none

  function of(data: unknown, hash: string): AsOf | undefined {
    const known = all(data)
    return known.get(hash) ?? known.get(everyQuery)
  }

  function set(data: unknown, asOf: AsOf, hash = everyQuery): void {
    if (!isObject(data)) return
    const known = tags.get(data) ?? new Map<string, AsOf>()
    const earlier = known.get(hash)
    if (earlier !== undefined && compareAsOf(formatOf, asOf, earlier) === 'before') return // T3
    tags.set(data, known.set(hash, asOf))
  }

  return {
    of,
    set,
    all,
    forget() {
      tags = new WeakMap()
    },
    copy(from, to) {
      if (from !== to) for (const [hash, asOf] of all(from)) set(to, asOf, hash)
    },
    isOlder(left, right) {
      for (const [hash, asOf] of all(left)) {
        if (hash === everyQuery) continue
        const other = all(right).get(hash)
        if (other !== undefined && compareAsOf(formatOf, asOf, other) === 'before') return true
      }
      return false
    },
  }
}

const none: ReadonlyMap<string, AsOf> = new Map()

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
