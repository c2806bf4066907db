// A write at the primary of the simulated API.

import { primaryName } from '../replicas/replica-simulator.ts'
import type { ServerState } from '../replicas/replica-simulator.ts'
import { problem, renderRow } from '../rest/rest-answer.ts'
import type { RestAnswer } from '../rest/rest-answer.ts'
import { merge } from '../rest/rest-depends.ts'
import { notFound, read } from '../rest/rest-read.ts'
import type { Row } from '../rest/rest-store.ts'
import { decideWrite, isRefusal } from '../rest/rest-write.ts'
import { refuse } from './floor-check.ts'
import type { Incoming } from './incoming.ts'
import { commit, storeOf, unusedId, viewOf } from './lagging-world.ts'
import type { World } from './lagging-world.ts'
import { dependenciesOfWrite, isRefused } from './references.ts'
import { entityTag, malformed } from './served.ts'
import type { Served } from './served.ts'
import { retryAfterUnknownMs, standingOfServer, waitFor } from './server-standing.ts'

/** Decides a write, and commits it. */
export async function serveWrite(world: World, incoming: Incoming): Promise<Served> {
  const { options, simulator } = world
  const startMs = options.now()
  const { asked } = incoming
  const isBehind = standingOfServer(world, simulator.stateOf(primaryName), asked).kind === 'behind'
  if (options.writeFloors === 'check' && isBehind) await waitFor(world, asked, primaryName)
  const waitedMs = options.now() - startMs
  const state = simulator.stateOf(primaryName)
  const refusal = refuseWrite(world, incoming, state)
  if (refusal !== undefined) return { state, answer: refusal, waitedMs }
  return { ...decideAndCommit(world, incoming, state), waitedMs }
}

/** Refuses what may not even be decided. */
function refuseWrite(
  world: World,
  { asked, fault, resource, path, request }: Incoming,
  state: ServerState,
): RestAnswer | undefined {
  if (fault !== undefined) return malformed(fault)
  if (resource === undefined) return notFound(path)
  if (world.options.writeFloors === 'check') {
    // A write follows what its session has read and written (lessons S3): in this history, or
    // never.
    const standing = standingOfServer(world, state, asked)
    if (standing.kind !== 'met') return refuse(standing, state, retryAfterUnknownMs)
  }
  const ifMatch = request.headers.get('if-match')
  if (ifMatch === null) return undefined
  const query = new URLSearchParams()
  const present = read(viewOf(world, state), resource, { query, rendering: world.options })
  const isSame =
    present.status === 200 &&
    (ifMatch === '*' || ifMatch === entityTag(JSON.stringify(present.body)))
  if (isSame) return undefined
  return problem(412, 'Precondition failed', { detail: `${path} is not at ${ifMatch}.` })
}

function decideAndCommit(
  world: World,
  { resource, path, basePath, request, body, asked }: Incoming,
  before: ServerState,
): Omit<Served, 'waitedMs'> {
  if (resource === undefined) return { state: before, answer: notFound(path) }
  const decision = decideWrite(viewOf(world, before), resource, {
    method: request.method,
    body,
    nextId: () => unusedId(world, resource.key),
  })
  if (isRefusal(decision)) return { state: before, answer: decision }
  const { status, key, refersTo } = decision
  const own = dependenciesOfWrite(world, { asked, basePath, refersTo })
  if (isRefused(own)) return { state: before, answer: own }
  // Who changes a row rests on what it rested on before.
  const kept = request.method === 'PATCH' ? rowBefore(world, before, key)?.depends : undefined
  const depends = merge([...own, ...(kept ?? [])])
  const place = commit(world, { ...decision, ...(depends.length > 0 && { depends }) })
  world.events.emit({ type: 'write:committed', path: key, ...place })
  const state = world.simulator.stateOf(primaryName)
  const row = storeOf(world, place.epoch).row(key, place.position)
  const location = basePath + key
  const answer: RestAnswer = {
    status,
    // Which resource the answer speaks of (RFC 9110, 8.7 and 10.2.2): a POST names another.
    headers: { 'Content-Location': location, ...(status === 201 ? { Location: location } : {}) },
    ...(row === undefined ? {} : { body: renderRow(row, world.options) }),
  }
  return { state, answer }
}

function rowBefore(world: World, { epoch, position }: ServerState, key: string): Row | undefined {
  return storeOf(world, epoch).row(key, position)
}
