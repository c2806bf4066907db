// One primary that takes the writes, and replicas that hear of them late.
//
// There are no timers: what a server knows is a function of the time at which it is asked, of the
// seed, and of what was done to it. Real lag is too short to catch by hand (lessons T10); here it
// is a number.
//
// S1. A write takes the next position. Replica r applies entry i at max(applied(i-1), t +
//     lag_r(i)): it is always at a prefix of a history, as a replica that replays a log is.
// S2. The lag of an entry is drawn when it is written, from the substream of its replica: neither
//     reads nor other replicas change it.
// S3. A replica that is paused or cut off stands still. Afterwards it applies at once what was due.
// S4. A failover or a restore begins an epoch. The position counts on from where the new history
//     begins, so positions come twice, with different meaning (lessons V15). A replica learns of
//     it late, by its lag, and answers from the ended epoch until then.
// S5. Names are seats and not machines: a promoted replica takes the seat of the primary, and a
//     new replica, copied from it, takes the seat that became free.
// S6. Of several simulators each puts a prefix before the names that it tells. It hears them with it
//     and without.

import { OptionsError } from '../../core/errors.ts'
import type { Random } from '../determinism/random.ts'
import { drawMs } from './distribution.ts'
import type { Distribution } from './distribution.ts'
import { lagMsOf, noteApplied, schedule, settle } from './replica.ts'
import type { Applied, Place, Reach, Replica } from './replica.ts'
import { fork, headOf, sharedUpTo } from './timeline.ts'
import type { Timeline } from './timeline.ts'

/** What a server knows at one moment. */
export interface ServerState {
  readonly name: string
  readonly isPrimary: boolean
  readonly epoch: string
  /** The position up to which it has applied the history of its epoch. */
  readonly position: number
  /** The age of the oldest write that it has yet to apply, in milliseconds. */
  readonly lagMs: number
  readonly reach: Reach
  readonly isPaused: boolean
}

/** A history that began where another ended. */
export interface EpochBeginning extends Place {
  /** The epoch that ended. */
  readonly from: string
  /**
   * The epoch whose history it continues: another than `from` where a late replica was promoted.
   */
  readonly parent: string
}

/**
 * A primary with its replicas. Servers are named `primary`, `replica-1`, `replica-2`, and so on.
 */
export interface ReplicaSimulator {
  /** The names of the replicas. */
  readonly replicas: () => readonly string[]
  readonly stateOf: (server: string) => ServerState
  /** Commits a write on the primary, or everywhere at once, as before the play begins. */
  readonly commit: (reach?: 'primary' | 'everywhere') => Place
  /**
   * Returns when a server will have applied a position: a time that may have passed, or `undefined`
   * where nothing that is known now will bring it there.
   */
  readonly appliesAtMs: (server: string, place: Place) => number | undefined
  /** Tells whether an epoch has ended, as far as the primary knows. */
  readonly hasEnded: (epoch: string) => boolean
  /** Sets how a replica lags, or all of them: from now on, for what it has not yet applied, too. */
  readonly setLag: (lag: Distribution, replica?: string) => void
  /** Adds replicas that are copies of the primary, or removes the last ones. */
  readonly setReplicas: (count: number) => void
  readonly pause: (replica: string) => void
  readonly resume: (replica: string) => void
  readonly setReach: (server: string, reach: Reach) => void
  /** Promotes a replica: what it has not applied is lost. */
  readonly failOver: (replica: string) => EpochBeginning
  /** Goes back to a position of the primary's history: what came after it is lost. */
  readonly restore: (position: number) => EpochBeginning
  /** What the replicas have applied so far, each in its own order. */
  readonly applied: () => readonly Applied[]
}

/** What a simulator is made of. */
export interface ReplicaSimulatorOptions {
  readonly random: Random
  readonly now: () => number
  readonly replicas: number
  /** The lag of all replicas, or of each. The last of a list holds for those beyond it. */
  readonly lag: Distribution | readonly Distribution[]
  /** What stands before the names of its servers. @default nothing */
  readonly prefix?: string | undefined
}

/** The name of the server that takes the writes. */
export const primaryName = 'primary'

interface Simulation {
  readonly prefix: string
  readonly random: Random
  readonly now: () => number
  readonly lagOf: (index: number) => Distribution
  readonly epochs: string[]
  timeline: Timeline
  primaryReach: Reach
  replicas: Replica[]
}

