// What becomes of a write that its server refuses by version.
//
// N1. It was not done: floors are checked before anything else is (docs/protocol.md). So it may be sent again, other
//     than a write without an answer (lessons R17).
// N2. What its answer tells of the history counts as that of a read does (`healing.ts`): a write goes to the
//     primary, past all caches. Or a page that only writes would never leave a history that has ended (V11).
// N3. Where a history has begun anew, it is sent once more, by the floors of that. Where its body can be sent but
//     once, the app has the refusal, and its next write finds the new history. So it is of a Request whose body may be
//     large: a second copy of it would be kept in memory for as long as it is sent.
// N4. A primary may call a floor ended that its own version covers: it can verify it no more, as one that was signed
//     by a secret which is gone. The write is sent once more, and that floor stays at home, as for reads.

import { covers } from '../../core/version.ts'
import type { Answer } from '../../transport/versioned-fetch.ts'
import { beginCourse } from '../exchanges/course.ts'
import { judgeRefusal, touchedScopes } from '../exchanges/floors.ts'
import { epochChanged, isPrimarys } from '../exchanges/healing.ts'
import type { Healing } from '../exchanges/healing.ts'
import type { ClientParts } from '../exchanges/parts.ts'
import type { GovernedRequest } from '../rules/request.ts'

// The answers by which writes were refused so, for as long as they live.
const refused = new WeakSet<Response>()

/** Tells whether an answer to a write refuses it by version: then it was not done (N1). */
export function isRefusedByVersion(response: Response): boolean {
  return refused.has(response)
}

/** What a write can be sent by a second time, or `undefined`. */
export type Spare = RequestInfo | URL | undefined

/** Keeps what a write can be sent by again, before it is sent (N3). */
export function spareOf(parts: ClientParts, request: GovernedRequest): Spare {
  const { input, init } = request
  if (isStream(init?.body) || !hasScopes(parts, request)) return undefined
  if (typeof input !== 'object' || !('clone' in input)) return input
  return input.bodyUsed || !isSmall(input) ? undefined : input.clone()
}

/** Tells whether what a Request sends is nothing, or something of a kind that is written by code and not taken from files. */
function isSmall({ headers, body }: Request): boolean {
  const type = headers.get('content-type')
  // Firefox has no `body` to look at; but there a body without a type cannot be a stream.
  return type === null ? !body : /^(?:text\/|application\/(?:[^;]*\+)?json\b|application\/x-www-form-urlencoded\b)/i.test(type)
}

/**
 * Heeds a refusal of a write that had left at the moment `departedAt` of the session (N2). Returns the scopes whose
 * floors have to stay at home when it is sent once more, or `undefined` where that would change nothing.
 *
 * @throws {EpochChangedError} if its history is over, and the app wants to hear of that.
 */
export function heedRefusal(
  parts: ClientParts,
  healing: Healing,
  { request, answer, departedAt }: { readonly request: GovernedRequest; readonly answer: Answer; readonly departedAt: number },
): ReadonlySet<string> | undefined {
  const { kind } = answer.problem ?? {}
  const judgement = judgeRefusal(parts, answer)
  const { want, got } = judgement
  if (kind !== undefined) refused.add(answer.response)
  if (kind === undefined || want === undefined || got === undefined) return undefined
  const course = { ...beginCourse(request, [], request.signal), departedAt, asksPrimary: true, passesCaches: true, isHeard: true }
  if (kind === 'never') healing.enter(course, answer, judgement)
  else healing.noteBehind(course, answer, judgement)
  const isOver = parts.held.session.enteredAt(got.scope) > departedAt
  if (isOver && parts.options.onEpochChange === 'throw') throw epochChanged(request, answer, judgement)
  if (isOver) return new Set()
  const isMet = got.epoch === want.epoch && covers(parts.scopes.formatOf, got, want)
  return kind === 'never' && isMet && isPrimarys(course, answer) ? new Set([want.scope]) : undefined // N4
}

function hasScopes(parts: ClientParts, request: GovernedRequest): boolean {
  for (const _ of touchedScopes(parts, request)) return true
  return false
}

/** Tells whether a body is gone once it was sent. */
function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body)
}
