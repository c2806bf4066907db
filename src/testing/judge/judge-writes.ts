// Monotonic writes and writes follow reads, from the order in which each server applied the writes.
//
// Terry et al., PDIS 1994: where a server holds a write of a session, it holds what the session had
// written (monotonic writes) or read (writes follow reads) before, and applied it before. A write
// precedes another of its session where it was acknowledged before the other was begun.
//
// W1. Only what a read showed row by row is held against later writes: the as-of of an answer says
//     what its server knew, not what the session saw.
// W2. Writes of two epochs are not compared (G3): a failover that loses a write voids both.

import type { Operation, WriteOperation } from '../history/history.ts'
import { shownPositions } from './log-index.ts'
import type { Line, LogIndex } from './log-index.ts'
import { endsOf, isAcknowledged, isShown } from './operation-ends.ts'
import { entryOf, joinNames } from './sighting.ts'
import { describePlace, describeWrite } from './violation.ts'
import type { WriteViolation } from './violation.ts'

type WriteGuarantee = WriteViolation['guarantee']

/** What the writes of one session come to. */
export interface SessionWrites {
  readonly violations: readonly WriteViolation[]
  /** How many writes had something to follow that the log knows, by guarantee. */
  readonly judged: ReadonlyMap<WriteGuarantee, number>
}

/** The last, in the order of one server, of what a session's next write has to follow. */
interface Frontier {
  /** Its place in that order. `Infinity` where the server does not hold it. */
  readonly place: number
  readonly position: string
  readonly by: Operation
}

type Frontiers = Map<string, Map<string, Frontier>>

/** Judges the writes of one session. */
export function judgeWrites(log: LogIndex, operations: readonly Operation[]): SessionWrites {
  const frontiers: Record<WriteGuarantee, Frontiers> = {
    'monotonic-writes': new Map(),
    'writes-follow-reads': new Map(),
  }
  const noted = new Set<string>()
  const judged = new Map<WriteGuarantee, number>()
  const violations: WriteViolation[] = []
  const note = (guarantee: WriteGuarantee, by: Operation, position: string): void => {
    if (by.kind === 'reset') return
    const line = log.lineOf(by)
    const name = joinNames(guarantee, by.scope, by.epoch, position)
    if (line === undefined || noted.has(name)) return
    noted.add(name)
    const known = frontiers[guarantee]
    raise(entryOf(known, joinNames(by.scope, by.epoch), () => new Map()), line, { by, position })
  }
  for (const { operation, isBeginning } of endsOf(operations)) {
    const { position } = { position: undefined, ...operation }
    if (isBeginning && isAcknowledged(operation) && position !== undefined) {
      for (const guarantee of ['monotonic-writes', 'writes-follow-reads'] as const) {
        const line = log.lineOf(operation)
        const required = frontiers[guarantee].get(joinNames(operation.scope, operation.epoch))
        if (line === undefined || required === undefined || !isKnown(line, position)) continue
        judged.set(guarantee, (judged.get(guarantee) ?? 0) + 1)
        const found = find(guarantee, { line, required, write: operation, position })
        if (found !== undefined) violations.push(found)
      }
    }
    if (isBeginning) continue
    if (isShown(operation)) {
      for (const shown of shownPositions(operation)) note('writes-follow-reads', operation, shown) // W1
    }
    if (isAcknowledged(operation) && position !== undefined) {
      note('monotonic-writes', operation, position)
    }
  }
  return { violations, judged }
}

function isKnown({ places }: Line, position: string): boolean {
  return [...places.values()].some((own) => own.has(position))
}

function raise(
  frontiers: Map<string, Frontier>,
  line: Line,
  { by, position }: Omit<Frontier, 'place'>,
): void {
  if (!isKnown(line, position)) return // Nobody knows where it belongs.
  for (const [server, places] of line.places) {
    const place = places.get(position) ?? Infinity
    const held = frontiers.get(server)
    if (held === undefined || place > held.place) frontiers.set(server, { place, position, by })
  }
}

interface Question {
  readonly line: Line
  readonly required: ReadonlyMap<string, Frontier>
  readonly write: WriteOperation
  readonly position: string
}

function find(
  guarantee: WriteGuarantee,
  { line, required, write, position }: Question,
): WriteViolation | undefined {
  for (const [server, places] of line.places) {
    const own = places.get(position)
    const before = required.get(server)
    if (own === undefined || before === undefined || before.place <= own) continue
    const { session, key } = write
    const message =
      `${guarantee} broken in session "${session}" of ${describePlace(write)}: ` +
      `${describeBefore(before)}, but ${server} applied ${describeWrite(write)} ` +
      `${before.place === Infinity ? 'without it' : 'before it'}.`
    return { guarantee, session, key, write, witness: before.by, server, message }
  }
  return undefined
}

function describeBefore({ by, position }: Frontier): string {
  const atMs = by.completed.atMs
  if (by.kind === 'write') return `${describeWrite(by)} was acknowledged at ${atMs} ms`
  const what = by.kind === 'read' ? `the read of ${by.key}` : 'a read'
  return `${what} had shown the write at ${position} by ${atMs} ms`
}
