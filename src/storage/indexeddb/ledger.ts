// The ledger: what is known in memory of the disk, so that a commit has to read next to nothing.
//
// The disk holds rows, each of which says what one commit has changed. Rows and packs of values are never
// changed, only added and deleted, so what is known of those before a number stays true. The ledger is the sum of
// all rows in the order of their numbers: whatever stands last under a name is so.
//
// L1. It is what the disk says and no more: what this tab has written is learned as what others have, once it
//     has happened. A ledger with which something is being written is nobody's until then.
// L2. It holds no value, only where each stands.
// L3. A row in which nothing is true any more is dead, and so is a pack of which no value is held. They harm nobody,
//     and are deleted in some later step, many at once, by any tab.
//     A row is not dead while a value that stands in it is held.
// L4. A key that was forgotten keeps its last word, which is that nothing is known: rows before it may say more.
// L5. Where a row cannot be understood at all, nobody knows whose values it replaced: what is held in rows before
//     it is let go. Floors are kept, since none that was true becomes untrue (I6).

import type { ScopeFloors } from '../../core/session.ts'
import { bytesOf } from '../eviction.ts'
import type { KeyMeta } from '../storage.ts'
import type { FoundRow, KeyRecord, PackPlace, Row } from './stored-record.ts'

/** The sum of the rows of one principal. */
export interface Ledger {
  readonly floors: ReadonlyMap<string, ScopeFloors>
  readonly keys: ReadonlyMap<string, KeyMeta>
  /** The bytes of all values. */
  readonly bytes: () => number
  /** Where the value of a key stands, unless it stands in a box of its own. */
  readonly placeOf: (key: string) => PackPlace | undefined
  /** The number after all that are known, of rows and of packs. */
  next: number
  /** The number of the last row, or 0 where there is none. */
  readonly last: () => number
  /** Whether the rows should be written anew, all in one step. */
  readonly isWorn: () => boolean
  /** Learns what a row says that comes after all that are known. */
  readonly learn: (number: number, row: Row | FoundRow) => void
  /** Returns, and forgets, the numbers of what has died, if that is enough to be deleted or all is asked for (L3). */
  readonly takeDead: (isAll: boolean) => Dead
  /** Returns what is true of the rows that are asked for, as one row. */
  readonly collect: (isAsked: (row: number) => boolean) => Row
  /** Returns the numbers of rows that say little that is true, all together enough to be folded into others. */
  readonly smallRows: () => ReadonlySet<number>
  /** Returns the packs of which less than half is held, those first of which least is. */
  readonly sparsePacks: () => number[]
  /** Tells whether less than half of what all packs hold is held. */
  readonly isSparse: () => boolean
  /** Returns how many values are held of a pack. */
  readonly heldIn: (pack: number) => number
  /** Returns the keys whose values stand in a pack. */
  readonly keysIn: (pack: number) => string[]
  /** Returns rows as ranges of numbers in which no other row is. */
  readonly rangesOf: (numbers: readonly number[]) => readonly (readonly [first: number, last: number])[]
  /** Returns the keys whose values stand in the rows that are asked for, by the row. */
  readonly keysWithin: (isAsked: (row: number) => boolean) => ReadonlyMap<number, readonly string[]>
}

/** What may be deleted: packs by their numbers, and all rows from one number to another. */
export interface Dead {
  readonly rows: readonly (readonly [first: number, last: number])[]
  readonly packs: readonly number[]
}

/**
 * What a full row weighs, in characters, all told. From 64 KiB on Chromium takes to files, which get lost: floors must
 * not be there.
 */
export const rowWeightMax: number = 24 * 2 ** 10

/** How many small rows are folded at once. */
const smallRowsMax = 32

/** How much that is dead is left on the disk, in rows and packs. */
const deadMax = 16

/** How many keys may be forgotten before all rows are written anew without them. */
const forgottenMax = 200

interface Pack {
  /** How many values are held. */
  held: number
  readonly of: number
}

interface RowShare {
  /** How much of what it says is true, in records. */
  left: number
  of: number
  weight: number
}

interface KeyPlace {
  readonly row: number
  readonly place: PackPlace | undefined
}

