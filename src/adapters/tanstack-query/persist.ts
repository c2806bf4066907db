// Persistence of queries: the data of a query, with its version, beside the answers that Tidemark keeps.
//
// It takes the place of `persistQueryClient`, which writes the whole cache at each change and reads it
// back whatever is in memory by then, and of `experimental_createQueryPersister`, which looks at memory
// only before it waits for the disk. See docs/tanstack-query.md for how to change over.
//
// R1. Only data with a version is kept: what cannot be compared could not be kept from regressing (E1).
// R2. One query is one entry, compared and put in one transaction: the slowest tab changes nothing that a
//     faster one knew better (S2).
// R3. What is read back is shown only if the query has shown nothing newer, and if it holds all that the
//     session has written: a page that is reloaded never shows that a click of its user was undone.
// R4. No query waits long for a disk (I8). What comes too late is not shown.
// R5. An answer with `no-store` never reaches the disk, neither as it came nor as what was made of it.

import { matchQuery } from '@tanstack/query-core'
import type { Query, QueryClient, QueryFilters } from '@tanstack/query-core'
import { recallShelved, shelve } from '../../client/carried/shelf.ts'
import type { ClientParts } from '../../client/exchanges/parts.ts'
import { compareVersions } from '../../core/version.ts'
import type { Versions } from '../../core/version.ts'
import { createCarry, parseAsOf } from './carry.ts'
import { governorOf } from './governor.ts'
import type { Restored } from './governor.ts'

/** What is persisted, and how. */
export interface PersistQueriesOptions {
  /** Which queries, as `invalidateQueries` takes them. @default all */
  readonly filters?: QueryFilters | undefined
  /**
   * How old data may be that is shown again, in milliseconds since it was fetched.
   *
   * @default 86400000
   */
  readonly maxAgeMs?: number | undefined
  /** @default JSON.stringify */
  readonly serialize?: ((value: unknown) => string) | undefined
  /** @default JSON.parse */
  readonly deserialize?: ((text: string) => unknown) | undefined
}

const waitsMs = 400

/**
 * Keeps the data of queries where Tidemark keeps answers, and shows it when a query begins with nothing.
 * Returns the function that ends it.
 *
 * @throws {OptionsError} for a client that was made without `tidemarkQueryConfig`.
 */
export function persistQueries(queryClient: QueryClient, options: PersistQueriesOptions = {}): () => void {
  const governor = governorOf(queryClient)
  const { filters = {}, maxAgeMs = 86_400_000 } = options
  const { serialize = JSON.stringify, deserialize = JSON.parse } = options
  const { serializeData, deserializeData } = createCarry(governor, {})

  function onAdmitted(query: Query, { data, updatedAt, asOf }: Restored): void {
    const slot = governor.ledger.find(query.queryHash)
    if (!matchQuery(filters, query) || slot?.isStorable !== true || asOf.low.length === 0) return // R1, R5
    const text = serialize({ data: serializeData(data), updatedAt, low: asOf.low, high: asOf.high })
    shelve(governor.parts, keyOf(query), { text, versions: asOf.low, validatedAt: updatedAt })
  }

  async function restore(query: Query): Promise<Restored | undefined> {
    if (!matchQuery(filters, query)) return undefined
    const found = await inTime(governor.parts, recallShelved(governor.parts, keyOf(query))) // R4
    if (found === undefined || !holdsOwnWrites(governor.parts, found.versions)) return undefined // R3
    try {
      return read(query, deserialize(found.text))
    } catch (cause) {
      governor.parts.events.emit({ type: 'record:unreadable', record: keyOf(query), cause })
      return undefined
    }
  }

  function read(query: Query, raw: unknown): Restored | undefined {
    if (!isRecord(raw) || typeof raw['updatedAt'] !== 'number') return undefined
    const asOf = parseAsOf(governor, { low: raw['low'], high: raw['high'] })
    const { updatedAt } = raw
    if (asOf === undefined || !(Date.now() - updatedAt <= maxAgeMs)) return undefined
    const data = deserializeData(raw['data'])
    governor.ledger.tags.set(data, asOf, query.queryHash)
    return data === undefined ? undefined : { data, updatedAt, asOf }
  }

  governor.admitted.add(onAdmitted)
  governor.restore = restore
  return () => {
    governor.admitted.delete(onAdmitted)
    if (governor.restore === restore) governor.restore = undefined
  }
}

function keyOf({ queryHash }: Query): string {
  return `tanstack-query ${queryHash}`
}

function holdsOwnWrites({ scopes, held }: ClientParts, versions: Versions): boolean {
  return versions.every((version) => {
    const { write } = held.session.of(version.scope)
    const order = write === undefined ? 'equal' : compareVersions(scopes.formatOf, version, write)
    return order === 'equal' || order === 'after'
  })
}

function inTime<T>({ options }: ClientParts, found: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = options.setTimer(() => resolve(undefined), waitsMs)
    found.then(resolve, reject).finally(cancel)
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

