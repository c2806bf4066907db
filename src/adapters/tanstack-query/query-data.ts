// Data with a version, given to a query by hand: a message that was pushed, the answer of a write.
//
// W1. It passes the same gate as everything else: what is older than the query's newest changes nothing.

import type { QueryClient, QueryKey } from '@tanstack/query-core'
import type { Source } from '../../core/entry.ts'
import type { Versions } from '../../core/version.ts'
import { asOfVersions } from './as-of.ts'
import type { AsOf } from './as-of.ts'
import { admitValue, governorOf } from './governor.ts'
import type { Governor } from './governor.ts'
import { isAtOrAfter } from './ledger.ts'
import type { QueryConsistency } from './ledger.ts'
import { isPaged } from './pages.ts'

/** What is known of data that is set by hand. */
export interface VersionedData {
  /** The versions that the data is of, such as those in the event `write:acknowledged`. */
  readonly versions: Versions
  /** When it was so, in milliseconds since 1970. @default now */
  readonly updatedAt?: number | undefined
}

/**
 * Sets the data of a query as `queryClient.setQueryData` does, if it is not older than what the query
 * has shown. Returns what the query holds afterwards.
 *
 * Data that is set without a version is taken as the app's own word, as ever, and replaced by the next
 * answer. Data with one is compared, and compares with what comes after it.
 *
 * @throws {OptionsError} for a client that was made without `tidemarkQueryConfig`.
 * @example
 * ```ts
 * import { QueryClient } from '@tanstack/query-core'
 * import { createTidemark } from 'tidemark'
 * import { setVersionedQueryData, tidemarkQueryConfig } from 'tidemark/tanstack-query'
 *
 * const tidemark = createTidemark({ origins: ['https://api.example.com'] })
 * const queryClient = new QueryClient(tidemarkQueryConfig(tidemark))
 * const at = (position: string) => ({
 *   versions: [{ scope: 'main@https://api.example.com', epoch: '', position }],
 * })
 * setVersionedQueryData(queryClient, ['likes'], 8, at('8')) //=> 8
 * setVersionedQueryData(queryClient, ['likes'], 5, at('5')) //=> 8
 * ```
 */
export function setVersionedQueryData<T>(
  queryClient: QueryClient,
  queryKey: QueryKey,
  updater: T | ((data: T | undefined) => T | undefined),
  { versions, updatedAt = Date.now() }: VersionedData,
): T | undefined {
  const governor = governorOf(queryClient)
  const current = queryClient.getQueryData<T>(queryKey)
  const data = isUpdater(updater) ? updater(current) : updater
  if (data === undefined) return current
  const { queryHash: hash } = queryClient.defaultQueryOptions({ queryKey })
  const value = { data, asOf: asOfVersions(versions), updatedAt }
  if (!mayEnter(governor, hash, { ...value, source: 'push' })) return current
  tagPages(governor, hash, value)
  const stored = queryClient.setQueryData(queryKey, data, { updatedAt })
  const slot = governor.ledger.slotOf(hash)
  const query = governor.cache.get(hash)
  if (slot.isUnversioned && query !== undefined) {
    // Sharing has made a new object of it, or it is a primitive: neither has a tag.
    slot.isUnversioned = false
    admitValue(governor, query, { ...value, data: stored })
  }
  slot.consistency = { achieved: 'fresh', versions, why: 'it was set with its version' }
  return queryClient.getQueryData<T>(queryKey)
}

/** Tells whether a value from elsewhere may stand in a query, and tells of it if it may not. */
export function mayEnter(
  { ledger, parts }: Governor,
  hash: string,
  { data, asOf, source }: { readonly data: unknown; readonly asOf: AsOf; readonly source: Source },
): boolean {
  const slot = ledger.find(hash)
  const isOfEpoch = asOf.high.every(parts.held.session.isOfEpoch)
  const isNew = slot?.asOf === undefined || isAtOrAfter(ledger.compare(hash, { data, asOf }))
  if (isOfEpoch && isNew) return true
  const reason = isOfEpoch ? 'older' : 'foreign'
  parts.events.emit({ type: 'entry:rejected', key: hash, source, reason, versions: asOf.low })
  return false
}

function tagPages(
  { ledger }: Governor,
  hash: string,
  { data, asOf }: { readonly data: unknown; readonly asOf: AsOf },
): void {
  ledger.tags.set(data, asOf, hash)
  if (!isPaged(data)) return
  for (const page of data.pages) {
    if (ledger.tags.of(page, hash) === undefined) ledger.tags.set(page, asOf, hash)
  }
}

function isUpdater<T>(
  updater: T | ((data: T | undefined) => T | undefined),
): updater is (data: T | undefined) => T | undefined {
  return typeof updater === 'function'
}

/**
 * Tells how new the data of a query is, and how that is known; `undefined` for a query that was never
 * met. It changes with each result, and with nothing else, so it can be read while rendering.
 *
 * @throws {OptionsError} for a client that was made without `tidemarkQueryConfig`.
 */
export function explainQuery(queryClient: QueryClient, queryKey: QueryKey): QueryConsistency | undefined {
  const { queryHash } = queryClient.defaultQueryOptions({ queryKey })
  return governorOf(queryClient).ledger.find(queryHash)?.consistency
}
