// The records of one principal, within one transaction.
//
// H1. Every key begins with the principal, so no other's record is read, written or cleared (I11).
// H2. A record that cannot be understood is reported and left out: for those who read, it is not there (S5).
// H3. Puts are not awaited. A put that fails aborts the transaction, which is awaited.
// H4. A value that the engine has lost must not take the transaction with it: the others are still there.

import { ProtocolError, StorageError } from '../../core/errors.ts'
import type { ScopeFloors } from '../../core/session.ts'
import type { StorageContext } from '../storage.ts'
import { nameOf } from './connection.ts'
import type { Ledger } from './ledger.ts'
import { ask } from './request.ts'
import { decodeAccount, decodeBox, decodeFloors, decodeFormerKey, decodePack, decodeRow, encodeRow, packInRow, schema } from './stored-record.ts'
import type { Account, KeyRecord, Row } from './stored-record.ts'

/** How many rows are read at once: larger pages make longer tasks (lessons D15). */
const rowsAtOnce = 8

/** How many records of the schema before are read at once. */
const recordsAtOnce = 256

/** No row has a higher number, whatever a stranger says: else there would be none left to give out. */
const numberMax = 2 ** 52

/** What engines say of a value whose file is gone. */
const lostValueNames: readonly unknown[] = ['NotReadableError', 'DataError']

/** Values by key, each in a box since it may be `undefined`. */
export type Boxes = ReadonlyMap<string, readonly [unknown]>

/** Reads the records of one principal. */
export interface ShelfReader {
  /**
   * Reads the account.
   *
   * @throws {StorageError} when a later version of this library made it.
   */
  readonly account: () => Promise<Account | undefined>
  /** Returns the numbers of all rows from one on. */
  readonly numbers: (from: number) => Promise<readonly IDBValidKey[]>
  /** Tells whether there is a row of a number, and none after it. */
  readonly isLast: (number: number) => Promise<boolean>
  /** Lets a ledger learn rows, as far as it does not know them. */
  readonly teach: (ledger: Ledger, numbers: readonly IDBValidKey[]) => Promise<void>
  /** Reads what the schema before has left, as one row. */
  readonly legacy: () => Promise<Row>
  /**
   * Reads the values that stand in a pack, or in a row (below zero), or the one that stands in a box of its own. What is
   * lost is not there.
   */
  readonly values: (place: string | number) => Promise<Boxes>
  /** Reads the values that stand in all rows from one number to another, by the row. */
  readonly valuesInRows: (first: number, last: number) => Promise<ReadonlyMap<number, Boxes>>
  /** Reads under what numbers and keys values stand. */
  readonly valueNames: () => Promise<readonly unknown[]>
}

/** Returns the reader of the context's principal. */
export function readerIn(
  transaction: IDBTransaction,
  { formatOf, principal, onUnreadable }: StorageContext,
): ShelfReader {
  const floors = transaction.objectStore('floor')
  const metas = transaction.objectStore('meta')
  const values = transaction.objectStore('value')

  const numbers = (from: number): Promise<readonly IDBValidKey[]> =>
    ask(metas.getAllKeys(IDBKeyRange.bound([principal, from], [principal, numberMax])))

  function understand<T>(record: string, decode: () => T): T | undefined {
    try {
      return decode()
    } catch (cause) {
      onUnreadable(record, cause) // H2
      return undefined
    }
  }

  return {
    async account() {
      const raw: unknown = await ask<unknown>(floors.get([principal]))
      const found = raw === undefined ? raw : understand('account', () => decodeAccount(raw))
      if (found === undefined || found.schema <= schema) return found
      throw new StorageError(`The stored data has schema ${found.schema}, not ${schema}.`)
    },

    numbers,

    async isLast(number) {
      const [key, after] = await numbers(number)
      return Array.isArray(key) && key[1] === number && after === undefined
    },

    teach: (ledger, found) =>
      eachOf(metas, found, rowsAtOnce, (number, raw) => {
        // Another call may have taught it meanwhile.
        if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < ledger.next) return
        ledger.learn(number, decodeRow(formatOf, raw, onUnreadable))
      }),

    async legacy() {
      const row: { floors: [string, ScopeFloors][]; keys: KeyRecord[] } = { floors: [], keys: [] }
      const named = namedIn(principal)
      await eachOf(floors, await ask(floors.getAllKeys(named)), recordsAtOnce, (name, raw) => {
        const scope = String(name)
        const said = understand(`floor ${scope}`, () => decodeFloors(formatOf, parseName(name), raw))
        if (said !== undefined) row.floors.push([scope, said])
      })
      await eachOf(metas, await ask(metas.getAllKeys(named)), recordsAtOnce, (name, raw) => {
        const record = understand(`meta ${String(name)}`, () => decodeFormerKey(formatOf, parseName(name), raw))
        if (record !== undefined) row.keys.push(record)
      })
      return row
    },

    async values(place) {
      const record = `value ${place}`
      let boxes: Boxes | undefined
      try {
        const isRow = typeof place === 'number' && place < 0
        const request = isRow ? metas.get([principal, -place]) : values.get([principal, place])
        request.addEventListener('error', (event) => event.preventDefault()) // H4
        const found: unknown = await ask<unknown>(request)
        const raw = isRow ? packInRow(found) : found
        boxes = understand(record, () => {
          if (raw === undefined) return undefined
          return typeof place === 'number' ? decodePack(raw, onUnreadable) : new Map([[place, decodeBox(raw)]])
        })
      } catch (cause) {
        // Chromium keeps large values in files, and says so when one of them is gone.
        if (!lostValueNames.includes(nameOf(cause))) throw cause
        onUnreadable(record, cause)
      }
      return boxes ?? new Map<string, readonly [unknown]>()
    },

    async valuesInRows(first, last) {
      const range = IDBKeyRange.bound([principal, first], [principal, last])
      const [keys, rows] = await Promise.all([ask(metas.getAllKeys(range)), ask<unknown[]>(metas.getAll(range))])
      const found = new Map<number, Boxes>()
      for (const [index, key] of keys.entries()) {
        const number: unknown = Array.isArray(key) ? key[1] : undefined
        const pack = packInRow(rows[index])
        const boxes = pack === undefined ? pack : understand(`value -${String(number)}`, () => decodePack(pack, onUnreadable))
        if (typeof number === 'number' && boxes !== undefined) found.set(number, boxes)
      }
      return found
    },

    async valueNames() {
      const found = await ask(values.getAllKeys(rangeOf(principal)))
      return found.map((key) => (Array.isArray(key) ? key[1] : undefined))
    },
  }
}

