// Serving: a response, together with the report of what it is worth. Nothing is served without one.

import type { Version } from '../core/version.ts'
import type { Answer } from '../transport/versioned-fetch.ts'
import type { Course } from './course.ts'
import type { Served } from './flights.ts'
import { isProof, judgeVersions } from './floors.ts'
import { heldFor, heldResponse } from './held-answer.ts'
import type { ClientParts } from './parts.ts'
import type { ReadReport } from './report.ts'
import type { GovernedRequest } from './request.ts'

/** What an answer of the network is served as. */
export type Outcome = Pick<ReadReport, 'achieved' | 'why'> & { readonly want?: Version | undefined }

/** Serves an answer of the network. */
export function serveAnswer(
  { events }: ClientParts,
  { request, answers }: Course,
  answer: Answer,
  outcome: Outcome,
): Served {
  const report: ReadReport = {
    level: request.level,
    ...achievedBy(request, outcome, answer.servedBy?.isPrimary === true),
    source: 'network',
    versions: answer.versions,
    want: outcome.want,
    attempts: answers,
    servedBy: answer.servedBy?.name,
  }
  events.emit({ type: 'read:served', key: request.key, report })
  return { response: answer.response, report }
}

/** Serves what is held in memory, or returns `undefined` where it does not cover the read's floor. */
export function serveHeld(
  parts: ClientParts,
  request: GovernedRequest,
  { why, attempts }: { readonly why: string; readonly attempts: number },
): Served | undefined {
  const { entry } = parts.held.slotOf(request.key) ?? {}
  if (entry === undefined || heldFor(parts, request) === undefined) return undefined
  parts.held.touch(request.key)
  const report: ReadReport = {
    level: request.level,
    ...achievedBy(request, { achieved: 'fresh', why }, false),
    source: 'memory',
    versions: entry.versions,
    want: judgeVersions(parts, request, entry.versions).want,
    attempts,
    servedBy: undefined,
  }
  parts.events.emit({ type: 'read:served', key: request.key, report })
  return { response: heldResponse(parts, request, entry), report }
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
