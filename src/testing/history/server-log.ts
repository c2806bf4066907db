// The log of the servers: what each of them committed and applied, in which order, and when.
//
// L1. The entries of one server stand in the order in which it applied them. Those of two servers
//     are not ordered by their places, but by their times.
// L2. A write is named by its scope, epoch and position. A server that begins as a copy applies all
//     that the copy holds.
// L3. Times are of the clock by which the history was recorded.

/** Something that had to be visible before: a resource at a position, or a whole scope. */
export interface Dependency {
  readonly scope: string
  /** The epoch of the position, or `''`. */
  readonly epoch: string
  readonly position: string
  /** The path of the resource, or `undefined` for the scope as a whole. */
  readonly key?: string | undefined
}

/** What all entries have. */
export interface LogFacts {
  readonly scope: string
  readonly epoch: string
  readonly position: string
  readonly server: string
  readonly atMs: number
}

/** A server took a write: it exists from now on. */
export interface CommitEntry extends LogFacts {
  readonly kind: 'commit'
  /** What was written, as a path. */
  readonly key: string
  /** The list that `key` is an item of, if it is one. */
  readonly collection?: string | undefined
  readonly isDelete: boolean
  /** What its author had read or written elsewhere, as far as the server knows. */
  readonly depends?: readonly Dependency[] | undefined
}

/** A server that had not taken a write itself applied it. */
export interface ApplyEntry extends LogFacts {
  readonly kind: 'apply'
}

/** A new history began at a position of another one: what that one holds beyond it is lost. */
export interface EpochEntry extends LogFacts {
  readonly kind: 'epoch'
  /** The epoch that ended. */
  readonly ended: string
  /** The epoch whose history it continues, up to `position`. */
  readonly parent: string
}

/** Something that a server did. */
export type LogEntry = CommitEntry | ApplyEntry | EpochEntry
