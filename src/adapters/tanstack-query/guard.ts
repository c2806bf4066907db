// Layer 2, guard: what `structuralSharing` decides. It is called with the old and the new data before
// anything is stored, so what it turns away nobody ever sees.
//
// D1. It is not told which query it is for, and is also called for the output of `select` and for
//     placeholders. So it turns away only what is tagged as older for the same query (lessons Q11).
// D2. Sharing makes new objects, or returns the old one: the tags go along (lessons Q12).

import { replaceEqualDeep } from '@tanstack/query-core'
import { isPaged } from './pages.ts'
import type { Tags } from './tags.ts'

/** How the app shares structure, as its options say it. */
export type StructuralSharing = boolean | ((oldData: unknown, newData: unknown) => unknown)

/** Makes a `structuralSharing` that never replaces data by older data of its query. */
export function createGuard(
  tags: Tags,
  sharing: StructuralSharing = true,
): (oldData: unknown, newData: unknown) => unknown {
  return (oldData, newData) => {
    if (tags.isOlder(newData, oldData)) return oldData // D1
    const shared = share(sharing, oldData, newData)
    tags.copy(newData, shared) // D2
    if (isPaged(newData) && isPaged(shared)) {
      for (const [at, page] of newData.pages.entries()) tags.copy(page, shared.pages[at])
    }
    return shared
  }
}

function share(sharing: StructuralSharing, oldData: unknown, newData: unknown): unknown {
  if (typeof sharing === 'function') return sharing(oldData, newData)
  return sharing ? replaceEqualDeep(oldData, newData) : newData
}
