// What happens in the simulated API, for those who watch: a timeline, a test, a log.

import type { Place } from '../replicas/replica.ts'

/** Something that happened, `at` a time of the API's clock in milliseconds. */
export type LaggingApiEvent = { readonly at: number } & LaggingApiEventFacts

/** What happened. */
export type LaggingApiEventFacts =
  | RequestAnswered
  | {
      /** Nobody answered: the server chosen cannot be reached. */
      readonly type: 'request:lost'
      readonly method: string
      readonly path: string
      readonly server: string
    }
  | ({ readonly type: 'write:committed'; readonly path: string } & Place)
  | ({ readonly type: 'epoch:begun'; readonly from: string } & Place)
  | {
      readonly type: 'topology:changed'
      readonly change: 'lag' | 'replicas' | 'paused' | 'resumed' | 'partitioned' | 'healed'
      /** The server concerned, or `undefined` for all. */
      readonly server: string | undefined
    }

/** A request was answered. */
export interface RequestAnswered {
  readonly type: 'request:answered'
  readonly method: string
  readonly path: string
  readonly status: number
  readonly servedBy: string
  readonly isPrimary: boolean
  /** The as-of of the answer: the state of the server that gave it. */
  readonly asOf: Place
  readonly lagMs: number
  /** How long the request waited for the replica that was first chosen, in milliseconds. */
  readonly waitedMs: number
}

/** Where events are told, and listened to. */
export interface LaggingApiEvents {
  readonly emit: (facts: LaggingApiEventFacts) => void
  readonly subscribe: (listener: (event: LaggingApiEvent) => void) => () => void
}

/** Makes a source of events. A listener that throws stops no other. */
export function createLaggingApiEvents(now: () => number): LaggingApiEvents {
  const listeners = new Set<(event: LaggingApiEvent) => void>()
  return {
    emit(facts) {
      const event: LaggingApiEvent = { ...facts, at: now() }
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          // Reported as an uncaught error of the page, where its author looks for it.
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
    subscribe(listener) {
      const own = (event: LaggingApiEvent): void => listener(event)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}
