// Entries: what is held under a key.
//
// E1. An entry without versions is never held: what cannot be compared cannot be kept from regressing.
// E2. A tombstone is an entry like any other, so a late answer cannot bring a deleted thing back.

import type { Versions } from './version.ts'

/** A value, or the known absence of one, with the versions at which it was so. */
export type Entry<T> = ValueEntry<T> | Tombstone

/** A value with its versions. */
export interface ValueEntry<T> {
  readonly kind: 'value'
  readonly versions: Versions
  readonly value: T
  /** When a source last vouched for it, in milliseconds since 1970. */
  readonly validatedAt: number
}

/** A known absence. */
export interface Tombstone {
  readonly kind: 'tombstone'
  readonly versions: Versions
  /**
   * Whether the deletion came after `versions`, at a version that the source did not tell. Then a
   * value at the same version is from before the deletion, and only a later one revives the key.
   */
  readonly isAfter: boolean
  /** When a source last vouched for it, in milliseconds since 1970. */
  readonly validatedAt: number
}

/** Where a value came from. */
export type Source = 'memory' | 'disk' | 'network' | 'tab' | 'push' | 'optimistic' | 'ssr'

/**
 * What is known of one key.
 *
 * The floor is the join of all versions shown under the key. It outlives the entry (I6), and covers
 * it: they differ only after an eviction, or where concurrent versions were met.
 */
export interface KeyState<T> {
  readonly floor: Versions
  readonly entry: Entry<T> | undefined
}
