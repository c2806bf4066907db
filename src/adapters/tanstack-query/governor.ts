// The governor of a QueryClient: all that the layers of the adapter share, one for each QueryCache.
//
// G1. Nothing here is global: two clients in one page, or one for each request on a server, know nothing
//     of each other (lessons Q25, P9).

import type { Query, QueryCache, QueryClient } from '@tanstack/query-core'
import type { Client } from '../../client/client.ts'
import { partsOf } from '../../client/exchanges/parts.ts'
import type { ClientParts } from '../../client/exchanges/parts.ts'
import { OptionsError } from '../../core/errors.ts'
import type { AsOf } from './as-of.ts'
import { createLedger } from './ledger.ts'
import type { Ledger, Newest } from './ledger.ts'

/** A value found outside of memory, for a query that has none. */
export interface Restored extends Newest {
  readonly asOf: AsOf
}

/** Told of each value that a query was given, once it stands. */
export type OnAdmitted = (query: Query, value: Restored) => void

/** What the layers of one QueryClient share. */
export interface Governor {
  readonly tidemark: Client
  readonly parts: ClientParts
  readonly cache: QueryCache
  readonly ledger: Ledger
  readonly admitted: Set<OnAdmitted>
  /** Finds a value for a query that has none. Set by `persistQueries`. */
  restore: ((query: Query) => Promise<Restored | undefined>) | undefined
  /** The mutations that are under way. */
  underWay: () => readonly unknown[]
  /** Tells whether a mutation is under way that the result of a query has to wait for. */
  holdsBack: (query: Query, isEqual: boolean) => boolean
}

const governors = new WeakMap<QueryCache, Governor>()

/** Makes the governor of a cache. */
export function govern(tidemark: Client, cache: QueryCache): Governor {
  const parts = partsOf(tidemark)
  const governor: Governor = {
    tidemark,
    parts,
    cache,
    ledger: createLedger(parts),
    admitted: new Set(),
    restore: undefined,
    underWay: () => [],
    holdsBack: () => false,
  }
  if (governors.has(cache)) {
    const accepted = 'a QueryCache of its own for each configuration'
    throw new OptionsError({ field: 'queryCache', value: cache, accepted })
  }
  governors.set(cache, governor)
  return governor
}

/** Notes a value that now stands in a query, and tells whoever keeps or sends it. */
export function admitValue({ ledger, admitted }: Governor, query: Query, value: Restored): void {
  ledger.admit(query.queryHash, value)
  for (const listener of admitted) listener(query, value)
}

/**
 * Returns the governor of a client.
 *
 * @throws {OptionsError} for a client that was made without `tidemarkQueryConfig`.
 */
export function governorOf(client: QueryClient): Governor {
  const governor = governors.get(client.getQueryCache())
  if (governor !== undefined) return governor
  const accepted = 'new QueryClient(tidemarkQueryConfig(tidemark, config))'
  throw new OptionsError({ field: 'queryClient', value: client, accepted })
}
