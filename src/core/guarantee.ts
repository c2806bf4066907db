// What each level requires of a read: the table of docs/guarantees.md as code.
//
// | level              | floor                                    | asks the primary |
// |--------------------|------------------------------------------|------------------|
// | eventual           | none                                     | no               |
// | monotonic-reads    | the version held of the same key         | no               |
// | read-your-writes   | the write floor of the scope             | no               |
// | session            | read floor join write floor of the scope | no               |
// | strong             | the same                                 | yes              |
// | { maxStalenessMs } | the same, and no answer older than that  | when too old     |
//
// Sources: Terry et al., PDIS 1994, for the four session guarantees; Azure Cosmos DB for the ladder of
// levels from eventual to strong and for bounded staleness.

import { readAndWriteFloor } from './session.ts'
import type { ScopeFloors } from './session.ts'
import type { FormatOf, Version } from './version.ts'

/** The names of the levels, weakest first. */
export const levelNames = [
  'eventual',
  'monotonic-reads',
  'read-your-writes',
  'session',
  'strong',
] as const

/** A level by name. */
export type LevelName = (typeof levelNames)[number]

/**
 * What a read keeps: a level by name, or `session` with a bound on the age of the answer,
 * such as `{ maxStalenessMs: 5_000 }`.
 */
export type Level = LevelName | { readonly maxStalenessMs: number }

/** Which floor of a scope a level asks for: none, that of its own key, or one of the session's. */
export type FloorKind = 'none' | 'key' | 'write' | 'session'

/** What a level requires of a read. */
export interface Requirement {
  readonly floor: FloorKind
  readonly asksPrimary: boolean
  readonly maxStalenessMs: number | undefined
}

const requirements: Record<LevelName, Requirement> = {
  eventual: { floor: 'none', asksPrimary: false, maxStalenessMs: undefined },
  'monotonic-reads': { floor: 'key', asksPrimary: false, maxStalenessMs: undefined },
  'read-your-writes': { floor: 'write', asksPrimary: false, maxStalenessMs: undefined },
  session: { floor: 'session', asksPrimary: false, maxStalenessMs: undefined },
  strong: { floor: 'session', asksPrimary: true, maxStalenessMs: undefined },
}

/** Returns what a level requires. */
export function requirementOf(level: Level): Requirement {
  if (typeof level === 'string') return requirements[level]
  return { ...requirements.session, maxStalenessMs: level.maxStalenessMs }
}

/** Returns the name of a level as it travels in `Read-Consistency`. */
export function levelNameOf(level: Level): LevelName {
  return typeof level === 'string' ? level : 'session'
}

/**
 * Returns the floor of a scope that a read has to cover, or `undefined` where it has none.
 *
 */
export function floorOf(
  formatOf: FormatOf,
  kind: FloorKind,
  floors: { readonly scope: ScopeFloors; readonly key: Version | undefined },
): Version | undefined {
  switch (kind) {
    case 'none':
      return undefined
    case 'key':
      return floors.key
    case 'write':
      return floors.scope.write
    case 'session':
      return readAndWriteFloor(formatOf, floors.scope)
  }
}
