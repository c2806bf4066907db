// The judge of histories: did a session see its own writes, and did what it saw ever go back?
//
// It knows nothing of the client: positions are compared here, as whole numbers and within one
// epoch, so that a fault in the client's comparison cannot hide itself.
//
// The definitions are those of Terry et al., PDIS 1994, over what the operations tell. Each
// operation makes *sightings*: a key is present at a position, or absent as of one. A read of an
// item makes one, a complete list makes one for every key of the collection that the history knows,
// a write makes the one that it caused. Two sightings of one key, scope and epoch contradict each
// other:
//
//   earlier          later            goes back where
//   present at w     present at v     v < w
//   absent as of a   present at v     v <= a           what was gone has come back, from before
//   present at w     absent as of a   a < w            or a is unknown, and no delete on record
//                                                      explains it
//   absent           absent           never
//
// G1. Read your writes: no sighting of a read contradicts a write that the session had acknowledged
//     before the read was invoked.
// G2. Monotonic reads: none contradicts a read of the session that had completed before. Concurrent
//     operations are not ordered, and ask nothing of each other.
// G3. Positions of two epochs are never compared. After an announced reset, though, a read that
//     comes from the ended epoch goes back.
// G4. What an answer does not tell is not judged, and counted as unjudged: it is no proof of
//     anything.
//
// With `granularity: 'scope'` the as-of of whole answers is compared, as if each scope were one
// key: that is what the definitions say literally, and stricter than what a page shows.

import type {
  History,
  Operation,
  ReadOperation,
  ResetOperation,
  WriteOperation,
} from './history.ts'
import {
  contradicted,
  createArchive,
  entryOf,
  joinNames,
  raise,
  sightingOfWrite,
  sightingsOfRead,
} from './sighting.ts'
import type { Archive, Mark, Marks, Sighting } from './sighting.ts'

/** A guarantee that a history can break. */
export type Guarantee = 'read-your-writes' | 'monotonic-reads'

/** A broken guarantee, with the two operations that prove it. */
export interface Violation {
  readonly guarantee: Guarantee
  readonly session: string
  /** The key at which the read went back. With granularity `scope`, the scope. */
  readonly key: string
  readonly read: ReadOperation
  /** What came before it. */
  readonly witness: Operation
  /** One line for people. */
  readonly message: string
}

/** What a history comes to. */
export interface GuaranteeReport {
  /** How many reads showed something. */
  readonly reads: number
  /** How many writes were acknowledged. */
  readonly writes: number
  /**
   * How many reads broke nothing that is known, but told no version, or that of another epoch than
   * their session was in (G3, G4).
   */
  readonly unjudged: number
  /** At most one for each read and guarantee, in the order in which the reads were invoked. */
  readonly violations: readonly Violation[]
  /** How many reads of a thousand broke each guarantee. */
  readonly perThousand: { readonly readYourWrites: number; readonly monotonicReads: number }
}

/** How a history is judged. */
export interface CheckOptions {
  /** Whether keys are compared, as a page shows them, or whole scopes. @default 'key' */
  readonly granularity?: 'key' | 'scope' | undefined
}

/**
 * Judges a history.
 *
 * @example
 * ```ts
 * import { checkGuarantees, parseHistory } from 'tidemark/testing'
 *
 * const report = checkGuarantees(parseHistory('{"format":"tidemark-history/1","operations":[]}'))
 * report.violations //=> []
 * ```
 */
export function checkGuarantees(history: History, options: CheckOptions = {}): GuaranteeReport {
  const { operations } = history
  const archive = createArchive(operations, options.granularity ?? 'key')
  const results = [...groupBySession(operations).values()].map((own) => judgeSession(archive, own))
  const violations = results
    .flatMap((result) => result.violations)
    .toSorted((left, right) => left.read.invoked.step - right.read.invoked.step)
  const reads = operations.filter(isShown).length
  const perThousand = (guarantee: Guarantee): number => {
    const broken = violations.filter((violation) => violation.guarantee === guarantee).length
    return reads === 0 ? 0 : (broken * 1000) / reads
  }
  return {
    reads,
    writes: operations.filter(isAcknowledged).length,
    unjudged: results.reduce((sum, result) => sum + result.unjudged, 0),
    violations,
    perThousand: {
      readYourWrites: perThousand('read-your-writes'),
      monotonicReads: perThousand('monotonic-reads'),
    },
  }
}

function isShown(operation: Operation): operation is ReadOperation {
  return operation.kind === 'read' && operation.seen.kind !== 'nothing'
}

function isAcknowledged(operation: Operation): operation is WriteOperation {
  return operation.kind === 'write' && operation.outcome === 'acknowledged'
}

