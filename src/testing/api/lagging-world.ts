// Everything that a simulated API consists of: its servers, and the rows of each epoch.
//
// A partitioned store is several worlds side by side: each with its own line of history, its own
// primary and its own chance. They share a clock, the names of new items, and whoever listens.

import type { Dependency as RowDependency } from '../../core/wire/dependency.ts'
import { createRandom } from '../determinism/random.ts'
import type { Random } from '../determinism/random.ts'
import type { Dependency, LogEntry, LogFacts } from '../history/server-log.ts'
import { createBalancer } from '../replicas/balancing.ts'
import type { Balancer } from '../replicas/balancing.ts'
import { createReplicaSimulator, primaryName } from '../replicas/replica-simulator.ts'
import type { EpochBeginning, ReplicaSimulator } from '../replicas/replica-simulator.ts'
import type { Place } from '../replicas/replica.ts'
import type { View } from '../rest/rest-read.ts'
import { createRestStore } from '../rest/rest-store.ts'
import type { JsonObject, RestStore, RowWrite } from '../rest/rest-store.ts'
import { createLaggingApiEvents } from './api-events.ts'
import type { LaggingApiEvents } from './api-events.ts'
import type { ResolvedLaggingApiOptions } from './lagging-options.ts'

/** The parts of a simulated API, or of one partition of it. */
export interface World {
  /** The line of history: what its answers name. */
  readonly scope: string
  /** What belongs to it. Of the world that takes all the rest, nothing. */
  readonly paths: readonly string[]
  /** What stands before the names of its servers. */
  readonly prefix: string
  /** All worlds of the API, this one among them. */
  readonly all: readonly World[]
  readonly options: ResolvedLaggingApiOptions
  readonly simulator: ReplicaSimulator
  /** The rows of each epoch, by its name. */
  readonly stores: Map<string, RestStore>
  readonly balancer: Balancer
  /** The chance that the latency of a server comes from. */
  readonly latencyOf: (server: string) => Random
  readonly events: LaggingApiEvents
  readonly nextId: () => string
  /** What its primary did: the writes that it took, the epochs that it began. */
  readonly log: LogEntry[]
}

/** Makes the worlds of an API, in which the initial content is known everywhere. */
export function createWorlds(options: ResolvedLaggingApiOptions): readonly World[] {
  const random = createRandom(options.seed)
  let lastId = 0
  const worlds: World[] = []
  const shared: SharedParts = {
    options,
    all: worlds,
    events: createLaggingApiEvents(options.now),
    // Identifiers never come twice, not even where a restore lets positions come twice.
    nextId: () => String((lastId += 1)),
  }
  worlds.push(createWorld(shared, random, { scope: options.scope, paths: [], prefix: '' }))
  for (const [scope, { paths, replicas, lag }] of Object.entries(options.partitions)) {
    const own = { ...options, replicas: replicas ?? options.replicas, lag: lag ?? options.lag }
    const chance = random.substream(`partition/${scope}`)
    worlds.push(
      createWorld({ ...shared, options: own }, chance, { scope, paths, prefix: `${scope}/` }),
    )
  }
  for (const write of initialWrites(shared)) {
    const world = worldAt(worlds, write.key)
    if (world !== undefined) commit(world, write, 'everywhere')
  }
  return worlds
}

/** Returns the world that a path belongs to. */
export function worldAt(worlds: readonly World[], path: string): World | undefined {
  const isIn = (part: string): boolean => path === part || path.startsWith(`${part}/`)
  return worlds.find(({ paths }) => paths.some(isIn)) ?? worlds[0]
}

type SharedParts = Pick<World, 'options' | 'all' | 'events' | 'nextId'>

