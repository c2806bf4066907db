// Everything that a simulated API consists of: its servers, and the rows of each epoch.

import { createLaggingApiEvents } from './api-events.ts'
import type { LaggingApiEvents } from './api-events.ts'
import { createBalancer } from './balancing.ts'
import type { Balancer } from './balancing.ts'
import type { ResolvedLaggingApiOptions } from './lagging-options.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import { createReplicaSimulator, primaryName } from './replica-simulator.ts'
import type { EpochBeginning, Place, ReplicaSimulator } from './replica-simulator.ts'
import { createRestStore } from './rest-store.ts'
import type { JsonObject, RestStore, RowWrite } from './rest-store.ts'

/** The parts of a simulated API. */
export interface World {
  readonly options: ResolvedLaggingApiOptions
  readonly simulator: ReplicaSimulator
  /** The rows of each epoch, by its name. */
  readonly stores: Map<string, RestStore>
  readonly balancer: Balancer
  /** The chance that the latency of a server comes from. */
  readonly latencyOf: (server: string) => Random
  readonly events: LaggingApiEvents
  readonly nextId: () => string
}

/** Makes a world in which the initial content is known everywhere. */
export function createWorld(options: ResolvedLaggingApiOptions): World {
  const random = createRandom(options.seed)
  const { now, replicas, lag } = options
  const chance = random.substream('replicas')
  const simulator = createReplicaSimulator({ random: chance, now, replicas, lag })
  const latencies = new Map<string, Random>()
  let lastId = 0
  const world: World = {
    options,
    simulator,
    stores: new Map(),
    balancer: createBalancer(options.balancing, random.substream('balancing')),
    latencyOf(server) {
      const stream = latencies.get(server) ?? random.substream(`latency/${server}`)
      latencies.set(server, stream)
      return stream
    },
    events: createLaggingApiEvents(now),
    // Identifiers never come twice, not even where a restore lets positions come twice.
    nextId: () => String((lastId += 1)),
  }
  for (const write of initialWrites(world)) commit(world, write, 'everywhere')
  return world
}

/** Returns the rows of an epoch. */
export function storeOf({ stores }: World, epoch: string): RestStore {
  const existing = stores.get(epoch)
  if (existing !== undefined) return existing
  const created = createRestStore()
  stores.set(epoch, created)
  return created
}

/** Commits a write on the primary: the position is taken and the row is written at one moment. */
export function commit(
  world: World,
  write: RowWrite,
  reach: 'primary' | 'everywhere' = 'primary',
): Place {
  const place = world.simulator.commit(reach)
  storeOf(world, place.epoch).write(write, place.position, world.options.now())
  return place
}

/** Gives a new epoch its rows, and tells of it. */
export function enterEpoch(world: World, beginning: EpochBeginning): EpochBeginning {
  const { epoch, position, from, parent } = beginning
  world.stores.set(epoch, storeOf(world, parent).fork(position))
  world.events.emit({ type: 'epoch:begun', epoch, position, from })
  return beginning
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

function initialWrites({ options, nextId }: World): readonly RowWrite[] {
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