function groupBySession(operations: readonly Operation[]): Map<string, Operation[]> {
  const sessions = new Map<string, Operation[]>()
  for (const operation of operations) {
    entryOf(sessions, operation.session, () => []).push(operation)
  }
  return sessions
}

// --- One session ---------------------------------------------------------------------------------

interface SessionState {
  readonly archive: Archive
  readonly written: Marks
  readonly shown: Marks
  /** The resets that ended an epoch, by scope and epoch. */
  readonly ended: Map<string, ResetOperation>
  /** The epoch that was met last in each scope. */
  readonly epochIn: Map<string, string>
  /** What a delete without a position is known to come after: what was sighted before it began. */
  readonly goneSince: Map<WriteOperation, bigint>
}

interface SessionResult {
  readonly violations: readonly Violation[]
  readonly unjudged: number
}

/** Goes through the beginnings and ends of a session's operations once, in their order. */
function judgeSession(archive: Archive, operations: readonly Operation[]): SessionResult {
  const state: SessionState = {
    archive,
    written: new Map(),
    shown: new Map(),
    ended: new Map(),
    epochIn: new Map(),
    goneSince: new Map(),
  }
  const violations: Violation[] = []
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
  return { violations, unjudged }
}

interface End {
  readonly operation: Operation
  readonly isBeginning: boolean
  readonly step: number
}

function endsOf(operations: readonly Operation[]): readonly End[] {
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
}

function noteGone({ written, shown, goneSince }: SessionState, write: WriteOperation): void {
  const at = joinNames(write.scope, write.epoch, write.key)
  for (const { present } of [written.get(at) ?? {}, shown.get(at) ?? {}]) {
    const known = goneSince.get(write)
    if (present === undefined || (known !== undefined && known >= present.position)) continue
    goneSince.set(write, present.position)
  }
}

function judgeRead(state: SessionState, read: ReadOperation): readonly Violation[] {
  const { archive, written, shown, ended, epochIn } = state
  const { scope, epoch } = read
  const epochOf = ({ kind, position }: Sighting): string => {
    // An absence that tells no version at all says one thing: not there, now.
    const isBare = kind === 'absent' && position === undefined && epoch === ''
    return isBare ? (epochIn.get(scope) ?? '') : epoch
  }
  const sightings = sightingsOfRead(archive, read)
  const isExplained = (key: string) => (earlier: Operation) =>
    (archive.deletesOf.get(joinNames(scope, key)) ?? []).some(
      (gone) =>
        gone.invoked.step < read.completed.step && gone.completed.step > earlier.invoked.step,
    )
  const find = (guarantee: Guarantee, marks: Marks): Violation | undefined => {
    for (const sighting of sightings) {
      const mark = marks.get(joinNames(scope, epochOf(sighting), sighting.key)) ?? {}
      const witness = contradicted(mark, sighting, isExplained(sighting.key))
      if (witness !== undefined) return violationOf(guarantee, { read, sighting, witness })
    }
    return undefined
  }
  const reset = ended.get(joinNames(scope, epoch))
  const isEnded = reset !== undefined // G3
  const monotonic = isEnded ? wentBackTo(read, reset) : find('monotonic-reads', shown)
  return [find('read-your-writes', written), monotonic].filter((found) => found !== undefined)
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

function violationOf(guarantee: Guarantee, contradiction: Contradiction): Violation {
  const { read, sighting, witness } = contradiction
  const { session, scope, epoch } = read
  const earlier =
    witness.kind === 'write' ? describeWrite(witness) : describeRead(witness, sighting)
  const later = describeSighting(sighting)
  const place = epoch === '' ? `"${scope}"` : `"${scope}", epoch "${epoch}"`
  const message =
    `${guarantee} broken in session "${session}" of ${place}: ${earlier}, but the read of ` +
    `${read.key} begun at ${read.invoked.atMs} ms showed ${later}.`
  return { guarantee, session, key: sighting.key, read, witness, message }
}

function describeWrite({ key, isDelete, position, completed }: WriteOperation): string {
  const verb = isDelete ? 'the delete' : 'the write'
  const at = position === undefined ? '' : ` at ${position}`
  return `${verb} of ${key}${at} was acknowledged at ${completed.atMs} ms`
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

function wentBackTo(read: ReadOperation, witness: ResetOperation): Violation {
  const { session, scope, epoch, key, invoked } = read
  const message =
    `monotonic-reads broken in session "${session}" of "${scope}": epoch "${epoch}" was announced ` +
    `to have ended at ${witness.completed.atMs} ms, but the read of ${key} begun at ` +
    `${invoked.atMs} ms came from it.`
  return { guarantee: 'monotonic-reads', session, key, read, witness, message }
}
