// Versioned reads: any replica at or above the last seen version will do; stay there while it is good.

import type { Policy } from '../policy.ts'

/**
 * Prefers the replica that last answered well, as long as it covers what the read has to; then any
 * other that does.
 *
 * Unlike {@link stickyReplica} it follows what replicas have shown, and not a hash: sessions gather
 * where the data is fresh.
 */
export function versionedReads(): Policy {
  return ({ state: { lastGood } }) => ({
    why: 'it is at or above the last seen version',
    rank: ({ name, isPrimary, coverage }) => {
      if (isPrimary) return 4
      if (coverage === 'behind') return 5
      // One that shows enough is better than one that only might, but of two alike the last stays.
      return (coverage === 'covers' ? 0 : 2) + (name === lastGood ? 0 : 1)
    },
  })
}
