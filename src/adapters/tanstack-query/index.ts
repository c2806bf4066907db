// The entry `tidemark/tanstack-query`: queries that never go back.

export { broadcastQueries } from './broadcast.ts'
export type { BroadcastQueriesOptions, OpenQueryChannel, QueryChannel } from './broadcast.ts'
export { persistQueries } from './persist.ts'
export type { PersistQueriesOptions } from './persist.ts'
export { tidemarkQueryConfig } from './query-config.ts'
export { explainQuery, setVersionedQueryData } from './query-data.ts'
export type { VersionedData } from './query-data.ts'
export type { QueryConsistency } from './ledger.ts'
export type { TouchingMeta } from './mutations.ts'
export { infiniteQueryOptions, queryOptions } from './options.ts'
export type {
  DefinedInitialData,
  GovernedInfiniteQueryOptions,
  GovernedQueryFn,
  GovernedQueryOptions,
  InfiniteQueryOptionsAround,
  PerhapsInitialData,
  QueryOptionsAround,
  TaggedInfiniteQueryOptions,
  TaggedKey,
  TaggedQueryOptions,
} from './options.ts'
export { mutationOptions } from './mutation-options.ts'
export type { GovernedMutationOptions } from './mutation-options.ts'
export type { GovernedFetch } from './governed-call.ts'
