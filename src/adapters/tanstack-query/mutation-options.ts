// Typed options of mutations: what a write touches, and its version on what its function returns.

import type {
  DefaultError,
  MutationFunctionContext,
  MutationObserverOptions,
  QueryKey,
} from '@tanstack/query-core'
import type { Versions } from '../../core/version.ts'
import { fetchOf, tagWith } from './governed-call.ts'
import type { GovernedFetch } from './governed-call.ts'
import { governorOf } from './governor.ts'

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
export function mutationOptions<TData = unknown, TError = DefaultError, TVariables = void, TContext = unknown>(
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
