// Serving: a response, together with the report of what it is worth. Nothing is served without one.

import { requirementOf } from '../../core/guarantee.ts'
import type { Version } from '../../core/version.ts'
import { responseFrom } from '../../transport/representation.ts'
import type { Answer } from '../../transport/versioned-fetch.ts'
import type { ReadReport, Served } from '../events/report.ts'
import type { Course } from '../exchanges/course.ts'
import { isProof, judgeVersions } from '../exchanges/floors.ts'
import type { ClientParts } from '../exchanges/parts.ts'
import type { LaidList } from '../lists/list-rule.ts'
import type { GovernedRequest } from '../rules/request.ts'
import { heldFor, heldResponse, isAgeStated } from './held-answer.ts'

/** What an answer of the network is served as. */
export type Outcome = Pick<ReadReport, 'achieved' | 'why'> & { readonly want?: Version | undefined }

/** What something held is served as, and whether lists may count what is laid over them. */
export interface HeldOutcome {
  readonly why: string
  readonly attempts: number
  readonly lists?: 'overlaid' | 'plain' | undefined
}

/** Serves an answer of the network. */
export function serveAnswer(
  parts: ClientParts,
  { request, answers }: Course,
  answer: Answer,
  outcome: Outcome,
): Served {
  const laid = layOver(parts, request, answer)
  const report: ReadReport = {
    level: request.level,
    ...achievedBy(request, outcome, answer.servedBy?.isPrimary === true),
    source: 'network',
    versions: answer.versions,
    want: outcome.want,
    attempts: answers,
    servedBy: answer.servedBy?.name,
    ...(laid && { overlaid: laid.report }),
  }
  parts.events.emit({ type: 'read:served', read: request.id, key: request.key, report })
  return { response: laid ? responseFrom(laid.representation) : answer.response, report }
}

/** Serves what is held in memory, or returns `undefined` where it does not cover the read's floor. */
export function serveHeld(
  parts: ClientParts,
  request: GovernedRequest,
  { why, attempts, lists }: HeldOutcome,
): Served | undefined {
  const { entry } = parts.held.slotOf(request.key) ?? {}
  if (entry === undefined || heldFor(parts, request, lists) === undefined) return undefined
  if (!isAgeStated(request, entry)) return undefined
  parts.held.touch(request.key)
  const representation = entry.kind === 'value' ? entry.value : undefined
  const laid = layOver(parts, request, { versions: entry.versions, representation })
  const report: ReadReport = {
    level: request.level,
    ...achievedBy(request, { achieved: 'fresh', why }, false),
    source: 'memory',
    versions: entry.versions,
    want: judgeVersions(parts, request, entry.versions).want,
    attempts,
    servedBy: undefined,
    ...(laid && { overlaid: laid.report }),
  }
  parts.events.emit({ type: 'read:served', read: request.id, key: request.key, report })
  return { response: laid ? responseFrom(laid.representation) : heldResponse(parts, request, entry), report }
}

/** Lays over a list what it does not cover, for all levels that have a floor. */
export function layOver(
  { lists }: ClientParts,
  request: GovernedRequest,
  { versions, representation }: Pick<Answer, 'versions' | 'representation'>,
): LaidList | undefined {
  if (representation === undefined || requirementOf(request.level).floor === 'none') return undefined
  return lists?.lay(request, { versions, representation })
}

/** What a wire cannot prove is reported as such, however well it looks (lessons S5). */
function achievedBy(
  request: GovernedRequest,
  { achieved, why }: Outcome,
  isPrimarys: boolean,
): Pick<ReadReport, 'achieved' | 'why'> {
  if (achieved !== 'fresh' || isProof(request, isPrimarys)) return { achieved, why }
  return { achieved: 'unverified', why: `${why}, as far as the wire "${request.wire.name}" can tell` }
}
