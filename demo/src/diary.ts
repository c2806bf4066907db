// A column's history, across reloads, and what the checker says of it.
//
// D1. Nothing here decides what a violation is: the checker does, over the whole history.
// D2. A recorder counts its steps from 1, so what is recorded after a reload is moved behind what was
//     recorded before it: one session, in one order.

import { createHistory } from 'tidemark/testing'
import type { History, HistoryRecorder, Operation } from 'tidemark/testing'
import { createJudge } from './judge.ts'
import type { Verdict } from './judge.ts'

/** The history of one column. */
export interface Diary {
  /** What records from now on. */
  readonly recorder: HistoryRecorder
  /** All that was recorded. */
  readonly history: () => History
  /** What the checker says of all that has been recorded now (D1). */
  readonly judge: () => Promise<Verdict>
}

/** Continues a history. */
export function createDiary(before: History, now: () => number): Diary {
  const recorder = createHistory({ now })
  const steps = Math.max(0, ...before.operations.map(({ completed }) => completed.step))
  const ids = Math.max(0, ...before.operations.map(({ id }) => id))
  const operations = [...before.operations]
  /** Moves what was recorded since to its place. */
  const takeNew = (): void => {
    const taken = operations.length - before.operations.length
    operations.push(...recorder.operations.slice(taken).map((own) => moved(own, steps, ids)))
  }
  const { judge } = createJudge()
  let told = 0
  const judgeNew = (): Promise<Verdict> => {
    takeNew()
    const untold = operations.slice(told)
    told = operations.length
    return judge(untold)
  }
  // What was found before the reload has been told.
  if (before.operations.length > 0) void judgeNew()
  return {
    recorder,
    history() {
      takeNew()
      return { operations: [...operations] }
    },
    judge: judgeNew,
  }
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
