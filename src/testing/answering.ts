// The way of one request through the simulated API.
//
//   choose a server ─ travel ─┬─ cut off ─────────────────────────── nobody answers
//                             ├─ read ── behind its floors? ── wait, primary, or refuse
//                             └─ write ─ primary ── floors of an ended epoch? refuse

import { ProtocolError } from '../core/errors.ts'
import { headerNames, printServedBy, printVersionList } from '../core/protocol.ts'
import { answerPreflight, corsHeaders } from './cross-origin.ts'
import { drawMs } from './distribution.ts'
import { nothingAsked, readAsked, refuse, standingOf } from './floor-check.ts'
import type { Asked, Standing } from './floor-check.ts'
import { hashText } from './hash-text.ts'
import type { ResolvedLaggingApiOptions } from './lagging-options.ts'
import { commit, storeOf, unusedId } from './lagging-world.ts'
import type { World } from './lagging-world.ts'
import { primaryName } from './replica-simulator.ts'
import type { ServerState } from './replica-simulator.ts'
import { problem, renderRow } from './rest-answer.ts'
import type { RestAnswer } from './rest-answer.ts'
import { notFound, parseCursor, read } from './rest-read.ts'
import type { View } from './rest-read.ts'
import { resourceAt } from './rest-resource.ts'
import type { Resource } from './rest-resource.ts'
import { decideWrite, isRefusal } from './rest-write.ts'

/** Where a request is addressed to. */
export interface HandleOptions {
  /** The server that answers reads, such as `replica-2`. @default chosen by the balancing */
  readonly server?: string | undefined
  /** The part of the path before the API begins, such as `/v1`. @default none */
  readonly basePath?: string | undefined
}

/** A request as it lies on the desk of a server. */
interface Incoming {
  readonly request: Request
  /** The path within the API. */
  readonly path: string
  readonly basePath: string
  readonly query: URLSearchParams
  readonly resource: Resource | undefined
  readonly asked: Asked
  /** What is wrong with the headers, if anything is. */
  readonly fault: ProtocolError | undefined
  /** The text of the body. */
  readonly body: string
}

/** What a request came to: who answered, in which state, and what. */
interface Served {
  readonly state: ServerState
  readonly answer: RestAnswer
  readonly waitedMs: number
}

/** Answers one request, or throws a `TypeError` where a network would have failed. */
export async function answerRequest(
  world: World,
  request: Request,
  to: HandleOptions,
): Promise<Response> {
  const preflight = answerPreflight(request, world.options.cors)
  if (preflight !== undefined) return preflight
  const incoming = await receive(world, request, to.basePath ?? '')
  const server = chooseServer(world, incoming, to.server)
  const travelMs = drawMs(world.latencyOf(server), world.options.latency) / 2
  await pause(world.options, travelMs)
  const { reach } = world.simulator.stateOf(server)
  if (reach !== 'reachable') return lose(world, incoming, { server, reach })
  const served = isRead(request)
    ? await serveRead(world, incoming, server)
    : serveWrite(world, incoming)
  tell(world, incoming, served)
  const response = respond(world, request, served)
  await pause(world.options, travelMs)
  return response
}

async function receive(world: World, request: Request, basePath: string): Promise<Incoming> {
  const { options } = world
  const { pathname, searchParams } = new URL(request.url)
  const isInside = pathname.startsWith(`${basePath}/`)
  const path = isInside ? pathname.slice(basePath.length) : pathname
  const { asked, fault } = askedBy(options, request)
  const cursor = parseCursor(searchParams.get('cursor'))
  const pageFloors = cursor === undefined || cursor === 'malformed' ? [] : [cursor]
  return {
    request,
    path,
    basePath,
    query: searchParams,
    resource: isInside ? resourceAt(path, options.collections) : undefined,
    // The next page must not be from before the last one (lessons R13).
    asked: { ...asked, floors: [...asked.floors, ...pageFloors] },
    fault,
    body: isRead(request) ? '' : await request.text(),
  }
}

function askedBy(
  { versions, scope }: ResolvedLaggingApiOptions,
  { headers }: Request,
): Pick<Incoming, 'asked' | 'fault'> {
  if (versions !== 'wire') return { asked: nothingAsked, fault: undefined }
  try {
    return { asked: readAsked(headers, scope), fault: undefined }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { asked: nothingAsked, fault: error }
  }
}

function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD'
}

function chooseServer(world: World, incoming: Incoming, named: string | undefined): string {
  const { request, asked } = incoming
  if (!isRead(request) || asked.isStrong) return primaryName
  return named ?? world.balancer(world.simulator.replicas(), request) ?? primaryName
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
  return respond(world, request, { answer: problem(503, 'Service unavailable', { detail }) })
}

