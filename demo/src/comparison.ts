// The comparison: one user, one API, one seed, and two clients that read it a thousand times.
//
// C1. The terminal and the page run this same module, in time that passes only while everyone waits:
//     they show the same figures, whatever the machine.
// C2. The history checker counts, and it looks at requests and answers alone: neither client is asked
//     how it did.

import { createTidemark, memoryStorage } from 'tidemark'
import type { SetTimer } from 'tidemark'
import {
  checkGuarantees,
  createLaggingApi,
  createRandom,
  createVirtualClock,
  laggingApiOrigin,
  runWorkload,
} from 'tidemark/testing'
import type { Clock, FloorPolicy } from 'tidemark/testing'

/** What is compared. */
export interface ComparisonSettings {
  readonly seed: number
  readonly replicas: number
  readonly meanLagMs: number
  /** What the API does with the floors that come with a request. */
  readonly floors: FloorPolicy
}

/** What the terminal prints when the demo starts: replicas in ordinary health. */
export const comparisonSettings: ComparisonSettings = {
  seed: 1,
  replicas: 3,
  meanLagMs: 200,
  floors: 'ignore',
}

/** How one client did. */
export interface ClientFigures {
  readonly client: 'Plain fetch' | 'Tidemark'
  readonly reads: number
  readonly writes: number
  /** How many reads of a thousand lacked an own write. */
  readonly readYourWrites: number
  /** How many reads of a thousand went back behind an earlier one. */
  readonly monotonicReads: number
  /** How many requests reached the API, writes included. */
  readonly requests: number
  /** How many reads failed, since nothing could be shown that would have been right. */
  readonly failures: number
}

/** Runs the comparison. */
export async function compare(settings: ComparisonSettings): Promise<readonly ClientFigures[]> {
  return [
    await measure('Plain fetch', settings, (fetch) => fetch),
    await measure('Tidemark', settings, (fetch, clock) => {
      const tidemark = createTidemark({
        origins: [laggingApiOrigin],
        fetch,
        storage: memoryStorage(),
        mirror: false,
        now: clock.now,
        setTimer: timerOf(clock),
        random: createRandom(settings.seed).substream('jitter').next,
      })
      // What is to be saved is saved at once, and not by a timer a moment later: while a
      // body is being read, which takes engines differently long, no timer may be there to move time (C1).
      return async (input, init) => {
        await tidemark.flush()
        const response = await tidemark.fetch(input, init)
        await tidemark.flush()
        return response
      }
    }),
  ]
}

type Fetch = typeof globalThis.fetch

async function measure(
  client: ClientFigures['client'],
  { seed, replicas, meanLagMs, floors }: ComparisonSettings,
  makeClient: (fetch: Fetch, clock: Clock) => Fetch,
): Promise<ClientFigures> {
  const clock = createVirtualClock()
  const { now, sleep } = clock
  const lag = { kind: 'exponential', meanMs: meanLagMs } as const
  const api = createLaggingApi({ seed, replicas, lag, floors, now, sleep })
  let requests = 0
  const counted: Fetch = (input, init) => {
    requests += 1
    return api.fetch(input, init)
  }
  const fetch = makeClient(counted, clock)
  const history = await clock.run(() => runWorkload({ fetch, clock, seed, reads: 1000 }))
  const { reads, writes, perThousand } = checkGuarantees(history) // C2
  const asked = history.operations.filter(({ kind }) => kind === 'read').length
  const { readYourWrites, monotonicReads } = perThousand
  return { client, reads, writes, readYourWrites, monotonicReads, requests, failures: asked - reads }
}

/** The timers of a client that goes by a clock of its own. */
function timerOf(clock: Clock): SetTimer {
  return (callback, delayMs) => {
    const cancelling = new AbortController()
    clock.sleep(delayMs, cancelling.signal).then(callback, () => undefined)
    return () => cancelling.abort()
  }
}
