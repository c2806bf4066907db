// Histories: what one or more sessions did and saw, in an order that can be judged.
//
// H1. An operation has two ends. One comes before another only where its last step is less than the
//     first of the other. Those that overlap are concurrent, and nothing is asked of their order.
// H2. Steps count the beginnings and ends in one history. Times are for people: two ends may share
//     a millisecond, but never a step.
// H3. Positions are texts of decimal digits, as they travelled: none is rounded, none is invented.
//     What an answer did not tell is `undefined`, and unknown (I4).
// H4. A part that was not recorded is left out and not empty: who judges can tell the two apart.

import { systemClock } from '../determinism/clock.ts'
import type { Clock } from '../determinism/clock.ts'
import type { Dependency, LogEntry } from './server-log.ts'

/** One end of an operation. */
export interface Moment {
  /** Its place in the order of the history. */
  readonly step: number
  readonly atMs: number
}

/** What all operations have. */
export interface OperationFacts {
  /** Who did it, such as `'tab-1'`. */
  readonly session: string
  readonly invoked: Moment
  readonly completed: Moment
  /** The line of history that the answer spoke of, such as `'main'`. */
  readonly scope: string
}

/** A read of one resource. */
export interface ReadOperation extends OperationFacts {
  readonly kind: 'read'
  readonly id: number
  /** What was asked for, as a path: `/photos`, `/photos/7`. */
  readonly key: string
  /** The list that `key` is an item of, if it is one. */
  readonly collection?: string | undefined
  /** The epoch that the answer named, or `''`. */
  readonly epoch: string
  /** The state that the answer as a whole claims to reflect. */
  readonly asOf?: string | undefined
  readonly seen: Seen
  /** What the answer said it depends on, if it said so. */
  readonly depends?: readonly Dependency[] | undefined
  /** What the client says of the answer: the level it reached, and where it came from. */
  readonly level?: string | undefined
  readonly source?: string | undefined
  /** The bound that the client says it kept, where it was asked for bounded staleness. */
  readonly maxStalenessMs?: number | undefined
}

/**
 * What a read showed: a value with its own version, the absence of one, the rows of a list, or
 * nothing that could be judged (a failure, a 304).
 */
export type Seen =
  | { readonly kind: 'value'; readonly position?: string | undefined }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'rows'
      readonly rows: readonly SeenRow[]
      /** Whether these are all rows of the list, so that what is not among them is absent. */
      readonly isComplete: boolean
    }
  | { readonly kind: 'nothing' }

/** One row of a list. */
export interface SeenRow {
  readonly key: string
  readonly position?: string | undefined
}

/** A write to one resource. */
export interface WriteOperation extends OperationFacts {
  readonly kind: 'write'
  readonly id: number
  /** What was written, as a path. */
  readonly key: string
  /** The list that `key` is an item of, if it is one. */
  readonly collection?: string | undefined
  readonly isDelete: boolean
  /** Whether it happened: acknowledged, refused (nothing happened), or nobody knows. */
  readonly outcome: 'acknowledged' | 'refused' | 'unknown'
  readonly epoch: string
  /** The version that the write made. */
  readonly position?: string | undefined
}

/** The announcement that a session met a new history, and forgot its floors. */
export interface ResetOperation extends OperationFacts {
  readonly kind: 'reset'
  readonly id: number
  readonly fromEpoch: string
  readonly toEpoch: string
}

/** Something that a session did. */
export type Operation = ReadOperation | WriteOperation | ResetOperation

/** A request that left for the network, on behalf of whichever operation. */
export interface RequestSent {
  readonly session: string
  readonly sent: Moment
}

/** An operation that has begun, and had not ended when the history was taken. */
export interface UnfinishedOperation {
  readonly kind: 'read' | 'write'
  readonly session: string
  readonly key: string
  readonly invoked: Moment
}

/** What sessions did and saw, and what is known beside it (H4). */
export interface History {
  readonly operations: readonly Operation[]
  /** What the servers did: the order in which writes were committed and applied, and when. */
  readonly log?: readonly LogEntry[] | undefined
  /** The requests that were sent for it. */
  readonly requests?: readonly RequestSent[] | undefined
  readonly unfinished?: readonly UnfinishedOperation[] | undefined
  /** When the history was taken: how long an unfinished operation has lasted at least. */
  readonly endedAtMs?: number | undefined
}

