// One call of a mutation: what it lays over its keys, how it is sent, and how it ends.
//
// K1. What an answer acknowledges is noted before anything of it is shown, with the real id of what it has
//     created, where the answer is known by then (client/writes/write-answer.ts).
// K2. An answer that the app's parser refuses has acknowledged the write all the same: what is seen of it
//     stays, and only the value is missing.
// K3. With its session a call ends: both its ends reject, and what comes of it later changes nothing.
// K4. It is settled when a read has covered it, or when all that is held of what it has changed shows it: its
//     own answer may be that (`affects`), and then nobody reads again.
// K5. What another page was answered raises the floors here as well, and that is told like all floors that come
//     from elsewhere: what else is watched would show less than the session has done, and not say so.
// K6. Where it was answered in a history that this page is not in, and has not left, the primary is asked for a while:
//     either the page enters that history, with a floor that may be below what it has seen of it under its old
//     name, or it cannot tell which of the two goes on.

import type { ClientParts } from '../../client/exchanges/parts.ts'
import { hearAbort } from '../../client/waits/hearing.ts'
import type { Version, Versions } from '../../core/version.ts'
import { decode } from '../watches/parsing.ts'
import type { Content, Parse } from '../watches/parsing.ts'
import type { Delivery } from './delivery.ts'
import type { Job, MutationLog } from './mutation-log.ts'
import type { MutationOptions } from './mutation-options.ts'
import type { MutationStates } from './mutation-state.ts'
import { addressOf } from './mutation-transfer.ts'
import type { Transfer } from './mutation-transfer.ts'
import type { Settle } from './settling.ts'

/** The ends of a call, as its caller has them. */
export interface CallEnds {
  readonly acknowledged: Promise<unknown>
  readonly settled: Promise<'settled' | 'unknown'>
}

/** One call, with all that can happen to it. */
export interface Call extends Omit<Delivery, 'record' | 'enqueue'> {
  readonly id: string
  readonly ends: CallEnds
  /** Lays its operations over their keys, behind those of all calls, or only of `earlier` ones. */
  readonly begin: (earlier?: readonly string[]) => void
  /** What it was called with, with the real ids as far as they are known. */
  readonly variables: () => unknown
}

/** What the calls of one mutation stand on. */
export interface CallParts<Variables> {
  readonly parts: ClientParts
  readonly log: MutationLog
  readonly transfer: Transfer
  readonly settle: Settle
  readonly state: MutationStates<Variables, unknown>
  readonly options: MutationOptions<Variables, unknown>
  readonly parse: Parse<unknown>
}

