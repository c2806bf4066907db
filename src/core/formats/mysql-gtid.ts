// GTID sets of MySQL: for each source the transactions applied, as intervals that may have gaps, such
// as `3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:11-18`. Since MySQL 8.3 a source may have tags, and each
// tag has transactions of its own: `3e11fa47-…:1-5:backup:1-3`.
//
// G1. A set is after another if it includes it. After a failover two sources have each gone on from
//     the same past: then neither set includes the other, and they are concurrent.
// G2. There is one text for a set: lower case; sources, then tags, in the order of their characters;
//     intervals ascending, those that touch made one. MySQL itself reads blanks after commas, any
//     order, overlaps and either case, and so does `parse`.
// G3. A gap is a transaction that is *not* there: the greatest number alone says nothing.

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'
import { joinComponents, orderOf, withinLength } from './partial-order.ts'

/** Versions such as `"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:11-18"`, of one endless epoch. */
export const mysqlGtid: VersionFormat = {
  name: 'mysql-gtid',
  parse: (text) => ({ epoch: '', position: parseSet(text) }),
  print: ({ position }) => position,
  parsePosition: parseSet,
  comparePositions: compareSets,
  joinPositions: (left, right) =>
    printSet(joinComponents(readSet(left), readSet(right), (ours, theirs) => [...ours, ...theirs])),
}

/** The first and the last transaction of an interval. */
type Interval = readonly [first: bigint, last: bigint]
/** Intervals under the UUID of their source, or under UUID, colon and tag. */
type GtidSet = Map<string, Interval[]>

const what = 'MySQL GTID set'
/** The greatest transaction number that MySQL gives (`GNO_END` - 1). */
const numberMax = 9_223_372_036_854_775_806n
// Each repetition holds one interval, so a text is matched in one way only, in linear time.
const part =
  /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?:(?::[a-z_]\w{0,31})?:[1-9]\d{0,18}(?:-[1-9]\d{0,18})?)+$/i

function parseSet(text: string): string {
  return printSet(readSet(withinLength(what, text)))
}

/** Returns the intervals as they stand in the text: of a canonical one ascending and apart. */
function readSet(text: string): GtidSet {
  const set: GtidSet = new Map()
  for (const member of text.split(/,[ \t\r\n]*/)) {
    if (!part.test(member)) refuse(text, 'sources with intervals, as "3e11fa47-71ca-…:1-5:11-18"')
    const [source = '', ...pieces] = member.toLowerCase().split(':')
    let name = source
    for (const piece of pieces) {
      if (!/^\d/.test(piece)) {
        name = `${source}:${piece}`
        continue
      }
      const intervals = set.get(name) ?? []
      intervals.push(readInterval(text, piece))
      set.set(name, intervals)
    }
  }
  return set
}

function readInterval(text: string, piece: string): Interval {
  const [first = '', last = first] = piece.split('-')
  const read: Interval = [BigInt(first), BigInt(last)]
  if (read[0] > read[1] || read[1] > numberMax) {
    refuse(text, `intervals that ascend, up to ${numberMax}`)
  }
  return read
}

function printSet(set: GtidSet): string {
  let text = ''
  let printed = ''
  for (const [name, intervals] of [...set].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    const [source = '', tag] = name.split(':')
    if (source !== printed) text += text === '' ? source : `,${source}`
    if (tag !== undefined) text += `:${tag}`
    for (const [first, last] of merged(intervals)) {
      text += first === last ? `:${first}` : `:${first}-${last}`
    }
    printed = source
  }
  return withinLength(what, text)
}

/** Returns the intervals in ascending order, those that overlap or touch made one. */
function merged(intervals: readonly Interval[]): Interval[] {
  const apart: Interval[] = []
  for (const next of intervals.toSorted(([left], [right]) => Number(left - right))) {
    const before = apart.at(-1)
    if (before === undefined || next[0] > before[1] + 1n) apart.push(next)
    else if (next[1] > before[1]) apart[apart.length - 1] = [before[0], next[1]]
  }
  return apart
}

function compareSets(left: string, right: string): Order {
  if (left === right) return 'equal'
  const [ours, theirs] = [readSet(left), readSet(right)]
  return orderOf(includes(theirs, ours), includes(ours, theirs)) // G1
}

function includes(whole: GtidSet, subset: GtidSet): boolean {
  for (const [name, intervals] of subset) {
    const own = whole.get(name) ?? []
    let at = 0
    for (const [first, last] of intervals) {
      // Both ascend, so what ends before this interval ends before the next ones too.
      while ((own[at]?.[1] ?? last) < last) at += 1
      const around = own[at]
      if (around === undefined || around[0] > first) return false // G3
    }
  }
  return true
}

function refuse(text: string, expected: string): never {
  throw new ProtocolError({ what, text, expected })
}
