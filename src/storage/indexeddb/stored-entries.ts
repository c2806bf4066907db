// How the entries of keys are read: those that are asked for in one turn together, and each pack or box once.
//
// E1. Values are asked for where they stood when this tab last looked, before it is known whether they still do. That is
//     so unless another tab has written meanwhile; then they are asked for again, in the same transaction.

import type { Entry } from '../../core/entry.ts'
import { entryOf } from '../commit.ts'
import type { Ledger } from './ledger.ts'
import type { Boxes, ShelfReader } from './stored-shelf.ts'

/** Entries by key: those that are there. */
export type Entries = ReadonlyMap<string, Entry<unknown>>

/** Reads the entries of some keys, within one transaction. */
export interface EntriesReader {
  /** Asks for what is likely to be wanted (E1). */
  readonly begin: (known: Ledger | undefined) => void
  readonly read: (ledger: Ledger) => Promise<Entries>
}

/** Returns the reader of some keys. */
export function entriesIn(shelf: ShelfReader, names: Iterable<string>): EntriesReader {
  // By where they stand: the number of a pack or row, or the key of a box.
  const asked = new Map<string | number, Promise<Boxes>>()
  let begun: Ledger | undefined
  let begunAt = 0

  function askFor(ledger: Ledger): void {
    for (const key of names) {
      const place = placeIn(ledger, key)
      if (place === undefined || asked.has(place)) continue
      const boxes = shelf.values(place)
      boxes.catch(() => undefined) // It may not be waited for, where it stands elsewhere by now (E1).
      asked.set(place, boxes)
    }
  }

  return {
    begin(known) {
      if (known === undefined) return
      askFor(known)
      begun = known
      begunAt = known.next
    },

    async read(ledger) {
      if (ledger !== begun || ledger.next !== begunAt) askFor(ledger)
      const places = [...asked.keys()]
      const contents = await Promise.all(asked.values())
      const byPlace = new Map(places.map((place, index) => [place, contents[index]]))
      const found = new Map<string, Entry<unknown>>()
      for (const key of names) {
        const place = placeIn(ledger, key)
        const boxes = place === undefined ? undefined : byPlace.get(place)
        const entry = entryOf(ledger.keys.get(key)?.held, boxes?.get(key))
        if (entry !== undefined) found.set(key, entry)
      }
      return found
    },
  }
}

/** Returns where the value of a key stands, if it has one. */
function placeIn({ keys, placeOf }: Ledger, key: string): string | number | undefined {
  if (keys.get(key)?.held?.kind !== 'value') return undefined
  const place = placeOf(key)
  if (place === undefined) return key
  return place[1] === 0 ? -place[0] : place[0]
}

/** Returns a reader of one key, which gathers what is asked for in one turn, and reads it together. */
export function gathered(
  readAll: (names: ReadonlySet<string>) => Promise<Entries | undefined>,
): (key: string) => Promise<Entry<unknown> | undefined> {
  let turn: { readonly names: Set<string>; readonly found: Promise<Entries | undefined> } | undefined
  return (key) => {
    if (turn === undefined) {
      const names = new Set<string>()
      const read = (): Promise<Entries | undefined> => {
        turn = undefined
        return readAll(names)
      }
      turn = { names, found: Promise.resolve().then(read) }
    }
    turn.names.add(key)
    return turn.found.then((found) => found?.get(key))
  }
}
