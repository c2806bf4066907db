// The recent-write window: for a while after a write, reads of what was written go to the primary.
//
// A heuristic, and never reported as a guarantee (lessons S13): it fails exactly when lag exceeds the
// window. What it buys is one request instead of two while replicas are behind by less. A window is
// measured on this client's clock alone (lessons R23), from the acknowledgement, or from the failure: a
// write whose answer never came may have happened (lessons R17).

import { isWithin } from '../../path-relation.ts'
import type { Policy } from '../policy.ts'

/** What {@link recentWrites} may be told. */
export interface RecentWritesOptions {
  /**
   * How long after a write, in milliseconds. Others use 1 to 60 seconds.
   *
   * @default 2000
   */
  readonly windowMs?: number | undefined
  /**
   * Which reads a write concerns: those of the same `resource`, of its parents and parts, by path; or
   * all of the `session`.
   *
   * @default 'resource'
   */
  readonly of?: 'resource' | 'session' | undefined
}

/** Prefers the primary for reads of what this session has written lately. */
export function recentWrites({ windowMs = 2000, of = 'resource' }: RecentWritesOptions = {}): Policy {
  return ({ question: { url, atMs, level }, state: { writes } }) => {
    // Reads that promise nothing of own writes are not worth the primary.
    if (level === 'eventual' || level === 'monotonic-reads') return undefined
    const { pathname } = url
    const concerns = (path: string): boolean =>
      of === 'session' || isWithin(pathname, path) || isWithin(path, pathname)
    const isConcerned = writes.some((write) => atMs - write.atMs <= windowMs && concerns(write.path))
    if (!isConcerned) return undefined
    return {
      why: 'it was written lately (a heuristic)',
      rank: ({ isPrimary }) => (isPrimary ? 0 : 1),
      isCritical: true,
    }
  }
}
