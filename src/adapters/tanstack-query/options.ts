// Typed options of queries, for those who want more than the one line gives: a `fetch` that belongs to
// the very call, and a version for each page.
//
// O1. They are the options of TanStack Query, and go wherever those go: observers, hooks, prefetches.
// O2. What is read by the context's `fetch` belongs to the call, however many waits lie before it.
// O3. Types are inferred as TanStack Query infers them: keys are tagged with the data of their query, what
//     begins with data is never without, and a function may be the `skipToken`.

import { skipToken } from '@tanstack/query-core'
import type {
  DataTag,
  DefaultError,
  InfiniteData,
  InfiniteQueryObserverOptions,
  InitialDataFunction,
  NonUndefinedGuard,
  QueryFunction,
  QueryFunctionContext,
  QueryKey,
  QueryObserverOptions,
  SkipToken,
} from '@tanstack/query-core'
import { callGoverned } from './governed-call.ts'
import type { GovernedContext, GovernedFetch } from './governed-call.ts'

/** A query's function that reads by the `fetch` of its context. */
export type GovernedQueryFn<TQueryFnData, TKey extends QueryKey, TParam = never> = (
  context: QueryFunctionContext<TKey, TParam> & GovernedFetch,
) => TQueryFnData | Promise<TQueryFnData>

/** A key that knows the data of its query, as `getQueryData` and `setQueryData` take it (O3). */
export interface TaggedKey<TKey extends QueryKey, TQueryFnData, TError> {
  readonly queryKey: DataTag<TKey, TQueryFnData, TError>
}

/** Data that a query begins with, and is never without. */
export interface DefinedInitialData<T> {
  readonly initialData: NonUndefinedGuard<T> | (() => NonUndefinedGuard<T>)
}

/** Data that a query may begin with. */
export interface PerhapsInitialData<T> {
  readonly initialData?: NonUndefinedGuard<T> | InitialDataFunction<NonUndefinedGuard<T>> | undefined
}

/** Options of a query, but for its function. */
export type QueryOptionsAround<TQueryFnData, TError, TData, TKey extends QueryKey> = Omit<
  QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TKey>,
  'queryFn'
>

/** Options of a query whose function reads by the `fetch` of its context. */
export type GovernedQueryOptions<
  TQueryFnData,
  TError,
  TData,
  TKey extends QueryKey,
> = QueryOptionsAround<TQueryFnData, TError, TData, TKey> & {
  readonly queryFn: GovernedQueryFn<TQueryFnData, TKey>
}

/** What {@link queryOptions} returns: options as TanStack Query takes them, with a tagged key. */
export type TaggedQueryOptions<
  TQueryFnData,
  TError,
  TData,
  TKey extends QueryKey,
> = QueryOptionsAround<TQueryFnData, TError, TData, TKey> &
  TaggedKey<TKey, TQueryFnData, TError> & { readonly queryFn: QueryFunction<TQueryFnData, TKey> }

/**
 * Returns options for a query whose function reads by the `fetch` of its context, which tells exactly
 * what its result was made of: also by a library that waits before it fetches, as ky and axios do.
 *
 * Types are inferred as by the `queryOptions` of TanStack Query.
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
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TKey extends QueryKey = QueryKey,
>(
  options: GovernedQueryOptions<TQueryFnData, TError, TData, TKey> & DefinedInitialData<TQueryFnData>,
): TaggedQueryOptions<TQueryFnData, TError, TData, TKey> & DefinedInitialData<TQueryFnData>
/** The same, for a query that may begin without data. */
export function queryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TKey extends QueryKey = QueryKey,
>(
  options: GovernedQueryOptions<TQueryFnData, TError, TData, TKey> & PerhapsInitialData<TQueryFnData>,
): TaggedQueryOptions<TQueryFnData, TError, TData, TKey>
/** The same, for a query that may be skipped. */
export function queryOptions<
  TQueryFnData = unknown,
  TError = DefaultError,
  TData = TQueryFnData,
  TKey extends QueryKey = QueryKey,
