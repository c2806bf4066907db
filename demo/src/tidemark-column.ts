// The column of Tidemark: the client as an app would make it, and what it tells of itself.

import { createTidemark, fallbackStorage, indexedDBStorage, memoryStorage } from 'tidemark'
import type { LevelName, ReadReport, Tidemark } from 'tidemark'
import type { ReadFacts } from 'tidemark/testing'
import { formatSeconds } from './violation-words.ts'

/** What the client of a visit is made of. */
export interface ClientParts {
  readonly visitId: string
  readonly fetch: typeof globalThis.fetch
  /** The level that each read keeps: asked anew at each, so that it can be changed while playing. */
  readonly level: () => LevelName
}

/** The client of one visit. */
export interface VisitClient {
  readonly tidemark: Tidemark
  /** The wrapped `fetch`, at the level that is set. */
  readonly fetch: typeof globalThis.fetch
  readonly explain: (response: Response) => Pick<ReadFacts, 'level' | 'source'>
  readonly noteOn: (response: Response) => string | undefined
}

/** Makes the client of a visit. */
export function createVisitClient({ visitId, fetch, level }: ClientParts): VisitClient {
  const tidemark = createTidemark({
    fetch,
    // Each visit is a world of its own, and what is known of one says nothing of another.
    principal: visitId,
    storage: fallbackStorage(indexedDBStorage({ name: 'tidemark-demo' }), memoryStorage()),
    // Like the visit itself, the floors live as long as the tab: through every reload.
    mirror: sessionStorage,
  })
  return {
    tidemark,
    fetch: (input, init) => tidemark.fetch(input, { ...init, consistency: level() }),
    explain(response) {
      const report = tidemark.explain(response)
      if (report === undefined) return {}
      const servedBy = response.headers.get('Served-By') ?? ''
      const source = report.source === 'network' ? servedBy : report.source
      return { level: report.achieved, source }
    },
    noteOn(response) {
      const report = tidemark.explain(response)
      return report === undefined ? undefined : describeReport(report)
    },
  }
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
