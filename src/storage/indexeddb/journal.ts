// The journal: how a commit is written, and how the disk is kept small while rows are added to it.
//
//   a commit      adds one pack, with the values that it brought, and one row, which says all else
//   folding       many small rows become few full ones, without a value being read
//   moving        what is still held of the packs that have lost most is put into another, once of all that packs
//                 take up less than half is held
//   rewriting     all rows become others in one step: where some are of the schema before, or broken, or too much
//                 of what they say is that something was forgotten
//
// All of it happens in the transaction of a commit, so a crash at any step of it leaves what was there before.
//
// J1. So many rows and packs are touched in one commit, however much there is to do: the next ones go on. Only
//     rewriting has no bound, and is rare.
// J2. A large value stands by itself, in a box. So does one that comes alone, unless it is small.
// J3. To make room nothing is moved, since that would take some first: packs that have lost most are let go whole.
// J4. Few and small values stand in the row that tells of them, until it is folded: a row is small, and to be read back
//     when a page begins, so they are no more than that allows.

import { bare } from '../commit.ts'
import type { CommitDecision, KeyChange } from '../commit.ts'
import { bytesOf } from '../eviction.ts'
import { createLedger, rowWeightMax, weightOf } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import type { KeyRecord, PackPlace, Row } from './stored-record.ts'
import type { Boxes, ShelfReader, ShelfWriter } from './stored-shelf.ts'

/** From how many bytes on a value stands by itself (J2). */
const boxBytesMin = 16 * 2 ** 10

/** How many bytes of values one row takes (J4). */
const rowBytesMax = 4 * 2 ** 10

/** With values in it, a row tells of no more keys than this. */
const rowKeysMax = 8

/** How many bytes of values one pack takes. From 64 KiB on, Chromium takes to files. */
const packBytesMax = 32 * 2 ** 10

/** How many packs one commit moves (J1): each commit leaves no more than it brings, so it keeps up. */
const packsAtOnce = 4

type Shelf = ShelfReader & ShelfWriter
type Changes = ReadonlyMap<string, KeyChange>

/** What was put, which nobody knows of until {@link settle}. */
export interface Written {
  readonly rows: readonly (readonly [number: number, row: Row])[]
  /** The number after all that were given out. */
  readonly next: number
  /** Keys whose values are not kept although it was decided so. */
  readonly dropped: readonly string[]
}

/** Tells whether there is nothing to fold or to move, so that a commit only writes what it brings. */
export function isTidy(ledger: Ledger): boolean {
  return !ledger.isSparse() && ledger.smallRows().size === 0
}

/** Writes what was decided, and returns the keys whose values are not kept although it was decided so. */
export async function append(
  shelf: Shelf,
  ledger: Ledger,
  { floors, keys }: CommitDecision,
  isMakingRoom: boolean,
): Promise<readonly string[]> {
  const small = ledger.smallRows()
  const [changes, lost] = isMakingRoom ? [keys, []] : await withMoves(shelf, ledger, keys, small)
  const dropped = [...lost, ...learn(ledger, write(shelf, ledger, { floors, keys: changes }))]
  if (small.size > 0) learn(ledger, putRows(shelf, ledger.next, ledger.collect((row) => small.has(row))))
  if (isMakingRoom) {
    const sparse = ledger.sparsePacks().flatMap(ledger.keysIn) // J3
    const emptied = new Map(sparse.map((key) => [key, bare(ledger.keys.get(key))]))
    dropped.push(...sparse, ...learn(ledger, write(shelf, ledger, { floors: new Map(), keys: emptied })))
  }
  deleteDead(shelf, ledger, isMakingRoom)
  return dropped
}

/** Lets a ledger learn what was put, and returns the keys whose values are not kept. */
export function settle(shelf: ShelfWriter, ledger: Ledger, written: Written): readonly string[] {
  const dropped = learn(ledger, written)
  deleteDead(shelf, ledger, false)
  return dropped
}

function learn(ledger: Ledger, { rows, next, dropped }: Written): readonly string[] {
  for (const [number, row] of rows) ledger.learn(number, row)
  ledger.next = next
  return dropped
}

