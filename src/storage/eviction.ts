// Eviction: which values go when the disk is over its bound.
//
// V1. The values used longest ago go first. Floors and tombstones never go: they are what keeps an
//     answer of the past out, and they are small (I6).
// V2. Some room is made at once, so that looking at all keys happens once in many commits.
// V3. A value that would fill the bound by itself goes before all others, or it would drive them out.

import { OptionsError } from '../core/errors.ts'
import type { KeyMeta } from './storage.ts'

/** The part of the bound that is filled after an eviction (V2). */
const filledShare = 0.9

/** What goes, and what is left. */
export interface Eviction {
  /** Keys whose values go. */
  readonly keys: readonly string[]
  /** The bytes of all values that stay, counted anew. */
  readonly bytes: number
}

/** Returns the bytes that the value of a key takes. */
export function bytesOf(meta: KeyMeta | undefined): number {
  return meta?.held?.kind === 'value' ? meta.held.bytes : 0
}

/** Chooses the values that go so that the rest stays within `bytesMax`. */
export function chooseEvicted(
  metas: ReadonlyMap<string, KeyMeta>,
  bytesMax: number,
): Eviction {
  const goal = bytesMax * filledShare
  let bytes = 0
  const values: { key: string; bytes: number; rank: number }[] = []
  for (const [key, meta] of metas) {
    if (meta.held?.kind !== 'value') continue
    const size = bytesOf(meta)
    bytes += size
    values.push({ key, bytes: size, rank: size > goal ? -1 : meta.held.usedAt }) // V3
  }
  const keys: string[] = []
  if (bytes > bytesMax) {
    values.sort((left, right) => left.rank - right.rank) // V1
    for (const value of values) {
      if (bytes <= goal) break
      bytes -= value.bytes
      keys.push(value.key)
    }
  }
  return { keys, bytes }
}

/**
 * Returns the bound as it is used.
 *
 * @throws {OptionsError} when it is not a number of bytes.
 */
export function checkBytesMax(bytesMax: number): number {
  if (bytesMax >= 0) return bytesMax
  const accepted = 'a number of bytes, 0 or more'
  throw new OptionsError({ field: 'bytesMax', value: bytesMax, accepted })
}
