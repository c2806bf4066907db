// Settling: calls that were acknowledged wait until reads have shown what they caused.
//
// G1. However many wait, one listener hears the client's events, and none while nobody waits.
// G2. A page may write on and on, and never read. Of those that wait the oldest are given up, beyond a number:
//     nobody can tell any more whether what they caused is shown.

import type { ClientParts } from '../../client/exchanges/parts.ts'
import { isSettled } from '../../client/sessions/settled.ts'
import type { Versions } from '../../core/version.ts'

/** What a call has caused, and whether all that is held of what it changed shows that. */
export interface Unsettled {
  readonly caused: Versions | undefined
  readonly isShown: () => boolean
}

/** Waits until reads have shown what a call has caused. With its session nothing comes any more. */
export type Settle = (call: Unsettled) => Promise<'settled' | 'unknown'>

/** So many calls are waited for at once. */
const waitingMax = 1000

interface Waiting extends Unsettled {
  readonly caused: Versions
  readonly ended: AbortSignal
  readonly resolve: (end: 'settled' | 'unknown') => void
}

/** Makes the settling of a client's calls. */
export function createSettling(parts: ClientParts): Settle {
  /** Oldest first. */
  const waiting = new Set<Waiting>()
  let stop: (() => void) | undefined

  function leave(call: Waiting): void {
    waiting.delete(call)
    if (waiting.size > 0) return
    stop?.()
    stop = undefined
  }

  /** Ends what is over. Only an entry that was admitted can change what is held. */
  function check(call: Waiting, asksHeld: boolean): void {
    const { caused, isShown, ended, resolve } = call
    if (ended.aborted) return leave(call)
    if (!isSettled(parts, caused) && !(asksHeld && isShown())) return
    leave(call)
    resolve('settled')
  }

  return ({ caused, isShown }) => {
    if (caused === undefined) return Promise.resolve('unknown')
    return new Promise((resolve) => {
      const call = { caused, isShown, ended: parts.ended, resolve }
      waiting.add(call)
      stop ??= parts.events.subscribe(({ type }) => {
        // A copy: each leaves as it ends.
        for (const each of Array.from(waiting)) check(each, type === 'entry:admitted')
      }) // G1
      check(call, true)
      const [oldest] = waiting
      if (waiting.size <= waitingMax || oldest === undefined) return
      leave(oldest)
      oldest.resolve('unknown') // G2
    })
  }
}