/** Makes the ledger of an empty disk. */
export function createLedger(): Ledger {
  const floors = new Map<string, ScopeFloors>()
  const keys = new Map<string, KeyMeta>()
  const scopeRows = new Map<string, number>()
  const keyPlaces = new Map<string, KeyPlace>()
  const rows = new Map<number, RowShare>()
  const packs = new Map<number, Pack>()
  let dead: { rows: number[]; packs: number[] } = { rows: [], packs: [] }
  let bytes = 0
  let forgotten = 0
  let isBroken = false
  let last = 0

  function enterRow(number: number, weight: number): void {
    const row = rows.get(number) ?? { left: 0, of: 0, weight: 0 }
    rows.set(number, row)
    row.left += 1
    row.of += 1
    row.weight += weight
  }

  function leaveRow(number: number | undefined): void {
    const row = number === undefined ? undefined : rows.get(number)
    if (number === undefined || row === undefined) return
    row.left -= 1
    if (row.left > 0) return
    rows.delete(number)
    dead.rows.push(number)
  }

  function leavePack([number, of]: PackPlace): void {
    if (of === 0) return leaveRow(number)
    const pack = packs.get(number)
    if (pack === undefined) return
    pack.held -= 1
    if (pack.held > 0) return
    packs.delete(number)
    dead.packs.push(number)
  }

  function enterPack([number, of]: PackPlace): void {
    if (of === 0) return enterRow(number, 0)
    const pack = packs.get(number)
    if (pack === undefined) packs.set(number, { held: 1, of })
    else pack.held += 1
  }

  function learnKey(row: number, record: KeyRecord): void {
    const [key, meta, place] = record
    const before = keyPlaces.get(key)
    const known = keys.get(key)
    enterRow(row, weightOf(record))
    if (place !== undefined) enterPack(place)
    if (before !== undefined) {
      leaveRow(before.row)
      if (before.place !== undefined) leavePack(before.place)
      if (known === undefined) forgotten -= 1
    }
    keyPlaces.set(key, { row, place })
    bytes += bytesOf(meta) - bytesOf(known)
    if (meta !== undefined) return void keys.set(key, meta)
    keys.delete(key)
    forgotten += 1
  }

  function letGo(): void {
    for (const [key, { floor }] of keys) keys.set(key, { floor, held: undefined })
    for (const [key, { row }] of keyPlaces) keyPlaces.set(key, { row, place: undefined })
    packs.clear()
    bytes = 0
  }

  const ledger: Ledger = {
    floors,
    keys,
    bytes: () => bytes,
    placeOf: (key) => keyPlaces.get(key)?.place,
    next: 1,
    last: () => last,
    isWorn: () => isBroken || forgotten > forgottenMax + keys.size / 4,

    learn(number, row) {
      if ('isLegible' in row) {
        if (!row.isLegible) letGo() // L5
        isBroken ||= !row.isLegible || row.brokenScopes.length + row.brokenKeys.length > 0
        // What was said before of the same is not true because this cannot be read.
        for (const scope of row.brokenScopes) floors.delete(scope)
        for (const key of row.brokenKeys) learnKey(number, [key, undefined])
      }
      for (const [scope, said] of row.floors) {
        enterRow(number, floorsWeight)
        leaveRow(scopeRows.get(scope))
        scopeRows.set(scope, number)
        floors.set(scope, said)
      }
      for (const record of row.keys) learnKey(number, record)
      last = number
      ledger.next = number + 1
    },

    takeDead(isAll) {
      const taken = dead
      if (!isAll && taken.rows.length + taken.packs.length <= deadMax) return { rows: [], packs: [] }
      dead = { rows: [], packs: [] }
      return { rows: rangesOf(taken.rows, [...rows.keys()]), packs: taken.packs }
    },

    rangesOf(numbers) {
      const own = new Set(numbers)
      return rangesOf(numbers, [...rows.keys()].filter((row) => !own.has(row)))
    },

    collect: (isAsked) => ({
      floors: [...floors].filter(([scope]) => isAsked(scopeRows.get(scope) ?? 0)),
      keys: [...keyPlaces].flatMap(([key, { row, place }]): KeyRecord[] =>
        isAsked(row) ? [[key, keys.get(key), place]] : [],
      ),
    }),

    smallRows() {
      const small = [...rows].filter(([, { left, of, weight }]) => (left / of) * weight * 2 <= rowWeightMax)
      return new Set(small.length < smallRowsMax ? [] : small.map(([number]) => number))
    },

    sparsePacks: () =>
      [...packs]
        .filter(([, { held, of }]) => held * 2 < of)
        .toSorted(([, left], [, right]) => left.held / left.of - right.held / right.of)
        .map(([number]) => number),

    isSparse() {
      let waste = 0
      for (const { held, of } of packs.values()) waste += of - 2 * held
      return waste > 0
    },

    heldIn: (number) => packs.get(number)?.held ?? 0,
    keysWithin(isAsked) {
      const found = new Map<number, string[]>()
      for (const [key, { place }] of keyPlaces) {
        if (place?.[1] === 0 && isAsked(place[0])) found.set(place[0], [...(found.get(place[0]) ?? []), key])
      }
      return found
    },
    keysIn: (pack) => [...keyPlaces].flatMap(([key, { place }]) => (place?.[0] === pack ? [key] : [])),
  }
  return ledger
}

/** What the floors of a scope weigh, more or less. */
const floorsWeight = 100

/** Returns about how many characters a record takes. */
export function weightOf([key, meta]: KeyRecord): number {
  const lists = meta === undefined ? [] : [meta.floor, meta.held?.versions ?? []]
  return lists.flat().reduce((sum, { scope, epoch, position }) => sum + scope.length + epoch.length + position.length, 48 + key.length)
}

/** Returns numbers as ranges in which there is none of the others. */
function rangesOf(numbers: readonly number[], others: readonly number[]): (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = []
  const rest = others.toSorted((left, right) => left - right)
  let at = 0
  for (const number of numbers.toSorted((left, right) => left - right)) {
    const [first, last] = ranges.at(-1) ?? [number, number]
    while ((rest[at] ?? number) < last) at += 1
    if (ranges.length > 0 && (rest[at] ?? number) >= number) ranges[ranges.length - 1] = [first, number]
    else ranges.push([number, number])
  }
  return ranges
}
