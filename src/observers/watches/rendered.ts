// What a server renders of a watch, and a page hydrates: a snapshot that both sides make of the same
// entry, so that the first render of the page is the server's, whatever either has learned beside it.
//
// N1. The same entry gives the same snapshot, by reference, and on the page the value of the watch itself,
//     so that rendering on changes nothing (lessons B7).

import { decode } from './parsing.ts'
import type { Parse } from './parsing.ts'
import type { Arriving, Shown } from './shown.ts'
import { emptySnapshot, snapshotOf } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'

/** What {@link createRendered} needs. */
export interface RenderedParts<T> {
  /** What a server renders, or has rendered. */
  readonly basis: () => Arriving | undefined
  /** What the watch itself shows now. */
  readonly shown: () => Shown<T> | undefined
  readonly parse: Parse<T>
}

/** Makes what `getServerSnapshot` returns. */
export function createRendered<T>({ basis, shown: shownNow, parse }: RenderedParts<T>): () => Snapshot<T> {
  let last: { readonly of: Arriving | undefined; readonly snapshot: Snapshot<T> } | undefined

  function shownAs(entry: Arriving): Shown<T> | undefined {
    const shown = shownNow()
    if (shown?.content === entry.content) return shown // N1
    try {
      return { ...entry, parsed: entry.content && { value: parse(decode(entry.content)) } }
    } catch {
      return undefined // Nor could the server show it.
    }
  }

  return () => {
    const entry = basis()
    if (last !== undefined && isSame(last.of, entry)) return last.snapshot
    const facts = { version: entry?.versions, validatedAt: entry?.validatedAt, source: entry && ('ssr' as const) }
    const shown = entry && shownAs(entry)
    last = { of: entry, snapshot: Object.freeze(snapshotOf(shown, { ...emptySnapshot, ...facts })) }
    return last.snapshot
  }
}

function isSame(left: Arriving | undefined, right: Arriving | undefined): boolean {
  return left?.content === right?.content && left?.validatedAt === right?.validatedAt
}
