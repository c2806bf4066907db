// Retries of TanStack Query, around those of the wrapped fetch.
//
// E1. A read that no source could answer in time has spent its budget on asking. To ask again three times
//     would make of one budget a product (lessons W19), in a page that shows nothing meanwhile.
// E2. An app that names no number gets TanStack Query's own: three for observers, none for `fetchQuery`. To
//     name one for it would give retries to loaders, which by default have none.

import { isTidemarkError } from '../../core/errors.ts'

/** How often a query is retried, as its options say it. */
export type Retry = boolean | number | ((failureCount: number, error: Error) => boolean)

/** Returns the app's own idea of retrying, for all but what is worth no retry. */
export function createRetry(own: Retry): (failureCount: number, error: Error) => boolean {
  return (failureCount, error) => {
    if (isUnavailable(error)) return false // E1
    if (typeof own === 'function') return own(failureCount, error)
    return typeof own === 'number' ? failureCount < own : own
  }
}

/** Tells whether an error is that of a read which no source covered, also within one of another library. */
export function isUnavailable(error: unknown): boolean {
  if (isTidemarkError(error, 'version-unavailable')) return true
  return error instanceof Error && isTidemarkError(error.cause, 'version-unavailable')
}
