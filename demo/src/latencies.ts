// How long the latest reads took: measured by the clock of the machine, from outside of the client.

import { percentile } from './routing/cluster.ts'

/** The latencies of one reader. */
export interface Latencies {
  /** Measures how long something takes, also where it fails. */
  readonly measure: <T>(work: () => Promise<T>) => Promise<T>
  /** Returns the time, in milliseconds, within which a share of the reads was over: 0 of none. */
  readonly within: (share: number) => number
}

// So many that a percentile of them means something, and so few that it is of now.
const latenciesMax = 500

/** Makes a meter that has measured nothing. */
export function createLatencies(): Latencies {
  const latencies: number[] = []
  return {
    async measure(work) {
      const begunMs = performance.now()
      try {
        return await work()
      } finally {
        latencies.push(performance.now() - begunMs)
        if (latencies.length > latenciesMax) latencies.shift()
      }
    },
    within: (share) => percentile(latencies, share),
  }
}
