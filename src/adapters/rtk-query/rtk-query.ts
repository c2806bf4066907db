// RTK Query: the two guards of an API.
//
//   base-query ──► meta.tidemark ──► action ──► guarded-reducer ──► entry.tidemark ──► persisted, rehydrated
//
// Nothing of Redux Toolkit is imported, and its types do not compile under `exactOptionalPropertyTypes`: what is looked
// at of its calls, actions and state is written down here.

import { createTaggedData } from '../../client/carried/tagged-data.ts'
import type { Client } from '../../client/client.ts'
import { partsOf } from '../../client/exchanges/parts.ts'
import { createNotedCall } from './base-query.ts'
import type { AnyBaseQuery, Call } from './base-query.ts'
import { createReducerGuard } from './guarded-reducer.ts'

/** How the adapter finds the API in the store. */
export interface TidemarkRTKQueryOptions {
  /**
   * The `reducerPath` of the API.
   *
   * @default 'api'
   */
  readonly reducerPath?: string | undefined
}

/** The two guards of one API. */
export interface TidemarkRTKQuery {
  /** Makes the base query of the API, of a function that makes one which reads by the `fetchFn` given. */
  readonly baseQuery: <Q extends AnyBaseQuery>(make: (fetchFn: Client['fetch']) => Q) => Q
  /** Returns the reducer of the API, guarded: it takes the place of `api.reducer` in the store. */
  readonly reducer: <R extends (state: never, action: never) => unknown>(own: R) => R
}

/**
 * Returns the guards by which no entry of an API goes back: not by a refetch that meets a lagging replica,
 * an upsert, or a persisted store.
 *
 * @throws {OptionsError} for a client that `createTidemark` has not made.
 * @example
 * ```ts
 * import { configureStore } from '@reduxjs/toolkit'
 * import { createApi, fetchBaseQuery } from '@reduxjs/toolkit/query'
 * import { createTidemark } from 'tidemark'
 * import { tidemarkRTKQuery } from 'tidemark/rtk-query'
 *
 * const baseUrl = 'https://api.example.com'
 * const tidemark = createTidemark({ origins: [baseUrl] })
 * const tide = tidemarkRTKQuery(tidemark)
 * const api = createApi({
 *   baseQuery: tide.baseQuery((fetchFn) => fetchBaseQuery({ baseUrl, fetchFn })),
 *   endpoints: (build) => ({ photo: build.query<unknown, string>({ query: (id) => `/photos/${id}` }) }),
 * })
 * const store = configureStore({
 *   reducer: { api: tide.reducer(api.reducer) },
 *   middleware: (own) => own().concat(api.middleware),
 * })
 * Object.keys(store.getState()) //=> ['api']
 * tidemark.close()
 * ```
 */
export function tidemarkRTKQuery(
  tidemark: Client,
  { reducerPath = 'api' }: TidemarkRTKQueryOptions = {},
): TidemarkRTKQuery {
  const tagged = createTaggedData(tidemark)
  const callNoted = createNotedCall(tagged, reducerPath)
  const guard = createReducerGuard(tagged, partsOf(tidemark))

  return {
    baseQuery: <Q extends AnyBaseQuery>(make: (fetchFn: Client['fetch']) => Q) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It takes and gives what the own one does.
      ((...call: Call) => callNoted(make, call)) as unknown as Q,
    reducer: <R extends (state: never, action: never) => unknown>(own: R) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The same.
      guard(own as unknown as (state: unknown, action: unknown) => unknown) as unknown as R,
  }
}
