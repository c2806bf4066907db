// The judge of histories: all that a session was promised, held against what it did and saw.
//
// It knows nothing of the client: positions are compared here, as whole numbers and within one
// epoch, so that a fault in the client's comparison cannot hide itself. Neither this file nor those
// that it stands on import anything of core.
//
// The definitions of the four session guarantees are those of Terry et al., PDIS 1994, over what the
// operations tell. Each operation makes *sightings*: a key is present at a position, or absent as of
// one. A read of an item makes one, a complete list makes one for every key of the collection that
// the history knows, a write makes the one that it caused. Two sightings of one key, scope and epoch
// contradict each other:
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
//     anything. A guarantee of which nothing could be judged is `undecided`, and never kept.
// G5. Monotonic writes, and writes follow reads: see `judge-writes.ts`. They need the log of the
//     servers.
// G6. Consistent prefix: once an answer was shown that depends on something, by its own word or by
//     the log's, no read begun afterwards shows that something from before. What it depends on in
//     turn counts as well. (Causal consistency as COPS has it: Lloyd et al., SOSP 2011.)
// G7. Bounded staleness and convergence: see `judge-staleness.ts`. G8. Liveness: `judge-liveness.ts`.
//
// With `granularity: 'scope'` the as-of of whole answers is compared, as if each scope were one
// key: that is what the definitions say literally, and stricter than what a page shows.
//
// It takes one walk through each session, sorted, and a search in the log for each read: a history
// twice as long takes little more than twice the time.

import type { History } from '../history/history.ts'
import { judgeLiveness } from './judge-liveness.ts'
import type { LivenessBound } from './judge-liveness.ts'
import { judgeReads } from './judge-reads.ts'
import type { SessionReads } from './judge-reads.ts'
import { judgeConvergence, judgeStaleness } from './judge-staleness.ts'
import type { ConvergenceBound, StaleReads } from './judge-staleness.ts'
import { judgeWrites } from './judge-writes.ts'
import type { SessionWrites } from './judge-writes.ts'
import { createLogIndex } from './log-index.ts'
import type { LogIndex } from './log-index.ts'
import { groupBySession, isAcknowledged, isShown } from './operation-ends.ts'
import { createArchive } from './sighting.ts'
import { culpritOf, guarantees } from './violation.ts'
import type { Guarantee, Violation } from './violation.ts'

/** What a history says of one guarantee. */
export type Verdict =
  | {
      readonly kind: 'kept' | 'broken'
      /** How many operations could be held against something. */
      readonly judged: number
    }
  | {
      readonly kind: 'undecided'
      /** What the history lacks. */
      readonly why: string
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
  /** At most one for each operation and guarantee, in the order in which those were invoked. */
  readonly violations: readonly Violation[]
  /** What the history says of each guarantee. Nothing found is not yet kept: see `undecided`. */
  readonly verdicts: Readonly<Record<Guarantee, Verdict>>
  /** How many reads of a thousand broke each guarantee. */
  readonly perThousand: { readonly readYourWrites: number; readonly monotonicReads: number }
}

