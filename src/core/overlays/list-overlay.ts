// The list overlay: what a list shows whose as-of does not cover what the session holds (lessons R11).
//
// A list is as old as the source that answered it, whatever its rows say of themselves (R10). Laid over
// it is what is known of single items: the newer state of a row, and the session's own writes.
//
// O1. No row is shown that is older than what is held of its item: the newer item takes its place, and a
//     tombstone takes it away. What cannot be ranked changes nothing, unless it is the session's own.
// O2. A row goes for two reasons only: a tombstone, or a newer state that does not belong in the list, or
//     on this page of it, and then only where the page that it belongs to will add it.
// O3. An own item that the list does not have yet is added where membership and order are declared, and
//     nowhere else. What the list had the chance to show, because its as-of covers it, is never added:
//     somebody else took it away.
// O4. No id stands twice.
// O5. Rows that nothing was laid over keep the order of the server. The others stand where `order` puts
//     them among those, so the order of arrival changes nothing, nor does a second overlay.
// O6. A page has the range that its server's rows span, so those are what is laid over, each time anew. What sorts outside belongs to another page; what
//     may belong to either has no place yet.
// O7. A list is whole if each own item that it does not cover has its place in it, or has none by the
//     declaration. Only a whole list may stand for a list that covers those writes: where membership or
//     order is not declared, an own item has no place, and the list is no more than its own as-of says.

import { compareAnswers } from '../version.ts'
import type { FormatOf, Versions } from '../version.ts'

/** A row of a list, as its server gave it. */
export interface ListRow<T> {
  readonly id: string
  readonly item: T
  /** What it is known to be as of: the list's as-of joined with its own version. `undefined` if neither. */
  readonly versions: Versions | undefined
}

/** What is known of one item, apart from the list. */
export type KnownItem<T> = {
  readonly versions: Versions
  /** Whether the session itself wrote it. Only then it adds a row, or stands against what has no rank. */
  readonly isOwn: boolean
} & (
  | { readonly kind: 'value'; readonly item: T }
  | { readonly kind: 'tombstone'; readonly isAfter: boolean }
)

/** What belongs in a list, and where. */
export interface Placement<T> {
  readonly includes: (item: T) => boolean
  /** As for `Array.prototype.sort`: negative where `left` stands before `right`. */
  readonly order: (left: T, right: T) => number
  /** Whether nothing comes before the first row. */
  readonly isFirstPage: boolean
  /** Whether nothing comes after the last row. */
  readonly isLastPage: boolean
  /** The last row of the page before, as its server gave it, where it is known. */
  readonly pageBefore?: ListRow<T> | undefined
}

/** A list, and what may be laid over it. */
export interface OverlaidList<T> {
  /** The as-of of the list: of the source that answered it. */
  readonly asOf: Versions | undefined
  readonly rows: readonly ListRow<T>[]
  readonly known: ReadonlyMap<string, KnownItem<T>>
  readonly placement: Placement<T> | undefined
}

/** A list with everything laid over it. */
export interface Overlay<T> {
  readonly rows: readonly ListRow<T>[]
  /** How many rows gave way to a newer state of their item. */
  readonly replaced: number
  /** How many items were added. */
  readonly added: number
  /** How many rows went. */
  readonly hidden: number
  /** Whether each own item has its place, or has none by the declaration (O7). */
  readonly isWhole: boolean
}

/** Lays over a list what is known of its items. */
export function overlayList<T>(formatOf: FormatOf, list: OverlaidList<T>): Overlay<T> {
  const laid = layOverRows(formatOf, list)
  const coming = [...laid.moving, ...laid.absent]
  const { placement } = list
  return {
    rows: placement === undefined ? laid.rows : insert(placement, laid.rows, coming),
    replaced: laid.replaced + laid.moving.length,
    added: laid.absent.length,
    hidden: laid.hidden,
    isWhole: laid.isWhole,
  }
}

interface Laid<T> {
  readonly rows: ListRow<T>[]
  /** Newer states of rows, which stand elsewhere than their rows did. */
  readonly moving: ListRow<T>[]
  /** Items that the list has no row for. */
  readonly absent: ListRow<T>[]
  replaced: number
  hidden: number
  isWhole: boolean
}

