// The log of operations: what the user has done, in the order in which it was done, and no read has
// shown yet. What is seen of a key is a fold of the log over the newest base.
//
//   begun ──acknowledged, at versions──▶ over each base that does not cover them ──all cover──▶ dropped
//     └─────────────failed──────────────▶ dropped
//
// L1. The order is that of the log, and not that in which answers come (lessons O4).
// L2. An acknowledged operation lies over a base until that base covers what the write has caused: dropped
//     at the acknowledgement, the next lagging read would take it from the screen again (O2). It is asked
//     of each base for itself: a list may still lack what the entry has.
// L3. Where nothing can be compared (the write told no version, or the base speaks of other scopes), what
//     was vouched for after the acknowledgement counts as covering it (V7).
// L4. A failure takes an operation out. What it had been laid over was never changed (I10).
// L5. Where the history of the write has ended, nobody will ever cover it, and a base of the new one stands.

import { relateEpochs } from '../epoch.ts'
import { compareVersions, versionIn } from '../version.ts'
import type { FormatOf, Versions } from '../version.ts'
import type { Operation } from './operation.ts'

/** The operations of one mutation, and how far it has come. */
export interface Logged {
  readonly id: string
  readonly operations: readonly Operation[]
  /** `undefined` until the write was answered. */
  readonly acknowledged: Acknowledgement | undefined
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
  return [...log, { id, operations, acknowledged: undefined }]
}

/** Returns the log after the write of a mutation was answered. */
export function acknowledge(log: OperationLog, id: string, acknowledged: Acknowledgement): OperationLog {
  return log.map((logged) => (logged.id === id ? { ...logged, acknowledged } : logged))
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
export function showsWrite(
  formatOf: FormatOf,
  base: Base | undefined,
  { versions: caused = [], at }: Acknowledgement,
): boolean {
  if (base === undefined) return false
  let isComparable = false
  for (const version of caused) {
    const shown = versionIn(base.versions ?? [], version.scope)
    if (shown === undefined) continue
    isComparable = true
    const order = compareVersions(formatOf, shown, version)
    const isOfOther = order === 'foreign' && relateEpochs(formatOf, shown, version) !== 'older' // L5
    if (order !== 'equal' && order !== 'after' && !isOfOther) return false
  }
  return isComparable || base.validatedAt > at // L3
}

/** Returns the operations that lie over a base of a key, in their order. */
export function operationsOver(
  formatOf: FormatOf,
  log: OperationLog,
  { key, base }: { readonly key: string; readonly base: Base | undefined },
): readonly Operation[] {
  return log.flatMap(({ operations, acknowledged }) => {
    const isShown = acknowledged !== undefined && showsWrite(formatOf, base, acknowledged) // L2
    return isShown ? [] : operations.filter((operation) => operation.key === key)
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
