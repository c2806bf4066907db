// What users saw, written down as a history, with the facts that the judge needs besides.
//
// R1. The state that an answer was made from is what the simulator itself says of it (`network.ts`),
//     and not what the client makes of the answer.
// R2. What a client marks as `unverified` or `behind` it does not vouch for: such a read is no witness
//     for anything, and breaks nothing. Whether the mark was honest is judged apart.
// R3. A write whose answer told no version is outside every guarantee: it may have happened.

import type { Level, ReadReport, Tidemark } from 'tidemark'
import type { HistoryRecorder, Moment, Operation, Seen, SeenRow } from 'tidemark/testing'
import { isToldIn, truthHeader } from './network.ts'
import type { World } from './plan.ts'

/** A state of the API: the name of its epoch, and the position in it. */
export interface State {
  readonly epoch: string
  readonly position: string
}

/** One read, as its user met it. */
export interface ReadFact {
  readonly page: string
  readonly path: string
  readonly level: Level
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** The operation in the history; a failure has none. */
  readonly operation: Operation | undefined
  readonly report: ReadReport | undefined
  readonly state: State | undefined
  /** Whether the answer itself told its version. */
  readonly isVersioned: boolean
  readonly status: number | undefined
  readonly error: unknown
  /** Where the primary was when the read began. */
  readonly primaryAtStart: State
}

/** What is noted of a read when it begins. */
export interface BegunRead {
  readonly page: string
  readonly path: string
  readonly level: Level
  readonly invoked: Moment
  readonly primaryAtStart: State
}

/** Writes down what users do. */
export interface Recorder {
  readonly reads: readonly ReadFact[]
  /** Reads that have not ended: what their pages have left behind sent requests as well. */
  readonly unended: ReadonlySet<BegunRead>
  readonly noteBegun: (begun: BegunRead) => void
  readonly noteRead: (begun: BegunRead, client: Tidemark, response: Response, text: string) => void
  readonly noteFailedRead: (begun: BegunRead, error: unknown) => void
  /** Notes an answered write. Where versions stand in the body, its text has to be known. */
  readonly noteWrite: (write: BegunWrite, response: Response, text?: string) => void
  readonly noteUnknownWrite: (write: BegunWrite) => void
  /** Notes what a mutation has made, as its user has heard. */
  readonly noteAct: (write: BegunWrite, told: string | undefined) => void
  /** Notes what a watch shows, and vouches for. */
  readonly noteShown: (shown: ShownRead) => void
  /** The operations of watches. */
  readonly shown: ReadonlyMap<number, Level>
}

/** What a watch shows. */
export interface ShownRead {
  readonly page: string
  readonly path: string
  readonly level: Level
  readonly value: unknown
  readonly state: State
}

/** What is noted of a write when it begins. */
export interface BegunWrite {
  readonly page: string
  readonly path: string
  readonly isDelete: boolean
  readonly invoked: Moment
}

