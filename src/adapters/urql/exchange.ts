// urql: an exchange between the cache and the fetch, through which every answer comes.
//
//   cacheExchange ── tidemarkExchange ── fetchExchange
//
// U1. The cache has no place to refuse: the `updates` of Graphcache run after the write, and the document
//     cache has none (lessons C4). So what is older never gets there.
// U2. Each operation has a `fetch` of its own in its context, which tells what it was answered. Other
//     exchanges may stand between, and may wait: it travels with the operation.
// U3. A query by POST is a read, and is judged as one; a mutation is a write.
// U4. Lag is no error of a query that was answered before: it is given that, and `extensions.tidemark` says so.
//     It is not marked `stale`, which promises another result: `toPromise()` would wait for it for ever.
// U5. What was read belongs to one `Client` of urql: another one, after a sign-out, has none of it (I11).

import type { CombinedError, Exchange, ExchangeIO, Operation, OperationResult } from '@urql/core'
import { createNewestData } from '../../client/carried/newest-data.ts'
import { createTaggedData } from '../../client/carried/tagged-data.ts'
import type { AnswerVersions } from '../../client/carried/tagged-data.ts'
import type { Client } from '../../client/client.ts'
import { isTidemarkError } from '../../core/errors.ts'
import { mapSource } from './map-source.ts'

type Operations = Parameters<ExchangeIO>[0]
type Results = ReturnType<ExchangeIO>

// As many operations as are worth to be held against the past.
const keysMax = 1000

/**
 * Returns an exchange by which no query goes back, and whose requests are made by `tidemark.fetch`. Its place is
 * after the exchange that caches, and before `fetchExchange`.
 *
 * @throws {OptionsError} for a client that `createTidemark` has not made.
 * @example
 * ```ts
 * import { cacheExchange, Client, fetchExchange } from '@urql/core'
 * import { createTidemark } from 'tidemark'
 * import { tidemarkExchange } from 'tidemark/urql'
 *
 * const tidemark = createTidemark({ origins: ['https://api.example.com'] })
 * const exchanges = [cacheExchange, tidemarkExchange(tidemark), fetchExchange]
 * new Client({ url: 'https://api.example.com/graphql', exchanges }).suspense //=> false
 * tidemark.close()
 * ```
 */
export function tidemarkExchange(tidemark: Client): Exchange {
  const tagged = createTaggedData(tidemark)

  return ({ forward }) => {
    const newest = createNewestData(tagged, keysMax) // U5
    const answersOf = new WeakMap<object, AnswerVersions>()

    /** Gives an operation a `fetch` of its own (U2). */
    function govern(operation: Operation): Operation {
      if (operation.kind !== 'query' && operation.kind !== 'mutation') return operation
      const noted = tagged.fetchFor((versions) => void answersOf.set(fetch, [versions]))
      const fetch: typeof globalThis.fetch = (input, init) => {
        const isRead = operation.kind === 'query' && typeof (init?.body ?? '') === 'string'
        return noted(input, isRead ? { ...init, kind: 'read' } : init) // U3
      }
      return { ...operation, context: { ...operation.context, fetch } }
    }

    /** Returns the result that may go on: this one, or what the operation was answered before. */
    function admit(result: OperationResult): OperationResult {
      const { operation, data, error } = result
      if (operation.kind !== 'query') return result
      const key = String(operation.key)
      const known = newest.of(key)
      if (isUnavailable(error)) {
        if (known === undefined) return result
        return standIn(result, known.data) // U4
      }
      const { fetch } = operation.context
      const admitted = newest.admit(key, data, fetch && answersOf.get(fetch))
      return admitted === data ? result : standIn(result, admitted)
    }

    return (operations) => mapSource<Results, OperationResult>(forward(mapSource<Operations, Operation>(operations, govern)), admit)
  }
}

function standIn({ extensions, error: _error, ...result }: OperationResult, data: unknown): OperationResult {
  return { ...result, data, extensions: { ...extensions, tidemark: { isBehind: true } } }
}

function isUnavailable(error: CombinedError | undefined): boolean {
  return error?.networkError !== undefined && isTidemarkError(error.networkError, 'version-unavailable')
}
