// Events: what the client tells of itself, as one union. They report; only options change anything.
//
// E1. A listener that throws stops no other, and nothing of ours.
// E2. No event carries a mutable object of the client.
// E3. `read` is a number of this client, the same in all that is told of one read: what was planned, each
//     request that left for it, each answer that came, and how it ended. A dependency is a read of its own.

import type { Entry, Source } from '../../core/entry.ts'
import type { SessionEnd } from '../../core/errors.ts'
import type { RejectionReason } from '../../core/gate.ts'
import type { Level } from '../../core/guarantee.ts'
import type { ReadPlan } from '../../core/read-plan.ts'
import type { Version, Versions } from '../../core/version.ts'
import type { ServedBy } from '../../core/wire/protocol.ts'
import type { ReadReport } from './report.ts'
import { reportUncaught } from './uncaught.ts'

/** Something that happened. `at` is in milliseconds since 1970. */
export type TidemarkEvent = { readonly at: number } & (
  | {
      /** A read begins: what is to be done is decided, and nothing was sent. */
      readonly type: 'read:planned'
      readonly read: number
      readonly key: string
      readonly url: string
      readonly level: Level
      readonly plan: ReadPlan
    }
  /** The read shares the request of another that is under way: its end is this one's end, too. */
  | { readonly type: 'read:joined'; readonly read: number; readonly key: string; readonly shared: number }
  | { readonly type: 'read:served'; readonly read: number; readonly key: string; readonly report: ReadReport }
  | { readonly type: 'read:escalated'; readonly read: number; readonly key: string; readonly url: string }
  | { readonly type: 'read:refused'; readonly read: number; readonly url: string; readonly reason: string }
  /** Whoever asked has an error: the network's, its own abort, or ours. */
  | { readonly type: 'read:failed'; readonly read: number; readonly key: string; readonly cause: unknown }
  | {
      /** A request leaves for a read. */
      readonly type: 'request:sent'
      readonly read: number
      readonly key: string
      /** The floors of the read at this moment, as its wire calls their scopes. */
      readonly floors: Versions
      readonly asksPrimary: boolean
    }
  | {
      /** An answer came, and nothing is decided about it yet. */
      readonly type: 'answer:received'
      readonly read: number
      readonly key: string
      readonly status: number
      readonly versions: Versions | undefined
      readonly servedBy: ServedBy | undefined
    }
  | {
      readonly type: 'answer:refused'
      readonly read: number
      readonly key: string
      readonly url: string
      readonly verdict: 'behind' | 'never' | 'unknown'
      readonly want: Version | undefined
      readonly got: Version | undefined
      readonly servedBy: string | undefined
    }
  | {
      /** Something now stands under a key: perhaps what stood there, vouched for anew. */
      readonly type: 'entry:admitted'
      readonly key: string
      readonly source: Source
      readonly versions: Versions
      readonly kind: Entry<unknown>['kind']
      /** The size of the value. */
      readonly bytes: number
    }
  | {
      readonly type: 'entry:rejected'
      readonly key: string
      readonly source: Source
      readonly reason: RejectionReason
      readonly versions: Versions
    }
  /** Concurrent values became one, by the rule: these are its versions, the join of both. */
  | {
      readonly type: 'entry:resolved'
      readonly key: string
      readonly source: Source
      readonly versions: Versions
    }
  /** A write leaves. `write` is the same in what is told of its end. */
  | { readonly type: 'write:sent'; readonly write: number; readonly url: string; readonly method: string }
  /** The server said no: nothing happened. A write that was refused by version may leave once more, as the same one. */
  | { readonly type: 'write:refused'; readonly write: number; readonly url: string; readonly status: number }
  /** Nobody knows whether it happened. */
  | { readonly type: 'write:failed'; readonly write: number; readonly url: string; readonly cause: unknown }
  | {
      readonly type: 'write:acknowledged'
      readonly write: number
      readonly url: string
      readonly method: string
      /** `undefined` where the answer carried no version: the write is outside every guarantee. */
      readonly versions: Versions | undefined
    }
  /** A write had no answer: it may have happened (lessons R17). No floor is raised for it. */
  | { readonly type: 'write:unanswered'; readonly url: string; readonly method: string; readonly cause: unknown }
  /** A mutation was called, and lies over these keys. */
  | { readonly type: 'operation:begun'; readonly id: string; readonly keys: readonly string[] }
  /** Reads have shown what a mutation has caused. */
  | { readonly type: 'operation:settled'; readonly id: string }
  /** A mutation has failed, and its operations are seen no more. */
  | { readonly type: 'operation:failed'; readonly id: string; readonly cause: unknown }
  /** Serialised writes are in order within this page only: other tabs cannot be waited for. */
  | { readonly type: 'write:confined'; readonly cause: unknown }
  | { readonly type: 'floor:raised'; readonly kind: 'read' | 'write'; readonly version: Version }
  | { readonly type: 'floor:overflowed'; readonly scope: string; readonly cause: unknown }
  | {
      readonly type: 'epoch:reset'
      readonly scope: string
      /** The epoch that ended, as it is known here. */
      readonly from: string | undefined
      /** Where the new history is. */
      readonly version: Version
    }
  | {
      readonly type: 'dependency:awaited'
      readonly url: string
      /** `undefined` for a whole scope. */
      readonly resource: string | undefined
      readonly version: Version
    }
  | {
      readonly type: 'listing:advanced'
      readonly url: string
      readonly versions: Versions
      /** The keys of pages of the listing that were shown before, and are older than this one. */
      readonly pagesBehind: readonly string[]
    }
  | {
      readonly type: 'list:unreadable'
      readonly url: string
      /** Where the rule says that the rows are. */
      readonly items: string
    }
  | {
      readonly type: 'read:routed'
      readonly read: number
      readonly key: string
      readonly url: string
      /** The endpoint that is asked. */
      readonly endpoint: string
      /** Why it is asked, in words. */
      readonly why: string
      /** When a second one is asked as well, in milliseconds, if an answer is late. */
      readonly hedgeAfterMs: number | undefined
    }
  | { readonly type: 'read:hedged'; readonly read: number; readonly key: string; readonly endpoint: string; readonly afterMs: number }
  | {
      readonly type: 'endpoint:left'
      readonly endpoint: string
      readonly restMs: number
      readonly why: string
    }
  | { readonly type: 'endpoint:rejoined'; readonly endpoint: string }
  | { readonly type: 'share:moved'; readonly from: number; readonly to: number; readonly why: string }
  | {
      readonly type: 'answer:shadowed'
      readonly key: string
      readonly url: string
      readonly want: Version | undefined
      readonly got: Version | undefined
      readonly servedBy: string | undefined
    }
  | { readonly type: 'expectation:raised'; readonly version: Version }
  | { readonly type: 'expectation:expired'; readonly version: Version }
  | { readonly type: 'session:adopted'; readonly scopes: readonly string[] }
  /** Nothing of the session is shown, kept or awaited any more. Another is there, and knows nothing yet. */
  | { readonly type: 'session:ended'; readonly reason: SessionEnd }
  /** What had to be wiped is gone, and what is watched reads in the next session. */
  | { readonly type: 'session:begun' }
  | { readonly type: 'version:malformed'; readonly url: string; readonly cause: unknown }
  | { readonly type: 'version:missing'; readonly url: string; readonly scope: string }
  | { readonly type: 'storage:degraded'; readonly reason: string; readonly cause: unknown }
  | { readonly type: 'record:unreadable'; readonly record: string; readonly cause: unknown }
  | { readonly type: 'client:closed' }
)

/** An event before it is given its time. */
export type EventFacts = TidemarkEvent extends infer Event
  ? Event extends TidemarkEvent
    ? Omit<Event, 'at'>
    : never
  : never

/** Where events are told, and listened to. */
export interface Events {
  readonly emit: (facts: EventFacts) => void
  /** Returns the function that ends the subscription. */
  readonly subscribe: (listener: (event: TidemarkEvent) => void) => () => void
}

/** Makes a source of events. */
export function createEvents(now: () => number): Events {
  const listeners = new Set<(event: TidemarkEvent) => void>()
  return {
    emit(facts) {
      if (listeners.size === 0) return
      const event = { ...facts, at: now() } as TidemarkEvent
      // A copy: who listens may leave, and bring others, while being told.
      for (const listener of Array.from(listeners)) {
        try {
          listener(event)
        } catch (error) {
          reportUncaught(error) // E1
        }
      }
    },
    subscribe(listener) {
      // A function of its own, so that one listener may subscribe twice and leave once.
      const own = (event: TidemarkEvent): void => listener(event)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}