/** Makes a recorder over a history. */
export function createRecorder(history: HistoryRecorder, world: World, now: () => number): Recorder {
  const reads: ReadFact[] = []
  const unended = new Set<BegunRead>()
  const shown = new Map<number, Level>()

  function stateIn(text: string, { headers }: Response): State | undefined {
    const truth = stateOf(headers.get(truthHeader))
    if (truth !== undefined || world.versions === 'wire') return truth
    const position = positionOf(parseJson(text))
    return position === undefined ? undefined : { epoch: '', position }
  }

  function subject(page: string, path: string): { session: string; scope: string; key: string; collection?: string } {
    const end = path.lastIndexOf('/')
    return { session: page, scope: 'main', key: path, ...(end > 0 && { collection: path.slice(0, end) }) }
  }

  return {
    reads,
    unended,
    shown,
    noteBegun: (begun) => void unended.add(begun),

    noteRead(begun, client, response, text) {
      const { page, path, level, invoked, primaryAtStart } = begun
      unended.delete(begun)
      const report = client.explain(response)
      const state = stateIn(text, response)
      const isVouched = report === undefined || report.achieved === 'fresh'
      const seen: Seen = isVouched ? seenIn(response, parseJson(text), path) : { kind: 'nothing' }
      const isVersioned = world.versions === 'body' || isToldIn(response)
      // An absence without a version claims no more than that there is nothing.
      const isPlaced = isVouched && state !== undefined && (isVersioned || response.ok)
      const told = isPlaced ? { epoch: state.epoch, asOf: state.position } : { epoch: '' }
      const operation = history.recordRead({ ...subject(page, path), invoked, seen, ...told })
      reads.push({
        page,
        path,
        level,
        startedAtMs: invoked.atMs,
        endedAtMs: now(),
        operation,
        report,
        state,
        isVersioned,
        status: response.status,
        error: undefined,
        primaryAtStart,
      })
    },

    noteFailedRead(begun, error) {
      const { page, path, level, invoked, primaryAtStart } = begun
      unended.delete(begun)
      reads.push({
        page,
        path,
        level,
        startedAtMs: invoked.atMs,
        endedAtMs: now(),
        operation: undefined,
        report: undefined,
        state: undefined,
        isVersioned: false,
        status: undefined,
        error,
        primaryAtStart,
      })
    },

    noteWrite({ page, path, isDelete, invoked }, response, text = '') {
      const at = response.headers.get('Content-Location') ?? path
      // Of the rules, only those of an item and of the counter look into the body (`browser.ts`).
      const isInBody = world.versions === 'body' && /^\/(photos\/|counters\/)/.test(path)
      const told = isInBody ? stateIn(text, response) : parseTold(response)
      if (!response.ok) {
        const outcome = response.status >= 500 && response.status !== 503 ? 'unknown' : 'refused'
        history.recordWrite({ ...subject(page, at), invoked, isDelete, outcome, epoch: '' })
      } else if (told === undefined) {
        history.recordWrite({ ...subject(page, at), invoked, isDelete, outcome: 'unknown', epoch: '' }) // R3
      } else {
        history.recordWrite({ ...subject(page, at), invoked, isDelete, outcome: 'acknowledged', ...told })
      }
    },

    noteAct({ page, path, isDelete, invoked }, told) {
      const state = stateOf(told ?? null)
      const outcome = state === undefined ? 'unknown' : 'acknowledged'
      history.recordWrite({ ...subject(page, path), invoked, isDelete, outcome, ...(state ?? { epoch: '' }) })
    },

    noteShown({ page, path, level, value, state: { epoch, position } }) {
      const seen = seenIn({ status: 200 }, value, path)
      const { id } = history.recordRead({ ...subject(page, path), invoked: history.invoke(), seen, epoch, asOf: position })
      shown.set(id, level)
    },

    noteUnknownWrite({ page, path, isDelete, invoked }) {
      history.recordWrite({ ...subject(page, path), invoked, isDelete, outcome: 'unknown', epoch: '' })
    },
  }
}

function parseTold(response: Response): State | undefined {
  return isToldIn(response) ? stateOf(response.headers.get(truthHeader)) : undefined
}

/** Reads a state as it travels. */
export function stateOf(text: string | null): State | undefined {
  const found = /;e="([^"]*)";v="(\d+)"/.exec(text ?? '')
  return found === null ? undefined : { epoch: found[1] ?? '', position: found[2] ?? '' }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function seenIn({ status }: Pick<Response, 'status'>, body: unknown, path: string): Seen {
  if (status === 404 || status === 410) return { kind: 'absent' }
  if (status !== 200 || body === undefined) return { kind: 'nothing' }
  const items = fieldOf(body, 'items')
  if (!Array.isArray(items)) return { kind: 'value', ...versioned(positionOf(body)) }
  const rows = items.map((row: unknown): SeenRow => ({ key: `${path}/${String(fieldOf(row, 'id'))}`, ...versioned(positionOf(row)) }))
  return { kind: 'rows', rows, isComplete: fieldOf(body, 'nextCursor') === undefined }
}

function versioned(position: string | undefined): { readonly position?: string } {
  return position === undefined ? {} : { position }
}

function positionOf(row: unknown): string | undefined {
  const version = fieldOf(row, 'version')
  return typeof version === 'number' ? String(version) : undefined
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}
