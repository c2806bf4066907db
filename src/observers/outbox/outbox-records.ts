// What the records of an outbox tell by themselves: which creations a call names, and which answers may go.

import { idsIn, replaceIds } from '../../core/operations/temporary-id.ts'
import type { OutboxRecord } from '../../storage/outbox-store.ts'
import { temporaryIdOf } from '../mutations/mutation-log.ts'

/** How long an answer is kept for other tabs, in milliseconds. */
const answersKeptMs = 600_000
/** How many answers are kept. */
const answersMax = 256

/** Returns what tells of a call that waits which of all records are the creations that it names. */
export function creationsAmong(all: readonly OutboxRecord[]): (record: OutboxRecord) => readonly OutboxRecord[] {
  const ids = all.map(({ id }) => temporaryIdOf(id))
  const marks = new Map(ids.map((id) => [id, `${id} `]))
  return ({ id, variables, answered }) => {
    if (answered !== undefined || replaceIds(variables, marks) === variables) return [] // Most name none.
    const named = new Set(idsIn(variables, ids))
    return all.filter((other) => other.id !== id && named.has(temporaryIdOf(other.id)))
  }
}

/** Returns the calls of which `isUnknown` that name creations, each behind these. */
export function withCreations(
  all: readonly OutboxRecord[],
  isUnknown: (record: OutboxRecord) => boolean,
): readonly OutboxRecord[] {
  const creationsOf = creationsAmong(all)
  return all.filter(isUnknown).flatMap((record) => {
    const creations = creationsOf(record)
    return creations.length > 0 ? [...creations, record] : []
  })
}

/**
 * Returns the records whose answers have been kept for long enough by `nowMs`, in milliseconds since 1970, or are
 * too many; but for those that a call which waits names by an id that only the answer tells.
 */
export function oldAnswersAmong(all: readonly OutboxRecord[], nowMs: number): readonly OutboxRecord[] {
  const waiting = all.filter(({ answered }) => answered === undefined)
  const isNamed = ({ id }: OutboxRecord): boolean =>
    waiting.some(({ variables }) => idsIn(variables, [temporaryIdOf(id)]).length > 0)
  const answered = all.filter((record) => record.answered !== undefined)
  return answered.filter((record, index) => {
    const isOld = nowMs - (record.answered?.at ?? 0) >= answersKeptMs
    return (isOld || index < answered.length - answersMax) && !isNamed(record)
  })
}