function deleteDead(shelf: ShelfWriter, ledger: Ledger, isAll: boolean): void {
  const dead = ledger.takeDead(isAll)
  for (const [first, last] of dead.rows) shelf.deleteRows(first, last)
  for (const pack of dead.packs) shelf.deleteValue(pack)
}

/** Writes all that a ledger knows anew, and returns the ledger of that. */
export async function rewrite(shelf: Shelf, ledger: Ledger): Promise<Ledger> {
  const names = await shelf.valueNames()
  const within = ledger.keysWithin(() => true)
  const found = await Promise.all([...within.keys()].map((row) => shelf.values(-row)))
  const { floors, keys } = ledger.collect(() => true)
  const fresh = createLedger()
  shelf.deleteAllRows()
  const boxes = new Map(found.flatMap((each) => [...each]))
  const alone = keys.flatMap(([key, meta, place]): KeyRecord[] => {
    if (meta === undefined) return []
    if (place?.[1] !== 0) return [[key, meta, place]]
    const box = boxes.get(key)
    return [[key, box && shelf.putValue(key, box) ? meta : bare(meta).meta]]
  })
  learn(fresh, putRows(shelf, ledger.next, { floors, keys: alone }))
  for (const name of names) {
    if (typeof name === 'string' && !isBoxed(fresh, name)) shelf.deleteValue(name)
    if (typeof name === 'number' && fresh.heldIn(name) === 0) shelf.deleteValue(name)
  }
  return fresh
}

function isBoxed({ keys, placeOf }: Ledger, key: string): boolean {
  return keys.get(key)?.held?.kind === 'value' && placeOf(key) === undefined
}

/**
 * Returns changes together with those that move what is held of sparse packs, and of rows that are folded; and the keys
 * whose values are lost.
 */
async function withMoves(
  shelf: ShelfReader,
  ledger: Ledger,
  changes: Changes,
  folded: ReadonlySet<number>,
): Promise<readonly [changes: Changes, lost: readonly string[]]> {
  const lost: string[] = []
  const sparse = ledger.isSparse() ? ledger.sparsePacks().slice(0, packsAtOnce) : []
  const within = folded.size > 0 ? ledger.keysWithin((row) => folded.has(row)) : none
  const [packs, rows] = await Promise.all([
    Promise.all(sparse.map(async (pack) => [pack, await shelf.values(pack)] as const)),
    Promise.all(ledger.rangesOf([...within.keys()]).map(([first, last]) => shelf.valuesInRows(first, last))),
  ])
  const all = new Map(changes)
  const move = (keys: readonly string[], boxes: Boxes | undefined): void => {
    for (const key of keys) {
      const change = all.get(key) ?? { meta: ledger.keys.get(key) }
      if (change.meta?.held?.kind !== 'value' || change.box) continue
      const box = boxes?.get(key)
      all.set(key, box ? { ...change, box } : bare(change.meta))
      if (box === undefined) lost.push(key)
    }
  }
  for (const [pack, boxes] of packs) move(keysHeld(ledger, pack, boxes), boxes)
  const inRows = new Map(rows.flatMap((each) => [...each]))
  for (const [row, keys] of within) move(keys, inRows.get(row))
  return [all, lost]
}

const none: ReadonlyMap<number, readonly string[]> = new Map()

function keysHeld(ledger: Ledger, pack: number, boxes: Boxes): readonly string[] {
  const found = [...boxes.keys()].filter((key) => ledger.placeOf(key)?.[0] === pack)
  // Looking at all keys takes longer, and finds those whose values are lost.
  return found.length === ledger.heldIn(pack) ? found : ledger.keysIn(pack)
}

/** Puts what was decided, given what stands. The ledger learns nothing of it yet. */
export function write(
  shelf: ShelfWriter,
  ledger: Ledger,
  { floors, keys: changes }: Pick<CommitDecision, 'floors' | 'keys'>,
): Written {
  const brought = valuesIn(changes)
  const bytes = brought.reduce((sum, value) => sum + value.bytes, 0)
  const boxes = new Map(brought.map(({ key, box }) => [key, box]))
  const place: PackPlace = [ledger.next, 0]
  const isWithin = boxes.size > 0 && bytes <= rowBytesMax
  const within = isWithin && recordsOf(ledger, changes, new Map([...boxes.keys()].map((key) => [key, place])))
  const row = within && { floors: [...floors], keys: within.records }
  if (row && row.keys.length <= rowKeysMax && shelf.putFilledRow(ledger.next, row, boxes)) {
    for (const key of within.unboxed) shelf.deleteValue(key)
    return { rows: [[ledger.next, row]], next: ledger.next + 1, dropped: [] }
  }
  const { places, next } = putValues(shelf, ledger.next, brought)
  const { records, unboxed, unstorable } = recordsOf(ledger, changes, places)
  for (const key of unboxed) shelf.deleteValue(key)
  return { ...putRows(shelf, next, { floors: [...floors], keys: records }), dropped: unstorable }
}

