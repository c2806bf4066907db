// The records of one principal, within one transaction.
//
// H1. Every key begins with the principal, so no other's record is read, written or cleared (I11).
// H2. A record that cannot be understood is reported and left out: for those who read, it is not there,
//     and what is put under its key takes its place (S5).
// H3. Puts are not awaited. A put that fails aborts the transaction, which is awaited.

import { ProtocolError, StorageError } from '../core/errors.ts'
import type { ScopeFloors } from '../core/session.ts'
import type { KeyChange } from './commit.ts'
import { nameOf } from './connection.ts'
import type { KeyMeta, StorageContext } from './storage.ts'
import { decodeAccount, decodeBox, decodeFloors, decodeMeta, schema } from './stored-record.ts'
import type { Account } from './stored-record.ts'
import type { Transaction } from './transaction.ts'

/** How many records are read at once: larger pages are slower, and make longer tasks (lessons D15). */
const pageSize = 256

/** What engines say of a value whose file is gone. */
const lostValueNames: readonly unknown[] = ['NotReadableError', 'DataError']

/** Reads the records of one principal. */
export interface ShelfReader {
  /**
   * Reads the account.
   *
   * @throws {StorageError} when another version of this library made it.
   */
  readonly account: () => Promise<Account | undefined>
  /** Reads the floors of some scopes, or of all. */
  readonly floors: (scopes?: Iterable<string>) => Promise<Map<string, ScopeFloors>>
  /** Reads what is known of some keys, or of all. */
  readonly metas: (keys?: Iterable<string>) => Promise<Map<string, KeyMeta>>
  /** Reads the value of a key, in a box. */
  readonly value: (key: string) => Promise<readonly [unknown] | undefined>
}

/** Returns the reader of the context's principal. */
export function readerIn<Mode extends IDBTransactionMode>(
  transaction: Transaction<Mode>,
  { formatOf, principal, onUnreadable }: StorageContext,
): ShelfReader {
  function understand<T>(record: string, decode: () => T): T | undefined {
    try {
      return decode()
    } catch (cause) {
      onUnreadable(record, cause) // H2
      return undefined
    }
  }

  async function records<T>(
    store: 'floor' | 'meta',
    names: Iterable<string> | undefined,
    decode: (name: string, raw: unknown) => T,
  ): Promise<Map<string, T>> {
    const source = transaction.objectStore(store)
    const found = new Map<string, T>()
    for (const [name, raw] of await (names === undefined
      ? readAll(source, principal)
      : readSome(source, principal, names))) {
      if (raw === undefined) continue
      const record = understand(`${store} ${String(name)}`, () => decode(parseName(name), raw))
      if (record !== undefined) found.set(String(name), record)
    }
    return found
  }

  return {
    async account() {
      const raw: unknown = await transaction.objectStore('floor').get([principal])
      const found = raw === undefined ? raw : understand('account', () => decodeAccount(raw))
      if (found === undefined || found.schema === schema) return found
      throw new StorageError(`The stored data has schema ${found.schema}, not ${schema}.`)
    },

    floors: (scopes) =>
      records('floor', scopes, (scope, raw) => decodeFloors(formatOf, scope, raw)),

    metas: (keys) => records('meta', keys, (_, raw) => decodeMeta(formatOf, raw)),

    async value(key) {
      try {
        const raw: unknown = await transaction.objectStore('value').get([principal, key])
        return raw === undefined ? raw : understand(`value ${key}`, () => decodeBox(raw))
      } catch (cause) {
        // Chromium keeps large values in files, and says so when one of them is gone.
        if (!lostValueNames.includes(nameOf(cause))) throw cause
        onUnreadable(`value ${key}`, cause)
        return undefined
      }
    },
  }
}

/** Writes the records of one principal. */
export interface ShelfWriter {
  readonly putAccount: (account: Account) => void
  readonly putFloors: (scope: string, floors: ScopeFloors) => void
  /** Carries out a change, or returns `false` where the value cannot be stored. */
  readonly apply: (key: string, change: KeyChange) => boolean
  readonly clear: () => void
}

/** Returns the writer of a principal. */
export function writerIn(transaction: Transaction<'readwrite'>, principal: string): ShelfWriter {
  const floors = transaction.objectStore('floor')
  const metas = transaction.objectStore('meta')
  const values = transaction.objectStore('value')
  return {
    putAccount: (account) => send(floors.put(account, [principal])),
    putFloors: (scope, raised) => send(floors.put(raised, [principal, scope])),

    apply(key, { meta, box }) {
      const at = [principal, key]
      if (meta?.held?.kind !== 'value') {
        send(values.delete(at))
      } else if (box) {
        try {
          send(values.put(box, at))
        } catch {
          // The value is cloned in the call, and what cannot be cloned throws before anything is sent.
          // Were the transaction at fault, the next call in it would throw as well.
          return false
        }
      }
      send(meta === undefined ? metas.delete(at) : metas.put(meta, at))
      return true
    },

    clear() {
      for (const store of [floors, metas, values]) send(store.delete(rangeOf(principal)))
    },
  }
}

/** Lets a request go its way (H3). */
function send(request: Promise<unknown>): void {
  request.catch(() => undefined)
}

interface Readable {
  readonly get: (key: IDBValidKey) => Promise<unknown>
  readonly getAll: (range: IDBKeyRange, count: number) => Promise<readonly unknown[]>
  readonly getAllKeys: (range: IDBKeyRange, count: number) => Promise<readonly IDBValidKey[]>
}

type Page = readonly [keys: readonly IDBValidKey[], raws: readonly unknown[]]
type RawRecord = readonly [name: unknown, raw: unknown]

async function readSome(
  store: Readable,
  principal: string,
  names: Iterable<string>,
): Promise<RawRecord[]> {
  const asked = [...names]
  const raws = await Promise.all(asked.map((name) => store.get([principal, name])))
  return asked.map((name, index) => [name, raws[index]])
}

async function readAll(store: Readable, principal: string): Promise<RawRecord[]> {
  const found: RawRecord[] = []
  let range: IDBKeyRange | undefined = rangeOf(principal)
  while (range !== undefined) {
    const page: Page = await Promise.all([
      store.getAllKeys(range, pageSize),
      store.getAll(range, pageSize),
    ])
    const [keys, raws] = page
    for (const [index, key] of keys.entries()) {
      // The account has no name, and is read apart.
      if (Array.isArray(key) && key.length > 1) found.push([key[1], raws[index]])
    }
    const last: IDBValidKey | undefined = keys[pageSize - 1]
    range = last === undefined ? undefined : rangeOf(principal, last)
  }
  return found
}

/** Returns the range of a principal's records. Among keys, an array sorts after every text. */
function rangeOf(principal: string, after?: IDBValidKey): IDBKeyRange {
  return IDBKeyRange.bound(after ?? [principal], [principal, []], after !== undefined)
}

function parseName(name: unknown): string {
  if (typeof name === 'string') return name
  throw new ProtocolError({ what: 'stored key', text: String(name), expected: 'a text' })
}
