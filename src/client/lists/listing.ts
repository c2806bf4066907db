// Listings: the pages of one list, which are looked at as one thing.
//
// A page is as of its own source. Were the second page from a source further behind than the first, a
// row could stand on both, or on none (lessons R13). So the pages of a listing share one floor.
//
// P1. No page is shown that is older than another page of its listing that was shown: the floor of the
//     listing is the join of the as-ofs of all its pages. It is held as that of a key, so it outlives
//     the page, and never falls.
// P2. Where a page is newer than others that were shown before, an event names those, to be read again:
//     a floor brings pages forward, but cannot make two of them as of one moment.
// P3. Where a page begins is known from the page before, as long as that is remembered.

import type { ListRow, Placement } from '../../core/overlays/list-overlay.ts'
import { compareAnswers } from '../../core/version.ts'
import type { Versions } from '../../core/version.ts'
import { textAt } from './list-body.ts'
import type { ListHost, ListRead } from './list-rule.ts'

/** The listings of a client. */
export interface Listings {
  /** Returns the keys under which floors of the listing are held. */
  readonly keysOf: (list: ListRead) => readonly string[]
  /** Tells where a page stands in its listing. */
  readonly placeOf: (
    list: ListRead,
    document: unknown,
  ) => Pick<Placement<unknown>, 'isFirstPage' | 'isLastPage' | 'pageBefore'>
  /** Learns from a page that is shown. */
  readonly learn: (list: ListRead, page: ShownPage) => void
}

/** A page, as its server gave it. */
export interface ShownPage {
  readonly versions: Versions | undefined
  readonly document: unknown
  readonly last: ListRow<unknown> | undefined
}

interface Listing {
  /** The as-of of each page that was shown, by its key. */
  readonly pages: Map<string, Versions>
  /** The last row of a page, by what its answer calls the next. */
  readonly ends: Map<string, ListRow<unknown>>
}

const listingsMax = 64
const pagesMax = 256

/** Makes the listings of a client. */
export function createListings({ formatOf, held, events }: ListHost): Listings {
  const listings = new Map<string, Listing>()

  function listingAt(key: string): Listing {
    const listing = listings.get(key) ?? { pages: new Map(), ends: new Map() }
    keep(listings, [key, listing], listingsMax)
    return listing
  }

  return {
    keysOf(list) {
      const key = keyOf(list)
      return key === undefined ? [] : [key]
    },

    placeOf(list, document) {
      const { pages } = list.match?.rule.list?.declaration ?? {}
      const key = keyOf(list)
      if (pages === undefined || key === undefined) return { isFirstPage: true, isLastPage: true }
      const name = list.url.searchParams.get(pages.parameter) ?? undefined
      return {
        isFirstPage: name === undefined || name === pages.first,
        isLastPage: nextOf(list, document) === undefined,
        pageBefore: name === undefined ? undefined : listings.get(key)?.ends.get(name),
      }
    },

    learn(list, { versions, document, last }) {
      const key = keyOf(list)
      if (key === undefined) return
      const { pages, ends } = listingAt(key)
      const next = nextOf(list, document)
      if (next !== undefined && last !== undefined) keep(ends, [next, last], pagesMax)
      if (versions === undefined) return
      held.recordShown(key, versions) // P1
      const older = [...pages].filter(([, asOf]) => compareAnswers(formatOf, asOf, versions) === 'before')
      keep(pages, [list.key, versions], pagesMax)
      const behind = older.map(([page]) => page).filter((page) => page !== list.key)
      if (behind.length === 0) return
      events.emit({ type: 'listing:advanced', url: list.url.href, versions, pagesBehind: behind }) // P2
      for (const page of behind) pages.delete(page)
    },
  }
}

/** Returns the key under which the floor of a listing is held: its address, without the page. */
function keyOf(list: ListRead): string | undefined {
  const { pages } = list.match?.rule.list?.declaration ?? {}
  if (pages === undefined) return undefined
  const url = new URL(list.url)
  url.searchParams.delete(pages.parameter)
  url.hash = ''
  return `listing ${url.href}`
}

/** Returns what an answer calls the next page, or `undefined` on the last. */
function nextOf({ match, url }: ListRead, document: unknown): string | undefined {
  const { pages } = match?.rule.list?.declaration ?? {}
  const text = pages && textAt(document, pages.next)
  if (pages === undefined || text === undefined || text === '') return undefined
  // Some name the address of the next page, and some its parameter alone.
  const isAddress = /^(https?:\/)?\/|^\?/.test(text) && URL.canParse(text, url.href)
  return isAddress ? (new URL(text, url).searchParams.get(pages.parameter) ?? text) : text
}

/** Puts an entry last, and lets go of the first if there are too many. */
function keep<T>(entries: Map<string, T>, [key, value]: readonly [string, T], max: number): void {
  entries.delete(key)
  entries.set(key, value)
  const [first] = entries.keys()
  if (entries.size > max && first !== undefined) entries.delete(first)
}
