// The picture: what the events of a client add up to. It is what the panel shows.
//
// P1. It is made of events alone, after a look at the session's floors when it begins: whoever logs the
//     events can say all that it says.
// P2. Everything in it is bounded. What was longest ago goes first.
// P3. A write is settled by the first read of its scope that came over the network, kept a level which
//     includes own writes, and ended after the write was acknowledged (docs/guarantees.md).

import type { TidemarkEvent } from '../client/events/events.ts'
import type { ReadReport } from '../client/events/report.ts'
import type { Source } from '../core/entry.ts'
import type { RejectionReason } from '../core/gate.ts'
import type { Version, Versions } from '../core/version.ts'
import { beginTrail, endTrail, followTrail } from './read-trail.ts'
import type { ReadEvent, ReadTrail } from './read-trail.ts'
import { nameOfKey, nameOfScope, wordsOfCause, wordsOfVersion, wordsOfVersions } from './words.ts'

/** The floors of a scope, and when they last rose. */
export interface FloorRow {
  readonly scope: string
  read: Version | undefined
  write: Version | undefined
  raisedAt: number | undefined
}

/** What stands under a key, as far as it was told. */
export interface EntryRow {
  readonly key: string
  versions: Versions
  source: Source
  kind: 'value' | 'tombstone'
  bytes: number
  at: number
}

/** What one server has answered. */
export interface ServerRow {
  readonly name: string
  isPrimary: boolean
  answers: number
  refused: number
  /** The last lags that it told, oldest first, in milliseconds. */
  readonly lags: number[]
  versions: Versions | undefined
  at: number
}

/** One write, from its sending to the first read that has shown it. */
export interface WriteRow {
  readonly id: number
  readonly url: string
  readonly method: string
  readonly sentAt: number
  readonly sentStep: number
  end: 'under way' | 'acknowledged' | 'settled' | 'refused' | 'failed'
  versions: Versions | undefined
  acknowledgedAt: number | undefined
  acknowledgedStep: number | undefined
  settledAt: number | undefined
}

/** An answer that was not shown. */
export interface RefusalRow {
  readonly id: number
  readonly at: number
  readonly key: string
  readonly verdict: 'behind' | 'never' | 'unknown'
  readonly want: Version | undefined
  readonly got: Version | undefined
  readonly servedBy: string | undefined
}

/** Something else that happened and that somebody may want to know. */
export interface NoteRow {
  readonly id: number
  readonly at: number
  readonly type: TidemarkEvent['type']
  readonly words: string
}

/** A scope that began a new history. */
export interface ResetRow {
  readonly step: number
  readonly at: number
  readonly scope: string
  readonly from: string | undefined
  readonly to: string
}

/** All that is known, newest last. Whoever reads it must not change it. */
export interface Picture {
  readonly reads: ReadonlyMap<number, ReadTrail>
  readonly floors: ReadonlyMap<string, FloorRow>
  readonly entries: ReadonlyMap<string, EntryRow>
  readonly servers: ReadonlyMap<string, ServerRow>
  readonly writes: ReadonlyMap<number, WriteRow>
  readonly refusals: readonly RefusalRow[]
  readonly notes: readonly NoteRow[]
  readonly resets: readonly ResetRow[]
  /** The keys that mutations lie over, by mutation. */
  readonly operations: ReadonlyMap<string, { readonly keys: readonly string[]; readonly at: number }>
  readonly totals: { readonly reads: number; readonly requests: number; readonly refusals: number; readonly writes: number }
}

/** A picture, and what draws it. */
export interface Drawing {
  readonly picture: Picture
  /** Takes in an event: `step` is its place among all. */
  readonly add: (event: TidemarkEvent, step: number) => void
}

const lagsMax = 50
const keysMax = 500

