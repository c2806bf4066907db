// Pages: the data of an infinite query is a list of answers, each as of its own version.
//
// P1. A page that a run has not fetched is as it is now, and not as it was when the run began: what was
//     changed meanwhile stays changed (lessons Q15).
// P2. A page that a run has fetched never replaces a newer one of the same place in the listing.
// P3. Pages of a listing have one floor: they are compared one by one, and ordered as a whole only where
//     no two of them disagree.

import { hashKey } from '@tanstack/query-core'
import type { FormatOf, Order } from '../../core/version.ts'
import { compareAsOf, spanOf } from './as-of.ts'
import type { AsOf } from './as-of.ts'
import type { Tags } from './tags.ts'

/** The data of an infinite query. */
export interface Paged {
  readonly pages: readonly unknown[]
  readonly pageParams: readonly unknown[]
}

/** Tells whether data has the shape of an infinite query's. */
export function isPaged(data: unknown): data is Paged {
  if (typeof data !== 'object' || data === null || !('pages' in data) || !('pageParams' in data)) return false
  return Array.isArray(data.pages) && Array.isArray(data.pageParams)
}

/** What a run has made of a listing. */
export interface PagedRun {
  readonly hash: string
  readonly result: Paged
  /** The data when the run began. */
  readonly before: unknown
  /** The data now. */
  readonly now: unknown
  /** What was read meanwhile, in the order of reading. */
  readonly reads: readonly AsOf[]
}

/** Tags the pages that a run has fetched, and returns the listing with what is newer of each page. */
export function settlePages(formatOf: FormatOf, tags: Tags, run: PagedRun): Paged {
  const { hash, result, before, now } = run
  const old = new Set(isPaged(before) ? before.pages : [])
  const fetched = result.pages.filter((page) => !old.has(page))
  tagFetched(formatOf, tags, { ...run, fetched })
  const current = new Map(
    (isPaged(now) ? now.pages : []).map((page, at) => [paramOf(now, at), page] as const),
  )
  const pages = result.pages.map((page, at) => {
    const known = current.get(paramOf(result, at))
    if (known === undefined || known === page) return page
    if (old.has(page)) return known // P1
    return orderOf(formatOf, tags.of(page, hash), tags.of(known, hash)) === 'before' ? known : page // P2
  })
  const isSame = pages.every((page, at) => page === result.pages[at])
  return isSame ? result : { ...result, pages }
}

/** Where each page was one read, as it mostly is, a page is as of its read; else as of all of them. */
function tagFetched(
  formatOf: FormatOf,
  tags: Tags,
  { hash, fetched, reads }: PagedRun & { readonly fetched: readonly unknown[] },
): void {
  const whole = spanOf(formatOf, reads)
  for (const [at, page] of fetched.entries()) {
    const asOf = fetched.length === reads.length ? reads[at] : whole
    if (asOf !== undefined) tags.set(page, tags.of(page, hash) ?? asOf, hash)
  }
}

/** Returns the as-of of a listing as a whole. */
export function spanOfPages(
  formatOf: FormatOf,
  tags: Tags,
  { data, hash }: { readonly data: Paged; readonly hash: string },
): AsOf | undefined {
  return spanOf(
    formatOf,
    data.pages.flatMap((page) => tags.of(page, hash) ?? []),
  )
}

/** Compares two listings page by page (P3), or returns `undefined` where no page can be compared. */
export function comparePages(
  formatOf: FormatOf,
  tags: Tags,
  { hash, left, right }: { readonly hash: string; readonly left: Paged; readonly right: Paged },
): Order | undefined {
  const others = new Map(right.pages.map((page, at) => [paramOf(right, at), page] as const))
  const orders = new Set<Order>()
  for (const [at, page] of left.pages.entries()) {
    const other = others.get(paramOf(left, at))
    const order = orderOf(formatOf, tags.of(page, hash), tags.of(other, hash))
    if (order !== undefined && order !== 'equal') orders.add(order)
    else if (order === 'equal' && orders.size === 0) orders.add(order)
  }
  if (orders.size > 1) orders.delete('equal')
  const [order, ...disagreeing] = orders
  return disagreeing.length === 0 ? order : 'concurrent'
}

function orderOf(formatOf: FormatOf, left: AsOf | undefined, right: AsOf | undefined): Order | undefined {
  return left === undefined || right === undefined ? undefined : compareAsOf(formatOf, left, right)
}

function paramOf(data: unknown, at: number): string {
  const param = isPaged(data) ? data.pageParams[at] : undefined
  // A cursor may be a bigint, of which JSON knows nothing.
  return typeof param === 'object' && param !== null ? hashKey([param]) : `${typeof param} ${String(param)}`
}
