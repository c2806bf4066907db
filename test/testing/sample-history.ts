// Histories written by hand, one line an operation.

import type {
  History,
  Moment,
  Operation,
  OperationFacts,
  ReadOperation,
  ResetOperation,
  Seen,
  WriteOperation,
} from '../../src/testing/history/history.ts'

import type {
  ApplyEntry,
  CommitEntry,
  Dependency,
  EpochEntry,
} from '../../src/testing/history/server-log.ts'

/** The steps at which an operation begins and ends. */
export type Span = readonly [from: number, to: number]

const at = (step: number): Moment => ({ step, atMs: step * 10 })
const facts = ([from, to]: Span): OperationFacts & { id: number } => ({
  id: from * 1000 + to,
  session: 's',
  scope: 'main',
  invoked: at(from),
  completed: at(to),
})

/** A read of `/photos/7` in epoch `e1`, unless `more` says otherwise. */
export function read(span: Span, seen: Seen, more: Partial<ReadOperation> = {}): ReadOperation {
  const where = { key: '/photos/7', collection: '/photos', epoch: 'e1' }
  return { kind: 'read', ...facts(span), ...where, seen, ...more }
}

/** An acknowledged write of `/photos/7` in epoch `e1`, unless `more` says otherwise. */
export function write(
  span: Span,
  position: string | undefined,
  more: Partial<WriteOperation> = {},
): WriteOperation {
  const where = { key: '/photos/7', collection: '/photos', epoch: 'e1' }
  const told = position === undefined ? {} : { position }
  const what = { isDelete: false, outcome: 'acknowledged' as const }
  return { kind: 'write', ...facts(span), ...where, ...what, ...told, ...more }
}

/** The announcement that `fromEpoch` has ended. */
export function reset(span: Span, fromEpoch: string, toEpoch: string): ResetOperation {
  return { kind: 'reset', ...facts(span), fromEpoch, toEpoch }
}

/** A value at a position, or of an unknown one. */
export function value(position?: string): Seen {
  return position === undefined ? { kind: 'value' } : { kind: 'value', position }
}

/** Nothing is there. */
export const absent: Seen = { kind: 'absent' }

/** All rows of a list, or a page of it. */
export function rows(positions: Readonly<Record<string, string>>, isComplete = true): Seen {
  const all = Object.entries(positions).map(([id, position]) => ({
    key: `/photos/${id}`,
    position,
  }))
  return { kind: 'rows', rows: all, isComplete }
}

/** A history of these operations. */
export function history(...operations: Operation[]): History {
  return { operations }
}

/**
 * A write that the server `a` took, of `/photos/7` in epoch `e1` at ten milliseconds a position,
 * unless `more` says otherwise.
 */
export function committed(position: string, more: Partial<CommitEntry> = {}): CommitEntry {
  const where = { scope: 'main', epoch: 'e1', server: 'a', key: '/photos/7', collection: '/photos' }
  return { kind: 'commit', ...where, position, isDelete: false, atMs: Number(position) * 10, ...more }
}

/** What another server applied, in that order. */
export function applied(server: string, ...positions: readonly string[]): readonly ApplyEntry[] {
  const where = { scope: 'main', epoch: 'e1', server }
  return positions.map((position) => {
    return { kind: 'apply', ...where, position, atMs: Number(position) * 10 + 100 }
  })
}

/** A new history, that continues another up to a position. */
export function begun(epoch: string, position: string, atMs: number): EpochEntry {
  const origin = { ended: 'e1', parent: 'e1' }
  return { kind: 'epoch', scope: 'main', epoch, position, server: 'a', atMs, ...origin }
}

/** Something at a position that has to be visible first. */
export function on(position: string, key?: string, scope = 'main'): Dependency {
  return { scope, epoch: 'e1', position, ...(key === undefined ? {} : { key }) }
}
