// The contract between a session and what tells the other tabs of it. Without one, tabs learn of each other
// by the disk alone: at each flush, and when they are seen again. `tabChannel` is what there is.
//
// T1. What a tab is told is where to look, and never what to believe: floors and values come from the disk,
//     where they were compared (D19).

import type { FormatOf } from '../../core/version.ts'
import type { Batch, Names } from '../../storage/storage.ts'
import type { Held } from '../memory/held.ts'

/** Tells the other tabs of one session, and hears of them. */
export interface Tabs {
  /** Tells what has reached the disk just now. */
  readonly tellStored: (batch: Batch) => void
  /** Tells that the user has signed out. */
  readonly tellSignedOut: () => void
  readonly close: () => void
}

/** What hears of other tabs stands on. */
export interface TabsHost {
  readonly principal: string
  readonly formatOf: FormatOf
  readonly held: Held
  /** Looks at the disk for what is told there of some scopes and keys. Never rejects. */
  readonly look: (names: Names) => Promise<void>
  /** Finds out whether another tab has signed this session out. */
  readonly checkSignedOut: () => void
}

/** Opens the way to the other tabs of a session. Made by `tabChannel`. */
export type OpenTabs = (host: TabsHost) => Tabs
