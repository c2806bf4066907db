// Sessions at work on the example, in Chromium or in Node, each with a client of its own: every one of
// them recorded by the moment that the database itself tells, and not by the versions that are on trial.
import { createTidemark, memoryStorage } from 'tidemark'
import { createHistory, runWorkload, systemClock } from 'tidemark/testing'
import type { TidemarkOptions } from 'tidemark'
import type { HistoryDocument, HistoryRecorder } from 'tidemark/testing'

/** What the sessions are told to do in one phase. */
export interface PhaseOptions {
  readonly seed: number
  readonly reads: number
  readonly readIntervalMs: number
  readonly writeIntervalMs: number
}

/** What the sessions of one kind have come to. */
export interface SessionsRecord {
  readonly history: HistoryDocument
  /** How long each read took, in milliseconds. */
  readonly readMs: readonly number[]
  readonly failures: Readonly<Record<string, number>>
  readonly resets: number
  /** Histories that were entered without an announcement. */
  readonly unannounced: readonly string[]
}

/** What is offered to the test that drives it. */
export interface Stage {
  readonly run: (options: PhaseOptions) => Promise<void>
  /** Asks once in every session of Tidemark; returns the levels that were reached. */
  readonly probe: () => Promise<readonly string[]>
  readonly results: () => { readonly tidemark: SessionsRecord; readonly plain: SessionsRecord }
}

/** Seats four sessions of Tidemark and two of plain `fetch` before an API. */
export function createStage(origin: string, options: Pick<TidemarkOptions, 'format'> = {}): Stage {
  const desks = { tidemark: newDesk(), plain: newDesk() }
  const seat = (kind: Seat['kind'], count: number): Session[] =>
    Array.from({ length: count }, (_, index) => sit({ origin, options, kind, desk: desks[kind] }, `${kind}-${index}`))
  const governed = seat('tidemark', 4)
  const sessions = [...governed, ...seat('plain', 2)]
  return {
    run: async (phase) => {
      await Promise.all(sessions.map((session) => session.work(phase)))
    },
    probe: () => Promise.all(governed.map((session) => session.level())),
    results: () => ({ tidemark: recordOf(desks.tidemark), plain: recordOf(desks.plain) }),
  }
}

interface Session {
  readonly fetch: typeof fetch
  readonly work: (options: PhaseOptions) => Promise<void>
  readonly level: () => Promise<string>
}

interface Desk {
  readonly history: HistoryRecorder
  readonly readMs: number[]
  readonly failures: Record<string, number>
  readonly unannounced: string[]
  resets: number
}

interface Seat {
  readonly origin: string
  readonly options: Pick<TidemarkOptions, 'format'>
  readonly kind: 'tidemark' | 'plain'
  readonly desk: Desk
}

const newDesk = (): Desk => ({
  history: createHistory(),
  readMs: [],
  failures: {},
  unannounced: [],
  resets: 0,
})

const recordOf = (desk: Desk): SessionsRecord => ({ ...desk, history: desk.history.toJSON() })

function sit({ origin, options, desk, kind }: Seat, name: string): Session {
  let hasReset = false
  const tidemark = createTidemark({
    origins: [origin],
    storage: memoryStorage(),
    mirror: false,
    principal: name,
    ...options,
  })
  tidemark.subscribe((event) => {
    if (event.type !== 'epoch:reset') return
    desk.resets += 1
    hasReset = true
  })
  const send: typeof fetch = kind === 'tidemark' ? tidemark.fetch : (input, init) => fetch(input, init)
  let current: string | undefined

  /**
   * Returns the name that a history is judged under. A new one begins before the test has come to name it:
   * what a session is shown of it in the meantime, after its announcement, has a prime.
   */
  function enter(history: string): string {
    const isUnnamed = hasReset ? history === current : current === `${history}'`
    const next = isUnnamed ? `${history}'` : history
    if (kind === 'tidemark' && current !== undefined && current !== next) {
      const isNaming = current.endsWith("'")
      if (!hasReset && !isNaming) desk.unannounced.push(`${name}: ${current} to ${next}`)
      desk.history.recordReset({ session: name, scope: 'main', fromEpoch: current, toEpoch: next })
      hasReset = false
    }
    current = next
    return next
  }

  /** Puts the database's own word in the place of the version, for the judge. */
  const judged: typeof fetch = async (input, init) => {
    const startedAt = performance.now()
    const isRead = (init?.method ?? 'GET') === 'GET'
    try {
      const response = await send(input, init)
      const moment = response.headers.get('example-moment')
      const headers = new Headers(response.headers)
      headers.delete('data-version')
      const history = /;e="([^"]+)"/.exec(moment ?? '')?.[1]
      if (moment !== null && history !== undefined) {
        headers.set('data-version', moment.replace(`"${history}"`, `"${enter(history)}"`))
      }
      const { status, statusText } = response
      const body = status === 204 || status === 304 ? null : await response.arrayBuffer()
      return new Response(body, { status, statusText, headers })
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown'
      desk.failures[reason] = (desk.failures[reason] ?? 0) + 1
      throw error
    } finally {
      if (isRead) desk.readMs.push(performance.now() - startedAt)
    }
  }

  return {
    fetch: judged,
    work: async (phase) => {
      const seed = `${name} ${phase.seed}`
      const { history } = desk
      const where = { baseUrl: origin, session: name, clock: systemClock }
      await runWorkload({ ...phase, ...where, fetch: judged, seed, history })
    },
    async level() {
      const response = await tidemark.fetch(`${origin}/counters/likes`)
      await response.text()
      return `${response.status} ${tidemark.explain(response)?.achieved ?? 'none'}`
    },
  }
}
