// The configuration of SWR: a middleware that notes what a fetcher has read, and a cache that refuses
// older values.
//
// C1. The cache is the one place that all values pass: results, `mutate`, optimistic values, rollbacks.
//     SWR's `compare` is not: it is called with its roles swapped too, and an order hidden in it keeps
//     newer values from the screen (lessons C1).
// C2. What a fetcher brought counts as known from the moment it arrives, though SWR may discard it because
//     a mutation is under way. So a rollback goes to it, and not to the snapshot that SWR took (I10).
// C3. A value that was not read by the wrapped fetch is the app's word: it is shown, and proves nothing.
// C4. The functions of `useSWRMutation` and `useSWRSubscription` pass the middleware too, with a second
//     argument. What they return is no value of the key, and is left alone.

import type { Cache, Key, Middleware, State } from 'swr'
import { unstable_serialize } from 'swr'
import { createNewestData } from '../../client/carried/newest-data.ts'
import { createTaggedData } from '../../client/carried/tagged-data.ts'
import type { AnswerVersions } from '../../client/carried/tagged-data.ts'
import type { Client } from '../../client/client.ts'

/** What the app has configured itself. */
export interface TidemarkSWROptions {
  /**
   * Makes the cache, as in SWR's own configuration. It must not be shared with another configuration.
   *
   * @default a new `Map`
   */
  readonly provider?: ((parent: Readonly<Cache>) => Cache) | undefined
}

/** What goes into `SWRConfig`. */
export interface TidemarkSWRConfig {
  readonly provider: (parent: Readonly<Cache>) => Cache
  readonly use: Middleware[]
}

/**
 * Returns the part of an `SWRConfig` by which no key goes back: not by a revalidation that meets a lagging
 * replica, nor by a rollback.
 *
 * Fetchers stay as they are, if they begin their reads by `tidemark.fetch` before they first wait. See
 * docs/neighbours.md.
 *
 * @throws {OptionsError} for a client that `createTidemark` has not made.
 * @example
 * ```ts
 * import { createTidemark } from 'tidemark'
 * import { tidemarkSWR } from 'tidemark/swr'
 *
 * const tidemark = createTidemark({ origins: ['https://api.example.com'] })
 * const value = { ...tidemarkSWR(tidemark), dedupingInterval: 1000 } // <SWRConfig value={value}>
 * value.use.length //=> 1
 * tidemark.close()
 * ```
 */
export function tidemarkSWR(tidemark: Client, { provider = () => new Map() }: TidemarkSWROptions = {}): TidemarkSWRConfig {
  const tagged = createTaggedData(tidemark)
  // Bounded by the cache: an entry goes with its key.
  const newest = createNewestData(tagged)

  /** Calls a fetcher, and returns what may stand under its key. */
  async function read(fetcher: (arg: Key) => unknown, arg: Key): Promise<unknown> {
    let admitted: unknown
    const onResult = (data: unknown, answers: AnswerVersions): void => {
      admitted = newest.admit(unstable_serialize(arg), data, answers) // C2
    }
    await tagged.note(() => fetcher(arg), onResult)
    return admitted
  }

  const noteReads: Middleware = (useSWRNext) => (key, fetcher, config) => {
    if (typeof fetcher !== 'function') return useSWRNext(key, fetcher, config)
    const call: (...args: Key[]) => unknown = fetcher
    const noted = (...args: Key[]): unknown => (args.length === 1 ? read(call, args[0]) : call(...args)) // C4
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It returns what the fetcher has.
    return useSWRNext(key, noted as typeof fetcher, config)
  }

  return {
    use: [noteReads],
    provider(parent) {
      const cache = provider(parent)
      return {
        keys: () => cache.keys(),
        get: (key) => cache.get(key),
        set(key: string, state: State) {
          // What stands unchanged needs no judgement: it may be optimistic, or equal to what is known.
          const isUnchanged = state.data === cache.get(key)?.data
          if (state.data === undefined) newest.forget(key)
          cache.set(key, isUnchanged ? state : { ...state, data: newest.admit(key, state.data, tagged.of(state.data)) }) // C3
        },
        delete(key) {
          newest.forget(key)
          cache.delete(key)
        },
      }
    },
  }
}
