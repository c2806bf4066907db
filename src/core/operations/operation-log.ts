// The log of operations: what the user has done, in the order in which it was done, and no read has
// shown yet. What is seen of a key is a fold of the log over the newest base.
//
//   begun ──acknowledged, at versions──▶ over each base that does not cover them ──all cover──▶ dropped
//     └─────────────failed──────────────▶ dropped
//
// L1. The order is that of the log, and not that in which answers come (lessons O4); what another page has left
//     goes before what was done since, however late it is heard of.
// L2. An acknowledged operation lies over a base until that base covers what the write has caused: dropped
//     at the acknowledgement, the next lagging read would take it from the screen again (O2). It is asked
//     of each base for itself: a list may still lack what the entry has.
// L3. Where nothing can be compared (the write told no version, or the base speaks of other scopes), what
//     was vouched for after the acknowledgement counts as covering it (V7).
// L4. A failure takes an operation out. What it had been laid over was never changed (I10).
// L5. Where the history of the write has ended, nobody will ever cover it, and a base of the new one stands. A
//     base of a history before that of the write has not ended it: it lacks the write.
// L6. Where nothing can be compared, a base of one scope that covers a write which was sent after the
//     acknowledgement of this one covers this one too: else it would lie over what was done after it. So too
//     where that write told an earlier version than this one: the history, which has no name, began anew between.
//     What an outbox has may have been sent by another page long before this one does, and is answered as it was
//     then: it is known to have followed nothing but what was before it in its line there.

import { isPrimedOf, relateEpochs } from '../epoch.ts'
import { compareVersions, versionIn } from '../version.ts'
import type { FormatOf, Version, Versions } from '../version.ts'
import type { Operation } from './operation.ts'

/** The operations of one mutation, and how far it has come. */
export interface Logged {
  readonly id: string
  readonly operations: readonly Operation[]
  /** Those that were acknowledged before this one was first sent, by whichever page; `undefined` until it is sent here. */
  readonly follows: readonly string[] | undefined
  /** `undefined` until the write was answered. */
  readonly acknowledged: Acknowledgement | undefined
  /** The line of an outbox in which it was answered; `undefined` for what this page alone can send. */
  readonly line: string | undefined
}

/** What the answer of a write has told. */
export interface Acknowledgement {
  /** What the write has caused; `undefined` where its answer did not say. */
  readonly versions: Versions | undefined
  /** When it came, in milliseconds since 1970. */
  readonly at: number
}

/** What operations are laid over. */
export interface Base {
  readonly versions: Versions | undefined
  /** When a source last vouched for it, in milliseconds since 1970. */
  readonly validatedAt: number
}

/** Mutations in the order in which they were called (L1). */
export type OperationLog = readonly Logged[]

/** Returns the log with the operations of one more mutation, behind all others. */
export function append(log: OperationLog, id: string, operations: readonly Operation[]): OperationLog {
  return [...log, { id, operations, ...unsent }]
}

const unsent = { follows: undefined, acknowledged: undefined, line: undefined }

/**
 * Returns the log with the operations of a mutation that was called elsewhere, behind those of `earlier` and
 * before all others (L1).
 */
export function insert(
  log: OperationLog,
  logged: Pick<Logged, 'id' | 'operations'>,
  earlier: readonly string[],
): OperationLog {
  return log.toSpliced(log.findLastIndex(({ id }) => earlier.includes(id)) + 1, 0, { ...logged, ...unsent })
}

/** Returns the log after the request of a mutation has left, for the first time or again: in a line, if an outbox has it. */
export function send(log: OperationLog, id: string, line?: string): OperationLog {
  // Each page sends what is before it in its line first, and nothing else is known of when the first has sent it (L6).
  const earlier = line === undefined ? log : log.slice(0, log.findIndex((logged) => logged.id === id))
  const before = earlier.filter((logged) => logged.acknowledged !== undefined && (line ?? logged.line) === logged.line)
  const follows = before.map((logged) => logged.id)
  return log.map((logged) => (logged.id === id && logged.follows === undefined ? { ...logged, follows } : logged))
}

