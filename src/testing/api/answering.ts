// The way of one request through the simulated API.
//
//   choose a server ─ travel ─┬─ cut off ─────────────────────────── nobody answers
//                             ├─ read ── behind its floors? ── wait, primary, or refuse
//                             └─ write ─ primary ── floors of an ended epoch? refuse

import { dependsHeader, printDependencies } from '../../core/dependency.ts'
import type { Dependency } from '../../core/dependency.ts'
import { ProtocolError } from '../../core/errors.ts'
import { headerNames, printServedBy, printVersionList } from '../../core/protocol.ts'
import { answerPreflight, corsHeaders } from './cross-origin.ts'
import { drawMs } from '../replicas/distribution.ts'
import { nothingAsked, readAsked, refuse, standingOf } from './floor-check.ts'
import type { Asked, Standing } from './floor-check.ts'
import { hashText } from '../determinism/hash-text.ts'
import type { ResolvedLaggingApiOptions } from './lagging-options.ts'
import { commit, storeOf, unusedId, worldAt } from './lagging-world.ts'
import type { World } from './lagging-world.ts'
import { dependenciesOfWrite, isRefused } from './references.ts'
import { primaryName } from '../replicas/replica-simulator.ts'
import type { ServerState } from '../replicas/replica-simulator.ts'
import { problem, renderRow } from '../rest/rest-answer.ts'
import type { RestAnswer } from '../rest/rest-answer.ts'
import { merge } from '../rest/rest-depends.ts'
import { notFound, parseCursor, read } from '../rest/rest-read.ts'
import type { View } from '../rest/rest-read.ts'
import { resourceAt } from '../rest/rest-resource.ts'
import type { Resource } from '../rest/rest-resource.ts'
import type { Row } from '../rest/rest-store.ts'
import { decideWrite, isRefusal } from '../rest/rest-write.ts'

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

type RequestPlace = Pick<Incoming, 'path' | 'basePath'> & { readonly isInside: boolean }

function placeOf(request: Request, basePath: string): RequestPlace {
  const { pathname } = new URL(request.url)
  const isInside = pathname.startsWith(`${basePath}/`)
  return { path: isInside ? pathname.slice(basePath.length) : pathname, basePath, isInside }
}

async function receive(
  world: World,
  request: Request,
  { path, basePath, isInside }: RequestPlace,
): Promise<Incoming> {
  const { options } = world
  const { searchParams } = new URL(request.url)
  const { asked, fault } = askedBy(world, request)
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
  { options: { versions }, scope }: World,
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

async function serveWrite(world: World, incoming: Incoming): Promise<Served> {
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

interface Answering {
  readonly answer: RestAnswer
  readonly state?: ServerState
  readonly basePath: string
}

/** Makes the `Response` of an answer. Without a state nobody has answered. */
function respond(
  { options, scope }: World,
  request: Request,
  { answer, state, basePath }: Answering,
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
    ...versionHeaders(options, scope, state),
    ...dependsHeaders(options, basePath, answer),
    ...corsHeaders(options.cors),
  }
  const isUnchanged = tag !== undefined && request.headers.get('if-none-match') === tag
  if (isUnchanged) return new Response(null, { status: 304, headers })
  const body = request.method === 'HEAD' ? null : (text ?? null)
  return new Response(body, { status: answer.status, headers })
}

function versionHeaders(
  { versions }: ResolvedLaggingApiOptions,
  scope: string,
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

function dependsHeaders(
  { versions }: ResolvedLaggingApiOptions,
  basePath: string,
  { depends = [] }: RestAnswer,
): Record<string, string> {
  if (versions !== 'wire' || depends.length === 0) return {}
  const named = depends.map(({ resource, version }): Dependency => {
    return { resource: resource === undefined ? undefined : basePath + resource, version }
  })
  return { [dependsHeader]: printDependencies(named) }
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
