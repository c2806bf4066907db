// The queue of mutations: each is sent when nothing before it is in its way. The order is decided in
// `core/operations/send-order.ts`; here it is only carried out.

import { mayLeave } from '../../core/operations/send-order.ts'
import type { Unsent } from '../../core/operations/send-order.ts'

/** A mutation that is to be sent. */
export interface Queued extends Pick<Unsent, 'id'> {
  /** What it is in line with, as far as is known now: an address may have named an id that was not real. */
  readonly line: () => string
  /** The mutations that it still has to wait for, besides those of its line. */
  readonly after: () => readonly string[]
  /** Sends it, and resolves when it has ended, however it did. */
  readonly send: () => Promise<void>
}

/** Sends mutations in their order. */
export interface MutationQueue {
  readonly add: (queued: Queued) => void
  /** Forgets all that was not sent. */
  readonly forget: () => void
}

/** Makes a queue. */
export function createMutationQueue(): MutationQueue {
  const waiting = new Map<string, Queued>()
  const underWay = new Set<string>()

  function advance(): void {
    const unsent = [...waiting.values()].map(({ id, line, after }): Unsent => {
      const state = underWay.has(id) ? 'under-way' : 'waiting'
      return { id, line: line(), after: after(), state }
    })
    for (const id of mayLeave(unsent)) {
      underWay.add(id)
      void waiting.get(id)?.send().finally(() => end(id))
    }
  }

  function end(id: string): void {
    underWay.delete(id)
    waiting.delete(id)
    advance()
  }

  return {
    add(queued) {
      waiting.set(queued.id, queued)
      advance()
    },
    forget() {
      waiting.clear()
      underWay.clear()
    },
  }
}
