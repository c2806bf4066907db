// Which world a visit is in: the simulated one, or the cluster that the page was served with.

import { clusterPath, createPostgresWorld } from './postgres-world.ts'
import type { Settings } from './settings.ts'
import type { Deed, World } from './world.ts'
import { createWorld, initial } from './world.ts'
import type { WorldClock } from './world-clock.ts'

/** Makes the world of a visit, or comes back to it. */
export function createVisitWorld(settings: Settings, clock: WorldClock, past: readonly Deed[]): Promise<World> {
  if (clusterPath === undefined) return createWorld(settings, clock, past)
  return createPostgresWorld(settings, clock, { path: clusterPath, initial, isNew: past.length === 0 })
}