/** Makes a call, and does nothing yet. */
export function createCall<Variables>(
  { parts, log, transfer, settle, state, options, parse }: CallParts<Variables>,
  id: string,
  given: Variables,
): Call {
  const { request, optimistic, idOf = idField } = options
  const { events, ended } = parts
  // To replace ids keeps the type of what they stand in.
  const typed = (value: unknown): Variables => (isLike(given, value) ? value : given)
  const current = (): Variables => typed(log.resolved(given))
  const promises = createPromises(ended) // K3
  let caused: Versions | undefined

  const stated: Job['operations'] = (known, temporaryId) =>
    optimistic?.(typed(known), {
      // Asked for only where something is created.
      get temporaryId() {
        return temporaryId()
      },
    }) ?? []

  function acknowledge(versions: Versions | undefined, created: string | undefined): void {
    caused = versions
    if (created !== undefined) log.learnId(id, created)
    log.acknowledge(id, versions) // K1
  }

  function succeed(json: unknown): void {
    try {
      const value = parse(json)
      state.acknowledge(id, value)
      promises.acknowledge(value)
    } catch (cause) {
      state.fail(id, cause) // K2
      promises.fail(cause)
    }
    void settle({ caused, isShown: () => log.isShown(id) }).then((end) => {
      if (end === 'settled') events.emit({ type: 'operation:settled', id })
      state.settle(id)
      promises.settle(end)
    })
  }

  function line(): string {
    try {
      const variables = current()
      return options.line?.(variables) ?? addressOf(request(variables), parts.options.origins).href
    } catch {
      return id // What cannot be addressed is in nobody's line, and fails when it is its turn.
    }
  }

  function createdIn(json: unknown): string | undefined {
    try {
      const found = idOf(parse(json))
      return found === undefined ? undefined : String(found)
    } catch {
      return undefined // Told when the answer is handed on (K2).
    }
  }

  function isOfAnother(version: Version): boolean {
    const { session } = parts.held
    return !session.isOfEpoch(version) && !session.hasLeft(version.scope, version.epoch)
  }

  return {
    id,
    ends: promises.ends,
    begin(earlier) {
      log.begin({ id, variables: given, operations: stated, line: options.outbox && line }, earlier)
      state.begin(id, given, earlier)
    },
    variables: current,
    line,
    after: () => log.creationsIn(given).filter((other) => other !== id),
    doomed: () => log.failedCreation(given),
    async attempt(headers) {
      let isRead = false
      log.send(id)
      const outcome = await transfer(() => request(current()), {
        headers,
        onAcknowledged(versions, content) {
          isRead = content !== undefined
          acknowledge(versions, content && createdIn(decodeSafely(content)))
        },
      })
      // Where nothing had to be read before, the id is known only now.
      const created = outcome.kind === 'acknowledged' && !isRead ? createdIn(outcome.json) : undefined
      if (created !== undefined) log.learnId(id, created)
      return outcome
    },
    caused: () => caused,
    succeed,
    adopt({ versions, json }) {
      const { session } = parts.held
      const before = session.moment()
      if (versions !== undefined) {
        parts.doubt.note(versions.filter(isOfAnother).map(({ scope }) => scope)) // K6
        session.adoptWrite(versions)
      }
      acknowledge(versions, createdIn(json))
      // No request of this page has told it: what is watched in the same scopes is behind by now (K5).
      if (session.moment() !== before) events.emit({ type: 'session:adopted', scopes: versions?.map(({ scope }) => scope) ?? [] })
      succeed(json)
    },
    fail(cause) {
      log.fail(id, cause)
      state.fail(id, cause)
      events.emit({ type: 'operation:failed', id, cause })
      promises.fail(cause)
    },
  }
}

/** Makes both ends of a call, and what brings them about. */
function createPromises(ended: AbortSignal): {
  readonly ends: CallEnds
  readonly acknowledge: (value: unknown) => void
  readonly settle: (end: 'settled' | 'unknown') => void
  readonly fail: (cause: unknown) => void
} {
  let acknowledge: (value: unknown) => void = nothing
  let settle: (end: 'settled' | 'unknown') => void = nothing
  let fail: (cause: unknown) => void = nothing
  let end = nothing
  const acknowledged = new Promise<unknown>((resolve, reject) => {
    acknowledge = resolve
    fail = reject
  })
  const ending = new Promise<'settled' | 'unknown'>((resolve, reject) => {
    settle = resolve
    end = () => {
      fail(ended.reason)
      reject(ended.reason)
    }
  })
  const ear = hearAbort(ended, end)
  const settled = acknowledged.then(() => ending)
  // Failures are in the state too: whoever looks there need not look here.
  acknowledged.catch(nothing)
  ending.catch(nothing)
  settled.catch(nothing).finally(ear.stop)
  return { ends: { acknowledged, settled }, acknowledge, settle, fail }
}

const nothing = (): void => undefined

function idField(value: unknown): string | number | undefined {
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined
  return typeof value.id === 'string' || typeof value.id === 'number' ? value.id : undefined
}

function decodeSafely(content: Content): unknown {
  try {
    return decode(content)
  } catch {
    return undefined // Told when the answer is handed on (K2).
  }
}

function isLike<Variables>(_given: Variables, _value: unknown): _value is Variables {
  return true
}