/** Returns the log after the write of a mutation was answered: in a line, if an outbox has it. */
export function acknowledge(log: OperationLog, id: string, acknowledged: Acknowledgement, line?: string): OperationLog {
  return log.map((logged) => (logged.id === id ? { ...logged, acknowledged, line } : logged))
}

/** Returns the log with other operations of a mutation, in its place: as once an id is known. */
export function restate(log: OperationLog, id: string, operations: readonly Operation[]): OperationLog {
  return log.map((logged) => (logged.id === id ? { ...logged, operations } : logged))
}

/** Returns the log without a mutation: it has failed, or all that could be shown shows it (L4). */
export function drop(log: OperationLog, id: string): OperationLog {
  return log.filter((logged) => logged.id !== id)
}

/** Tells whether a base shows what an acknowledged write has caused. */
export function showsWrite(formatOf: FormatOf, base: Base | undefined, acknowledged: Acknowledgement): boolean {
  if (base === undefined) return false
  return compareWrite(formatOf, base, acknowledged) ?? base.validatedAt > acknowledged.at // L3
}

/** Tells by versions whether a base shows a write; `undefined` where nothing can be compared. */
function compareWrite(
  formatOf: FormatOf,
  { versions = [] }: Base,
  { versions: caused = [] }: Acknowledgement,
): boolean | undefined {
  let isComparable = false
  for (const version of caused) {
    const shown = versionIn(versions, version.scope)
    if (shown === undefined) continue
    isComparable = true
    const order = compareVersions(formatOf, shown, version)
    const isEnded = order === 'foreign' && !isOfBefore(formatOf, shown, version) // L5
    if (order !== 'equal' && order !== 'after' && !isEnded) return false
  }
  return isComparable ? true : undefined
}

/** Tells whether a base is known to be of a history before that of a write (L5). */
function isOfBefore(formatOf: FormatOf, shown: Version, version: Version): boolean {
  return relateEpochs(formatOf, shown, version) === 'older' || isPrimedOf(version.epoch, shown.epoch)
}

/** Returns the operations that lie over a base of a key, in their order. */
export function operationsOver(
  formatOf: FormatOf,
  log: OperationLog,
  { key, base }: { readonly key: string; readonly base: Base | undefined },
): readonly Operation[] {
  return log.flatMap(({ id, operations, acknowledged }) => {
    const isShown =
      acknowledged !== undefined &&
      (showsWrite(formatOf, base, acknowledged) || isOvertaken(formatOf, log, { id, acknowledged, base })) // L2
    return isShown ? [] : operations.filter((operation) => operation.key === key)
  })
}

interface Standing {
  readonly id: string
  readonly acknowledged: Acknowledgement
  readonly base: Base | undefined
}

/** Tells whether a base from which nothing can be told of a write shows one that was sent after its answer (L6). */
function isOvertaken(formatOf: FormatOf, log: OperationLog, { id, acknowledged, base }: Standing): boolean {
  if (base?.versions?.length !== 1) return false
  const isComparable = compareWrite(formatOf, base, acknowledged) !== undefined
  return log.some(({ follows, acknowledged: later }) => {
    if (!follows?.includes(id) || later === undefined || compareWrite(formatOf, base, later) !== true) return false
    return !isComparable || isBefore(formatOf, later.versions, acknowledged.versions)
  })
}

/** Tells whether versions are earlier than others in a scope, by positions of one epoch. */
function isBefore(formatOf: FormatOf, versions: Versions = [], others: Versions = []): boolean {
  return versions.some((version) => {
    const other = versionIn(others, version.scope)
    return other !== undefined && compareVersions(formatOf, version, other) === 'before'
  })
}

/**
 * Returns the value of a key as the user is to see it. An operation that throws is left out, and told to
 * `onFault`: it met a base that its author had not thought of.
 */
export function fold(
  operations: readonly Operation[],
  value: unknown,
  onFault: (fault: unknown, operation: Operation) => void,
): unknown {
  let seen = value
  for (const operation of operations) {
    try {
      seen = operation.apply(seen)
    } catch (fault) {
      onFault(fault, operation)
    }
  }
  return seen
}
