// Mutations: what the user does, seen at once, sent in order, and never taken from the screen until a read
// shows it or the server refuses it.
//
//   idle ──mutate──▶ pending ──answer──▶ acknowledged ──it is shown──▶ settled
//                      └──refused, or no answer──▶ error
//
// U1. A call has two ends: `acknowledged`, the server has taken it, and `settled`, what is held shows it
//     (lessons R15). Neither says anything of the order in which answers come.
// U2. A failure takes its operations away, and those of the calls that name what it was to create (O3).
// U3. A write without an answer has failed here, and may have happened there (R17): no floor is raised,
//     its operations are taken away, and what is watched reads again. With an outbox it is sent again.
// U4. The state is that of the newest call; `underWay` counts them all.
// U5. With the session everything ends: what waits is not sent as another user's, what was sent rejects, and
//     states are idle again (I11).

import type { Client } from '../../client/client.ts'
import type { ClientParts } from '../../client/exchanges/parts.ts'
import { MutationError } from '../../core/errors.ts'
import type { OutboxRecord } from '../../storage/outbox-store.ts'
import type { Readable } from '../readables/readable.ts'
import { createHolders } from '../watches/holders.ts'
import type { OperationView } from '../watches/operation-view.ts'
import { parserOf } from '../watches/parsing.ts'
import type { Parse, StandardSchema } from '../watches/parsing.ts'
import type { Courier, Delivery } from './delivery.ts'
import { createCall } from './mutation-call.ts'
import type { Call } from './mutation-call.ts'
import { createMutationLog } from './mutation-log.ts'
import { checkMutationOptions } from './mutation-options.ts'
import type { MutationOptions } from './mutation-options.ts'
import { createMutationQueue } from './mutation-queue.ts'
import { createMutationState } from './mutation-state.ts'
import type { MutationState } from './mutation-state.ts'
import { createTransfer } from './mutation-transfer.ts'
import { createSettling } from './settling.ts'

/** A kind of change that the user can make. Its state is a readable, as a watch is. */
export interface Mutation<Variables, Value> extends Readable<MutationState<Variables, Value>> {
  /** Makes the change: seen at once, and sent when it is its turn. */
  readonly mutate: (variables: Variables) => MutationCall<Value>
  /** Forgets the newest call, for a button that shall look as new. What is under way goes on. */
  readonly reset: () => void
}

/** One call of a mutation. Nobody has to wait for it: failures are in the state as well. */
export interface MutationCall<Value> {
  readonly id: string
  /** Resolves with the value of the answer, or rejects with why there is none. */
  readonly acknowledged: Promise<Value>
  /**
   * Resolves once reads have shown the write, or its own answer is all that is held of what it changed; or with
   * `unknown` as soon as it is acknowledged without a version, or once a thousand later ones wait as well.
   * Rejects as `acknowledged` does.
   */
  readonly settled: Promise<'settled' | 'unknown'>
}

/** Makes a mutation: see `Tidemark.mutation`. */
export interface MutationFunction {
  <Variables, Value>(
    options: MutationOptions<Variables, Value> & { readonly parse: StandardSchema<Value> },
  ): Mutation<Variables, Value>
  <Variables, Value>(
    options: MutationOptions<Variables, Value> & { readonly parse: Parse<Value> },
  ): Mutation<Variables, Value>
  <Variables>(
    options: MutationOptions<Variables, unknown> & { readonly parse?: undefined },
  ): Mutation<Variables, unknown>
}

/** The mutations of a client, and what watches see of them. */
export interface Mutations {
  readonly mutation: MutationFunction
  readonly view: OperationView
}

/** Makes the mutations of a client. */
export function createMutations(client: Client, parts: ClientParts): Mutations {
  const log = createMutationLog(parts)
  const queue = createMutationQueue()
  const transfer = createTransfer(client, parts)
  const settle = createSettling(parts)
  const holders = createHolders()
  parts.onEnded(() => {
    queue.forget()
    log.forget()
    holders.forgetAll()
  }) // U5

  const couriers = new Set<Courier>()

  function enqueue(call: Call, send: () => Promise<void>, drop: () => void = nothing): void {
    const { id, line, after } = call
    queue.add({
      id,
      line,
      after,
      async send() {
        const doomed = call.doomed()
        if (doomed === undefined) await send()
        else {
          drop()
          call.fail(new MutationError({ id, reason: 'creation-failed' }, { cause: doomed.reason })) // U2
        }
        for (const courier of couriers) courier.keepNamed()
      },
    })
  }

  function deliveryOf(call: Call, { name, at }: Pick<OutboxRecord, 'name' | 'at'>): Delivery {
    return {
      ...call,
      get record() {
        return { id: call.id, name, line: call.line(), variables: call.variables(), at }
      },
      enqueue: (send, drop) => enqueue(call, send, drop),
    }
  }

  function mutation<Variables>(
    options: MutationOptions<Variables, unknown>,
  ): Mutation<Variables, unknown> {
    checkMutationOptions(options)
    const { name = '', outbox } = options
    const { setTimer, now } = parts.options
    const state = createMutationState<Variables, unknown>(setTimer)
    holders.add(state)
    const callParts = { parts, log, transfer, settle, state, options, parse: parserOf(options.parse) }
    const courier = outbox?.attach(client, parts)
    if (courier !== undefined) couriers.add(courier)
    courier?.register(name, (record, earlier) => {
      const { id, variables } = record
      if (!isCalledWith(options, variables)) return undefined
      const call = createCall(callParts, id, variables)
      call.begin(earlier)
      return deliveryOf(call, record)
    })
    return Object.freeze({
      ...state.readable,
      reset: state.reset,
      mutate(variables: Variables) {
        const call = createCall(callParts, newId(), variables)
        const { id, ends } = call
        call.begin()
        if (courier === undefined) enqueue(call, () => sendOnce(call))
        else courier.keep(deliveryOf(call, { name, at: now() }))
        return { id, ...ends }
      },
    })
  }

  return { mutation, view: log.view }
}

function nothing(): void {
  // What nobody keeps need not be dropped.
}

/** What stands under the name of a mutation was written by it: a page that changes what it takes renames it. */
function isCalledWith<Variables>(
  _options: MutationOptions<Variables, unknown>,
  _variables: unknown,
): _variables is Variables {
  return true
}

async function sendOnce(call: Call): Promise<void> {
  try {
    const outcome = await call.attempt([])
    if (outcome.kind === 'acknowledged') call.succeed(outcome.json)
    else call.fail(outcome.error)
  } catch (cause) {
    call.fail(cause) // U3
  }
}

/** Returns an id that no other call has, in any tab: also where the page is not secure. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
