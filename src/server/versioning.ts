// The middleware: `(Request, next) => Promise<Response>`, for Node, Workers, Deno and Bun.
//
// V1. A read is handed to a node that covers its floor, or refused: never answered with less.
// V2. A write is handed to the primary, and only if that covers what its session has read and written
//     (writes follow reads, monotonic writes: lessons S3).
// V3. The answer to a read says two things: what it covers (`v`), which was known before the handler
//     began, and what it may have seen at most (`u`), which is known once the handler is done. A client
//     judges by the former and raises its floor by the latter: with one of them alone, either an answer
//     claims too much, or the next replica is asked for too little (docs/server.md).
// V4. The answer to a write says a position that was taken after the handler was done, and so after the
//     commit (lessons V22).
// V5. Where a position cannot be told, none is: unknown, and never a guess (I4).
// V6. What was known of a node may be of another life: it was restored, or has changed sides, and the
//     first to notice is the look afterwards. Then a read begins anew, once.

import { ProtocolError } from '../core/errors.ts'
import { coversPosition } from '../core/standing.ts'
import type { Point, Version } from '../core/version.ts'
import { refusalOf } from '../core/wire/refusal.ts'
import { withAnswerHeaders } from './answer-headers.ts'
import { readAsked } from './asked.ts'
import type { Asked } from './asked.ts'
import { createFleet } from './fleet.ts'
import type { DatabaseNode, Known } from './fleet.ts'
import { measureFleet } from './node-report.ts'
import type { NodeReport } from './node-report.ts'
import { problem } from './problem.ts'
import { check, createReadRouting } from './read-route.ts'
import type { Look } from './sampler.ts'
import { resolveVersioning } from './versioning-options.ts'
import type { VersioningEvent, VersioningOptions } from './versioning-options.ts'

/** What a handler is told beside the request. */
export interface Serving<T> {
  /** The database to read from, or to write to. */
  readonly database: T
  /** Its name, such as `replica-2`. */
  readonly node: string
  readonly role: 'primary' | 'replica'
}

/** The rest of the server: what answers once it is known from where. */
export type Next<T> = (request: Request, serving: Serving<T>) => Response | Promise<Response>

/** Session consistency for the requests of one API. */
export interface Versioning<T> {
  /** Answers a request, by `next` if it can be answered at the version that it asks for. */
  readonly handle: (request: Request, next: Next<T>) => Promise<Response>
  /** Looks at all nodes, and tells how far each is. */
  readonly measure: () => Promise<readonly NodeReport[]>
  /** Tells what happens. Returns the function that ends the subscription. */
  readonly subscribe: (listener: (event: VersioningEvent) => void) => () => void
}

/**
 * Makes the middleware.
 *
 * @throws {OptionsError} when an option is not one of those accepted.
 */
