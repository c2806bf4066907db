// Violations: broken guarantees, each with what proves it.

import type { Operation, ReadOperation, UnfinishedOperation, WriteOperation } from '../history/history.ts'
import type { CommitEntry, EpochEntry } from '../history/server-log.ts'

/** A guarantee that a history can break. */
export type Guarantee = (typeof guarantees)[number]

/** All of them, in the order of a report. */
export const guarantees = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
  'consistent-prefix',
  'bounded-staleness',
  'convergence',
  'liveness',
] as const

/** What all violations have. */
export interface ViolationFacts {
  readonly session: string
  /** The key concerned. With granularity `scope`, the scope. */
  readonly key: string
  /** One line for people. */
  readonly message: string
}

/** A read that went back behind what its session had seen, done, or been told to depend on. */
export interface ReadViolation extends ViolationFacts {
  readonly guarantee: 'read-your-writes' | 'monotonic-reads' | 'consistent-prefix'
  readonly read: ReadOperation
  /** What came before it. */
  readonly witness: Operation
}

/** A read that lacked what had happened too long ago to be lacking. */
export interface StaleViolation extends ViolationFacts {
  readonly guarantee: 'bounded-staleness' | 'convergence'
  readonly read: ReadOperation
  /** What it lacked. */
  readonly witness: CommitEntry | EpochEntry
}

/** A write that some server ordered before one that it had to follow, or holds without it. */
export interface WriteViolation extends ViolationFacts {
  readonly guarantee: 'monotonic-writes' | 'writes-follow-reads'
  readonly write: WriteOperation
  /** The own write, or the read, that it had to follow. */
  readonly witness: Operation
  readonly server: string
}

/** A read that took too long, or too many requests. */
export interface LivenessViolation extends ViolationFacts {
  readonly guarantee: 'liveness'
  /** What was under way. */
  readonly operation: Operation | UnfinishedOperation
}

/** A broken guarantee, with the operations that prove it. */
export type Violation = ReadViolation | StaleViolation | WriteViolation | LivenessViolation

/** Returns the operation that broke a guarantee. */
export function culpritOf(violation: Violation): Operation | UnfinishedOperation {
  if ('read' in violation) return violation.read
  return 'write' in violation ? violation.write : violation.operation
}

/** Names a line of history, such as `"main", epoch "7f3a"`. */
export function describePlace({ scope, epoch }: Pick<ReadOperation, 'scope' | 'epoch'>): string {
  return epoch === '' ? `"${scope}"` : `"${scope}", epoch "${epoch}"`
}

/** Describes a write, such as `the write of /photos/7 at 42`. */
export function describeWrite({
  key,
  isDelete,
  position,
}: Pick<WriteOperation, 'key' | 'isDelete' | 'position'>): string {
  return `the ${isDelete ? 'delete' : 'write'} of ${key}${position === undefined ? '' : ` at ${position}`}`
}