/** Writes the records of one principal. */
export interface ShelfWriter {
  readonly putAccount: (account: Account) => void
  readonly putRow: (number: number, row: Row) => void
  /** Puts a row and values in it, or returns `false` where one of them cannot be stored. */
  readonly putFilledRow: (number: number, row: Row, boxes: Boxes) => boolean
  readonly deleteRows: (first: number, last: number) => void
  /** Deletes all rows, and what the schema before has left. */
  readonly deleteAllRows: () => void
  /** Puts a value in a box of its own, or returns `false` where it cannot be stored. */
  readonly putValue: (key: string, box: readonly [unknown]) => boolean
  /** Puts values in one pack, or returns `false` where one of them cannot be stored. */
  readonly putPack: (number: number, boxes: Boxes) => boolean
  /** Deletes a value in a box of its own, or a pack. */
  readonly deleteValue: (name: string | number) => void
  readonly clear: () => void
}

/** Returns the writer of a principal. */
export function writerIn(transaction: IDBTransaction, principal: string): ShelfWriter {
  const floors = transaction.objectStore('floor')
  const metas = transaction.objectStore('meta')
  const values = transaction.objectStore('value')
  return {
    putAccount: (account) => void floors.put(account, [principal]),
    putRow: (number, row) => void metas.put(encodeRow(row), [principal, number]),
    putFilledRow: (number, row, boxes) => isPut(() => metas.put(encodeRow(row, pairsOf(boxes)), [principal, number])),
    deleteRows: (first, last) => void metas.delete(IDBKeyRange.bound([principal, first], [principal, last])),
    deleteAllRows() {
      floors.delete(namedIn(principal))
      metas.delete(rangeOf(principal))
    },
    putValue: (key, box) => isPut(() => values.put(box, [principal, key])),
    putPack: (number, boxes) => isPut(() => values.put(pairsOf(boxes), [principal, number])),
    deleteValue: (name) => void values.delete([principal, name]),
    clear() {
      for (const store of [floors, metas, values]) store.delete(rangeOf(principal))
    },
  }
}

/** Puts something, and tells whether it can be stored. */
function isPut(put: () => unknown): boolean {
  try {
    put()
    return true
  } catch {
    // It is cloned in the call, and what cannot be cloned throws before anything is sent. Were the
    // transaction at fault, the next call in it would throw as well.
    return false
  }
}

function pairsOf(boxes: Boxes): unknown {
  return [...boxes].map(([key, [value]]) => [key, value])
}

/**
 * Reads records in pages, and hands on each with the second part of its key. All pages are asked for at once, so that
 * the engine need not wait for us; each is answered in a task of its own, in their order.
 */
async function eachOf(
  store: IDBObjectStore,
  keys: readonly IDBValidKey[],
  atOnce: number,
  take: (name: unknown, raw: unknown) => void,
): Promise<void> {
  const pages = Array.from({ length: Math.ceil(keys.length / atOnce) }, (_, page) =>
    keys.slice(page * atOnce, (page + 1) * atOnce),
  )
  await Promise.all(
    pages.map(async (page) => {
      const raws = await ask<unknown[]>(store.getAll(IDBKeyRange.bound(page[0], page.at(-1))))
      for (const [index, key] of page.entries()) if (Array.isArray(key)) take(key[1], raws[index])
    }),
  )
}

/** Returns the range of a principal's records. Among keys, an array sorts after every text. */
function rangeOf(principal: string): IDBKeyRange {
  return IDBKeyRange.bound([principal], [principal, []])
}

/** Returns the range of the records that stand under a text. */
function namedIn(principal: string): IDBKeyRange {
  return IDBKeyRange.bound([principal, ''], [principal, []])
}

function parseName(name: unknown): string {
  if (typeof name === 'string') return name
  throw new ProtocolError({ what: 'stored key', text: String(name), expected: 'a text' })
}