export function createVersioning<T>(options: VersioningOptions<T>): Versioning<T> {
  const resolved = resolveVersioning(options)
  const { scope, nodes, format, isRead, signing, now } = resolved
  const listeners = new Set<(event: VersioningEvent) => void>()
  const emit = (event: VersioningEvent): void => {
    for (const listener of listeners) tell(listener, event)
  }
  const fleet = createFleet(nodes, resolved, {
    onFailure: (node, cause) => emit({ type: 'node:failed', node, cause }),
    onPrimary: (node, epoch) => emit({ type: 'primary:changed', node, epoch }),
  })
  const route = createReadRouting(fleet, resolved)
  const first = { member: nodes[0] }

  function servedBy({ member, look }: Known<T>): {
    name: string
    isPrimary: boolean
    lagMs: number | undefined
  } {
    const { isPrimary } = look
    const lagMs = isPrimary ? undefined : fleet.lagClock.lagMsOf(look, now())
    return { name: member.name, isPrimary, lagMs }
  }

  async function versionOf(point: Point, upTo?: string): Promise<Version> {
    const { epoch } = point
    const position = await signing.sign({ scope, epoch, position: point.position })
    if (upTo === undefined || upTo === point.position) return { scope, epoch, position }
    return { scope, epoch, position, upTo: await signing.sign({ scope, epoch, position: upTo }) }
  }

  async function refuse(
    kind: 'behind' | 'never',
    asked: Asked,
    { have, want }: { readonly have: Known<T>; readonly want: Point },
  ): Promise<Response> {
    const { look, member } = have
    const { lagMs } = servedBy(have)
    const { status, headers, document } = refusalOf({
      kind,
      server: member.name,
      want,
      have: look,
      lagMs,
      retryAfterMs: Math.max(100, resolved.waitMs),
    })
    emit({ type: 'request:refused', kind, node: member.name })
    const response = new Response(JSON.stringify(document), { status, headers })
    const version = await versionOf(look)
    return withAnswerHeaders(response, { version, servedBy: servedBy(have), ...asked })
  }

  function refuseDown(asked: Asked): Response {
    emit({ type: 'request:refused', kind: 'down', node: undefined })
    const detail = 'No node of the database answers. Ask again later.'
    const response = problem(503, 'Database unavailable', detail, { 'Retry-After': '1' })
    return withAnswerHeaders(response, { version: undefined, servedBy: undefined, ...asked })
  }

  async function serveRead(
    request: Request,
    asked: Asked,
    next: Next<T>,
    attempt: 'first' | 'second' = 'first',
  ): Promise<Response> {
    const found = await route(asked)
    if (found.kind === 'down') return refuseDown(asked)
    if (found.kind !== 'to') return refuse(found.kind, asked, found)
    const { known, why, waitedMs } = found
    emit({ type: 'read:routed', node: known.member.name, why, waitedMs })
    const response = await next(request, servingOf(known))
    const after = await lookAfter(known)
    const isSame = after !== undefined && goesOn(known, after)
    if (after !== undefined && !isSame && attempt === 'first') {
      await response.body?.cancel()
      return serveRead(request, asked, next, 'second') // V6
    }
    const version = isSame ? await versionOf(known.look, after.position) : undefined // V3, V5
    return withAnswerHeaders(response, { version, servedBy: servedBy(known), ...asked })
  }

  async function serveWrite(request: Request, asked: Asked, next: Next<T>): Promise<Response> {
    const primary = fleet.primary()
    if (primary === undefined) return refuseDown(asked)
    const { standing, known } = await check(primary, asked.floor)
    if (known === undefined) return refuseDown(asked)
    if (standing !== 'met' && asked.floor !== undefined) {
      return refuse(standing, asked, { have: known, want: asked.floor }) // V2
    }
    const response = await next(request, servingOf(known))
    const after = await lookAfter(known)
    // A node that takes no writes any more may have taken this one, or lost it: nobody can tell.
    const isTold = after?.isPrimary === true && (response.ok || goesOn(known, after))
    const version = isTold ? await versionOf(after) : undefined // V4, V5
    return withAnswerHeaders(response, { version, servedBy: servedBy(known), ...asked })
  }

  /** Looks at a node once the handler is done. */
  function lookAfter({ member }: Known<T>): Promise<Look | undefined> {
    return member.sampler.next().catch(ignore)
  }

  /** Tells whether a later look is of the same history, further on: the node was not restored between. */
  function goesOn({ look }: Known<T>, after: Look): boolean {
    const isSame = after.epoch === look.epoch && after.isPrimary === look.isPrimary
    return isSame && coversPosition(format, after.position, look.position)
  }

  /** Reads what a request asks. A floor that we have not signed is *forged*. */
  async function readSigned(request: Request): Promise<Asked & { readonly isForged: boolean }> {
    const asked = readAsked(request, scope, signing.formatOf(format))
    if (asked.floor === undefined) return { ...asked, isForged: false }
    const { epoch } = asked.floor
    const position = await signing.verify({ scope, ...asked.floor })
    if (position === undefined) return { ...asked, isForged: true }
    return { ...asked, floor: { epoch, position }, isForged: false }
  }

  async function refuseMalformed(cause: unknown): Promise<Response> {
    if (!(cause instanceof ProtocolError)) throw cause
    emit({ type: 'request:malformed', cause })
    const primary = fleet.primary()
    const version = primary && (await versionOf(primary.look))
    const told = { version, servedBy: primary && servedBy(primary), isAsking: true }
    return withAnswerHeaders(problem(400, 'Malformed header', cause.message), told)
  }

  return {
    async handle(request, next) {
      if (request.method === 'OPTIONS') return next(request, servingOf(fleet.primary() ?? first))
      let asked: Asked & { readonly isForged: boolean }
      try {
        asked = await readSigned(request)
      } catch (cause) {
        return refuseMalformed(cause)
      }
      await fleet.ready()
      const primary = fleet.primary()
      if (asked.isForged && asked.floor !== undefined && primary !== undefined) {
        // It costs no look at all, and whoever held it once, under a key that is gone, begins anew.
        return refuse('never', asked, { have: primary, want: asked.floor })
      }
      return isRead(request) ? serveRead(request, asked, next) : serveWrite(request, asked, next)
    },
    measure: () => measureFleet(fleet, now),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function servingOf<T>(node: {
  readonly member: DatabaseNode<T>
  readonly look?: Look | undefined
}): Serving<T> {
  const { member, look } = node
  const role = look?.isPrimary === true ? 'primary' : 'replica'
  return { database: member.database, node: member.name, role }
}

/** A listener that throws stops neither the others nor the request. */
function tell(listener: (event: VersioningEvent) => void, event: VersioningEvent): void {
  try {
    listener(event)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

function ignore(): undefined {
  return undefined
}
