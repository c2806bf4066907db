// Judging an answer: the judge's verdict on its versions, and what status and problem add to it.

import { requirementOf } from '../../core/guarantee.ts'
import type { Judgement } from '../../core/judge.ts'
import { compareAnswers } from '../../core/version.ts'
import type { Answer } from '../../transport/versioned-fetch.ts'
import type { GovernedRequest } from '../rules/request.ts'
import { judgeVersions } from './floors.ts'
import type { ClientParts } from './parts.ts'

/** Judges an answer by the floors that the read has now. */
export function judgeAnswer(
  parts: ClientParts,
  request: GovernedRequest,
  answer: Answer,
): Judgement {
  const { response, versions, problem } = answer
  // A primary that is behind an own write has lost it, and nothing may hide that.
  const list = answer.servedBy?.isPrimary === true ? undefined : answer.representation
  const judgement = judgeVersions(parts, request, versions, list)
  // A refusal is no answer, whatever the as-of of whoever refused.
  if (problem !== undefined) return { ...judgement, verdict: problem.kind }
  if (judgement.verdict === 'unknown' && isAbsence(response) && isKnownAbsence(parts, request)) {
    return { verdict: 'fresh' }
  }
  if (judgement.verdict !== 'fresh') return judgement
  const { entry } = parts.held.slotOf(request.key) ?? {}
  const isFromBefore = entry?.kind === 'tombstone' && entry.isAfter && !isAbsence(response)
  const { formatOf } = parts.scopes
  if (isFromBefore && versions && compareAnswers(formatOf, versions, entry.versions) === 'equal') {
    return { ...judgement, verdict: 'behind' } // Of the very version after which the key was deleted.
  }
  return ageOf(request, answer) === 'beyond' ? { ...judgement, verdict: 'behind' } : judgement
}

/**
 * Tells whether a read may believe an absence without a version: one that is known already. What is known
 * has to cover the floor itself, since a read with a lower one may have left it.
 */
function isKnownAbsence(parts: ClientParts, request: GovernedRequest): boolean {
  const { entry } = parts.held.slotOf(request.key) ?? {}
  return entry?.kind === 'tombstone' && judgeVersions(parts, request, entry.versions).verdict === 'fresh'
}

/** How the age of an answer stands to the bound of its read. An age that nobody states is unknown (I4). */
export function ageOf(
  { level }: GovernedRequest,
  { servedBy }: Answer,
): 'unbounded' | 'within' | 'beyond' | 'unknown' {
  const { maxStalenessMs } = requirementOf(level)
  if (maxStalenessMs === undefined) return 'unbounded'
  if (servedBy?.isPrimary === true) return 'within'
  if (servedBy?.lagMs === undefined) return 'unknown'
  return servedBy.lagMs > maxStalenessMs ? 'beyond' : 'within'
}

/**
 * Tells whether a redirect has led to an origin that is not one of those named, nor the one that was asked: what its answer says
 * of versions means nothing here.
 */
export function isForeign(origins: ReadonlySet<string>, { redirected, url }: Response, asked?: string): boolean {
  if (!redirected) return false
  const { origin } = new URL(url)
  return !origins.has(origin) && origin !== asked
}

/** Tells whether a status says something of the resource: it is there, gone, or unchanged. */
export function isJudged({ ok, status, type }: Response): boolean {
  if (type === 'opaque' || type === 'opaqueredirect') return false
  return ok || status === 304 || status === 404 || status === 410
}

/** Tells whether an answer says that there is nothing. */
export function isAbsence({ status }: Response): boolean {
  return status === 404 || status === 410
}
