// Typed options, for those who want more than the one line gives: a `fetch` that belongs to the very
// call, a version for each page, and the version of a write on what its mutation returns.
//
// O1. They are the options of TanStack Query, and go wherever those go: observers, hooks, prefetches.
// O2. What is read by the context's `fetch` belongs to the call, however many waits lie before it.

import type {
  DefaultError,
  InfiniteData,
  InfiniteQueryObserverOptions,
  MutationFunctionContext,
  MutationObserverOptions,
  QueryClient,
  QueryFunctionContext,
  QueryKey,
  QueryObserverOptions,
} from '@tanstack/query-core'
import type { Client } from '../../client/client.ts'
import type { Witness } from '../../client/witness.ts'
import type { Versions } from '../../core/version.ts'
import { asOfVersions, spanOf } from './as-of.ts'
import type { AsOf } from './as-of.ts'
import { governorOf } from './governor.ts'
import type { Governor } from './governor.ts'
import { extendContext } from './run.ts'

/** What a governed function finds in its context besides: the wrapped fetch, for this very call. */
export interface GovernedFetch {
  readonly fetch: Client['fetch']
}

/** Options of a query whose function reads by the `fetch` of its context. */
export type GovernedQueryOptions<TQueryFnData, TError, TData, TKey extends QueryKey> = Omit<
  QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TKey>,
  'queryFn'
> & {
  readonly queryKey: TKey
  readonly queryFn: (
    context: QueryFunctionContext<TKey> & GovernedFetch,
  ) => TQueryFnData | Promise<TQueryFnData>
}

/**
 * Returns options for a query whose function reads by the `fetch` of its context, which tells exactly
 * what its result was made of: also by a library that waits before it fetches, as ky and axios do.
 *
 * @example
 * ```ts
 * import { queryOptions } from 'tidemark/tanstack-query'
 *
 * const photo = (id: string) =>
 *   queryOptions({
 *     queryKey: ['photo', id],
 *     queryFn: async ({ fetch }) => (await fetch(`/photos/${id}`)).json(),
 *   })
 * photo('7').queryKey //=> ['photo', '7']
 * ```
 */
export function queryOptions<
  TQueryFnData,
  TError = DefaultError,
  TData = TQueryFnData,
  const TKey extends QueryKey = QueryKey,
>(
  options: GovernedQueryOptions<TQueryFnData, TError, TData, TKey>,
): QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TKey> & { readonly queryKey: TKey } {
  const { queryFn, ...rest } = options
  return { ...rest, queryFn: (context) => callGoverned(context, queryFn) }
}

/** Options of an infinite query whose function reads by the `fetch` of its context. */
export type GovernedInfiniteQueryOptions<TPage, TError, TData, TKey extends QueryKey, TParam> = Omit<
  InfiniteQueryObserverOptions<TPage, TError, TData, TKey, TParam>,
  'queryFn'
> & {
  readonly queryKey: TKey
  readonly queryFn: (
    context: QueryFunctionContext<TKey, TParam> & GovernedFetch,
  ) => TPage | Promise<TPage>
}

/** Returns options for an infinite query, each page of which has its own version. */
export function infiniteQueryOptions<
  TPage,
  TError = DefaultError,
  TData = InfiniteData<TPage>,
  const TKey extends QueryKey = QueryKey,
  TParam = unknown,
>(
  options: GovernedInfiniteQueryOptions<TPage, TError, TData, TKey, TParam>,
): InfiniteQueryObserverOptions<TPage, TError, TData, TKey, TParam> & { readonly queryKey: TKey } {
  const { queryFn, ...rest } = options
  const governed = {
    ...rest,
    queryFn: (context: QueryFunctionContext<TKey, TParam>) => callGoverned(context, queryFn),
  }
  return governed
}

/** Options of a mutation whose function writes by the `fetch` of its context. */
export type GovernedMutationOptions<TData, TError, TVariables, TContext> = Omit<
  MutationObserverOptions<TData, TError, TVariables, TContext>,
  'mutationFn'
> & {
  readonly mutationFn: (
    variables: TVariables,
    context: MutationFunctionContext & GovernedFetch,
  ) => TData | Promise<TData>
  /** The keys of the queries that it changes: see docs/tanstack-query.md. */
  readonly touches?: readonly QueryKey[] | ((variables: TVariables) => readonly QueryKey[]) | undefined
}

/**
 * Returns options for a mutation that says what it touches. What its function returns carries the version
 * of the write, so that `setQueryData(key, reply)` in `onSuccess` is never taken back by an older answer.
 */
export function mutationOptions<TData, TError = DefaultError, TVariables = void, TContext = unknown>(
  options: GovernedMutationOptions<TData, TError, TVariables, TContext>,
): MutationObserverOptions<TData, TError, TVariables, TContext> {
  const { mutationFn, touches, ...rest } = options
  return {
    ...rest,
    ...(touches === undefined ? {} : { meta: { ...rest.meta, touches } }),
    mutationFn: async (variables, context) => {
      const governor = governorOf(context.client)
      const written: Versions[] = []
      const fetch = fetchOf(governor, (testimony) => {
        if ('caused' in testimony && testimony.caused !== undefined) written.push(testimony.caused)
      })
      const data = await fetch.during(() => mutationFn(variables, { ...context, fetch: fetch.fetch }))
      tagWith(governor, data, written)
      return data
    },
  }
}

/** Calls a query's function with a `fetch` of its own, and tags its result with what it read. */
async function callGoverned<C extends { readonly client: QueryClient }, R>(
  context: C,
  queryFn: (context: C & GovernedFetch) => R | Promise<R>,
): Promise<R> {
  const governor = governorOf(context.client)
  const read: Versions[] = []
  // The run of the query, if there is one, is told as well: it knows what to do with primitives.
  const outer = governor.parts.witnesses.of('', undefined)
  const { during, fetch } = fetchOf(governor, (testimony) => {
    outer?.(testimony)
    if ('report' in testimony && testimony.report.versions !== undefined) read.push(testimony.report.versions)
  })
  const data = await during(() => queryFn(extendContext(context, { fetch })))
  tagWith(governor, data, read)
  return data
}

function fetchOf(
  { parts, tidemark }: Governor,
  witness: Witness,
): { during: <T>(work: () => T) => T; fetch: Client['fetch'] } {
  const during = <T>(work: () => T): T => parts.witnesses.during(witness, work)
  return { during, fetch: (input, init) => during(() => tidemark.fetch(input, init)) }
}

function tagWith({ ledger }: Governor, data: unknown, versions: readonly Versions[]): void {
  const parts: AsOf[] = versions.map(asOfVersions)
  const asOf = spanOf(ledger.formatOf, parts)
  if (asOf !== undefined) ledger.tags.set(data, asOf)
}

