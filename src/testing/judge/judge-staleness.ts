// Bounded staleness and convergence: was what a read lacked already too old to be lacking?
//
// S1. The truth is the log: when each write was committed. What a server says of its own lag is not
//     asked.
// S2. A read lacks a write to what it shows that its own state does not cover: an item at 5 lacks
//     the write of that item at 7, and a list lacks what is not among its rows.
// S3. Time counts up to the moment at which the read was begun: what happened while it was under way
//     nobody can ask of it.
// S4. An answer from an ended epoch lacks all that came after.

import type { Operation, ReadOperation } from '../history/history.ts'
import type { CommitEntry, EpochEntry } from '../history/server-log.ts'
import { countUpTo, firstAfter } from './log-index.ts'
import type { Commit, Line, LogIndex } from './log-index.ts'
import { isShown } from './operation-ends.ts'
import { describePlace, describeWrite } from './violation.ts'
import type { StaleViolation } from './violation.ts'

/** How reads are held against the log. */
export interface StalenessQuestion {
  readonly log: LogIndex
  readonly granularity: 'key' | 'scope'
}

/** When every reader is to have reached the newest. */
export interface ConvergenceBound {
  /** How long after the lag has ended, in milliseconds. */
  readonly withinMs: number
  /**
   * When the lag ended, in the time of the history.
   *
   * @default when the last server applied the last write, as the log tells
   */
  readonly lagEndedAtMs?: number | undefined
}

/** What the reads come to. */
export interface StaleReads {
  readonly violations: readonly StaleViolation[]
  /** How many reads could be held against the log. */
  readonly judged: number
  /** Why none could, where there is a reason to tell. */
  readonly why?: string | undefined
}

/** Judges the reads that are said to have kept a bound on their staleness. */
export function judgeStaleness(
  question: StalenessQuestion,
  operations: readonly Operation[],
): StaleReads {
  return judgeAll(question, operations, (read) => {
    const { maxStalenessMs, invoked } = read
    if (maxStalenessMs === undefined) return undefined
    return {
      guarantee: 'bounded-staleness',
      isDue: (atMs) => atMs < invoked.atMs - maxStalenessMs, // S3
      required: `is bound to ${maxStalenessMs} ms`,
    }
  })
}

/** Judges the reads that were begun long enough after the lag had ended. */
export function judgeConvergence(
  question: StalenessQuestion,
  operations: readonly Operation[],
  { withinMs, lagEndedAtMs }: ConvergenceBound,
): StaleReads {
  let why: string | undefined
  const endOf = (scope: string): number | undefined => {
    if (lagEndedAtMs !== undefined) return lagEndedAtMs
    const rest = question.log.caughtUp(scope)
    if (rest?.kind === 'at') return rest.atMs
    if (rest !== undefined) why = `${rest.server} never applied the last write of "${scope}"`
    return undefined
  }
  const reads = judgeAll(question, operations, ({ scope, invoked }) => {
    const endedAtMs = endOf(scope)
    if (endedAtMs === undefined || invoked.atMs < endedAtMs + withinMs) return undefined
    return {
      guarantee: 'convergence',
      isDue: (atMs) => atMs <= endedAtMs,
      required: `began more than ${withinMs} ms after the lag had ended at ${endedAtMs} ms`,
    }
  })
  return { ...reads, why }
}

interface Bound {
  readonly guarantee: StaleViolation['guarantee']
  /** Tells whether what happened at a time may not be lacking. Once false, it is so for later. */
  readonly isDue: (atMs: number) => boolean
  readonly required: string
}

function judgeAll(
  question: StalenessQuestion,
  operations: readonly Operation[],
  boundOf: (read: ReadOperation) => Bound | undefined,
): StaleReads {
  const violations: StaleViolation[] = []
  let judged = 0
  for (const read of operations) {
    if (!isShown(read)) continue
    const bound = boundOf(read)
    const line = bound && question.log.lineOf(read)
    if (bound === undefined || line === undefined) continue
    const lacking = lackedBy(question, line, read, bound.isDue)
    if (lacking === 'unknown') continue
    judged += 1
    if (lacking !== undefined) violations.push(violationOf(bound, read, lacking))
  }
  return { violations, judged }
}

/** Returns what a read lacks that is due, `undefined` if nothing, or that it told too little. */
function lackedBy(
  { granularity }: StalenessQuestion,
  line: Line,
  read: ReadOperation,
  isDue: Bound['isDue'],
): CommitEntry | EpochEntry | 'unknown' | undefined {
  if (line.end !== undefined && isDue(line.end.atMs)) return line.end // S4
  const { seen, key } = read
  const asOf = read.asOf === undefined ? undefined : BigInt(read.asOf)
  const next = (commits: readonly Commit[], from: bigint | undefined) =>
    from === undefined ? 'unknown' : dueAfter(commits, from, isDue)
  if (granularity === 'scope') return next(line.commits, asOf)
  const commitsOf = (name: string): readonly Commit[] => line.ofKey.get(name) ?? []
  if (seen.kind === 'absent') return next(commitsOf(key), asOf)
  if (seen.kind === 'value') return next(commitsOf(key), higher(asOf, seen.position))
  if (seen.kind !== 'rows') return 'unknown'
  let isTold = false
  for (const row of seen.rows) {
    const lacking = next(commitsOf(row.key), higher(asOf, row.position))
    if (lacking !== 'unknown' && lacking !== undefined) return lacking
    isTold ||= lacking === undefined
  }
  if (seen.isComplete && asOf !== undefined) {
    return missingRow(line, read, { asOf, isDue })
  }
  return isTold ? undefined : 'unknown'
}

/** Returns the write of a row that a complete list should show and does not. */
function missingRow(
  line: Line,
  { key, seen }: ReadOperation,
  { asOf, isDue }: { readonly asOf: bigint; readonly isDue: Bound['isDue'] },
): CommitEntry | undefined {
  const commits = line.inCollection.get(key) ?? []
  const shown = new Set(seen.kind === 'rows' ? seen.rows.map((row) => row.key) : [])
  for (let index = countUpTo(commits, asOf); index < commits.length; index += 1) {
    const commit = commits[index]
    if (commit === undefined || !isDue(commit.entry.atMs)) return undefined
    // A row that is shown has been judged by itself.
    if (shown.has(commit.entry.key)) continue
    const own = line.ofKey.get(commit.entry.key) ?? []
    const last = own.findLast(({ entry }) => isDue(entry.atMs)) ?? commit
    if (!last.entry.isDelete) return last.entry
  }
  return undefined
}

function dueAfter(
  commits: readonly Commit[],
  from: bigint,
  isDue: Bound['isDue'],
): CommitEntry | undefined {
  const next = firstAfter(commits, from)
  return next !== undefined && isDue(next.entry.atMs) ? next.entry : undefined
}

function higher(asOf: bigint | undefined, position: string | undefined): bigint | undefined {
  const own = position === undefined ? undefined : BigInt(position)
  if (own === undefined || asOf === undefined) return own ?? asOf
  return own > asOf ? own : asOf
}

function violationOf(
  { guarantee, required }: Bound,
  read: ReadOperation,
  witness: CommitEntry | EpochEntry,
): StaleViolation {
  const { session, key, invoked } = read
  const lacking =
    witness.kind === 'epoch' ? `epoch "${witness.epoch}"` : describeWrite(witness)
  const message =
    `${guarantee} broken in session "${session}" of ${describePlace(read)}: the read of ${key} ` +
    `begun at ${invoked.atMs} ms ${required}, but it lacks ${lacking} of ${witness.atMs} ms.`
  return { guarantee, session, key, read, witness, message }
}
