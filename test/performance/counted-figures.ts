// What storing and loading come to, as `docs/performance.md` says it. A change of the storage changes it here first.

import type { DiskCounts } from './counted-disk.ts'

/** By the words of the page. */
export const countedFigures = {
  'an answer of 50 entities is stored': { transactions: 1, writes: 2, bytes: 35_002, reads: 1 },
  'one change is stored, among 1,000 entries': { transactions: 1, writes: 1, bytes: 740, reads: 1 },
  'a batch of only stale answers': { transactions: 0, writes: 0, bytes: 0, reads: 0 },
  'floors and versions of 1,000 entries are loaded': { transactions: 1, writes: 0, bytes: 0, reads: 3 },
} as const satisfies Record<string, DiskCounts>
