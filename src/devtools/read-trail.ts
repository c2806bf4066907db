// The way of one read: what was planned, each request with its floors, each answer, and how it ended.
//
// T1. A trail is made of the events of one number alone. What was not told is not there.
// T2. A read that shares the request of another ends when that one does, with the same report.
// T3. Something served from memory ends a read for its caller. Requests that renew it may still follow.

import type { TidemarkEvent } from '../client/events/events.ts'
import type { ReadReport } from '../client/events/report.ts'
import type { Level } from '../core/guarantee.ts'
import { nameOfServer, wordsOfCause, wordsOfMs, wordsOfVersion, wordsOfVersions } from './words.ts'

/** How a read stands, or how it ended. */
export type TrailEnd = 'under way' | ReadReport['achieved'] | 'failed'

/** One step on the way of a read. */
export interface TrailStep {
  readonly kind: 'planned' | 'sent' | 'answered' | 'refused' | 'served' | 'failed' | 'noted'
  readonly at: number
  readonly words: string
}

/** The way of one read. It is changed while it goes on: `revision` tells when. */
export interface ReadTrail {
  readonly id: number
  readonly key: string
  readonly url: string
  readonly level: Level
  readonly beganAt: number
  readonly beganStep: number
  readonly steps: TrailStep[]
  end: TrailEnd
  endedAt: number | undefined
  endedStep: number | undefined
  report: ReadReport | undefined
  /** The status of the last answer, where there was one. */
  status: number | undefined
  refusals: number
  /** The read whose request it shares. */
  shared: number | undefined
  revision: number
}

/** An event that belongs to a read. */
export type ReadEvent = Extract<TidemarkEvent, { readonly read: number }>

/** Begins the trail of a read. */
export function beginTrail(event: Extract<ReadEvent, { type: 'read:planned' }>, step: number): ReadTrail {
  const { read, key, url, level, plan, at } = event
  const words = `planned to ${plan}, at the level ${wordsOfLevel(level)}`
  return {
    id: read,
    key,
    url,
    level,
    beganAt: at,
    beganStep: step,
    steps: [{ kind: 'planned', at, words }],
    end: 'under way',
    endedAt: undefined,
    endedStep: undefined,
    report: undefined,
    status: undefined,
    refusals: 0,
    shared: undefined,
    revision: 0,
  }
}

/** Takes in what is told of a read. */
export function followTrail(trail: ReadTrail, event: ReadEvent, step: number): void {
  const { at } = event
  const { kind, words } = stepOf(event)
  trail.steps.push({ kind, at, words })
  trail.revision += 1
  if (event.type === 'answer:received') trail.status = event.status
  if (event.type === 'answer:refused') trail.refusals += 1
  if (event.type === 'read:joined') trail.shared = event.shared
  if (event.type === 'read:served') endTrail(trail, { end: event.report.achieved, at, step, report: event.report })
  if (event.type === 'read:failed') endTrail(trail, { end: 'failed', at, step, report: undefined })
}

/** Ends a trail, once (T3). */
export function endTrail(
  trail: ReadTrail,
  { end, at, step, report }: { end: TrailEnd; at: number; step: number; report: ReadReport | undefined },
): void {
  if (trail.end !== 'under way' && end !== 'failed') return
  trail.end = end
  trail.endedAt ??= at
  trail.endedStep ??= step
  trail.report ??= report
  trail.revision += 1
}

/** A part of the time that a read took: waiting for an answer, and what became of it. */
export interface TrailLeg {
  readonly fromMs: number
  readonly toMs: number
  readonly became: 'refused' | 'accepted' | 'under way'
}

/** Returns the requests of a read as lengths of time since it began, for a waterfall. */
export function legsOf({ steps, beganAt, end, endedAt }: ReadTrail, now: number): TrailLeg[] {
  const legs: TrailLeg[] = []
  let open: number[] = []
  for (const [index, { kind, at }] of steps.entries()) {
    if (kind === 'sent') open.push(at - beganAt)
    const fromMs = kind === 'answered' ? open.shift() : undefined
    if (fromMs === undefined) continue
    const became = steps[index + 1]?.kind === 'refused' ? 'refused' : 'accepted'
    legs.push({ fromMs, toMs: at - beganAt, became })
  }
  if (end !== 'under way') open = open.filter((fromMs) => fromMs < (endedAt ?? now) - beganAt)
  const became = end === 'failed' ? 'refused' : 'under way'
  const toMs = (end === 'under way' ? now : (endedAt ?? now)) - beganAt
  return [...legs, ...open.map((fromMs): TrailLeg => ({ fromMs, toMs, became }))]
}

/** Prints a level, such as `session` or `at most 5.0 s old`. */
export function wordsOfLevel(level: Level): string {
  return typeof level === 'string' ? level : `at most ${wordsOfMs(level.maxStalenessMs)} old`
}

function stepOf(event: ReadEvent): Pick<TrailStep, 'kind' | 'words'> {
  switch (event.type) {
    case 'read:planned':
      return { kind: 'planned', words: `planned to ${event.plan}` }
    case 'read:joined':
      return { kind: 'noted', words: `shares the request of read ${event.shared}` }
    case 'read:routed':
      return { kind: 'noted', words: `routed to ${event.endpoint}: ${event.why}` }
    case 'read:hedged':
      return { kind: 'noted', words: `also asked of ${event.endpoint}, after ${wordsOfMs(event.afterMs)}` }
    case 'read:escalated':
      return { kind: 'noted', words: 'goes to the primary' }
    case 'request:sent': {
      const to = event.asksPrimary ? 'sent to the primary' : 'sent'
      const floor = event.floors.length === 0 ? 'without a floor' : `with the floor ${wordsOfVersions(event.floors)}`
      return { kind: 'sent', words: `${to} ${floor}` }
    }
    case 'answer:received': {
      const { name = 'the server', lagMs, isPrimary } = event.servedBy ?? {}
      const lag = lagMs === undefined ? '' : `, ${wordsOfMs(lagMs)} behind`
      return { kind: 'answered', words: `${nameOfServer(name, isPrimary)} answered ${event.status} with ${wordsOfVersions(event.versions)}${lag}` }
    }
    case 'answer:refused': {
      const want = event.want === undefined ? '' : `: ${wordsOfVersion(event.want)} is wanted`
      return { kind: 'refused', words: `refused, ${event.verdict}${want}` }
    }
    case 'read:refused':
      return { kind: 'noted', words: `given up: ${event.reason}` }
    case 'read:served': {
      const { source, versions, achieved, why } = event.report
      return { kind: 'served', words: `served ${wordsOfVersions(versions)} from ${source}, ${achieved}: ${why}` }
    }
    case 'read:failed':
      return { kind: 'failed', words: `failed. ${wordsOfCause(event.cause)}` }
  }
}
