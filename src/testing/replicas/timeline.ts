// Timelines: the histories that a database went through, and how far two of them are the same.
//
// A failover that loses writes, or a restore, begins a timeline that shares the past of its parent
// up to a position and then counts on from there. So one position may name different states on
// different timelines: positions say nothing without their epoch.

/** One incarnation of a history. */
export interface Timeline {
  /** Its name, which never comes again. */
  readonly epoch: string
  readonly parent: Timeline | undefined
  /** The last position that it shares with its parent. */
  readonly forkedAt: number
  readonly begunAtMs: number
  /** When each position was committed, the one of position 1 first. */
  readonly committedAtMs: number[]
}

/** Begins a timeline that shares `parent` up to `position`. */
export function fork(
  parent: Timeline,
  position: number,
  { epoch, begunAtMs }: Pick<Timeline, 'epoch' | 'begunAtMs'>,
): Timeline {
  const committedAtMs = parent.committedAtMs.slice(0, position)
  return { epoch, parent, forkedAt: position, begunAtMs, committedAtMs }
}

/** Returns the last position of a timeline. */
export function headOf(timeline: Timeline): number {
  return timeline.committedAtMs.length
}

/** Returns the epoch in which a position of a timeline was written: its own, or an ancestor's. */
export function epochAt(timeline: Timeline, position: number): string {
  let at = timeline
  while (at.parent !== undefined && position <= at.forkedAt) at = at.parent
  return at.epoch
}

/** Returns the position up to which two timelines of one database are the same history. */
export function sharedUpTo(left: Timeline, right: Timeline): number {
  const limits = limitsOf(left)
  for (const [ancestor, limit] of limitsOf(right)) {
    const other = limits.get(ancestor)
    if (other !== undefined) return Math.min(limit, other)
  }
  return 0
}

/** Returns how much of each ancestor a timeline contains, itself first. */
function limitsOf(timeline: Timeline): Map<Timeline, number> {
  const limits = new Map<Timeline, number>()
  let limit = Infinity
  for (let at: Timeline | undefined = timeline; at !== undefined; at = at.parent) {
    limits.set(at, limit)
    limit = Math.min(limit, at.forkedAt)
  }
  return limits
}
