// What the cluster goes through: for each policy the world in which it earns its place, and three faults.

import { adaptive, boundedStaleness, criticalPath, recentWrites, routeReads } from 'tidemark/routing'
import { routingChoice } from './choices.ts'
import type { RoutingName } from './choices.ts'
import type { Play, PlayFigures, Reader } from './cluster.ts'

const fixed = (ms: number) => ({ kind: 'fixed', ms }) as const

/** One user writes each second, and replicas are 100 ms behind. */
const ownWrites: Play = { reads: 300, readIntervalMs: 50, writeIntervalMs: 1000, lag: fixed(100) }

/** Others write all the time, and replicas are 100 to 1,500 ms behind. */
const othersWrite: Play = {
  reads: 300,
  readIntervalMs: 50,
  writeIntervalMs: 1e9,
  lag: [100, 400, 900, 1500].map(fixed),
  happens: Array.from({ length: 45 }, (_, index) => ({
    atMs: (index + 1) * 300,
    change: (api) => api.fetch('/photos', { method: 'POST', body: '{"title":"Dune"}' }),
  })),
}

/** The same, with one replica that is never long behind, and servers that know nothing of bounds. */
const oneNear: Play = { ...othersWrite, lag: [100, 900, 1500, 1500].map(fixed), floors: 'ignore' }

/** One replica of four takes 400 ms. */
const oneSlow: Play = {
  ...ownWrites,
  reads: 600,
  lag: fixed(0),
  slow: { primary: 30, 'replica-1': 400, 'replica-2': 20, 'replica-3': 20, 'replica-4': 20 },
}

/** Replicas fall from 100 ms to 5 s behind, and come back. */
const lagSpike: Play = {
  ...ownWrites,
  reads: 700,
  happens: [
    { atMs: 6000, change: (api) => api.setLag(fixed(5000)) },
    { atMs: 14_000, change: (api) => api.setLag(fixed(100)) },
  ],
}

/** The same, shorter: no time to come all the way back. */
const shortSpike: Play = {
  ...ownWrites,
  happens: [
    { atMs: 3000, change: (api) => api.setLag(fixed(5000)) },
    { atMs: 11_000, change: (api) => api.setLag(fixed(100)) },
  ],
}

/** A replica dies and comes back; later the primary dies, and a replica is promoted. */
const failover: Play = {
  ...ownWrites,
  reads: 500,
  happens: [
    { atMs: 4000, change: (api) => api.partition('replica-2') },
    { atMs: 11_000, change: (api) => api.heal('replica-2') },
    { atMs: 15_000, change: (api) => api.partition('primary') },
    { atMs: 16_500, change: (api) => api.failOver('replica-1') },
  ],
}

/** All servers go back to a backup: what was written in the last seconds is lost, and history goes on from there. */
const restore: Play = {
  ...ownWrites,
  reads: 400,
  happens: [
    {
      atMs: 10_000,
      change(api) {
        const written = api.inspect().servers.find(({ isPrimary }) => isPrimary)?.position ?? 0
        return api.restore(Math.max(0, written - 4))
      },
    },
  ],
}

/** A figure of a play that a policy is meant to move. */
export type FigureName = Exclude<keyof PlayFigures, 'reads'>

/** A policy, and where it is worth having. */
export interface PolicyTrial {
  readonly name: RoutingName | 'bounded-staleness'
  readonly label: string
  /** The circumstances, in words. */
  readonly where: string
  readonly play: Play
  readonly without: Reader
  readonly with: Reader
  /** What the policy is meant to make better. */
  readonly figure: FigureName
}

/** Beyond the lag of the replicas. What is read is of one scope, so a write concerns all of it. */
const window = recentWrites({ windowMs: 150, of: 'session' })

const unrouted: Reader = { kind: 'tidemark', routing: (endpoints) => routeReads({ endpoints }) }

/** Reads that may be half a second old, and no more. */
const bounded = { kind: 'tidemark', level: { maxStalenessMs: 500 } } as const

