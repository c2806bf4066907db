// The last seconds: what each server knew, and what each column showed.
//
// T1. What is older than the window is forgotten, but for the last point before it: lines begin there.
// T2. A server has a point for each change, and none for each look at it.

import type { Inspection } from 'tidemark/testing'
import type { ColumnName } from './column.ts'

/** How far back one can see, in milliseconds. */
export const windowMs = 15_000

/** Where a server was at a moment. */
export interface Point {
  readonly atMs: number
  readonly position: number
}

/** An answer that reached a column: shown, shown although it broke a guarantee, or refused. */
export interface Mark extends Point {
  readonly kind: 'shown' | 'violation' | 'refused'
}

/** What routing did: sent a read to a server, or decided something more. */
export interface Decision {
  readonly atMs: number
  /** The server that a read was sent to, or nothing of it. */
  readonly server: string | undefined
}

/** What is remembered. */
export interface Timeline {
  /** Notes what each server knows now. */
  readonly sample: (inspection: Inspection) => void
  readonly mark: (column: ColumnName, mark: Mark) => void
  /** The path of each server that is there now, the primary first. */
  readonly servers: () => ReadonlyMap<string, readonly Point[]>
  readonly marks: (column: ColumnName) => readonly Mark[]
  /** Notes what the routing of Tidemark did. */
  readonly decide: (decision: Decision) => void
  readonly decisions: () => readonly Decision[]
}

/** Makes a timeline without a past. */
export function createTimeline(): Timeline {
  let servers = new Map<string, Point[]>()
  let decisions: Decision[] = []
  const marks: Record<ColumnName, Mark[]> = { plain: [], tidemark: [] }
  return {
    sample({ atMs, servers: states }) {
      servers = new Map(
        states.map(({ name, position }) => [
          name,
          forget(withPoint(servers.get(name) ?? [], { atMs, position }), atMs),
        ]),
      )
    },
    mark(column, mark) {
      marks[column] = forget([...marks[column], mark], mark.atMs)
    },
    servers: () => servers,
    marks: (column) => marks[column],
    decide(decision) {
      decisions = forget([...decisions, decision], decision.atMs)
    },
    decisions: () => decisions,
  }
}

/** Adds a point where something changed: between two points a server stood (T2). */
function withPoint(points: Point[], point: Point): Point[] {
  return points.at(-1)?.position === point.position ? points : [...points, point]
}

/** Forgets the points before the window, but for the last of them (T1). */
function forget<P extends { readonly atMs: number }>(points: P[], nowMs: number): P[] {
  const first = points.findIndex(({ atMs }) => atMs >= nowMs - windowMs)
  return first <= 1 ? points : points.slice(first - 1)
}