/** Makes a picture of nothing yet, that keeps `rowsMax` reads, writes, refusals and notes. */
export function createDrawing(rowsMax: number, floors: Iterable<readonly [string, Partial<Pick<FloorRow, 'read' | 'write'>>]>): Drawing {
  const totals = { reads: 0, requests: 0, refusals: 0, writes: 0 }
  const picture = {
    reads: new Map<number, ReadTrail>(),
    floors: new Map<string, FloorRow>(),
    entries: new Map<string, EntryRow>(),
    servers: new Map<string, ServerRow>(),
    writes: new Map<number, WriteRow>(),
    refusals: [] as RefusalRow[],
    notes: [] as NoteRow[],
    resets: [] as ResetRow[],
    operations: new Map<string, { keys: readonly string[]; at: number }>(),
    totals,
  }
  for (const [scope, { read, write }] of floors) picture.floors.set(scope, { scope, read, write, raisedAt: undefined })

  function addRead(event: ReadEvent, step: number): void {
    if (event.type === 'read:planned') {
      totals.reads += 1
      picture.reads.set(event.read, beginTrail(event, step))
      bound(picture.reads, rowsMax) // P2
      return
    }
    const trail = picture.reads.get(event.read)
    if (trail === undefined) return
    followTrail(trail, event, step)
    if (event.type === 'read:served') endJoined(trail, event, step)
  }

  function endJoined({ id }: ReadTrail, { report, at }: Extract<ReadEvent, { type: 'read:served' }>, step: number): void {
    for (const trail of picture.reads.values()) {
      if (trail.shared === id) endTrail(trail, { end: report.achieved, at, step, report })
    }
  }

  function serverOf(name: string, at: number): ServerRow {
    const known = picture.servers.get(name)
    if (known !== undefined) return known
    const row: ServerRow = { name, isPrimary: false, answers: 0, refused: 0, lags: [], versions: undefined, at }
    picture.servers.set(name, row)
    bound(picture.servers, keysMax)
    return row
  }

  function noteAnswer({ servedBy, versions, at }: Extract<ReadEvent, { type: 'answer:received' }>): void {
    const row = serverOf(servedBy?.name ?? unnamed, at)
    row.answers += 1
    row.versions = versions ?? row.versions
    row.at = at
    if (servedBy === undefined) return
    row.isPrimary = servedBy.isPrimary
    if (servedBy.lagMs !== undefined) row.lags.push(servedBy.lagMs)
    if (row.lags.length > lagsMax) row.lags.shift()
  }

  function noteRefusal(event: Extract<ReadEvent, { type: 'answer:refused' }>, id: number): void {
    const { at, key, verdict, want, got, servedBy } = event
    totals.refusals += 1
    serverOf(servedBy ?? unnamed, at).refused += 1
    picture.refusals.push({ id, at, key, verdict, want, got, servedBy })
    if (picture.refusals.length > rowsMax) picture.refusals.shift()
  }

  /** Settles the writes that a read has shown (P3). */
  function settle(report: ReadReport, at: number): void {
    const showsOwn = report.level !== 'eventual' && report.level !== 'monotonic-reads'
    if (!showsOwn || report.source !== 'network' || report.achieved !== 'fresh' || report.overlaid !== undefined) return
    const scopes = new Set(report.versions?.map(({ scope }) => scope))
    for (const row of picture.writes.values()) {
      const isShown = row.end === 'acknowledged' && row.versions?.every(({ scope }) => scopes.has(scope))
      if (isShown !== true) continue
      row.end = 'settled'
      row.settledAt = at
    }
  }

  function floorOf(scope: string): FloorRow {
    const known = picture.floors.get(scope)
    if (known !== undefined) return known
    const row: FloorRow = { scope, read: undefined, write: undefined, raisedAt: undefined }
    picture.floors.set(scope, row)
    bound(picture.floors, keysMax)
    return row
  }

  function enterEpoch({ scope, from, version, at }: Extract<TidemarkEvent, { type: 'epoch:reset' }>, step: number): void {
    Object.assign(floorOf(scope), { read: version, write: undefined, raisedAt: at })
    picture.resets.push({ step, at, scope, from, to: version.epoch })
    for (const [key, { versions }] of picture.entries) {
      if (versions.some((known) => known.scope === scope)) picture.entries.delete(key)
    }
  }

  function addWrite(event: TidemarkEvent, step: number): void {
    if (event.type === 'write:sent') {
      const { write: id, url, method, at } = event
      if (!picture.writes.has(id)) totals.writes += 1 // One that was refused by version is sent once more.
      picture.writes.set(id, { ...unanswered, id, url, method, sentAt: at, sentStep: step })
      bound(picture.writes, rowsMax)
      return
    }
    if (!('write' in event)) return
    const row = picture.writes.get(event.write)
    if (row === undefined) return
    if (event.type === 'write:refused') row.end = 'refused'
    if (event.type === 'write:failed') row.end = 'failed'
    if (event.type !== 'write:acknowledged') return
    row.end = 'acknowledged'
    row.versions = event.versions
    row.acknowledgedAt = event.at
    row.acknowledgedStep = step
  }

  function addEntry({ key, versions, source, kind, bytes, at }: Extract<TidemarkEvent, { type: 'entry:admitted' }>): void {
    picture.entries.delete(key)
    picture.entries.set(key, { key, versions, source, kind, bytes, at })
    bound(picture.entries, keysMax)
  }

  return {
    picture,
    add(event, step) {
      if ('read' in event) addRead(event, step)
      if ('write' in event) addWrite(event, step)
      switch (event.type) {
        case 'request:sent':
          totals.requests += 1
          break
        case 'answer:received':
          noteAnswer(event)
          break
        case 'answer:refused':
          noteRefusal(event, step)
          break
        case 'read:served':
          settle(event.report, event.at)
          break
        case 'entry:admitted':
          addEntry(event)
          break
        case 'floor:raised': {
          const row = floorOf(event.version.scope)
          row[event.kind] = event.version
          row.raisedAt = event.at
          break
        }
        case 'epoch:reset':
          enterEpoch(event, step)
          break
        case 'operation:begun':
          picture.operations.set(event.id, { keys: event.keys, at: event.at })
          bound(picture.operations, keysMax)
          break
        case 'operation:settled':
        case 'operation:failed':
          picture.operations.delete(event.id)
          break
        default: // It is a step of a read or a write, or a note.
      }
      const words = wordsOfNote(event)
      if (words === undefined) return
      picture.notes.push({ id: step, at: event.at, type: event.type, words })
      if (picture.notes.length > rowsMax) picture.notes.shift()
    },
  }
}

