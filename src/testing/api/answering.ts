// The way of one request through the simulated API.
//
//   choose a server ─ travel ─┬─ cut off ─────────────────────────── nobody answers
//                             ├─ read ── behind its floors? ── wait, primary, or refuse
//                             └─ write ─ primary ── floors of an ended epoch? refuse

import { drawMs } from '../replicas/distribution.ts'
import { primaryName } from '../replicas/replica-simulator.ts'
import { problem } from '../rest/rest-answer.ts'
import { answerPreflight } from './cross-origin.ts'
import { isRead, placeOf, receive } from './incoming.ts'
import type { Incoming } from './incoming.ts'
import type { ResolvedLaggingApiOptions } from './lagging-options.ts'
import { worldAt } from './lagging-world.ts'
import type { World } from './lagging-world.ts'
import { serveRead } from './serve-read.ts'
import { serveWrite } from './serve-write.ts'
import { respond } from './served.ts'
import type { Served } from './served.ts'

/** Where a request is addressed to. */
export interface HandleOptions {
  /** The server that answers reads, such as `replica-2`. @default chosen by the balancing */
  readonly server?: string | undefined
  /** The part of the path before the API begins, such as `/v1`. @default none */
  readonly basePath?: string | undefined
}

/** Answers one request, or throws a `TypeError` where a network would have failed. */
export async function answerRequest(
  worlds: readonly World[],
  request: Request,
  to: HandleOptions,
): Promise<Response> {
  const place = placeOf(request, to.basePath ?? '')
  const world = worldAt(worlds, place.path)
  if (world === undefined) throw new TypeError('Failed to fetch: there are no servers.')
  const preflight = answerPreflight(request, world.options.cors)
  if (preflight !== undefined) return preflight
  const incoming = await receive(world, request, place)
  const server = chooseServer(world, incoming, to.server)
  const travelMs = drawMs(world.latencyOf(server), world.options.latency) / 2
  await pause(world.options, travelMs)
  const { reach } = world.simulator.stateOf(server)
  if (reach !== 'reachable') return lose(world, incoming, { server, reach })
  const served = isRead(request)
    ? await serveRead(world, incoming, server)
    : await serveWrite(world, incoming)
  tell(world, incoming, served)
  const response = respond(world, request, { ...served, basePath: incoming.basePath })
  await pause(world.options, travelMs)
  return response
}

function chooseServer(world: World, incoming: Incoming, named: string | undefined): string {
  const { request, asked } = incoming
  if (!isRead(request) || asked.isStrong) return primaryName
  return ownServer(world, named) ?? world.balancer(world.simulator.replicas(), request) ?? primaryName
}

/** Returns the server that was named, unless it is one of another partition. */
function ownServer({ prefix }: World, named: string | undefined): string | undefined {
  const end = named === undefined ? -1 : named.lastIndexOf('/') + 1
  return end <= 0 || named?.slice(0, end) === prefix ? named : undefined
}

function lose(
  world: World,
  { request, path }: Incoming,
  { server, reach }: { readonly server: string; readonly reach: 'status-503' | 'network-error' },
): Response {
  world.events.emit({ type: 'request:lost', method: request.method, path, server })
  if (reach === 'network-error') throw new TypeError(`Failed to fetch: ${server} is cut off.`)
  // The balancer says so and not a server: it knows no version, and this is not "behind".
  const detail = `${server} does not answer.`
  const answer = problem(503, 'Service unavailable', { detail })
  return respond(world, request, { answer, basePath: '' })
}

function tell(
  world: World,
  { request, path }: Incoming,
  { state, answer, waitedMs }: Served,
): void {
  const { name, isPrimary, epoch, position, lagMs } = state
  world.events.emit({
    type: 'request:answered',
    method: request.method,
    path,
    status: answer.status,
    servedBy: name,
    isPrimary,
    asOf: { epoch, position },
    lagMs,
    waitedMs,
  })
}

async function pause({ sleep }: ResolvedLaggingApiOptions, ms: number): Promise<void> {
  if (ms > 0) await sleep(ms)
}
