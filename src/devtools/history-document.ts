// What was recorded, as a history that `checkGuarantees` of `tidemark/testing` judges.
//
// H1. An answer that speaks of several scopes is one read of each.
// H2. The checker compares whole numbers. Positions of other formats are told by their rank among those that
//     were recorded, where these are totally ordered, and else not at all: unknown, and not wrong.
// H3. What was laid over a list is not in its version, so such a list tells none.
// H4. Only what was seen begin and end counts. Writes that nobody saw answered are unfinished.

import type { FormatOf, Version, Versions } from '../core/version.ts'
import type { Picture, WriteRow } from './picture.ts'
import type { ReadTrail } from './read-trail.ts'

interface Moment {
  readonly step: number
  readonly atMs: number
}

interface Common {
  readonly id: number
  readonly session: string
  readonly scope: string
  readonly invoked: Moment
  readonly completed: Moment
}

/** One operation of a {@link RecordedHistory}. */
export type RecordedOperation = Common &
  (
    | {
        readonly kind: 'read'
        readonly key: string
        readonly epoch: string
        readonly asOf?: string
        readonly seen: { readonly kind: 'value'; readonly position?: string } | { readonly kind: 'absent' | 'nothing' }
        readonly level: string
        readonly source: string
        readonly maxStalenessMs?: number
      }
    | {
        readonly kind: 'write'
        readonly key: string
        readonly epoch: string
        readonly position?: string
        readonly isDelete: boolean
        readonly outcome: 'acknowledged' | 'refused' | 'unknown'
      }
    | { readonly kind: 'reset'; readonly fromEpoch: string; readonly toEpoch: string }
  )

/** A history as it is written down: `JSON.stringify` makes the text that `parseHistory` reads. */
export interface RecordedHistory {
  readonly format: 'tidemark-history/2'
  readonly operations: readonly RecordedOperation[]
  readonly unfinished: readonly { kind: 'read' | 'write'; session: string; key: string; invoked: Moment }[]
}

const session = 'page'

type Draft = RecordedOperation extends infer Each ? (Each extends RecordedOperation ? Omit<Each, 'id'> : never) : never

/** Makes the history of what was recorded. */
export function historyOf(picture: Picture, formatOf: FormatOf | undefined): RecordedHistory {
  const reads = [...picture.reads.values()]
  const writes = [...picture.writes.values()]
  const all = [...reads.map(({ report }) => report?.versions), ...writes.map(({ versions }) => versions)]
  const positionOf = rankedBy(all.flatMap((versions) => versions ?? []), formatOf)
  const drafts = [
    ...reads.flatMap((trail) => readsOf(trail, { picture, positionOf })),
    ...writes.flatMap((row) => writesOf(row, positionOf)),
    ...picture.resets.map(({ step, at, scope, from = '', to }): Draft => ({
      kind: 'reset',
      session,
      scope,
      fromEpoch: from,
      toEpoch: to,
      invoked: { step, atMs: at },
      completed: { step: step + 1, atMs: at },
    })),
  ]
  const inOrder = drafts.toSorted((left, right) => left.completed.step - right.completed.step)
  return {
    format: 'tidemark-history/2',
    operations: inOrder.map((draft, index): RecordedOperation => ({ ...draft, id: index + 1 })),
    unfinished: [...reads.flatMap(unfinishedRead), ...writes.flatMap(unfinishedWrite)],
  }
}

interface Reading {
  readonly picture: Picture
  readonly positionOf: PositionOf
}