function layOverRows<T>(formatOf: FormatOf, list: OverlaidList<T>): Laid<T> {
  const laid: Laid<T> = { rows: [], moving: [], absent: [], replaced: 0, hidden: 0, isWhole: true }
  const seen = new Set<string>()
  for (const [index, row] of list.rows.entries()) {
    if (seen.has(row.id)) continue // O4
    seen.add(row.id)
    const known = list.known.get(row.id)
    const shown = known === undefined ? 'row' : rank(formatOf, known, row.versions)
    if (shown === 'unranked') laid.isWhole = false
    if (known === undefined || shown !== 'item') {
      laid.rows.push(row) // O1
      continue
    }
    const newer = known.kind === 'value' ? rowOf(row.id, known) : undefined
    const fate = newer === undefined ? 'gone' : fateOf(list, { index, row }, newer)
    // Whether a change has moved an item out of the list, or elsewhere in it, nobody can tell here.
    if (fate === 'unknown' && known.isOwn) laid.isWhole = false // O7
    if (newer === undefined || fate === 'gone' || (fate === 'elsewhere' && known.isOwn)) {
      laid.hidden += 1 // O2
    } else if (fate === 'moved') {
      laid.moving.push(newer)
    } else {
      laid.rows.push(newer)
      laid.replaced += 1
    }
  }
  addAbsent(formatOf, list, { laid, seen })
  return laid
}

/** Finds the own items that the list has no row for, and had no chance to show (O3). */
function addAbsent<T>(
  formatOf: FormatOf,
  { asOf, rows, known, placement }: OverlaidList<T>,
  { laid, seen }: { readonly laid: Laid<T>; readonly seen: ReadonlySet<string> },
): void {
  for (const [id, item] of known) {
    if (item.kind === 'tombstone' || !item.isOwn || seen.has(id)) continue
    if (rank(formatOf, item, asOf) === 'row') continue
    const where = placement === undefined ? 'unknown' : rangeOf(placement, rows, rowOf(id, item))
    if (where === 'unknown') laid.isWhole = false // O6, O7
    if (where === 'here') laid.absent.push(rowOf(id, item))
  }
}

function rowOf<T>(id: string, { item, versions }: KnownItem<T> & { readonly kind: 'value' }): ListRow<T> {
  return { id, item, versions }
}

/** Tells which of the two is shown: the row, or what is known of its item. */
function rank(
  formatOf: FormatOf,
  known: KnownItem<unknown>,
  versions: Versions | undefined,
): 'row' | 'item' | 'unranked' {
  switch (versions === undefined ? 'foreign' : compareAnswers(formatOf, known.versions, versions)) {
    case 'after':
      return 'item'
    case 'equal':
      return known.kind === 'tombstone' && known.isAfter ? 'item' : 'row'
    case 'before':
      return 'row'
    case 'concurrent':
      return 'unranked'
    case 'foreign':
      return known.isOwn ? 'item' : 'row' // O1
  }
}

/** Tells what becomes of a row whose item has a newer state. */
function fateOf<T>(
  { rows, placement }: OverlaidList<T>,
  { index, row }: { readonly index: number; readonly row: ListRow<T> },
  newer: ListRow<T>,
): 'gone' | 'stays' | 'moved' | 'elsewhere' | 'unknown' {
  if (placement === undefined) return 'unknown'
  const { includes, order } = placement
  if (!includes(newer.item)) return 'gone'
  const [before, after] = [rows[index - 1], rows[index + 1]]
  // What sorts as it did stays, whatever the server orders by besides.
  if (order(row.item, newer.item) === 0) return 'stays'
  const isBetween = before !== undefined && after !== undefined
  if (isBetween && order(before.item, newer.item) <= 0 && order(newer.item, after.item) <= 0) return 'stays'
  const range = rangeOf(placement, rows, newer)
  return range === 'here' ? 'moved' : range
}

/** Tells whether an item belongs to the page that the server's rows are (O6). */
function rangeOf<T>(
  { includes, order, isFirstPage, isLastPage, pageBefore }: Placement<T>,
  rows: readonly ListRow<T>[],
  { id, item }: ListRow<T>,
): 'here' | 'elsewhere' | 'unknown' {
  if (!includes(item)) return 'elsewhere'
  const [first, last] = [rows[0], rows.at(-1)]
  if (!isFirstPage && pageBefore !== undefined) {
    if (pageBefore.id === id || order(pageBefore.item, item) > 0) return 'elsewhere'
  } else if (!isFirstPage && (first === undefined || order(first.item, item) > 0)) {
    return 'unknown'
  }
  if (isLastPage) return 'here'
  if (last === undefined) return 'unknown'
  // What sorts with the last row begins the next page, which takes all that follows this row.
  return order(item, last.item) < 0 ? 'here' : 'elsewhere'
}

/** Puts rows where the order has them (O5). */
function insert<T>(
  { order }: Placement<T>,
  rows: readonly ListRow<T>[],
  coming: readonly ListRow<T>[],
): readonly ListRow<T>[] {
  const placed = [...rows]
  // By id where the order does not tell, so that the order of arrival does not either.
  const sorted = coming.toSorted((left, right) => order(left.item, right.item) || (left.id < right.id ? -1 : 1))
  for (const row of sorted) {
    const next = placed.findIndex(({ item }) => order(row.item, item) < 0)
    placed.splice(next < 0 ? placed.length : next, 0, row)
  }
  return placed
}
