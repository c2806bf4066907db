// The levels that a visitor can set for the page.

import type { LevelName } from 'tidemark'

/** The named levels, the weakest first. */
export const levelNames: readonly LevelName[] = [
  'eventual',
  'monotonic-reads',
  'read-your-writes',
  'session',
  'strong',
]
