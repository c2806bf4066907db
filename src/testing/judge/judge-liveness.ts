// Liveness: each read ends in time, and nobody asks more often than was agreed.
//
// L1. A read may take what the network takes for one answer, and the budget for all that follows. One
//     that has not ended when the history was taken counts up to then.
// L2. Requests are counted by the busy time of a session: from when something is under way until the
//     next such time begins. What is sent in it may not be more than is allowed for each operation
//     that began in it. Which request belongs to which operation nobody needs to know.

import type { History, Operation, UnfinishedOperation } from '../history/history.ts'
import { groupBySession } from './operation-ends.ts'
import type { LivenessViolation } from './violation.ts'

/** What is agreed on time and requests. */
export interface LivenessBound {
  /** The budget of a read, in milliseconds. */
  readonly budgetMs: number
  /** What the network takes at most for the first answer, in milliseconds. */
  readonly networkMs: number
  /**
   * How many requests may be sent for each operation.
   *
   * @default not judged
   */
  readonly requestsPerOperationMax?: number | undefined
}

/** What a history comes to. */
export interface Liveness {
  readonly violations: readonly LivenessViolation[]
  readonly judged: number
  /** What could not be judged, and why. */
  readonly why?: string | undefined
}

/** Judges the liveness of all sessions. */
export function judgeLiveness(history: History, bound: LivenessBound): Liveness {
  const violations: LivenessViolation[] = []
  let judged = 0
  const { unfinished = [], endedAtMs } = history
  const reads = [
    ...history.operations.flatMap((operation) =>
      operation.kind === 'read' ? [{ operation, endMs: operation.completed.atMs }] : [],
    ),
    ...unfinished.flatMap((operation) =>
      operation.kind === 'read' && endedAtMs !== undefined
        ? [{ operation, endMs: endedAtMs }]
        : [],
    ),
  ]
  for (const { operation, endMs } of reads) {
    judged += 1
    const found = outlived(operation, endMs, bound)
    if (found !== undefined) violations.push(found)
  }
  const { requestsPerOperationMax: max } = bound
  if (max === undefined) return { violations, judged }
  if (history.requests === undefined) {
    return { violations, judged, why: 'the history holds no requests' }
  }
  for (const [session, operations] of groupBySession(history)) {
    const begun = [...operations, ...unfinished.filter((own) => own.session === session)]
    const steps = history.requests.flatMap((own) => (own.session === session ? own.sent.step : []))
    violations.push(...crowded(begun, steps, max))
  }
  return { violations, judged }
}

function outlived(
  operation: Operation | UnfinishedOperation,
  endMs: number,
  { budgetMs, networkMs }: LivenessBound,
): LivenessViolation | undefined {
  const tookMs = endMs - operation.invoked.atMs
  if (tookMs <= budgetMs + networkMs) return undefined // L1
  const { session } = operation
  const key = keyOf(operation)
  const took = 'completed' in operation ? `took ${tookMs} ms` : `had not ended after ${tookMs} ms`
  const message =
    `liveness broken in session "${session}": the read of ${key} begun at ` +
    `${operation.invoked.atMs} ms ${took}, where ${budgetMs} ms are its budget and ${networkMs} ms ` +
    `the network's.`
  return { guarantee: 'liveness', session, key, operation, message }
}

interface BusyTime {
  readonly first: Operation | UnfinishedOperation
  readonly startStep: number
  operations: number
  requests: number
}

function crowded(
  operations: readonly (Operation | UnfinishedOperation)[],
  requestSteps: readonly number[],
  max: number,
): readonly LivenessViolation[] {
  const times: BusyTime[] = []
  let busyUntil = -1
  for (const operation of operations.toSorted((left, right) => startOf(left) - startOf(right))) {
    if ('toEpoch' in operation) continue // An announcement asks nobody.
    const last = times.at(-1)
    if (last === undefined || startOf(operation) > busyUntil) {
      times.push({ first: operation, startStep: startOf(operation), operations: 1, requests: 0 })
    } else last.operations += 1
    const end = 'completed' in operation ? operation.completed.step : Infinity
    busyUntil = Math.max(busyUntil, end)
  }
  let index = 0
  for (const step of requestSteps.toSorted((left, right) => left - right)) {
    while ((times[index + 1]?.startStep ?? Infinity) < step) index += 1
    const time = times[index]
    // What is sent before anything was asked for is no operation's doing.
    if (time !== undefined && time.startStep < step) time.requests += 1
  }
  return times.flatMap((time) => (time.requests > max * time.operations ? crowdedTime(time, max) : []))
}

function startOf({ invoked }: Operation | UnfinishedOperation): number {
  return invoked.step
}

function crowdedTime({ first, operations, requests }: BusyTime, max: number): LivenessViolation {
  const { session } = first
  const message =
    `liveness broken in session "${session}": ${requests} requests were sent for ${operations} ` +
    `${operations === 1 ? 'operation' : 'operations'} from ${first.invoked.atMs} ms on, ` +
    `where ${max} for each are agreed.`
  return { guarantee: 'liveness', session, key: keyOf(first), operation: first, message }
}

function keyOf(operation: Operation | UnfinishedOperation): string {
  return 'key' in operation ? operation.key : operation.scope
}