function createWorld(
  shared: SharedParts,
  random: Random,
  place: Pick<World, 'scope' | 'paths' | 'prefix'>,
): World {
  const { options } = shared
  const { now, replicas, lag } = options
  const chance = random.substream('replicas')
  const { prefix } = place
  const simulator = createReplicaSimulator({ random: chance, now, replicas, lag, prefix })
  const latencies = new Map<string, Random>()
  return {
    ...shared,
    ...place,
    simulator,
    stores: new Map(),
    log: [],
    balancer: createBalancer(options.balancing, random.substream('balancing')),
    latencyOf(server) {
      const stream = latencies.get(server) ?? random.substream(`latency/${server}`)
      latencies.set(server, stream)
      return stream
    },
  }
}

/** Returns the rows of an epoch. */
export function storeOf({ stores }: World, epoch: string): RestStore {
  const existing = stores.get(epoch)
  if (existing !== undefined) return existing
  const created = createRestStore()
  stores.set(epoch, created)
  return created
}

/** Returns what a server in some state has of the rows. */
export function viewOf(world: World, { epoch, position }: Place): View {
  return { store: storeOf(world, epoch), place: { epoch, position } }
}

/** Commits a write on the primary: the position is taken and the row is written at one moment. */
export function commit(
  world: World,
  write: RowWrite,
  reach: 'primary' | 'everywhere' = 'primary',
): Place {
  const place = world.simulator.commit(reach)
  const atMs = world.options.now()
  storeOf(world, place.epoch).write(write, place.position, atMs)
  const { key, collection, fields, depends } = write
  const what = { key, collection, isDelete: fields === undefined }
  world.log.push({
    kind: 'commit',
    ...entryAt(world, place, atMs),
    ...what,
    ...(depends && { depends: depends.map(loggedDependency) }),
  })
  return place
}

/** Gives a new epoch its rows, and tells of it. */
export function enterEpoch(world: World, beginning: EpochBeginning): EpochBeginning {
  const { epoch, position, from, parent } = beginning
  const atMs = world.options.now()
  world.log.push({ kind: 'epoch', ...entryAt(world, beginning, atMs), ended: from, parent })
  world.stores.set(epoch, storeOf(world, parent).fork(position))
  world.events.emit({ type: 'epoch:begun', epoch, position, from })
  return beginning
}

/** Returns what the servers of a world did so far, in the order of time. */
export function logOf({ log, simulator, scope, prefix }: World): readonly LogEntry[] {
  const applied = simulator.applied().map(({ server, epoch, position, atMs }): LogEntry => {
    const where = { scope, epoch, position: String(position) }
    return { kind: 'apply', ...where, server: prefix + server, atMs }
  })
  return [...log, ...applied].toSorted((left, right) => left.atMs - right.atMs)
}

function loggedDependency({ resource, version }: RowDependency): Dependency {
  return resource === undefined ? version : { ...version, key: resource }
}

function entryAt({ scope, prefix }: World, { epoch, position }: Place, atMs: number): LogFacts {
  return { scope, epoch, position: String(position), server: prefix + primaryName, atMs }
}

/** Returns an identifier that no row of a collection has had in the present epoch. */
export function unusedId(world: World, collection: string): string {
  const { epoch } = world.simulator.stateOf(primaryName)
  const rows = storeOf(world, epoch)
  let id = world.nextId()
  // Clients name items too, by PUT. Each turn passes one that they took.
  while (rows.hasHad(`${collection}/${id}`)) id = world.nextId()
  return id
}

function initialWrites({ options, nextId }: SharedParts): readonly RowWrite[] {
  const { items = {}, counters = {}, conversations = {} } = options.initial
  const rowsOf = (collection: string, rows: readonly JsonObject[]): RowWrite[] =>
    rows.map((row) => {
      const id = typeof row['id'] === 'string' ? row['id'] : nextId()
      return { key: `${collection}/${id}`, collection, fields: { ...row, id } }
    })
  return [
    ...Object.entries(items).flatMap(([name, rows]) => rowsOf(`/${name}`, rows)),
    ...Object.entries(counters).map(([name, value]) => ({
      key: `/counters/${name}`,
      collection: '/counters',
      fields: { name, value },
    })),
    ...Object.entries(conversations).flatMap(([name, rows]) =>
      rowsOf(`/conversations/${name}/messages`, rows),
    ),
  ]
}