/** Each policy, in the world in which it earns its place. */
export const policyTrials: readonly PolicyTrial[] = [
  trial('sticky-replica', { where: 'others write, replicas differ', play: othersWrite, figure: 'behind' }),
  {
    ...trial('recent-writes', { where: 'you write each second', play: ownWrites, figure: 'behind' }),
    with: { kind: 'tidemark', routing: (endpoints) => routeReads({ endpoints, policies: [window] }) },
  },
  trial('caught-up', { where: 'you write each second', play: ownWrites, figure: 'behind' }),
  trial('versioned-reads', { where: 'others write, replicas differ', play: othersWrite, figure: 'behind' }),
  {
    ...trial('critical-path', { where: 'all you read is critical', play: ownWrites, figure: 'behind' }),
    label: 'Critical path',
    with: { kind: 'tidemark', routing: (endpoints) => routeReads({ endpoints, policies: [criticalPath(['/'])] }) },
  },
  {
    name: 'bounded-staleness',
    label: 'Bounded staleness',
    where: 'reads may be 500 ms old, replicas differ',
    play: oneNear,
    figure: 'requests',
    without: { ...bounded, routing: (endpoints) => routeReads({ endpoints }) },
    with: { ...bounded, routing: (endpoints) => routeReads({ endpoints, policies: [boundedStaleness()] }) },
  },
  trial('hedged', { where: 'one replica in four is slow', play: oneSlow, figure: 'p99' }),
  trial('adaptive', { where: 'lag rises to 5 s for 8 s', play: shortSpike, figure: 'behind' }),
  {
    ...trial('shadow', { where: 'you write each second', play: ownWrites, figure: 'behind' }),
    label: 'Shadow mode',
    without: { kind: 'plain' },
  },
]

/** Something that goes wrong, and who lives through it. */
export interface FaultScene {
  readonly name: 'lag-spike' | 'failover' | 'restore'
  readonly play: Play
  /** When something is wrong, by the clock of the play. */
  readonly spans: readonly { readonly fromMs: number; readonly toMs: number; readonly text: string }[]
  readonly readers: readonly { readonly label: string; readonly reader: Reader; readonly isDrawn: boolean }[]
}

/** The faults, in the order of the page. */
export const faultScenes: readonly FaultScene[] = [
  {
    name: 'lag-spike',
    play: lagSpike,
    spans: [{ fromMs: 6000, toMs: 14_000, text: 'replicas 5 s behind' }],
    readers: [
      { label: 'Tidemark, adaptive', reader: { kind: 'tidemark', routing: (endpoints) => routeReads({ endpoints, policies: [adaptive()] }) }, isDrawn: true },
      { label: 'Tidemark, no policy', reader: unrouted, isDrawn: false },
      { label: 'Plain fetch', reader: { kind: 'plain' }, isDrawn: false },
    ],
  },
  {
    name: 'failover',
    play: failover,
    spans: [
      { fromMs: 4000, toMs: 11_000, text: 'replica-2 dead' },
      { fromMs: 15_000, toMs: 16_500, text: 'no primary' },
    ],
    readers: [
      // Endpoints alone: health and epochs need no policy.
      { label: 'Tidemark, routed', reader: unrouted, isDrawn: true },
      { label: 'Plain fetch', reader: { kind: 'plain' }, isDrawn: false },
    ],
  },
  {
    name: 'restore',
    play: restore,
    spans: [{ fromMs: 10_000, toMs: 20_000, text: 'restored: another history' }],
    readers: [
      { label: 'Tidemark, routed', reader: unrouted, isDrawn: true },
      { label: 'Plain fetch', reader: { kind: 'plain' }, isDrawn: false },
    ],
  },
]

function trial(name: RoutingName, facts: Pick<PolicyTrial, 'where' | 'play' | 'figure'>): PolicyTrial {
  const { label, routing } = routingChoice(name)
  return { name, label, ...facts, without: unrouted, with: { kind: 'tidemark', routing } }
}
