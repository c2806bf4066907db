// Read your writes, monotonic reads and consistent prefix: one walk through each session.
//
// All three ask the same of a read: that it contradicts nothing that came before it. They differ in
// what that is: the session's own writes, what it was shown, and what its answers depended on.
// What a contradiction is stands in the head of `check-guarantees.ts`.

import type { Operation, ReadOperation, ResetOperation, WriteOperation } from '../history/history.ts'
import type { Dependency } from '../history/server-log.ts'
import type { LogIndex } from './log-index.ts'
import { endsOf, isAcknowledged, isShown } from './operation-ends.ts'
import {
  contradicted,
  entryOf,
  joinNames,
  raise,
  sightingOfWrite,
  sightingsOfRead,
} from './sighting.ts'
import type { Archive, Mark, Marks, Sighting } from './sighting.ts'
import { describePlace, describeWrite } from './violation.ts'
import type { ReadViolation } from './violation.ts'

type ReadGuarantee = ReadViolation['guarantee']

/** What the reads of one session come to. */
export interface SessionReads {
  readonly violations: readonly ReadViolation[]
  /** How many reads could be held against something, by guarantee. */
  readonly judged: ReadonlyMap<ReadGuarantee, number>
  readonly unjudged: number
}

/** What the whole history knows. */
export interface Knowledge {
  readonly archive: Archive
  readonly log: LogIndex | undefined
}

interface SessionState extends Knowledge {
  readonly written: Marks
  readonly shown: Marks
  /** What has to be visible since an answer was shown that depends on it. */
  readonly owed: Marks
  /** The dependencies that are in `owed`, so that none is followed twice. */
  readonly followed: Set<string>
  /** The resets that ended an epoch, by scope and epoch. */
  readonly ended: Map<string, ResetOperation>
  /** The epoch that was met last in each scope. */
  readonly epochIn: Map<string, string>
  /** What a delete without a position is known to come after: what was sighted before it began. */
  readonly goneSince: Map<WriteOperation, bigint>
  readonly judged: Map<ReadGuarantee, number>
}

/** Goes through the beginnings and ends of a session's operations once, in their order. */
export function judgeReads(
  knowledge: Knowledge,
  operations: readonly Operation[],
): SessionReads {
  const state: SessionState = {
    ...knowledge,
    written: new Map(),
    shown: new Map(),
    owed: new Map(),
    followed: new Set(),
    ended: new Map(),
    epochIn: new Map(),
    goneSince: new Map(),
    judged: new Map(),
  }
  const violations: ReadViolation[] = []
  /** The reads that have begun and broken nothing, and whether they tell of the epoch of then. */
  const clean = new Map<Operation, boolean>()
  let unjudged = 0
  for (const { operation, isBeginning } of endsOf(operations)) {
    if (!isBeginning) {
      // At its end: the reset that explains a new epoch may have come with the answer.
      const wasJudged = clean.get(operation) ?? true
      if (!wasJudged && isShown(operation) && !isJudged(state, operation)) unjudged += 1
      complete(state, operation)
    } else if (isShown(operation)) {
      const broken = judgeRead(state, operation)
      violations.push(...broken)
      if (broken.length === 0) clean.set(operation, isJudged(state, operation))
    } else if (operation.kind === 'write' && operation.position === undefined) {
      noteGone(state, operation)
    }
  }
  return { violations, judged: state.judged, unjudged }
}

function complete(state: SessionState, operation: Operation): void {
  const { archive, written, shown, ended, epochIn, goneSince } = state
  if (operation.kind === 'reset') {
    const { scope, fromEpoch, toEpoch } = operation
    ended.set(joinNames(scope, fromEpoch), operation)
    ended.delete(joinNames(scope, toEpoch))
    epochIn.set(scope, toEpoch)
    return
  }
  const isRead = isShown(operation)
  if (!isRead && !isAcknowledged(operation)) return
  const { scope, epoch } = operation
  const sightings = isRead
    ? sightingsOfRead(archive, operation)
    : [sightingOfWrite(archive, operation, goneSince.get(operation))]
  for (const sighting of sightings) {
    const at = joinNames(scope, epoch, sighting.key) // G3
    raise(
      entryOf<string, Mark>(isRead ? shown : written, at, () => ({})),
      sighting,
      operation,
    )
  }
  if (epoch !== '') epochIn.set(scope, epoch)
  if (isRead) owe(state, operation)
}