function readsOf(trail: ReadTrail, { picture, positionOf }: Reading): Draft[] {
  const { key: held, url, level, report, endedStep, endedAt, beganStep, beganAt } = trail
  if (endedStep === undefined || endedAt === undefined || report?.versions === undefined) return []
  const common = {
    kind: 'read',
    session,
    key: pathOf(url),
    level: typeof level === 'string' ? level : 'session',
    source: report.source,
    ...(typeof level === 'string' ? {} : { maxStalenessMs: level.maxStalenessMs }),
    invoked: { step: beganStep, atMs: beganAt },
    completed: { step: endedStep + 1, atMs: endedAt },
  } as const
  const isHeld = report.source !== 'network'
  const kind = picture.entries.get(held)?.kind
  const isAbsent = isHeld ? kind === 'tombstone' : trail.status === 404 || trail.status === 410
  return report.versions.map((version): Draft => {
    const { scope, epoch } = version
    const position = report.overlaid === undefined ? positionOf(version) : undefined // H3
    const told = position === undefined ? {} : { asOf: position }
    const isUnclear = isHeld && kind === undefined
    if (isUnclear || isAbsent) return { ...common, scope, epoch, ...told, seen: { kind: isUnclear ? 'nothing' : 'absent' } }
    return { ...common, scope, epoch, ...told, seen: { kind: 'value', ...(position !== undefined && { position }) } }
  })
}

function writesOf(row: WriteRow, positionOf: PositionOf): Draft[] {
  const { url, method, versions = [], acknowledgedAt, acknowledgedStep } = row
  if (acknowledgedAt === undefined || acknowledgedStep === undefined) return []
  return versions.map((version): Draft => {
    const position = positionOf(version)
    return {
      kind: 'write',
      session,
      scope: version.scope,
      key: pathOf(url),
      epoch: version.epoch,
      ...(position === undefined ? {} : { position }),
      isDelete: method === 'DELETE',
      outcome: 'acknowledged',
      invoked: { step: row.sentStep, atMs: row.sentAt },
      completed: { step: acknowledgedStep + 1, atMs: acknowledgedAt },
    }
  })
}

function unfinishedRead({ end, url, beganStep, beganAt }: ReadTrail): RecordedHistory['unfinished'] {
  if (end !== 'under way') return []
  return [{ kind: 'read', session, key: pathOf(url), invoked: { step: beganStep, atMs: beganAt } }]
}

function unfinishedWrite({ end, url, sentStep, sentAt }: WriteRow): RecordedHistory['unfinished'] {
  if (end !== 'under way' && end !== 'failed') return []
  return [{ kind: 'write', session, key: pathOf(url), invoked: { step: sentStep, atMs: sentAt } }]
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}

type PositionOf = (version: Version) => string | undefined

/** Tells positions as whole numbers: as they are, or by their rank (H2). */
function rankedBy(versions: Versions, formatOf: FormatOf | undefined): PositionOf {
  const lines = new Map<string, Set<string>>()
  for (const version of versions) {
    const line = lines.get(lineOf(version)) ?? new Set()
    lines.set(lineOf(version), line.add(version.position))
  }
  const ranks = new Map<string, ReadonlyMap<string, string>>()
  for (const { scope, epoch } of versions) {
    const line = lineOf({ scope, epoch })
    if (!ranks.has(line)) ranks.set(line, ranksIn([...(lines.get(line) ?? [])], scope, formatOf))
  }
  return (version) => ranks.get(lineOf(version))?.get(version.position)
}

function lineOf({ scope, epoch }: Pick<Version, 'scope' | 'epoch'>): string {
  return JSON.stringify([scope, epoch])
}

const wholeNumber = /^(0|[1-9]\d{0,38})$/

function ranksIn(positions: readonly string[], scope: string, formatOf: FormatOf | undefined): ReadonlyMap<string, string> {
  if (positions.every((position) => wholeNumber.test(position))) {
    return new Map(positions.map((position) => [position, position]))
  }
  if (formatOf === undefined) return new Map()
  const { comparePositions } = formatOf(scope)
  const inOrder = positions.toSorted((left, right) => (comparePositions(left, right) === 'before' ? -1 : 1))
  // A sort says nothing of positions that are concurrent: then no two of them have a rank.
  const isTotal = inOrder.every((position, index) =>
    inOrder.slice(index + 1).every((later) => comparePositions(position, later) === 'before'),
  )
  return new Map(isTotal ? inOrder.map((position, index) => [position, `${index + 1}`]) : [])
}
