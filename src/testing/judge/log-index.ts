// What the log of the servers tells, found again without going through it.
//
// Positions are whole numbers here and are compared as such, as in `sighting.ts`.

import type { ReadOperation } from '../history/history.ts'
import type { CommitEntry, Dependency, EpochEntry, LogEntry } from '../history/server-log.ts'
import { entryOf, joinNames } from './sighting.ts'

/** A write, with its position as a number. */
export interface Commit {
  readonly entry: CommitEntry
  readonly position: bigint
}

/** One epoch of one scope. Of an earlier epoch it holds the writes that it continues. */
export interface Line {
  /** By position. */
  readonly commits: readonly Commit[]
  readonly ofKey: ReadonlyMap<string, readonly Commit[]>
  readonly inCollection: ReadonlyMap<string, readonly Commit[]>
  /** Where each server has applied each position, in its own order. */
  readonly places: ReadonlyMap<string, ReadonlyMap<string, number>>
  /** What ended it, if it has ended. */
  readonly end: EpochEntry | undefined
}

/** The log, by what it is asked for. */
export interface LogIndex {
  readonly lineOf: (at: { readonly scope: string; readonly epoch: string }) => Line | undefined
  readonly commitAt: (
    at: Pick<Dependency, 'scope' | 'epoch' | 'position'>,
  ) => CommitEntry | undefined
  /** Returns what the writes that a read showed depend on. */
  readonly dependenciesOf: (read: ReadOperation) => readonly Dependency[]
  /** Whether the log tells of any dependency. */
  readonly tellsDependencies: boolean
  /** When every server knew the last write of a scope, or which one does not. */
  readonly caughtUp: (scope: string) => CaughtUp | undefined
}

/** When a scope came to rest, if it did. */
export type CaughtUp =
  { readonly kind: 'at'; readonly atMs: number } | { readonly kind: 'never'; readonly server: string }

interface GrowingLine {
  commits: Commit[]
  readonly places: Map<string, Map<string, number>>
  end: EpochEntry | undefined
}

/** Goes through a log once. */
export function createLogIndex(log: readonly LogEntry[]): LogIndex {
  const growing = new Map<string, GrowingLine>()
  const lastEpoch = new Map<string, string>()
  const lineAt = (scope: string, epoch: string): GrowingLine =>
    entryOf(growing, joinNames(scope, epoch), () => {
      return { commits: [], places: new Map(), end: undefined }
    })
  for (const entry of log) {
    const { scope, epoch, position, server } = entry
    const line = lineAt(scope, epoch)
    if (entry.kind === 'epoch') {
      const shared = BigInt(position)
      line.commits = lineAt(scope, entry.parent).commits.filter((past) => past.position <= shared)
      lineAt(scope, entry.ended).end = entry
      lastEpoch.set(scope, epoch)
      continue
    }
    const places = entryOf(line.places, server, () => new Map<string, number>())
    if (!places.has(position)) places.set(position, places.size)
    if (entry.kind === 'apply') continue
    line.commits.push({ entry, position: BigInt(position) })
    if (!lastEpoch.has(scope)) lastEpoch.set(scope, epoch)
  }
  const lines = new Map([...growing].map(([name, line]) => [name, indexOf(line)]))
  const appliedAtMs = new Map(
    log.map((entry) => {
      const { scope, epoch, server, position, atMs } = entry
      return [joinNames(scope, epoch, server, position), atMs]
    }),
  )
  const commitAt: LogIndex['commitAt'] = ({ scope, epoch, position }) => {
    const line = lines.get(joinNames(scope, epoch))
    const found = line && firstAfter(line.commits, BigInt(position) - 1n)
    return found?.entry.position === position ? found.entry : undefined
  }
  return {
    lineOf: ({ scope, epoch }) => lines.get(joinNames(scope, epoch)),
    commitAt,
    dependenciesOf: (read) =>
      shownPositions(read).flatMap((position) => commitAt({ ...read, position })?.depends ?? []),
    tellsDependencies: log.some((entry) => entry.kind === 'commit' && entry.depends !== undefined),
    caughtUp(scope) {
      const epoch = lastEpoch.get(scope)
      const line = epoch === undefined ? undefined : lines.get(joinNames(scope, epoch))
      const head = line?.commits.at(-1)?.entry
      // Which servers have heard of a new epoch shows only in what they apply of it.
      if (line === undefined || head === undefined || head.epoch !== epoch) return undefined
      let atMs = head.atMs
      for (const server of line.places.keys()) {
        const own = appliedAtMs.get(joinNames(scope, head.epoch, server, head.position))
        if (own === undefined) return { kind: 'never', server }
        atMs = Math.max(atMs, own)
      }
      return { kind: 'at', atMs }
    },
  }
}

/** Returns the positions of the writes that a read showed: those that it told row by row. */
export function shownPositions({ seen }: ReadOperation): readonly string[] {
  if (seen.kind === 'value') return seen.position === undefined ? [] : [seen.position]
  if (seen.kind !== 'rows') return []
  return seen.rows.flatMap(({ position }) => position ?? [])
}

/** Returns the first of some commits that lies beyond a position. */
export function firstAfter(
  commits: readonly Commit[],
  position: bigint,
): Commit | undefined {
  return commits[countUpTo(commits, position)]
}

/** Returns how many of some commits lie at a position or before it. */
export function countUpTo(commits: readonly Commit[], position: bigint): number {
  let low = 0
  let high = commits.length
  while (low < high) {
    const middle = (low + high) >> 1
    const at = commits[middle]
    if (at !== undefined && at.position <= position) low = middle + 1
    else high = middle
  }
  return low
}

function indexOf({ commits: unordered, places, end }: GrowingLine): Line {
  const commits = unordered.toSorted((left, right) => {
    return left.position < right.position ? -1 : Number(left.position > right.position)
  })
  const ofKey = new Map<string, Commit[]>()
  const inCollection = new Map<string, Commit[]>()
  for (const commit of commits) {
    const { key, collection } = commit.entry
    entryOf(ofKey, key, () => []).push(commit)
    if (collection !== undefined) entryOf(inCollection, collection, () => []).push(commit)
  }
  return { commits, ofKey, inCollection, places, end }
}