// --- Reads ---------------------------------------------------------------------------------------

async function serveRead(world: World, incoming: Incoming, server: string): Promise<Served> {
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

function viewOf(world: World, { epoch, position }: ServerState): View {
  return { store: storeOf(world, epoch), place: { epoch, position } }
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

function standingOfServer({ simulator }: World, state: ServerState, { floors }: Asked): Standing {
  const current = simulator.stateOf(primaryName).epoch
  return standingOf(state, floors, { current, hasEnded: simulator.hasEnded })
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

// A replica that stands still may be let go at any time, so it is looked at again after so long.
const lookAgainMs = 10

/** Waits until a server meets the floors, within what the server and the request allow. */
async function waitFor(world: World, asked: Asked, server: string): Promise<ServerState> {
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

const retryAfterUnknownMs = 100

function retryAfterMs(
  { simulator, options }: World,
  { name }: ServerState,
  standing: Standing,
): number {
  if (standing.kind === 'met') return 0
  const dueMs = simulator.appliesAtMs(name, standing.want)
  return dueMs === undefined ? retryAfterUnknownMs : dueMs - options.now()
}

function malformed(fault: ProtocolError): RestAnswer {
  return problem(400, 'Malformed header', { detail: fault.message })
}

// --- Writes --------------------------------------------------------------------------------------

function serveWrite(world: World, incoming: Incoming): Served {
  const state = world.simulator.stateOf(primaryName)
  const refusal = refuseWrite(world, incoming, state)
  if (refusal !== undefined) return { state, answer: refusal, waitedMs: 0 }
  return decideAndCommit(world, incoming, state)
}

/** Refuses what may not even be decided. */
function refuseWrite(
  world: World,
  { asked, fault, resource, path, request }: Incoming,
  state: ServerState,
): RestAnswer | undefined {
  if (fault !== undefined) return malformed(fault)
  if (resource === undefined) return notFound(path)
  if (world.options.floors !== 'ignore') {
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
  { resource, path, basePath, request, body }: Incoming,
  before: ServerState,
): Served {
  if (resource === undefined) return { state: before, answer: notFound(path), waitedMs: 0 }
  const decision = decideWrite(viewOf(world, before), resource, {
    method: request.method,
    body,
    nextId: () => unusedId(world, resource.key),
  })
  if (isRefusal(decision)) return { state: before, answer: decision, waitedMs: 0 }
  const { status, key } = decision
  const place = commit(world, decision)
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
  return { state, answer, waitedMs: 0 }
}

// --- Answers -------------------------------------------------------------------------------------

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

/** Makes the `Response` of an answer. Without a state nobody has answered. */
function respond(
  { options }: World,
  request: Request,
  { answer, state }: { readonly answer: RestAnswer; readonly state?: ServerState },
): Response {
  const text = answer.body === undefined ? undefined : JSON.stringify(answer.body)
  const isFound = isRead(request) && answer.status === 200 && text !== undefined
  const tag = isFound ? entityTag(text) : undefined
  const headers = {
    // What a floor was asked for must not be given to someone else by a cache (lessons W12).
    'Cache-Control': 'private, no-cache',
    ...(tag === undefined ? {} : { ETag: tag }),
    ...(text === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...answer.headers,
    ...versionHeaders(options, state),
    ...corsHeaders(options.cors),
  }
  const isUnchanged = tag !== undefined && request.headers.get('if-none-match') === tag
  if (isUnchanged) return new Response(null, { status: 304, headers })
  const body = request.method === 'HEAD' ? null : (text ?? null)
  return new Response(body, { status: answer.status, headers })
}

function versionHeaders(
  { versions, scope }: ResolvedLaggingApiOptions,
  state: ServerState | undefined,
): Record<string, string> {
  if (versions !== 'wire' || state === undefined) return {}
  const { name, isPrimary, epoch, position, lagMs } = state
  return {
    [headerNames.dataVersion]: printVersionList([{ scope, epoch, position: String(position) }]),
    [headerNames.servedBy]: printServedBy(
      isPrimary ? { name, isPrimary } : { name, isPrimary, lagMs },
    ),
  }
}

/**
 * Returns the entity tag of a document: it tells that something differs, and never what is newer.
 */
function entityTag(text: string): string {
  return `"${hashText(text, 1).toString(16)}${hashText(text, 2).toString(16)}"`
}

async function pause({ sleep }: ResolvedLaggingApiOptions, ms: number): Promise<void> {
  if (ms > 0) await sleep(ms)
}
