// How a server of the simulated API stands to the floors of a request, now or after a while.

import { primaryName } from '../replicas/replica-simulator.ts'
import type { ServerState } from '../replicas/replica-simulator.ts'
import { standingOf } from './floor-check.ts'
import type { Asked, Standing } from './floor-check.ts'
import type { World } from './lagging-world.ts'

/** When to ask again where nobody knows when that will help, in milliseconds. */
export const retryAfterUnknownMs = 100

/** Tells how a server stands to what a request asks. */
export function standingOfServer({ simulator }: World, state: ServerState, { floors }: Asked): Standing {
  const current = simulator.stateOf(primaryName).epoch
  return standingOf(state, floors, { current, hasEnded: simulator.hasEnded })
}

// A replica that stands still may be let go at any time, so it is looked at again after so long.
const lookAgainMs = 10

/** Waits until a server meets the floors, within what the server and the request allow. */
export async function waitFor(world: World, asked: Asked, server: string): Promise<ServerState> {
  const { options, simulator } = world
  const deadlineMs = options.now() + Math.min(options.waitMs, asked.waitMs)
  for (let leftMs = deadlineMs - options.now(); leftMs > 0; leftMs = deadlineMs - options.now()) {
    if (standingOfServer(world, simulator.stateOf(server), asked).kind === 'met') break
    const dues = asked.floors.map((floor) => simulator.appliesAtMs(server, floor))
    const isKnown = dues.every((due) => due !== undefined)
    const pauseMs = isKnown ? Math.max(...dues) - options.now() : lookAgainMs
    await options.sleep(Math.min(leftMs, Math.max(1, pauseMs)))
  }
  return simulator.stateOf(server)
}
