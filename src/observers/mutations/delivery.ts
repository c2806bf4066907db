// Deliveries: the contract between mutations, which know what is sent and what it means, and the outbox,
// which knows when, how often, and by which tab.

import type { Client } from '../../client/client.ts'
import type { ClientParts } from '../../client/exchanges/parts.ts'
import type { Versions } from '../../core/version.ts'
import type { Answered, OutboxRecord } from '../../storage/outbox-store.ts'

/** What has come of a request. */
export type Outcome =
  | { readonly kind: 'acknowledged'; readonly json: unknown }
  | {
      readonly kind: 'refused'
      readonly error: unknown
      /** `undefined` where it could not even be sent. */
      readonly status: number | undefined
      /** Whether it was refused by version, and not for what it is: sent again, it may be taken. */
      readonly isByVersion: boolean
      /** How long the server asks to wait before another try, in milliseconds. */
      readonly retryAfterMs: number | undefined
    }

/** Keeps calls of mutations until they are answered. Made by `outbox()`. */
export interface Outbox {
  /** Returns what carries the calls of one client. */
  readonly attach: (client: Client, parts: ClientParts) => Courier
}

/** Carries the calls of one client. */
export interface Courier {
  /** Keeps a call, and sends it when it is its turn. */
  readonly keep: (delivery: Delivery) => void
  /** Keeps the calls whose names are known by now. Called when any call has ended. */
  readonly keepNamed: () => void
  /** Tells how calls of a mutation are taken up again that another page has left. */
  readonly register: (name: string, resume: Resume) => void
}

/** Takes up a call that another page has left. `earlier` are the calls that were kept before it. */
export type Resume = (record: OutboxRecord, earlier: readonly string[]) => Delivery | undefined

/** One call that is to be delivered. */
export interface Delivery {
  /** What is kept of it: with the real ids, as far as they are known. */
  readonly record: OutboxRecord
  /** What it is in line with, as far as is known now: what was kept may name an id that was not real. */
  readonly line: () => string
  /** The calls that create what it names, and have yet to tell its real id. */
  readonly after: () => readonly string[]
  /** Why it cannot be sent any more: what it changes was never created. */
  readonly doomed: () => { readonly reason: unknown } | undefined
  /** Sends it once. Rejects where no answer came. */
  readonly attempt: (headers: HeadersInit) => Promise<Outcome>
  /** What the answer of the last attempt has told. */
  readonly caused: () => Versions | undefined
  readonly succeed: (json: unknown) => void
  /** Takes over what was answered to another page. */
  readonly adopt: (answered: Answered) => void
  readonly fail: (cause: unknown) => void
  /** Puts it in line within this page. `drop` is called instead if it cannot be sent any more, and fails. */
  readonly enqueue: (send: () => Promise<void>, drop: () => void) => void
}

