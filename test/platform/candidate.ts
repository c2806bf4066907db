// The candidate: the client's `fetch`, in the state that a way of speaking of versions asks for.

import { createTidemark, memoryStorage } from '../../src/index.ts'
import { createEnvironment, silent } from './environment.ts'
import type { Environment, Fetch, Place, Speech } from './environment.ts'

/** A client of one run. */
export interface Candidate {
  readonly fetch: Fetch
  readonly close: () => void
}

/** Makes a client that knows what the speech says that it knows. */
export async function createCandidate(
  origins: Environment['origins'],
  speech: Speech,
): Promise<Candidate> {
  const named = [
    origins.open,
    origins.bare,
    origins.closed,
    new URL(origins.page || origins.open).origin,
  ]
  const tidemark = createTidemark({ origins: named, storage: memoryStorage(), mirror: false })
  if (speech.isPrimed) {
    const places: readonly Place[] =
      origins.page === '' ? ['open', 'bare'] : ['open', 'bare', 'page']
    // Of another run, so that the journal of this one stays clean. Below what the run itself will say.
    const { url } = createEnvironment(origins, silent)
    for (const place of places) {
      // One after the other, as a page would have come to know them.
      // oxlint-disable-next-line no-await-in-loop
      await (await tidemark.fetch(url('/status/200', { v: '41', e: '7f3a' }, place))).text()
    }
  }
  return { fetch: tidemark.fetch, close: tidemark.close }
}