/** Makes a primary and its replicas, all at position 0. */
export function createReplicaSimulator(options: ReplicaSimulatorOptions): ReplicaSimulator {
  const simulation = createSimulation(options)
  const { now } = simulation
  setReplicas(simulation, options.replicas)
  return {
    replicas: () => simulation.replicas.map(({ name }) => name),
    stateOf: (server) => stateOf(simulation, localName(simulation, server)),
    commit: (reach = 'primary') => commit(simulation, reach),
    appliesAtMs: (server, place) => appliesAtMs(simulation, localName(simulation, server), place),
    hasEnded: (epoch) => epoch !== simulation.timeline.epoch && simulation.epochs.includes(epoch),
    setLag(lag, name) {
      const targets = name === undefined ? simulation.replicas : [find(simulation, name)]
      for (const replica of targets) relag(simulation, replica, lag)
    },
    setReplicas: (count) => setReplicas(simulation, count),
    pause: (name) => hold(simulation, find(simulation, name), true),
    resume: (name) => hold(simulation, find(simulation, name), false),
    setReach(server, reach) {
      if (localName(simulation, server) === primaryName) simulation.primaryReach = reach
      else find(simulation, server).reach = reach
      for (const replica of simulation.replicas) standOrGo(simulation, replica, now())
    },
    failOver: (name) => failOver(simulation, find(simulation, name)),
    restore: (position) => restore(simulation, position),
    applied() {
      for (const replica of simulation.replicas) settle(replica, now())
      return simulation.replicas.flatMap(({ applied }) => applied)
    },
  }
}

function createSimulation({
  random,
  now,
  lag,
  prefix = '',
}: ReplicaSimulatorOptions): Simulation {
  let latestMs = -Infinity
  const lags = 'kind' in lag ? [lag] : lag
  const simulation: Simulation = {
    prefix,
    random,
    // A clock that falls would let a replica forget.
    now: () => (latestMs = Math.max(latestMs, now())),
    lagOf: (index) => lags[Math.min(index, lags.length - 1)] ?? { kind: 'fixed', ms: 0 },
    epochs: [],
    timeline: { epoch: '', parent: undefined, forkedAt: 0, begunAtMs: now(), committedAtMs: [] },
    primaryReach: 'reachable',
    replicas: [],
  }
  simulation.timeline = { ...simulation.timeline, epoch: nextEpoch(simulation) }
  return simulation
}

/** Names an epoch: four hexadecimal digits that tell no order. */
function nextEpoch({ random, epochs }: Simulation): string {
  const first = random.substream('epoch').below(65_536)
  // An odd step walks through all numbers of 16 bits before it comes to one again.
  const number = (first + epochs.length * 40_503) % 65_536
  const epoch = number.toString(16).padStart(4, '0')
  epochs.push(epoch)
  return epoch
}

function localName({ prefix }: Simulation, server: string): string {
  return server.startsWith(prefix) ? server.slice(prefix.length) : server // S6
}

function find(simulation: Simulation, name: string): Replica {
  const { replicas } = simulation
  const local = localName(simulation, name)
  const replica = replicas.find((candidate) => candidate.name === local)
  if (replica !== undefined) return replica
  const accepted = replicas.map((candidate) => `'${candidate.name}'`).join(', ') || 'none exists'
  throw new OptionsError({ field: 'replica', value: name, accepted })
}

function stateOf(simulation: Simulation, server: string): ServerState {
  const atMs = simulation.now()
  if (server === primaryName) {
    const { timeline, primaryReach } = simulation
    const place = { epoch: timeline.epoch, position: headOf(timeline) }
    return {
      name: simulation.prefix + server,
      isPrimary: true,
      ...place,
      lagMs: 0,
      reach: primaryReach,
      isPaused: false,
    }
  }
  const replica = find(simulation, server)
  settle(replica, atMs)
  const { timeline, position, reach, isPaused } = replica
  const name = simulation.prefix + replica.name
  const lagMs = lagMsOf(replica, atMs)
  return { name, isPrimary: false, epoch: timeline.epoch, position, lagMs, reach, isPaused }
}

function commit(simulation: Simulation, reach: 'primary' | 'everywhere'): Place {
  const { timeline } = simulation
  const atMs = simulation.now()
  timeline.committedAtMs.push(atMs)
  const position = headOf(timeline)
  for (const replica of simulation.replicas) {
    settle(replica, atMs)
    const lagMs = drawMs(replica.random, replica.lag) // S2
    schedule(replica, position, reach === 'everywhere' ? atMs : atMs + lagMs)
    settle(replica, atMs)
  }
  return { epoch: timeline.epoch, position }
}

function appliesAtMs(simulation: Simulation, server: string, place: Place): number | undefined {
  const atMs = simulation.now()
  const state = stateOf(simulation, server)
  if (state.epoch === place.epoch && state.position >= place.position) return atMs
  if (server === primaryName) return undefined
  const { joins, timeline, queue, isStandingStill } = find(simulation, server)
  const coming = joins?.timeline ?? timeline
  const isToCome = coming.epoch === place.epoch && headOf(coming) >= place.position
  if (!isToCome || isStandingStill) return undefined
  // Nothing to apply up to there: then only the news of the epoch is missing.
  return queue.find(({ position }) => position >= place.position)?.atMs ?? joins?.atMs
}

