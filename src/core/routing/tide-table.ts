// The tide table of a scope: which versions are known to exist, and since when.
//
// By it an answer's as-of becomes a time: a replica that lacks a version which has been known here for
// 300 ms is at least 300 ms behind (lessons R25: lag in the version's own domain, plus time).
//
// T1. Times are of one clock, this client's (lessons R23): nobody's timestamps are compared with it.
// T2. Memory is bounded: the newest `marksMax` versions stay.
// T3. Versions of two epochs say nothing about each other's time: a new history begins a new table.

import { relateEpochs } from '../epoch.ts'
import { covers } from '../version.ts'
import type { FormatOf, Version } from '../version.ts'

/** A version that is known to exist, and since when. */
export interface Mark {
  readonly version: Version
  readonly atMs: number
}

/** The known versions of one scope, in the order in which they were heard of. None covers a later one. */
export type TideTable = readonly Mark[]

const marksMax = 32

/** Returns the table after a version was heard of. */
export function noteVersion(formatOf: FormatOf, table: TideTable, mark: Mark): TideTable {
  const newest = table.at(-1)
  if (newest !== undefined && newest.version.epoch !== mark.version.epoch) {
    const isOld = relateEpochs(formatOf, mark.version, newest.version) === 'older'
    return isOld ? table : [mark] // T3
  }
  const isKnown = table.some(({ version }) => covers(formatOf, version, mark.version))
  return isKnown ? table : [...table, mark].slice(-marksMax) // T2
}

/**
 * Returns how long a version of the scope has been out of date, at least, in milliseconds: 0 where
 * nothing newer is known, `undefined` where the table is of another history.
 */
export function lagBehind(
  formatOf: FormatOf,
  table: TideTable | undefined,
  { version, atMs }: Mark,
): number | undefined {
  if (table === undefined || table[0]?.version.epoch !== version.epoch) return undefined
  const missed = table.find((mark) => !covers(formatOf, version, mark.version))
  return missed === undefined ? 0 : atMs - missed.atMs
}

/** Returns how long the newest version has been known, in milliseconds; 0 where none is. */
export function ageOfNewest(table: TideTable | undefined, atMs: number): number {
  return atMs - (table?.at(-1)?.atMs ?? atMs)
}

/** Returns since when something that covers a version has been known, or `undefined`. */
export function knownSince(formatOf: FormatOf, table: TideTable, version: Version): number | undefined {
  return table.find((mark) => covers(formatOf, mark.version, version))?.atMs
}
