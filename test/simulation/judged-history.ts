// The history that is judged: what each page saw and did, and what it had to know of the others.
//
// J1. A session of the judged history is one page. What it learned from others (`knowledge.ts`) stands
//     in it at the step of the lesson, as if it had been its own: as a witness, and never judged again.
// J2. What was seen or written in one epoch, and lives on in the next, is a witness there too. The
//     checker itself compares nothing across epochs.

import type { Operation } from 'tidemark/testing'
import type { Epochs } from './epochs.ts'
import type { Lesson } from './knowledge.ts'

/** Returns the operations of all pages with their lessons. Those that are only witnesses have no id above 0. */
export function judgedOperations(
  operations: readonly Operation[],
  lessons: readonly Lesson[],
  epochs: Epochs,
): readonly Operation[] {
  const byPage = new Map<string, Operation[]>()
  for (const operation of operations) {
    const own = byPage.get(operation.session) ?? []
    if (own.length === 0) byPage.set(operation.session, own)
    own.push(operation)
  }
  const learned = lessons.flatMap((lesson) => taught(lesson, byPage))
  const all = [...operations, ...withoutRepetition(learned)]
  const inherited = epochs.count() === 0 ? [] : all.flatMap((operation) => inHeirs(operation, epochs)) // J2
  return [...all, ...inherited]
}

function taught({ page, atStep, known }: Lesson, byPage: ReadonlyMap<string, readonly Operation[]>): Operation[] {
  return [...known].flatMap(([other, upToStep]) =>
    other === page
      ? []
      : (byPage.get(other) ?? [])
          .filter((operation) => isWitness(operation) && operation.completed.step <= upToStep)
          .map((operation) => {
            const moment = { step: atStep, atMs: operation.completed.atMs }
            // It began when it began: what happened in between may explain what is seen later.
            return { ...operation, id: -operation.id, session: page, completed: moment }
          }),
  )
}

/** Of what is taught twice, the first time counts. */
function withoutRepetition(operations: readonly Operation[]): Operation[] {
  const first = new Map<string, Operation>()
  for (const operation of operations) {
    const key = `${operation.session} ${operation.id}`
    const known = first.get(key)
    if (known === undefined || operation.completed.step < known.completed.step) first.set(key, operation)
  }
  return [...first.values()]
}

function isWitness(operation: Operation): boolean {
  if (operation.kind === 'read') return operation.seen.kind !== 'nothing'
  return operation.kind === 'write' && operation.outcome === 'acknowledged'
}

function inHeirs(operation: Operation, epochs: Epochs): Operation[] {
  if (operation.kind === 'reset' || !isWitness(operation)) return []
  const position = operation.kind === 'read' ? operation.asOf : operation.position
  if (position === undefined) return []
  const heirs = epochs.heirsOf(operation.epoch, Number(position))
  return heirs.map((epoch) => ({ ...operation, id: Math.min(operation.id, -operation.id), epoch }))
}
