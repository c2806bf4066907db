// Cloudflare D1: one binding, behind which D1 itself chooses among the primary and its replicas.
//
// Nothing is routed here, and nothing is waited for: a session is opened at the floor, and D1 gives it a state
// that covers it. What is left is to say what was answered, and to refuse what can never be.
//
// D1. A read is opened at its floor, or anywhere where it has none; a write, a read that is `strong` and one
//     whose staleness is bounded at the primary, since D1 tells no lag.
// D2. An answer covers the bookmark of its first query, and may show what that of its last covers.
// D3. A floor above everything that was seen of this database costs one look at the primary, which tells whether
//     it can be (lessons P6). Looks are not shared: a Worker must not wait for what another request has begun.
// D4. A bookmark says nothing of the history that it is of. The epoch is a name that you choose, and change
//     when you restore the database to an earlier point (Time Travel).
// D5. What was seen is remembered as text alone, so one object serves all requests of an isolate.

import { ProtocolError } from '../../core/errors.ts'
import { d1Bookmark } from '../../core/formats/d1-bookmark.ts'
import { coversPosition } from '../../core/standing.ts'
import type { Point, Version } from '../../core/version.ts'
import { refusalOf } from '../../core/wire/refusal.ts'
import { withAnswerHeaders } from '../answer-headers.ts'
import { readAsked } from '../asked.ts'
import type { Asked } from '../asked.ts'
import { problem } from '../problem.ts'
import type { Sample, VersionSource } from '../version-source.ts'
import { isReadMethod } from '../versioning-options.ts'
import { noteBookmarks } from './d1-session.ts'
import type { D1DatabaseLike, D1SessionLike } from './d1-session.ts'

export type { D1DatabaseLike, D1SessionLike, D1StatementLike } from './d1-session.ts'

/** The options of {@link createD1Versioning}. */
export interface D1VersioningOptions<S extends D1SessionLike> {
  /** The binding, such as `env.DB`. */
  readonly database: D1DatabaseLike<S>
  /** The name of the history. Change it with each restore of the database. @default 'one' */
  readonly epoch?: string | undefined
  /** The scope that answers name, and floors are taken for. @default 'main' */
  readonly scope?: string | undefined
  /** Tells reads from writes. @default by the method: GET and HEAD are reads */
  readonly isRead?: ((request: Request) => boolean) | undefined
}

/** What a handler is told beside the request. */
export interface D1Serving<S> {
  /** The session to read from and to write to. */
  readonly database: S
}

/** Session consistency for the requests of a Worker on D1. */
export interface D1Versioning<S> {
  /** Answers a request, by `next` if it can be answered at the version that it asks for. */
  readonly handle: (
    request: Request,
    next: (request: Request, serving: D1Serving<S>) => Response | Promise<Response>,
  ) => Promise<Response>
}

/** Makes the middleware. Clients say `format: d1Bookmark`. */
export function createD1Versioning<S extends D1SessionLike>(
  options: D1VersioningOptions<S>,
): D1Versioning<S> {
  const { database, epoch = 'one', scope = 'main', isRead = isReadMethod } = options
  const source = d1(database, { epoch })
  /** The highest bookmark that was seen: the primary has it (D5). */
  let seen: string | undefined

  function see(bookmark: string | undefined): void {
    if (bookmark === undefined) return
    if (seen === undefined || !coversPosition(d1Bookmark, seen, bookmark)) seen = bookmark
  }

  async function isNever(floor: Point): Promise<boolean> {
    const covers = (): boolean => seen !== undefined && coversPosition(d1Bookmark, seen, floor.position)
    if (floor.epoch === epoch && covers()) return false
    see((await source.sample()).position) // D3
    return floor.epoch !== epoch || !covers()
  }

  function refuseNever(asked: Asked, want: Point): Response {
    const have = { epoch, position: seen ?? '' }
    const { status, headers, document } = refusalOf({ kind: 'never', server: 'd1', want, have })
    const response = new Response(JSON.stringify(document), { status, headers })
    const servedBy = { name: 'd1', isPrimary: true }
    return withAnswerHeaders(response, { version: { scope, ...have }, servedBy, ...asked })
  }

  return {
    async handle(request, next) {
      let asked: Asked
      try {
        asked = readAsked(request, scope, d1Bookmark)
      } catch (cause) {
        if (!(cause instanceof ProtocolError)) throw cause
        const told = { version: undefined, servedBy: undefined, isAsking: true }
        return withAnswerHeaders(problem(400, 'Malformed header', cause.message), told)
      }
      const { floor, isStrong, maxStalenessMs } = asked
      if (floor !== undefined && (await isNever(floor))) return refuseNever(asked, floor)
      const isReading = isRead(request)
      const needsPrimary = !isReading || isStrong || maxStalenessMs !== undefined
      const constraint = needsPrimary ? 'first-primary' : (floor?.position ?? 'first-unconstrained') // D1
      const { session, bookmarks } = noteBookmarks(database.withSession(constraint))
      const response = await next(request, { database: session })
      const { first, last } = bookmarks()
      see(last)
      const version = isReading ? versionOf(first, last) : versionOf(last, last)
      return withAnswerHeaders(response, { version, servedBy: { name: 'd1', isPrimary: needsPrimary }, ...asked })
    },
  }

  /** Returns the version of an answer, or none where no query has run (I4). */
  function versionOf(position: string | undefined, upTo: string | undefined): Version | undefined {
    if (position === undefined) return undefined
    return { scope, epoch, position, ...(upTo === undefined || upTo === position ? {} : { upTo }) } // D2
  }
}

/** Tells how far the primary of a D1 database is, by a query of its own. */
export function d1<S extends D1SessionLike>(
  database: D1DatabaseLike<S>,
  { epoch = 'one' }: { readonly epoch?: string | undefined } = {},
): VersionSource {
  return {
    format: d1Bookmark,
    async sample(): Promise<Sample> {
      const session = database.withSession('first-primary')
      await session.prepare('select 1').first()
      const bookmark = session.getBookmark()
      if (bookmark === null || bookmark === '') throw new Error('D1 told no bookmark.')
      return { epoch, position: d1Bookmark.parsePosition(bookmark), isPrimary: true }
    },
  }
}
