// The column of Tidemark: the client as an app would make it, and what it tells of itself.
//
// V1. Another routing is another client, of the same session: it begins when the reads of the last one
//     have ended, and finds what that one knew where a reload would find it.

import { createTidemark, fallbackStorage, indexedDBStorage, memoryStorage } from 'tidemark'
import type { Level, LevelName, ReadReport, Tidemark, TidemarkEvent } from 'tidemark'
import type { ReadFacts } from 'tidemark/testing'
import type { Routing } from './routing/choices.ts'
import { formatSeconds } from './violation-words.ts'

/** What the client of a visit is made of. */
export interface ClientParts {
  readonly visitId: string
  readonly fetch: typeof globalThis.fetch
  /** The level that each read keeps: asked anew at each, so that it can be changed while playing. */
  readonly level: () => LevelName
  /** Where reads go: asked anew for each client. */
  readonly routing: () => Routing | undefined
}

/** The client of one visit. */
export interface VisitClient {
  /** Hears every event of each client. Returns the function that ends the subscription. */
  readonly subscribe: Tidemark['subscribe']
  /** Goes on with the routing that is set now. */
  readonly reroute: () => Promise<void>
  readonly close: () => void
  /** The wrapped `fetch`, at the level that is set, or that a request names. */
  readonly fetch: typeof globalThis.fetch
  readonly initFor: (level: Level) => RequestInit
  readonly explain: (response: Response) => Pick<ReadFacts, 'level' | 'source'>
  readonly noteOn: (response: Response) => string | undefined
}

/** Makes the client of a visit. */
export function createVisitClient(parts: ClientParts): VisitClient {
  const listeners = new Set<(event: TidemarkEvent) => void>()
  const underWay = new Set<Promise<Response>>()
  const make = (): Tidemark => {
    const made = createRoutedClient(parts)
    made.subscribe((event) => {
      for (const listener of listeners) listener(event)
    })
    return made
  }
  let tidemark = make()
  let last: Tidemark | undefined
  let turning: Promise<void> = Promise.resolve()
  const turn = async (): Promise<void> => {
    await Promise.allSettled(underWay) // V1
    await tidemark.flush()
    tidemark.close()
    last = tidemark
    tidemark = make()
  }
  const explainOf = (response: Response): ReadReport | undefined =>
    tidemark.explain(response) ?? last?.explain(response)
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    reroute() {
      turning = turning.then(turn)
      return turning
    },
    close: () => tidemark.close(),
    async fetch(input, init) {
      let seen: Promise<void>
      do {
        seen = turning
        await seen
      } while (seen !== turning)
      const answer = tidemark.fetch(input, { consistency: parts.level(), ...init })
      underWay.add(answer)
      return answer.finally(() => underWay.delete(answer))
    },
    initFor(level) {
      const init: RequestInit & { readonly consistency: Level } = { consistency: level }
      return init
    },
    explain(response) {
      const report = explainOf(response)
      if (report === undefined) return {}
      const servedBy = response.headers.get('Served-By') ?? ''
      const source = report.source === 'network' ? servedBy : report.source
      return { level: report.achieved, source }
    },
    noteOn(response) {
      const report = explainOf(response)
      return report === undefined ? undefined : describeReport(report)
    },
  }
}

function createRoutedClient({ visitId, fetch, routing }: ClientParts): Tidemark {
  const chosen = routing()
  return createTidemark({
    fetch,
    // Each visit is a world of its own, and what is known of one says nothing of another.
    principal: visitId,
    storage: fallbackStorage(indexedDBStorage({ name: 'tidemark-demo' }), memoryStorage()),
    // Like the visit itself, the floors live as long as the tab: through every reload.
    mirror: sessionStorage,
    ...(chosen === undefined ? {} : { routing: chosen }),
  })
}

/** Says how a read came by its answer, where that is worth saying. */
function describeReport({ source, attempts, servedBy, achieved }: ReadReport): string | undefined {
  if (achieved === 'behind') return 'Nothing newer could be had: stale, and marked so'
  const isHeld = source !== 'network'
  const refused = isHeld ? attempts : attempts - 1
  if (refused <= 0) return undefined
  const what = refused === 1 ? 'a stale answer' : `${refused} stale answers`
  if (isHeld) return `Refused ${what}, kept what you saw`
  return `Refused ${what}, asked ${servedBy?.endsWith('primary') === true ? 'the primary' : (servedBy ?? 'again')}`
}

/** Says which answer was refused, and why. */
export function describeRefusal(
  servedBy: string | undefined,
  positions: { readonly want: string | undefined; readonly got: string | undefined },
  lagMs: number | undefined,
): string {
  const who = servedBy ?? 'an answer'
  const lag = lagMs === undefined || lagMs === 0 ? '' : ` (${formatSeconds(lagMs)} behind)`
  const { want, got } = positions
  if (want === undefined || got === undefined) return `Refused ${who}${lag}`
  return `Refused ${who}${lag}: it is at ${got}, you have seen ${want}`
}
