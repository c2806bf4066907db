// Serialised writes: of one session and scope, one is under way at a time, in every tab together.
//
// What a client can add to monotonic writes and to writes follow reads is this: it sends the next write
// only after the answer of the one before, with the floors that this answer has raised. Whether the two
// then hold is decided by who takes the writes: docs/writes.md says with which topology (lessons S6).
//
// Z1. In this page, writes leave in the order of their calls; between tabs, in the order in which the
//     Web Lock of the scope is granted, which is first come, first served.
// Z2. A failure, an abort or a wait that grew too long ends one write and no other.
// Z3. Where there are no Web Locks the order is kept within the page, and that is told, once.

import { OptionsError, WriteNotSentError } from '../../core/errors.ts'
import { fingerprint } from '../../core/fingerprint.ts'
import { watchThisPage } from '../../storage/page-absence.ts'
import { createTurnstile } from './turnstile.ts'
import type { Hold, Place, Turnstile } from './turnstile.ts'
import { holdLock, locksOfPage } from './web-lock.ts'
import type { Locks } from './web-lock.ts'
import type { OrderedWrite, WriteOrder } from './write-order.ts'

/** What {@link serialized} accepts. */
export interface SerializedOptions {
  /**
   * How long a write may wait for its turn, in milliseconds, before it rejects with a
   * `WriteNotSentError`. `false` waits for ever.
   *
   * @default 30000
   */
  readonly waitMs?: number | false | undefined
  /**
   * The locks that tabs share; `false` keeps the order within the page only.
   *
   * @default navigator.locks
   */
  readonly locks?: Pick<LockManager, 'request'> | false | undefined
}

/**
 * Sends a session's writes to one scope one after another, over all tabs: each after the answer or the
 * failure of the one before. For the field `writes` of a rule; the scope is that of the rule, or of its
 * wire, or else the whole origin. See docs/writes.md for what this gives.
 *
 * @throws {OptionsError} when `waitMs` is not a number of milliseconds.
 * @example
 * ```ts
 * import { createTidemark, serialized } from 'tidemark'
 *
 * const tidemark = createTidemark({
 *   origins: ['https://api.example.com'],
 *   rules: [{ match: '/albums/:id/*', scope: 'album/:id', writes: serialized({ waitMs: 10_000 }) }],
 * })
 * typeof tidemark.fetch //=> 'function'
 * ```
 */
export function serialized(options: SerializedOptions = {}): WriteOrder {
  const { waitMs = 30_000, locks } = options
  if (waitMs !== false && !(waitMs >= 0)) {
    throw new OptionsError({ field: 'waitMs', value: waitMs, accepted: 'milliseconds from 0, or false' })
  }
  return {
    name: 'serialized',
    async send(write, transmit) {
      const request = new Request(write.input, write.init)
      const endTurn = await enter(write, { waitMs, locks: locks ?? locksOfPage() })
      try {
        return await transmit(request)
      } finally {
        endTurn()
      }
    },
  }
}

// Each client has one, whichever of its rules a write comes by: two rules may share a scope.
const turnstiles = new WeakMap<object, Turnstile>()

// Clients that were told already that their order ends with the page (Z3).
const confined = new WeakSet<object>()

interface Manner {
  readonly waitMs: number | false
  readonly locks: Locks
}

function enter(write: OrderedWrite, { waitMs, locks }: Manner): Promise<() => void> {
  const turnstile = turnstiles.get(write.client) ?? createTurnstile(watchThisPage)
  turnstiles.set(write.client, turnstile)
  const { now, setTimer } = write.options
  const scopes = scopesOf(write)
  const since = now()
  return new Promise((resolve, reject) => {
    const { signal } = write
    const place: Place = {
      scopes,
      lock: (scope) => lockOf(write, scope, locks),
      start() {
        stopWaiting()
        resolve(() => turnstile.leave(place))
      },
    }
    const giveUp = (reason: unknown): void => {
      stopWaiting()
      reject(reason)
      turnstile.leave(place) // Z2
    }
    const onAbort = (): void => giveUp(signal?.reason)
    const onTime = (): void => {
      const facts = {
        url: write.url.href,
        method: write.method,
        scopes,
        ahead: turnstile.aheadOf(place),
        waitedMs: Math.round(now() - since),
      }
      giveUp(new WriteNotSentError(facts))
    }
    const stopTimer = waitMs === false ? undefined : setTimer(onTime, waitMs)
    const stopWaiting = (): void => {
      stopTimer?.()
      signal?.removeEventListener('abort', onAbort)
    }
    if (signal?.aborted === true) {
      onAbort()
      return
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    turnstile.enter(place)
  })
}

/** Returns the scopes whose order a write keeps: those it touches, or else its whole origin. */
function scopesOf({ scopes, ruleScopes, url }: OrderedWrite): string[] {
  const own = scopes ?? ruleScopes
  return [...new Set(own.length === 0 ? [url.origin] : own)].toSorted()
}

function lockOf(write: OrderedWrite, scope: string, locks: Locks): Hold {
  // Of one principal only: what one user does makes no other wait (lessons P1).
  const name = `tidemark:write:${fingerprint(write.options.principal)}:${scope}`
  return holdLock(locks, name, (cause) => tellConfined(write, cause))
}

function tellConfined({ client, emit }: OrderedWrite, cause: unknown): void {
  if (confined.has(client)) return
  confined.add(client)
  emit({ type: 'write:confined', cause }) // Z3
}