/** How a history is judged. */
export interface CheckOptions {
  /** Whether keys are compared, as a page shows them, or whole scopes. @default 'key' */
  readonly granularity?: 'key' | 'scope' | undefined
  /** What every reader is to reach once lag has ended. @default not judged */
  readonly convergence?: ConvergenceBound | undefined
  /** How long reads may take, and how often may be asked. @default not judged */
  readonly liveness?: LivenessBound | undefined
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
 * report.verdicts['monotonic-writes'].kind //=> 'undecided'
 * ```
 */
export function checkGuarantees(history: History, options: CheckOptions = {}): GuaranteeReport {
  const { operations } = history
  const findings = judgeAll(history, options)
  const violations = findings.violations.toSorted((left, right) => {
    return culpritOf(left).invoked.step - culpritOf(right).invoked.step
  })
  const reads = operations.filter(isShown).length
  const broken = (guarantee: Guarantee): number =>
    violations.filter((violation) => violation.guarantee === guarantee).length
  const perThousand = (guarantee: Guarantee): number =>
    reads === 0 ? 0 : (broken(guarantee) * 1000) / reads
  const verdictOf = (guarantee: Guarantee): Verdict => {
    const judged = findings.judged.get(guarantee) ?? 0
    if (broken(guarantee) > 0) return { kind: 'broken', judged }
    const why = findings.lacking.get(guarantee)
    if (why !== undefined || judged === 0) {
      return { kind: 'undecided', why: why ?? nothingToJudge[guarantee] }
    }
    return { kind: 'kept', judged }
  }
  return {
    reads,
    writes: operations.filter(isAcknowledged).length,
    unjudged: findings.unjudged,
    violations,
    verdicts: {
      'read-your-writes': verdictOf('read-your-writes'),
      'monotonic-reads': verdictOf('monotonic-reads'),
      'monotonic-writes': verdictOf('monotonic-writes'),
      'writes-follow-reads': verdictOf('writes-follow-reads'),
      'consistent-prefix': verdictOf('consistent-prefix'),
      'bounded-staleness': verdictOf('bounded-staleness'),
      convergence: verdictOf('convergence'),
      liveness: verdictOf('liveness'),
    },
    perThousand: {
      readYourWrites: perThousand('read-your-writes'),
      monotonicReads: perThousand('monotonic-reads'),
    },
  }
}

/** What it says of a history that has all it needs, and nothing in it to judge. */
const nothingToJudge: Readonly<Record<Guarantee, string>> = {
  'read-your-writes': 'no read told enough of what its session had written',
  'monotonic-reads': 'no read told enough of what its session had been shown',
  'monotonic-writes': 'no session wrote twice in one epoch that the log knows',
  'writes-follow-reads': 'no session wrote after it had read a write that the log knows',
  'consistent-prefix': 'no read told enough of what an earlier answer depends on',
  'bounded-staleness': 'no read is said to have kept a bound, and tells what it showed',
  convergence: 'no read was begun late enough, and tells what it showed',
  liveness: 'there is no read',
}

const noLog = 'the history holds no log of the servers'

interface Findings {
  readonly violations: Violation[]
  unjudged: number
  /** How many operations were held against something. */
  readonly judged: Map<Guarantee, number>
  /** What keeps a guarantee from being decided. */
  readonly lacking: Map<Guarantee, string>
}

function judgeAll(history: History, options: CheckOptions): Findings {
  const findings: Findings = {
    violations: [],
    unjudged: 0,
    judged: new Map(),
    lacking: new Map(),
  }
  const { operations } = history
  const { granularity = 'key', convergence, liveness } = options
  const archive = createArchive(history, granularity)
  const log = history.log === undefined ? undefined : createLogIndex(history.log)
  for (const own of groupBySession(history).values()) {
    const reads = judgeReads({ archive, log }, own)
    findings.unjudged += reads.unjudged
    take(findings, reads)
    if (log !== undefined) take(findings, judgeWrites(log, own))
  }
  if (!tellsDependencies(history, log)) {
    findings.lacking.set('consistent-prefix', 'neither an answer nor the log names dependencies')
  }
  if (log === undefined) {
    for (const guarantee of needsLog) findings.lacking.set(guarantee, noLog)
  } else {
    const question = { log, granularity }
    takeStale(findings, 'bounded-staleness', judgeStaleness(question, operations))
    if (convergence !== undefined) {
      takeStale(findings, 'convergence', judgeConvergence(question, operations, convergence))
    }
  }
  if (convergence === undefined) findings.lacking.set('convergence', 'no bound was stated for it')
  if (liveness === undefined) findings.lacking.set('liveness', 'no bounds were stated for it')
  else takeStale(findings, 'liveness', judgeLiveness(history, liveness))
  return findings
}

const needsLog = [
  'monotonic-writes',
  'writes-follow-reads',
  'bounded-staleness',
  'convergence',
] as const satisfies readonly Guarantee[]

function tellsDependencies({ operations }: History, log: LogIndex | undefined): boolean {
  const isTold = operations.some(({ kind, ...facts }) => kind === 'read' && 'depends' in facts)
  return isTold || log?.tellsDependencies === true
}

function take({ violations, judged }: Findings, found: SessionReads | SessionWrites): void {
  violations.push(...found.violations)
  for (const guarantee of guarantees) {
    const counts: ReadonlyMap<Guarantee, number> = found.judged
    judged.set(guarantee, (judged.get(guarantee) ?? 0) + (counts.get(guarantee) ?? 0))
  }
}

function takeStale(
  { violations, judged, lacking }: Findings,
  guarantee: Guarantee,
  found: Pick<StaleReads, 'judged' | 'why'> & { readonly violations: readonly Violation[] },
): void {
  violations.push(...found.violations)
  judged.set(guarantee, found.judged)
  if (found.why !== undefined) lacking.set(guarantee, found.why)
}
