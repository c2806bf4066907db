// Apollo Client: a link that notes what each operation was answered, and a cache that refuses what is older.
//
//   link ──context──► HttpLink ── fetch ──► answers ──► result.data ──► cache.write
//
// A1. `HttpLink` may come after links that wait, so an operation takes a `fetch` of its own along, in its
//     context. The `fetch` of `HttpLink` looks it up.
// A2. A query by POST is a read, and is judged as one; a mutation is a write.
// A3. Lag is no error of a query that the cache can answer: it is given that, and `extensions.tidemark` says so.

import { ApolloLink, Observable } from '@apollo/client'
import type { InMemoryCache } from '@apollo/client'
import { createTaggedData } from '../../client/carried/tagged-data.ts'
import type { AnswerVersions } from '../../client/carried/tagged-data.ts'
import type { Client } from '../../client/client.ts'
import { isTidemarkError } from '../../core/errors.ts'
import { guardedCache } from './guarded-cache.ts'

/** The parts of an Apollo Client by which nothing goes back. */
export interface TidemarkApollo {
  /** Comes before the `HttpLink`. */
  readonly link: ApolloLink
  /** What the `HttpLink` fetches by. */
  readonly fetch: typeof globalThis.fetch
  /** Apollo's own, and what is older than what it holds does not get in. */
  readonly InMemoryCache: typeof InMemoryCache
}

/** Where in the options of a fetch an operation's own is found. It is copied as they are, and nobody else's. */
const ownFetch = Symbol('tidemark')

/**
 * Returns the parts of an Apollo Client whose entities never go back, whichever operation brings them.
 *
 * @throws {OptionsError} for a client that `createTidemark` has not made.
 * @example
 * ```ts
 * import { ApolloClient, HttpLink } from '@apollo/client'
 * import { createTidemark } from 'tidemark'
 * import { tidemarkApollo } from 'tidemark/apollo'
 *
 * const tidemark = createTidemark({ origins: ['https://api.example.com'] })
 * const { link, fetch, InMemoryCache } = tidemarkApollo(tidemark)
 * const client = new ApolloClient({
 *   link: link.concat(new HttpLink({ uri: 'https://api.example.com/graphql', fetch })),
 *   cache: new InMemoryCache(),
 * })
 * client.extract() //=> {}
 * tidemark.close()
 * ```
 */
export function tidemarkApollo(tidemark: Client): TidemarkApollo {
  const tagged = createTaggedData(tidemark)

  const link = new ApolloLink((operation, forward) => {
    let answers: AnswerVersions = []
    const noted = tagged.fetchFor((versions) => void (answers = [versions]))
    // oxlint-disable-next-line typescript/no-unsafe-enum-comparison -- Only graphql has the names of its values.
    const isQuery = operation.query.definitions.some((one) => 'operation' in one && one.operation === 'query')
    const fetch: typeof globalThis.fetch = (input, init) => {
      const isRead = isQuery && typeof (init?.body ?? '') === 'string'
      return noted(input, isRead ? { ...init, kind: 'read' } : init) // A2
    }
    operation.setContext(({ fetchOptions }) => ({ fetchOptions: { ...fetchOptions, [ownFetch]: fetch } }))

    return new Observable((observer) =>
      forward(operation).subscribe({
        next(result) {
          if ('data' in result) tagged.tag(result.data, answers)
          observer.next(result)
        },
        error(error: unknown) {
          const known = isQuery && isTidemarkError(error, 'version-unavailable') ? inCache(operation) : undefined
          if (known === undefined) return observer.error(error)
          observer.next(known)
          observer.complete()
        },
        complete: () => observer.complete(),
      }),
    )
  })

  return {
    link,
    fetch: (input, init) => fetchIn(init, tidemark.fetch)(input, init), // A1
    InMemoryCache: guardedCache(tagged),
  }
}

function fetchIn(init: RequestInit | undefined, otherwise: typeof globalThis.fetch): typeof globalThis.fetch {
  const own: unknown = init === undefined ? undefined : Reflect.get(init, ownFetch)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The link has put it there.
  return typeof own === 'function' ? (own as typeof globalThis.fetch) : otherwise
}

/** Returns what the cache can answer an operation with, if it can in whole (A3). */
function inCache({ client, query, variables }: ApolloLink.Operation): ApolloLink.Result | undefined {
  const data = client.cache.readQuery<Record<string, unknown>>({ query, variables })
  return data === null ? undefined : { data, extensions: { tidemark: { isBehind: true } } }
}
