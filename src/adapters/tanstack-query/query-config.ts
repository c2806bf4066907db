// The configuration of a QueryClient: the four layers, around whatever the app has configured itself.
//
// C1. What the app says is kept: its persister is called within ours, its sharing after the guard, its
//     transformations inside the envelope, its caches with their callbacks are the ones that are used.
// C2. A persister makes queries run offline once, unless a network mode is named (Q20). Ours is no such
//     persister, so the mode that would have been used is named.

import { QueryCache } from '@tanstack/query-core'
import type { QueryClientConfig } from '@tanstack/query-core'
import type { Client } from '../../client/client.ts'
import { createCarry } from './carry.ts'
import { govern } from './governor.ts'
import { createGuard } from './guard.ts'
import { governMutations } from './mutations.ts'
import { createRepair } from './repair.ts'
import { createResolve } from './resolve.ts'
import { createRetry } from './retry.ts'

/**
 * Returns the configuration of a `QueryClient` whose queries never go back: not by a refetch that meets
 * a lagging replica, nor by hydration, a restored cache, another tab, or a rollback.
 *
 * Query functions stay as they are, if they read by `tidemark.fetch`. See docs/tanstack-query.md for
 * what belongs to which query, and for what cannot be known.
 *
 * @param config The configuration that the app has, or would have without Tidemark.
 * @example
 * ```ts
 * import { QueryClient } from '@tanstack/query-core'
 * import { createTidemark } from 'tidemark'
 * import { tidemarkQueryConfig } from 'tidemark/tanstack-query'
 *
 * const tidemark = createTidemark({ origins: ['https://api.example.com'] })
 * const queryClient = new QueryClient(tidemarkQueryConfig(tidemark))
 * queryClient.getDefaultOptions().queries?.networkMode //=> 'online'
 * ```
 */
export function tidemarkQueryConfig(tidemark: Client, config: QueryClientConfig = {}): QueryClientConfig {
  const { queryCache = new QueryCache(), defaultOptions = {} } = config
  const governor = govern(tidemark, queryCache)
  queryCache.subscribe(createRepair(governor))
  tidemark.subscribe((event) => {
    if (event.type === 'epoch:reset') governor.ledger.dropEpoch(event.version)
    if (event.type === 'session:ended') governor.ledger.forget()
  })
  const { queries = {}, dehydrate, hydrate } = defaultOptions
  const { persister, structuralSharing, networkMode, retry } = queries
  const { serializeData, deserializeData } = createCarry(governor, {
    ...(dehydrate?.serializeData && { serializeData: dehydrate.serializeData }),
    ...(hydrate?.deserializeData && { deserializeData: hydrate.deserializeData }),
  })
  return {
    ...config,
    queryCache,
    mutationCache: governMutations(governor, config.mutationCache),
    defaultOptions: {
      ...defaultOptions,
      queries: {
        ...queries,
        networkMode: networkMode ?? (persister === undefined ? 'online' : 'offlineFirst'), // C2
        ...(retry === undefined ? {} : { retry: createRetry(retry) }),
        persister: createResolve(governor, persister),
        structuralSharing: createGuard(governor.ledger.tags, structuralSharing),
      },
      dehydrate: { ...dehydrate, serializeData },
      hydrate: { ...hydrate, deserializeData },
    },
  }
}
