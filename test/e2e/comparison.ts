// The comparison that the foundation stands on: the same seeds, by plain fetch and by Tidemark, with
// pages that are reloaded in between. Shared by the run over sockets and the run in a browser.

import { createTidemark } from 'tidemark'
import type { OpenStorage, Tidemark, TidemarkOptions } from 'tidemark'
import { checkGuarantees, createHistory, runWorkload, systemClock } from 'tidemark/testing'
import type { GuaranteeReport, LaggingApiOptions } from 'tidemark/testing'

/** The seeds of every comparison. */
export const seeds = [1, 2, 3, 4, 5] as const
/** How many reads each seed has, unless a run says otherwise. */
export const readsUsual = 1000

/** An API that lags in real time, ten times as fast as one in the field. */
export const laggingOptions: LaggingApiOptions = {
  replicas: 3,
  lag: { kind: 'exponential', meanMs: 40 },
}
/** The same scale: a read after 5 ms, a write after 50 ms. */
const pace = { readIntervalMs: 5, writeIntervalMs: 50 }

/** What one client showed over one seed. */
export interface Outcome {
  readonly seed: number
  readonly report: GuaranteeReport
  readonly requests: number
  /** Reads that ended with an error, by its message. */
  readonly failures: readonly string[]
  readonly reloads: number
}

/** How the pages of one browser are opened. */
export interface BrowserOptions {
  readonly seed: number
  readonly baseUrl: string
  /** How many reads there are. */
  readonly reads?: number | undefined
  /** A disk for all pages, one after the other; left out, the default of the client. */
  readonly storage?: OpenStorage | undefined
  readonly mirror?: TidemarkOptions['mirror']
}

/** Works by plain fetch. */
export async function runPlain({ seed, baseUrl, reads = readsUsual }: BrowserOptions): Promise<Outcome> {
  let requests = 0
  const history = createHistory(systemClock)
  const fetch: typeof globalThis.fetch = (input, init) => {
    requests += 1
    return globalThis.fetch(input, init)
  }
  await runWorkload({ fetch, baseUrl, seed, reads, history, ...pace })
  return { seed, report: checkGuarantees(history), requests, failures: [], reloads: 0 }
}

/** Works by Tidemark, and reloads the page four times at least. */
export async function runTidemark(options: BrowserOptions): Promise<Outcome> {
  const { seed, baseUrl, reads = readsUsual, storage, mirror } = options
  const failures: string[] = []
  let requests = 0
  let requestsOfPage = 0
  let reloads = -1
  let page: Tidemark | undefined

  async function currentPage(): Promise<Tidemark> {
    requestsOfPage += 1
    if (page !== undefined && requestsOfPage <= reads * 0.22) return page
    // What a page does when it is hidden for the last time; the next one begins with empty memory.
    await page?.flush()
    page?.close()
    reloads += 1
    requestsOfPage = 1
    page = createTidemark({
      origins: [new URL(baseUrl).origin],
      storage,
      mirror,
      principal: `seed-${seed}`,
      fetch(input, init) {
        requests += 1
        return globalThis.fetch(input, init)
      },
    })
    return page
  }

  const history = createHistory(systemClock)
  await runWorkload({
    async fetch(input, init) {
      try {
        return await (await currentPage()).fetch(input, init)
      } catch (error) {
        failures.push(String(error))
        throw error
      }
    },
    baseUrl,
    seed,
    reads,
    history,
    ...pace,
  })
  page?.close()
  return { seed, report: checkGuarantees(history), requests, failures, reloads }
}

/** Prints a table of outcomes, per 1,000 reads. */
export function printOutcomes(title: string, outcomes: readonly Outcome[]): void {
  const rows = outcomes.map(({ seed, report, requests, failures, reloads }) => {
    const { readYourWrites, monotonicReads } = report.perThousand
    const cells = [seed, report.reads, readYourWrites, monotonicReads, requests, failures.length, reloads]
    return cells.map((cell) => String(cell).padStart(9)).join('')
  })
  const head = ['seed', 'reads', 'RYW', 'MR', 'requests', 'failures', 'reloads']
  console.log([title, head.map((cell) => cell.padStart(9)).join(''), ...rows].join('\n'))
}
