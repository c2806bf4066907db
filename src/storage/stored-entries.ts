// How the entries of keys are read: those that are asked for in one turn together, and each pack or box once.
//
// E1. Values are asked for where they stood when this tab last looked, before it is known whether they still do. That is
//     so unless another tab has written meanwhile; then they are asked for again, in the same transaction.

import type { Entry } from '../core/entry.ts'
import { entryOf } from './commit.ts'
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

  function boxesOf({ keys, placeOf }: Ledger, key: string): Promise<Boxes> | undefined {
    if (keys.get(key)?.held?.kind !== 'value') return undefined
    const [number, of] = placeOf(key) ?? []
    const place = number === undefined ? key : of === 0 ? -number : number
    const boxes = asked.get(place) ?? shelf.values(place)
    asked.set(place, boxes)
    return boxes
  }

  return {
    begin(known) {
      if (known === undefined) return
      for (const key of names) boxesOf(known, key)?.catch(() => undefined)
    },

    async read(ledger) {
      const found = new Map<string, Entry<unknown>>()
      const asking = [...names].map((key) => [key, boxesOf(ledger, key)] as const)
      for (const [key, boxes] of asking) {
        // oxlint-disable-next-line no-await-in-loop -- all of them are asked for
        const entry = entryOf(ledger.keys.get(key)?.held, (await boxes)?.get(key))
        if (entry !== undefined) found.set(key, entry)
      }
      return found
    },
  }
}

/** Returns a reader of one key, which gathers what is asked for in one turn, and reads it together. */
export function gathered(
  readAll: (names: ReadonlySet<string>) => Promise<Entries | undefined>,
): (key: string) => Promise<Entry<unknown> | undefined> {
  let turn: { readonly names: Set<string>; readonly found: Promise<Entries | undefined> } | undefined
  return async (key) => {
    if (turn === undefined) {
      const names = new Set<string>()
      const read = (): Promise<Entries | undefined> => {
        turn = undefined
        return readAll(names)
      }
      turn = { names, found: Promise.resolve().then(read) }
    }
    turn.names.add(key)
    return (await turn.found)?.get(key)
  }
}