/** Notes what has to be visible from now on: what a shown read depends on, and what that does. */
function owe({ archive, log, owed, followed }: SessionState, read: ReadOperation): void {
  const open = [...(read.depends ?? []), ...(log?.dependenciesOf(read) ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { scope, epoch, position, key } = next
    const name = joinNames(scope, epoch, position, key ?? '')
    if (followed.has(name)) continue
    followed.add(name)
    open.push(...(log?.commitAt(next)?.depends ?? []))
    const at = owedName(archive, next)
    const sighting: Sighting = { key: key ?? scope, kind: 'present', position: BigInt(position) }
    raise(
      entryOf<string, Mark>(owed, at, () => ({})),
      sighting,
      read,
    )
  }
}

/** Returns where a dependency is owed. A whole scope is held against the as-of of its answers. */
function owedName({ granularity }: Archive, { scope, epoch, key }: Dependency): string {
  if (granularity === 'scope') return joinNames(scope, epoch, scope)
  return key === undefined ? joinNames(scope, epoch) : joinNames(scope, epoch, key)
}

function noteGone({ written, shown, goneSince }: SessionState, write: WriteOperation): void {
  const at = joinNames(write.scope, write.epoch, write.key)
  for (const { present } of [written.get(at) ?? {}, shown.get(at) ?? {}]) {
    const known = goneSince.get(write)
    if (present === undefined || (known !== undefined && known >= present.position)) continue
    goneSince.set(write, present.position)
  }
}

function judgeRead(state: SessionState, read: ReadOperation): readonly ReadViolation[] {
  const { archive, written, shown, owed, ended, epochIn, judged } = state
  const { scope, epoch } = read
  const epochOf = ({ kind, position }: Sighting): string => {
    // An absence that tells no version at all says one thing: not there, now.
    const isBare = kind === 'absent' && position === undefined && epoch === ''
    return isBare ? (epochIn.get(scope) ?? '') : epoch
  }
  const isExplained = (key: string) => (earlier: Operation) =>
    (archive.deletesOf.get(joinNames(scope, key)) ?? []).some(
      (gone) =>
        gone.invoked.step < read.completed.step && gone.completed.step > earlier.invoked.step,
    )
  const named = sightingsOfRead(archive, read).map((sighting) => {
    return { sighting, name: joinNames(scope, epochOf(sighting), sighting.key) }
  })
  const count = (guarantee: ReadGuarantee): void => {
    judged.set(guarantee, (judged.get(guarantee) ?? 0) + 1)
  }
  const find = (
    guarantee: ReadGuarantee,
    marks: Marks,
    sightings: readonly NamedSighting[],
  ): ReadViolation | undefined => {
    const compared = sightings.flatMap(({ sighting, name }) => {
      const mark = marks.get(name)
      const isTold = sighting.position !== undefined || sighting.kind === 'absent'
      return mark === undefined || !isTold ? [] : [{ sighting, mark }]
    })
    if (compared.length > 0) count(guarantee)
    for (const { sighting, mark } of compared) {
      const witness = contradicted(mark, sighting, isExplained(sighting.key))
      if (witness !== undefined) return violationOf(guarantee, { read, sighting, witness })
    }
    return undefined
  }
  const whole: NamedSighting[] =
    read.asOf === undefined
      ? []
      : [
          {
            sighting: { key: scope, kind: 'present', position: BigInt(read.asOf) },
            name: joinNames(scope, epoch),
          },
        ]
  const reset = ended.get(joinNames(scope, epoch))
  if (reset !== undefined) count('monotonic-reads')
  return [
    find('read-your-writes', written, named),
    reset === undefined ? find('monotonic-reads', shown, named) : wentBackTo(read, reset), // G3
    find('consistent-prefix', owed, [...named, ...whole]),
  ].filter((found) => found !== undefined)
}

interface NamedSighting {
  readonly sighting: Sighting
  /** Where it stands among marks. */
  readonly name: string
}

/** Tells whether a read told enough to be judged, and of the epoch that its session is in (G4). */
function isJudged({ archive, epochIn }: SessionState, read: ReadOperation): boolean {
  const epoch = epochIn.get(read.scope)
  if (epoch !== undefined && epoch !== read.epoch) return false
  const sightings = sightingsOfRead(archive, read)
  // An empty page says nothing at all, unless it says when.
  if (sightings.length === 0) return read.asOf !== undefined
  return sightings.every(({ position }) => position !== undefined)
}

// --- Words ---------------------------------------------------------------------------------------

interface Contradiction {
  readonly read: ReadOperation
  readonly sighting: Sighting
  readonly witness: Operation
}

function violationOf(guarantee: ReadGuarantee, contradiction: Contradiction): ReadViolation {
  const { read, sighting, witness } = contradiction
  const { session } = read
  const later = describeSighting(sighting)
  const message =
    `${guarantee} broken in session "${session}" of ${describePlace(read)}: ` +
    `${describeEarlier(guarantee, witness, sighting)}, but the read of ` +
    `${read.key} begun at ${read.invoked.atMs} ms showed ${later}.`
  return { guarantee, session, key: sighting.key, read, witness, message }
}

function describeEarlier(
  guarantee: ReadGuarantee,
  witness: Operation,
  sighting: Sighting,
): string {
  if (witness.kind === 'write') {
    return `${describeWrite(witness)} was acknowledged at ${witness.completed.atMs} ms`
  }
  if (guarantee !== 'consistent-prefix' || witness.kind === 'reset') {
    return describeRead(witness, sighting)
  }
  return (
    `what the read of ${witness.key} showed at ${witness.completed.atMs} ms ` +
    `depends on a later state of ${sighting.key}`
  )
}

function describeRead(witness: Operation, { key }: Sighting): string {
  const what = witness.kind === 'read' ? `the read of ${witness.key}` : 'an earlier read'
  const own = witness.kind === 'read' ? sightedIn(witness, key) : ''
  return `${what} ended at ${witness.completed.atMs} ms${own}`
}

function sightedIn({ key: read, seen, asOf }: ReadOperation, key: string): string {
  const claim = asOf === undefined ? '' : ` as of ${asOf}`
  if (seen.kind === 'value') return ` had shown ${seen.position ?? 'a value'}${claim}`
  if (seen.kind !== 'rows') return ` had shown nothing there${claim}`
  const row = seen.rows.find((candidate) => candidate.key === key)
  if (row !== undefined) return ` had shown ${key} at ${row.position ?? 'some version'}${claim}`
  return key.startsWith(read) ? ` had shown no ${key}${claim}` : ` had answered${claim}`
}

function describeSighting({ key, kind, position }: Sighting): string {
  if (kind === 'present') return `${key} at ${position ?? 'some version'}`
  return position === undefined ? `no ${key}` : `no ${key} as of ${position}`
}

function wentBackTo(read: ReadOperation, witness: ResetOperation): ReadViolation {
  const { session, scope, epoch, key, invoked } = read
  const message =
    `monotonic-reads broken in session "${session}" of "${scope}": epoch "${epoch}" was announced ` +
    `to have ended at ${witness.completed.atMs} ms, but the read of ${key} begun at ` +
    `${invoked.atMs} ms came from it.`
  return { guarantee: 'monotonic-reads', session, key, read, witness, message }
}