const unnamed = '(unnamed)'

const unanswered = {
  end: 'under way',
  versions: undefined,
  acknowledgedAt: undefined,
  acknowledgedStep: undefined,
  settledAt: undefined,
} as const

function bound(map: Map<unknown, unknown>, max: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= max) return
    map.delete(oldest)
  }
}

const rejections: Record<RejectionReason, string> = {
  older: 'it is older than what is known',
  concurrent: 'it and what is held each lack something',
  foreign: 'it is of another history',
  deleted: 'what it shows was deleted since',
}

/** Says what is worth a line of its own. Reads, writes and floors have places where they are shown. */
function wordsOfNote(event: TidemarkEvent): string | undefined {
  switch (event.type) {
    case 'entry:rejected':
      return `${nameOfKey(event.key)} at ${wordsOfVersions(event.versions)} from ${event.source}: ${rejections[event.reason] ?? event.reason}`
    case 'epoch:reset':
      return `${nameOfScope(event.scope)} began a new history at ${wordsOfVersion(event.version)}`
    case 'version:missing':
      return `${nameOfKey(event.url)} answered without the version of ${nameOfScope(event.scope)}`
    case 'version:malformed':
      return `${nameOfKey(event.url)}: ${wordsOfCause(event.cause)}`
    case 'storage:degraded':
      return `${event.reason}. ${wordsOfCause(event.cause)}`
    case 'record:unreadable':
      return `${event.record}: ${wordsOfCause(event.cause)}`
    case 'floor:overflowed':
      return `${nameOfScope(event.scope)}: ${wordsOfCause(event.cause)}`
    case 'write:unanswered':
      return `${event.method} ${nameOfKey(event.url)} may have happened. ${wordsOfCause(event.cause)}`
    case 'dependency:awaited':
      return `${nameOfKey(event.url)} rests on ${event.resource ?? 'all'} at ${wordsOfVersion(event.version)}`
    case 'expectation:raised':
    case 'expectation:expired':
      return wordsOfVersion(event.version)
    case 'endpoint:left':
      return `${event.endpoint} rests: ${event.why}`
    case 'endpoint:rejoined':
      return event.endpoint
    case 'share:moved':
      return `${Math.round(event.to * 100)} % of reads go to the primary: ${event.why}`
    case 'session:adopted':
      return event.scopes.map(nameOfScope).join(', ')
    case 'write:confined':
      return wordsOfCause(event.cause)
    case 'client:closed':
      return 'the client was closed'
    default:
      return undefined
  }
}
