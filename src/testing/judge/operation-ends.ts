// The operations of each session, and their ends in the order of the history.

import type { History, Operation, ReadOperation, WriteOperation } from '../history/history.ts'
import { entryOf } from './sighting.ts'

/** One end of an operation. */
export interface End {
  readonly operation: Operation
  readonly isBeginning: boolean
  readonly step: number
}

/** Returns the operations of each session, in the order in which they were recorded. */
export function groupBySession({ operations }: History): Map<string, Operation[]> {
  const sessions = new Map<string, Operation[]>()
  for (const operation of operations) {
    entryOf(sessions, operation.session, () => []).push(operation)
  }
  return sessions
}

/** Returns all beginnings and ends, in their order. */
export function endsOf(operations: readonly Operation[]): readonly End[] {
  return operations
    .flatMap((operation): End[] => [
      { operation, isBeginning: true, step: operation.invoked.step },
      { operation, isBeginning: false, step: operation.completed.step },
    ])
    .toSorted((left, right) => {
      // At one step nothing precedes anything, so beginnings are judged first.
      return left.step - right.step || Number(right.isBeginning) - Number(left.isBeginning)
    })
}

/** Tells whether an operation is a read that showed something. */
export function isShown(operation: Operation): operation is ReadOperation {
  return operation.kind === 'read' && operation.seen.kind !== 'nothing'
}

/** Tells whether an operation is a write that happened, as far as its session knows. */
export function isAcknowledged(operation: Operation): operation is WriteOperation {
  return operation.kind === 'write' && operation.outcome === 'acknowledged'
}
