// The routings that a visitor can choose, each with a plain sentence on what it is for.

import {
  adaptive,
  caughtUp,
  criticalPath,
  hedged,
  recentWrites,
  routeReads,
  shadowReads,
  stickyReplica,
  versionedReads,
} from 'tidemark/routing'
import type { Endpoint, Policy } from 'tidemark/routing'
import type { TidemarkEvent } from 'tidemark'

/** The names of the routings: in the controls of the page, too. */
export type RoutingName =
  | 'none'
  | 'sticky-replica'
  | 'recent-writes'
  | 'caught-up'
  | 'versioned-reads'
  | 'critical-path'
  | 'hedged'
  | 'adaptive'
  | 'shadow'

/** How the reads of the Tidemark column are sent. */
export type Routing = ReturnType<typeof routeReads>

/** One routing that can be chosen. */
export interface RoutingChoice {
  readonly name: RoutingName
  readonly label: string
  /** What it does, in a sentence. */
  readonly sentence: string
  /** Makes it for endpoints, or `undefined` where reads go where the app sends them. */
  readonly routing: (endpoints: readonly Endpoint[]) => Routing | undefined
}

/** All that can be chosen, the default first. */
export const routingChoices: readonly RoutingChoice[] = [
  {
    name: 'none',
    label: 'No routing',
    sentence: 'Each read goes where the page sends it, and a balancer picks a replica by chance.',
    routing: () => undefined,
  },
  choice('sticky-replica', 'Sticky replica', {
    sentence: 'This session asks one replica as long as it answers: what it has shown, it still has.',
    policies: [stickyReplica()],
  }),
  choice('recent-writes', 'Recent writes', {
    sentence: 'For two seconds after a write, reads go to the primary. A heuristic: it fails where lag is longer.',
    policies: [recentWrites({ of: 'session' })],
  }),
  choice('caught-up', 'Caught up', {
    sentence: 'Asks a replica that has shown the version this read needs, and the primary if none has.',
    policies: [caughtUp()],
  }),
  choice('versioned-reads', 'Versioned reads', {
    sentence: 'Stays with the replica that last answered well, while it covers what you have seen.',
    policies: [versionedReads()],
  }),
  choice('critical-path', 'Critical path', {
    sentence: 'Reads of the counters go to the primary. The price is in the share of the primary.',
    policies: [criticalPath(['/api/counters'])],
  }),
  choice('hedged', 'Hedged', {
    sentence: 'Where an answer is late, a second server is asked too, and the first good answer wins.',
    policies: [hedged()],
  }),
  choice('adaptive', 'Adaptive', {
    sentence: 'While replicas are often behind, a share of the reads goes to the primary, and comes back.',
    policies: [adaptive()],
  }),
  {
    name: 'shadow',
    label: 'Shadow reads',
    sentence: 'Answers are given as they come, stale ones too, and those that would be refused are counted.',
    routing: () => shadowReads(),
  },
]

/** Returns the choice of a name, or the default for what is none. */
export function routingChoice(name: string): RoutingChoice {
  const [first, ...others] = routingChoices
  const found = others.find((other) => other.name === name) ?? first
  if (found === undefined) throw new Error('There is no routing to choose.')
  return found
}

/** Says what routing decided, where that is worth a line. */
export function describeDecision(event: TidemarkEvent): string | undefined {
  switch (event.type) {
    case 'read:hedged':
      return `Hedged: no answer after ${Math.round(event.afterMs)} ms, asked ${event.endpoint} as well`
    case 'endpoint:left':
      return `Left ${event.endpoint} for ${(event.restMs / 1000).toFixed(1)} s: ${event.why}`
    case 'endpoint:rejoined':
      return `${event.endpoint} is back`
    case 'share:moved':
      return `${percent(event.from)} → ${percent(event.to)} of the reads to the primary`
    case 'answer:shadowed':
      return `Would have refused ${event.servedBy ?? 'an answer'}: it is at ${event.got?.position ?? '?'}, you have seen ${event.want?.position ?? '?'}`
    default:
      return undefined
  }
}

/** Prints a share, such as `25 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function choice(
  name: RoutingName,
  label: string,
  { sentence, policies }: { readonly sentence: string; readonly policies: readonly Policy[] },
): RoutingChoice {
  return { name, label, sentence, routing: (endpoints) => routeReads({ endpoints, policies }) }
}