>(
  options: QueryOptionsAround<TQueryFnData, TError, TData, TKey> &
    PerhapsInitialData<TQueryFnData> & {
    readonly queryFn: GovernedQueryFn<TQueryFnData, TKey> | SkipToken
  },
): QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TKey> &
  TaggedKey<TKey, TQueryFnData, TError>
/** What they have in common: the `fetch` of the context is brought by us. */
export function queryOptions<C extends GovernedContext>(options: GoverningOptions<C>): object {
  return withGovernedFn(options)
}

/** Options of an infinite query, but for its function. */
export type InfiniteQueryOptionsAround<TPage, TError, TData, TKey extends QueryKey, TParam> = Omit<
  InfiniteQueryObserverOptions<TPage, TError, TData, TKey, TParam>,
  'queryFn'
>

/** Options of an infinite query whose function reads by the `fetch` of its context. */
export type GovernedInfiniteQueryOptions<
  TPage,
  TError,
  TData,
  TKey extends QueryKey,
  TParam,
> = InfiniteQueryOptionsAround<TPage, TError, TData, TKey, TParam> & {
  readonly queryFn: GovernedQueryFn<TPage, TKey, TParam>
}

/** What {@link infiniteQueryOptions} returns: options as TanStack Query takes them, with a tagged key. */
export type TaggedInfiniteQueryOptions<
  TPage,
  TError,
  TData,
  TKey extends QueryKey,
  TParam,
> = InfiniteQueryOptionsAround<TPage, TError, TData, TKey, TParam> &
  TaggedKey<TKey, InfiniteData<TPage>, TError> & { readonly queryFn: QueryFunction<TPage, TKey, TParam> }

/** Returns options for an infinite query, each page of which has its own version. */
export function infiniteQueryOptions<
  TPage,
  TError = DefaultError,
  TData = InfiniteData<TPage>,
  TKey extends QueryKey = QueryKey,
  TParam = unknown,
>(
  options: GovernedInfiniteQueryOptions<TPage, TError, TData, TKey, TParam> &
    DefinedInitialData<InfiniteData<TPage, TParam>>,
): TaggedInfiniteQueryOptions<TPage, TError, TData, TKey, TParam> &
  DefinedInitialData<InfiniteData<TPage, TParam>>
/** The same, for a query that may begin without data. */
export function infiniteQueryOptions<
  TPage,
  TError = DefaultError,
  TData = InfiniteData<TPage>,
  TKey extends QueryKey = QueryKey,
  TParam = unknown,
>(
  options: GovernedInfiniteQueryOptions<TPage, TError, TData, TKey, TParam>,
): TaggedInfiniteQueryOptions<TPage, TError, TData, TKey, TParam>
/** The same, for a query that may be skipped. */
export function infiniteQueryOptions<
  TPage,
  TError = DefaultError,
  TData = InfiniteData<TPage>,
  TKey extends QueryKey = QueryKey,
  TParam = unknown,
>(
  options: InfiniteQueryOptionsAround<TPage, TError, TData, TKey, TParam> & {
    readonly queryFn: GovernedQueryFn<TPage, TKey, TParam> | SkipToken
  },
): InfiniteQueryObserverOptions<TPage, TError, TData, TKey, TParam> &
  TaggedKey<TKey, InfiniteData<TPage>, TError>
/** What they have in common: the `fetch` of the context is brought by us. */
export function infiniteQueryOptions<C extends GovernedContext>(options: GoverningOptions<C>): object {
  return withGovernedFn(options)
}

interface GoverningOptions<C extends GovernedContext> {
  readonly queryFn: ((context: C & GovernedFetch) => unknown) | SkipToken
}

/** Returns options as TanStack Query takes them. */
function withGovernedFn<C extends GovernedContext>(options: GoverningOptions<C>): object {
  const { queryFn } = options
  if (queryFn === skipToken) return options
  return { ...options, queryFn: (context: C) => callGoverned(context, queryFn) }
}