interface Records {
  readonly records: KeyRecord[]
  /** Keys whose values no longer stand in a box of their own. */
  readonly unboxed: string[]
  readonly unstorable: string[]
}

/** Returns what a row has to say of changes, given where the values stand that were put. */
function recordsOf(ledger: Ledger, changes: Changes, places: ReadonlyMap<string, PackPlace | undefined>): Records {
  const unstorable: string[] = []
  const unboxed: string[] = []
  const records: KeyRecord[] = []
  for (const [key, { meta, box }] of changes) {
    if (meta === undefined && !ledger.keys.has(key)) continue
    const isValue = meta?.held?.kind === 'value'
    const isUnstorable = isValue && box !== undefined && !places.has(key) // X4
    const isKept = isValue && !isUnstorable
    const place = box === undefined ? ledger.placeOf(key) : places.get(key)
    if (isUnstorable) unstorable.push(key)
    if (isBoxed(ledger, key) && (!isKept || place)) unboxed.push(key)
    records.push([key, isUnstorable ? bare(meta).meta : meta, isKept ? place : undefined])
  }
  return { records, unboxed, unstorable }
}

interface Brought {
  readonly key: string
  readonly box: readonly [unknown]
  readonly bytes: number
}

function valuesIn(changes: Changes): Brought[] {
  return [...changes].flatMap(([key, { meta, box }]) => {
    return box && meta?.held?.kind === 'value' ? [{ key, box, bytes: bytesOf(meta) }] : []
  })
}

interface PutValues {
  /** Where each value stands: those are left out that cannot be stored. */
  readonly places: ReadonlyMap<string, PackPlace | undefined>
  /** The number after those of packs. */
  readonly next: number
}

/** Puts values, and gives packs their numbers from `first` on. */
function putValues(shelf: ShelfWriter, first: number, brought: readonly Brought[]): PutValues {
  let next = first
  const places = new Map<string, PackPlace | undefined>()
  const putAlone = (key: string, box: readonly [unknown]): void => {
    if (shelf.putValue(key, box)) places.set(key, undefined)
  }
  let pack = new Map<string, readonly [unknown]>()
  let packBytes = 0
  const close = (): void => {
    const place = [next, pack.size] as const
    if (pack.size > 1 && shelf.putPack(next, pack)) {
      next += 1
      for (const key of pack.keys()) places.set(key, place)
    } else {
      for (const [key, box] of pack) putAlone(key, box) // One of them cannot be stored, or there is but one.
    }
    pack = new Map()
    packBytes = 0
  }
  for (const { key, box, bytes } of brought) {
    if (bytes >= boxBytesMin) {
      putAlone(key, box)
      continue
    }
    if (packBytes + bytes > packBytesMax) close()
    pack.set(key, box)
    packBytes += bytes
  }
  close()
  return { places, next }
}

/** Puts what a row says, as as many rows as it takes, with numbers from `first` on. */
function putRows(shelf: ShelfWriter, first: number, { floors, keys }: Row): Written {
  const rows: (readonly [number, Row])[] = []
  let row = { floors: [...floors], keys: [] as KeyRecord[] }
  let weight = 0
  const close = (): void => {
    if (row.floors.length + row.keys.length === 0) return
    shelf.putRow(first + rows.length, row)
    rows.push([first + rows.length, row])
    row = { floors: [], keys: [] }
    weight = 0
  }
  for (const record of keys) {
    const more = weightOf(record)
    if (weight + more > rowWeightMax) close()
    row.keys.push(record)
    weight += more
  }
  close()
  return { rows, next: first + rows.length, dropped: [] }
}