function relag(simulation: Simulation, replica: Replica, lag: Distribution): void {
  const atMs = simulation.now()
  settle(replica, atMs)
  replica.lag = lag
  const { committedAtMs } = replica.joins?.timeline ?? replica.timeline
  const waiting = replica.queue
  replica.queue = []
  for (const { position } of waiting) {
    const dueMs = (committedAtMs[position - 1] ?? atMs) + drawMs(replica.random, lag)
    schedule(replica, position, Math.max(atMs, dueMs))
  }
}

function setReplicas(simulation: Simulation, count: number): void {
  if (!Number.isInteger(count) || count < 0 || count > replicasMax) {
    const accepted = `a whole number from 0 to ${replicasMax}`
    throw new OptionsError({ field: 'replicas', value: count, accepted })
  }
  simulation.replicas.splice(count)
  for (let index = simulation.replicas.length; index < count; index += 1) {
    const name = `replica-${index + 1}`
    simulation.replicas.push(copyOfPrimary(simulation, name, simulation.lagOf(index)))
  }
}

const replicasMax = 64

function copyOfPrimary(simulation: Simulation, name: string, lag: Distribution): Replica {
  const { timeline, random, epochs } = simulation
  const replica: Replica = {
    name,
    random: random.substream(`lag/${name}/${epochs.length}`),
    lag,
    timeline,
    position: headOf(timeline),
    queue: [],
    joins: undefined,
    isPaused: false,
    reach: 'reachable',
    isStandingStill: false,
    applied: [],
  }
  const atMs = simulation.now()
  for (let position = 1; position <= replica.position; position += 1) {
    noteApplied(replica, { position, atMs })
  }
  standOrGo(simulation, replica, atMs)
  return replica
}

function hold(simulation: Simulation, replica: Replica, isPaused: boolean): void {
  replica.isPaused = isPaused
  standOrGo(simulation, replica, simulation.now())
}

/** Stops or moves a replica after what may hold it has changed (S3). */
function standOrGo(simulation: Simulation, replica: Replica, atMs: number): void {
  const isCut = replica.reach !== 'reachable' || simulation.primaryReach !== 'reachable'
  if (replica.isPaused || isCut) {
    settle(replica, atMs)
    replica.isStandingStill = true
    return
  }
  if (!replica.isStandingStill) return
  replica.isStandingStill = false
  const { joins } = replica
  if (joins !== undefined) replica.joins = { ...joins, atMs: Math.max(atMs, joins.atMs) }
  replica.queue = replica.queue.map((due) => ({ ...due, atMs: Math.max(atMs, due.atMs) }))
}

function failOver(simulation: Simulation, replica: Replica): EpochBeginning {
  const atMs = simulation.now()
  settle(replica, atMs)
  if (replica.reach !== 'reachable') {
    const accepted = 'a replica that can be reached: heal the partition first'
    throw new OptionsError({ field: 'replica', value: replica.name, accepted })
  }
  const beginning = beginEpoch(simulation, replica.timeline, replica.position)
  const seat = simulation.replicas.indexOf(replica)
  simulation.primaryReach = 'reachable' // Another machine sits there now (S5).
  for (const other of simulation.replicas) {
    standOrGo(simulation, other, atMs)
    rejoin(simulation, other, atMs)
  }
  const copy = copyOfPrimary(simulation, replica.name, replica.lag)
  simulation.replicas[seat] = { ...copy, applied: [...replica.applied, ...copy.applied] } // S5
  return beginning
}

function restore(simulation: Simulation, position: number): EpochBeginning {
  const head = headOf(simulation.timeline)
  if (!Number.isInteger(position) || position < 0 || position > head) {
    const accepted = `a whole number from 0 to ${head}, where the primary is`
    throw new OptionsError({ field: 'position', value: position, accepted })
  }
  const beginning = beginEpoch(simulation, simulation.timeline, position)
  for (const replica of simulation.replicas) rejoin(simulation, replica, simulation.now())
  return beginning
}

function beginEpoch(simulation: Simulation, parent: Timeline, position: number): EpochBeginning {
  const from = simulation.timeline.epoch
  const epoch = nextEpoch(simulation)
  simulation.timeline = fork(parent, position, { epoch, begunAtMs: simulation.now() })
  return { epoch, position, from, parent: parent.epoch }
}

/** Lets a replica learn of the present timeline after its lag, and follow it from there (S4). */
function rejoin(simulation: Simulation, replica: Replica, atMs: number): void {
  const { timeline } = simulation
  settle(replica, atMs)
  const joinsAtMs = atMs + drawMs(replica.random, replica.lag)
  const start = Math.min(replica.position, sharedUpTo(replica.timeline, timeline))
  const dueMs = new Map(replica.queue.map((due) => [due.position, due.atMs]))
  const endedAtMs = replica.joins?.endedAtMs ?? timeline.begunAtMs
  replica.joins = { timeline, atMs: joinsAtMs, endedAtMs }
  replica.queue = []
  for (let position = start + 1; position <= headOf(timeline); position += 1) {
    schedule(replica, position, Math.max(joinsAtMs, dueMs.get(position) ?? joinsAtMs))
  }
}