/** A read without what the recorder adds. */
export type ReadFacts = Omit<ReadOperation, 'kind' | 'id' | 'completed'>
/** A write without what the recorder adds. */
export type WriteFacts = Omit<WriteOperation, 'kind' | 'id' | 'completed'>
/** A reset without what the recorder adds. It takes no time. */
export interface ResetFacts {
  readonly session: string
  readonly scope: string
  /** @default the epoch that the session has met last in the scope */
  readonly fromEpoch?: string | undefined
  readonly toEpoch: string
}

/**
 * Records a history while it happens. What was recorded can be judged or written down at any time.
 */
export interface HistoryRecorder extends History {
  /**
   * Marks the beginning of an operation, in the last step before it is sent. Told whose it is, it
   * counts as unfinished until it is recorded with the moment that is returned.
   */
  readonly invoke: (operation?: Omit<UnfinishedOperation, 'invoked'>) => Moment
  /** Records a read that has just been shown. */
  readonly recordRead: (facts: ReadFacts) => ReadOperation
  /** Records a write that has just been answered, or has failed. */
  readonly recordWrite: (facts: WriteFacts) => WriteOperation
  /** Records that a session has announced a new epoch. */
  readonly recordReset: (facts: ResetFacts) => ResetOperation
  /** Records that a request leaves. */
  readonly recordRequest: (session: string) => void
  /** Takes over what the servers did so far: the whole log, instead of the one taken before. */
  readonly recordLog: (log: readonly LogEntry[]) => void
  /** Tells every operation as it is recorded. Returns the function that ends the subscription. */
  readonly subscribe: (listener: (operation: Operation) => void) => () => void
  /** For `JSON.stringify`: what `parseHistory` reads. */
  readonly toJSON: () => HistoryDocument
}

/** A history as it is written down. */
export interface HistoryDocument extends History {
  readonly format: typeof historyFormat
}

/** What a document says that holds a history. */
export const historyFormat = 'tidemark-history/2'

/** What a document says that holds operations alone: those that were written down before. */
export const firstHistoryFormat = 'tidemark-history/1'

/** Makes a recorder. Its times are those of the clock, by default the machine's. */
export function createHistory(clock: Pick<Clock, 'now'> = systemClock): HistoryRecorder {
  const operations: Operation[] = []
  const listeners = new Set<(operation: Operation) => void>()
  /** What has begun, by the moment at which it did. */
  const underWay = new Map<Moment, UnfinishedOperation>()
  let requests: RequestSent[] | undefined
  let log: readonly LogEntry[] | undefined
  let lastStep = 0
  let lastId = 0
  const moment = (): Moment => ({ step: (lastStep += 1), atMs: clock.now() })
  const record = <T extends Operation>(operation: T): T => {
    operations.push(operation)
    underWay.delete(operation.invoked)
    for (const listener of listeners) listener(operation)
    return operation
  }
  const nextId = (): number => (lastId += 1)
  const lastEpoch = ({ session, scope }: Pick<OperationFacts, 'session' | 'scope'>): string => {
    const isTheirs = (other: Operation): boolean =>
      other.session === session && other.scope === scope && epochAfter(other) !== undefined
    const last = operations.findLast(isTheirs)
    return (last === undefined ? undefined : epochAfter(last)) ?? ''
  }
  const taken = (): History => ({
    operations,
    ...(log && { log }),
    ...(requests && { requests }),
    unfinished: [...underWay.values()],
    endedAtMs: clock.now(),
  })
  return {
    operations,
    get log() {
      return log
    },
    get requests() {
      return requests
    },
    get unfinished() {
      return taken().unfinished
    },
    get endedAtMs() {
      return taken().endedAtMs
    },
    invoke(operation) {
      const invoked = moment()
      if (operation !== undefined) underWay.set(invoked, { ...operation, invoked })
      return invoked
    },
    recordRead: (facts) => record({ kind: 'read', id: nextId(), ...facts, completed: moment() }),
    recordWrite: (facts) => record({ kind: 'write', id: nextId(), ...facts, completed: moment() }),
    recordReset(facts) {
      const fromEpoch = facts.fromEpoch ?? lastEpoch(facts)
      const [invoked, completed] = [moment(), moment()]
      return record({ kind: 'reset', id: nextId(), ...facts, fromEpoch, invoked, completed })
    },
    recordRequest(session) {
      requests ??= []
      requests.push({ session, sent: moment() })
    },
    recordLog: (entries) => void (log = entries),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    toJSON: () => ({ format: historyFormat, ...taken() }),
  }
}

/** Returns the epoch that a session has met in an operation, if it told one. */
function epochAfter(operation: Operation): string | undefined {
  if (operation.kind === 'reset') return operation.toEpoch
  return operation.epoch === '' ? undefined : operation.epoch
}
