// What a mutation is told of itself: how it is sent, what it does at once, and what its answer means.

import { OptionsError } from '../../core/errors.ts'
import type { Operation } from '../../core/operations/operation.ts'
import type { Parse, StandardSchema } from '../watches/parsing.ts'
import type { Outbox } from './delivery.ts'

/** The request of a mutation. */
export interface MutationRequest {
  /** A URL, or a path: on the origin of the page where that is governed, else on the first of the origins. */
  readonly url: string | URL
  /** @default 'POST' */
  readonly method?: string | undefined
  readonly headers?: HeadersInit | undefined
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, where there is no `json`. */
  readonly body?: BodyInit | undefined
}

/** What a mutation knows of its call, beside its variables. */
export interface MutationContext {
  /**
   * How to call what this call creates, until the server has given it an id: another for each call, and
   * the real id once that is known. Later mutations may name it; they are sent when it is known.
   */
  readonly temporaryId: string
}

/** The options of a mutation. */
export interface MutationOptions<Variables, Value> {
  /** Returns what is sent. It is called when the mutation leaves, with real ids in the variables. */
  readonly request: (variables: Variables) => MutationRequest
  /**
   * Returns what is seen at once, as operations over what is there: `putValue`, `insertItem` and their kin.
   * It is called again whenever ids become known, so it has to give the same for the same.
   */
  readonly optimistic?:
    | ((variables: Variables, context: MutationContext) => readonly Operation[])
    | undefined
  /** Turns the JSON of the answer into a value, or throws; or a validator of the Standard Schema. */
  readonly parse?: Parse<Value> | StandardSchema<Value> | undefined
  /** Returns the id that the server gave to what was created. @default the field `id` of the answer */
  readonly idOf?: ((value: Value) => string | number | undefined) | undefined
  /**
   * What a call is in line with: calls of one line are sent one after another, in the order in which they
   * were made. @default the address that is written to
   */
  readonly line?: ((variables: Variables) => string) | undefined
  /** Keeps calls on disk until they are answered: `outbox()`. See docs/mutations.md. */
  readonly outbox?: Outbox | undefined
  /** What the mutation is called on disk, for the next page to know it by. Needed with an outbox. */
  readonly name?: string | undefined
}

const names: Record<keyof MutationOptions<unknown, unknown>, true> = {
  request: true,
  optimistic: true,
  parse: true,
  idOf: true,
  line: true,
  outbox: true,
  name: true,
}

/**
 * Checks the options of a mutation.
 *
 * @throws {OptionsError} naming the field, its value, and what is accepted.
 */
export function checkMutationOptions(options: object): void {
  const given: Record<string, unknown> = { ...options }
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(names, name)) continue
    throw new OptionsError({ field: name, value, accepted: `only ${Object.keys(names).join(', ')}` })
  }
  for (const name of ['request', 'optimistic', 'idOf', 'line']) {
    const value = given[name]
    if (typeof value === 'function' || (value === undefined && name !== 'request')) continue
    throw new OptionsError({ field: name, value, accepted: 'a function of the variables' })
  }
  if (given['outbox'] !== undefined && typeof given['name'] !== 'string') {
    const accepted = 'a name that stays the same, by which the next page knows what waits in the outbox'
    throw new OptionsError({ field: 'name', value: given['name'], accepted })
  }
}
