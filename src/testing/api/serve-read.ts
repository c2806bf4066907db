// A read at a server of the simulated API: whether that meets the floors, by now or after a while, or who else does.

import { primaryName } from '../replicas/replica-simulator.ts'
import type { ServerState } from '../replicas/replica-simulator.ts'
import type { RestAnswer } from '../rest/rest-answer.ts'
import { notFound, read } from '../rest/rest-read.ts'
import { refuse } from './floor-check.ts'
import type { Asked, Standing } from './floor-check.ts'
import type { Incoming } from './incoming.ts'
import { viewOf } from './lagging-world.ts'
import type { World } from './lagging-world.ts'
import { malformed } from './served.ts'
import type { Served } from './served.ts'
import { retryAfterUnknownMs, standingOfServer, waitFor } from './server-standing.ts'

/** Answers a read by a server, or by the primary in its place. */
export async function serveRead(world: World, incoming: Incoming, server: string): Promise<Served> {
  const { asked, fault, resource, path, query } = incoming
  const { options } = world
  const startMs = options.now()
  const { state, standing } = await settleOn(world, asked, server)
  const waitedMs = options.now() - startMs
  const answer = (): RestAnswer => {
    if (fault !== undefined) return malformed(fault)
    if (standing.kind !== 'met') {
      return refuse(standing, state, retryAfterMs(world, state, standing))
    }
    if (resource === undefined) return notFound(path)
    return read(viewOf(world, state), resource, { query, rendering: options })
  }
  return { state, answer: answer(), waitedMs }
}

/** Finds the server that answers a read, and how it then stands to the floors. */
async function settleOn(
  world: World,
  asked: Asked,
  server: string,
): Promise<{ readonly state: ServerState; readonly standing: Standing }> {
  const { floors: policy } = world.options
  const state = world.simulator.stateOf(server)
  if (policy === 'ignore') return { state, standing: { kind: 'met' } }
  if (state.lagMs > asked.maxStalenessMs) return primaryOr(world, asked, state)
  const standing = standingOfServer(world, state, asked)
  if (standing.kind !== 'behind' || policy === 'refuse') return { state, standing }
  const later = await waitFor(world, asked, server)
  const isMet = standingOfServer(world, later, asked).kind === 'met'
  return isMet ? { state: later, standing: { kind: 'met' } } : primaryOr(world, asked, later)
}

/** Goes to the primary, where it can be reached. */
function primaryOr(
  world: World,
  asked: Asked,
  replica: ServerState,
): { readonly state: ServerState; readonly standing: Standing } {
  const primary = world.simulator.stateOf(primaryName)
  const state = primary.reach === 'reachable' ? primary : replica
  return { state, standing: standingOfServer(world, state, asked) }
}

function retryAfterMs(
  { simulator, options }: World,
  { name }: ServerState,
  standing: Standing,
): number {
  if (standing.kind === 'met') return 0
  const dueMs = simulator.appliesAtMs(name, standing.want)
  return dueMs === undefined ? retryAfterUnknownMs : dueMs - options.now()
}
