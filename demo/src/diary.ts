// A column's history, across reloads, and what the checker says of it.
//
// D1. Nothing here decides what a violation is: `checkGuarantees` does, over the whole history.
// D2. A recorder counts its steps from 1, so what is recorded after a reload is moved behind what was
//     recorded before it: one session, in one order.

import { checkGuarantees, createHistory } from 'tidemark/testing'
import type {
  GuaranteeReport,
  History,
  HistoryRecorder,
  Operation,
  ReadViolation,
  Violation,
} from 'tidemark/testing'

/** What the checker says, and which of the violations it had not found before. */
export interface Verdict {
  readonly report: GuaranteeReport
  readonly found: readonly ReadViolation[]
}

/** The history of one column. */
export interface Diary {
  /** What records from now on. */
  readonly recorder: HistoryRecorder
  /** All that was recorded. */
  readonly history: () => History
  readonly judge: () => Verdict
}

/** Continues a history. */
export function createDiary(before: History, now: () => number): Diary {
  const recorder = createHistory({ now })
  const steps = Math.max(0, ...before.operations.map(({ completed }) => completed.step))
  const ids = Math.max(0, ...before.operations.map(({ id }) => id))
  const history = (): History => ({
    operations: [...before.operations, ...recorder.operations.map((own) => moved(own, steps, ids))],
  })
  const known = new Set<string>()
  const judge = (): Verdict => {
    const report = checkGuarantees(history()) // D1
    const found = report.violations
      .filter(isOnScreen)
      .filter((violation) => !known.has(nameOf(violation)))
      // Where one read broke several, an effect without its cause says most of what was on the screen.
      .toSorted((left, right) => Number(isOfCause(right)) - Number(isOfCause(left)))
    for (const violation of found) known.add(nameOf(violation))
    return { report, found }
  }
  judge() // What was found before the reload has been told.
  return { recorder, history, judge }
}

/** Tells whether a violation is of the kind that a visitor can see in one column. */
export function isOnScreen(violation: Violation): violation is ReadViolation {
  const { guarantee } = violation
  const isSession = guarantee === 'read-your-writes' || guarantee === 'monotonic-reads'
  return isSession || guarantee === 'consistent-prefix'
}

function isOfCause({ guarantee }: ReadViolation): boolean {
  return guarantee === 'consistent-prefix'
}

function nameOf({ guarantee, read }: ReadViolation): string {
  return `${guarantee} ${read.id}`
}

/** Moves an operation behind those of an earlier recorder (D2). */
function moved<T extends Operation>(operation: T, steps: number, ids: number): T {
  const { id, invoked, completed } = operation
  return {
    ...operation,
    id: id + ids,
    invoked: { ...invoked, step: invoked.step + steps },
    completed: { ...completed, step: completed.step + steps },
  }
}
