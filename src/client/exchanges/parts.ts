// What the read path and the write path stand on.

import { OptionsError } from '../../core/errors.ts'
import type { SessionEnd } from '../../core/errors.ts'
import type { Events } from '../events/events.ts'
import type { Witnesses } from '../events/witness.ts'
import type { Lists } from '../lists/list-rule.ts'
import type { Doubt } from '../memory/doubt.ts'
import type { Held } from '../memory/held.ts'
import type { Persistence } from '../memory/persistence.ts'
import type { Scopes } from '../memory/scopes.ts'
import type { ResolvedOptions } from '../rules/options.ts'
import type { Classify } from '../rules/request.ts'
import type { Router } from './routing.ts'

/** The parts of one client. */
export interface ClientParts {
  readonly options: ResolvedOptions
  readonly scopes: Scopes
  readonly events: Events
  readonly held: Held
  readonly doubt: Doubt
  readonly persistence: Persistence
  readonly classify: Classify
  /** `undefined` where no rule has a list. */
  readonly lists: Lists | undefined
  /** Where reads go, if the app has passed that in. */
  readonly router?: Router | undefined
  readonly witnesses: Witnesses
  /** Aborts with the session, and the reason is what whoever waits is told. */
  readonly ended: AbortSignal
  /** Takes what has to forget with each session of this client: these may outlive it. */
  readonly onEnded: OnEnded
}

/** Forgets what is known of a session, in the step in which it ends. A sign-out waits for what it returns. */
export type Forget = (reason: SessionEnd) => unknown

/** Has something called whenever a session ends. */
export type OnEnded = (forget: Forget) => void

/**
 * Returns the parts of a client as they are at each moment: those of the session of now. What is asked for
 * after a wait may belong to another session than what was asked for before it.
 */
export function partsOfNow(current: () => ClientParts): ClientParts {
  const { scopes, classify, witnesses, onEnded } = current()
  return {
    scopes,
    classify,
    witnesses,
    onEnded,
    get options() {
      return current().options
    },
    get events() {
      return current().events
    },
    get held() {
      return current().held
    },
    get doubt() {
      return current().doubt
    },
    get persistence() {
      return current().persistence
    },
    get lists() {
      return current().lists
    },
    get router() {
      return current().router
    },
    get ended() {
      return current().ended
    },
  }
}

const partsByClient = new WeakMap<object, ClientParts>()

/** Remembers the parts of a client, for what stands above it in this house. */
export function rememberParts<T extends object>(client: T, parts: ClientParts): T {
  partsByClient.set(client, parts)
  return client
}

/**
 * Returns the parts of a client.
 *
 * @throws {OptionsError} for anything that `createTidemark` has not made.
 */
export function partsOf(client: object): ClientParts {
  const parts = partsByClient.get(client)
  if (parts !== undefined) return parts
  throw new OptionsError({ field: 'tidemark', value: client, accepted: 'what createTidemark() returned' })
}
