// Recording what a client sends, beneath it: how often it asks is part of what it promises.

import type { HistoryRecorder } from './history.ts'

/**
 * Wraps the `fetch` that a client is given, so that `history` notes each request that leaves.
 *
 * @example
 * ```ts
 * import { createHistory, createLaggingApi, recordRequests } from 'tidemark/testing'
 *
 * const history = createHistory()
 * const network = recordRequests(createLaggingApi().fetch, history)
 * await network('/counters/likes')
 * history.requests?.length //=> 1
 * ```
 */
export function recordRequests(
  fetch: typeof globalThis.fetch,
  history: HistoryRecorder,
  { session = 'session-1' }: { readonly session?: string | undefined } = {},
): typeof globalThis.fetch {
  return (input, init) => {
    history.recordRequest(session)
    return fetch(input, init)
  }
}
