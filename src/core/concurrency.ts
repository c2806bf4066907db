// Concurrent values: what is done where neither of two values has all that the other has.
//
// The gate picks none of them (gate.ts, G2): the one held stays, and the floor rises to the join of both,
// so that the next read asks for something that covers the two. An app that can merge its values need
// not wait for that: what it makes of the two stands at their join.
//
// C1. The version of what was resolved is the least that covers both, and no more is claimed of it.
// C2. One pair is resolved once: whoever meets the result afterwards is covered by it, or meets it anew.
// C3. A resolver that gives nothing changes nothing.

import type { Entry, KeyState } from './entry.ts'
import { joinAnswers } from './gate.ts'
import { compareAnswers } from './version.ts'
import type { FormatOf, Versions } from './version.ts'

/** Makes one content of two that are concurrent, or returns `undefined` where it cannot. */
export type Resolve<T> = (held: Entry<T>, arrived: Entry<T>, joined: Versions) => Content<T> | undefined

/** What stands under a key, without its versions. */
export type Content<T> = { readonly kind: 'value'; readonly value: T } | { readonly kind: 'tombstone' }

/**
 * Returns the state of a key in which what is held and what has arrived are one, or `undefined` where
 * they are not concurrent, or could not be resolved.
 */
export function resolveConcurrent<T>(
  formatOf: FormatOf,
  { state, incoming }: { readonly state: KeyState<T>; readonly incoming: Entry<T> },
  resolve: Resolve<T>,
): KeyState<T> | undefined {
  const { entry, floor } = state
  if (entry === undefined) return undefined
  if (compareAnswers(formatOf, incoming.versions, entry.versions) !== 'concurrent') return undefined
  const versions = joinAnswers(formatOf, entry.versions, incoming.versions) // C1
  const content = resolve(entry, incoming, versions)
  if (content === undefined) return undefined // C3
  // No source has vouched for the two together. Each was vouched for at the earlier time at least.
  const validatedAt = Math.min(entry.validatedAt, incoming.validatedAt)
  const resolved: Entry<T> =
    content.kind === 'value'
      ? { ...content, versions, validatedAt }
      : { ...content, versions, isAfter: false, validatedAt }
  return { floor: joinAnswers(formatOf, floor, versions), entry: resolved } // C2
}
