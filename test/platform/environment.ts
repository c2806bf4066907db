// What a behaviour is given: where the servers are, and what they saw of this run.
//
// Each run has an id of its own, in each URL, so that no cache, cookie or count of another run is met.

import type { JournalEvent } from './journal.ts'
import type { PlatformOrigins } from './servers.ts'

/** The signature under test. */
export type Fetch = typeof globalThis.fetch

/** Names a server: `page` is the page's own origin, and only there in a browser. */
export type Place = 'open' | 'bare' | 'closed' | 'elsewhere' | 'stranger' | 'page'

/** How the servers speak of versions in a run. */
export interface Speech {
  readonly name: string
  /** Whether the client has been shown a version of each scope before, and so carries floors. */
  readonly isPrimed: boolean
  /** What each URL asks of its endpoint, such as `{ v: '42', e: '7f3a' }`. */
  readonly parameters: Readonly<Record<string, string>>
}

const versioned = { v: '42', e: '7f3a' }

/** Without versions: what the client must be to every API that has none. */
export const silent: Speech = { name: 'no versions', isPrimed: false, parameters: {} }

/** The ways in which an API may speak of versions. In none of them is an answer behind. */
export const speeches: readonly Speech[] = [
  silent,
  { name: 'versions', isPrimed: false, parameters: versioned },
  { name: 'versions, and floors', isPrimed: true, parameters: versioned },
  { name: 'floors, and versions no more', isPrimed: true, parameters: {} },
]

/** Ways that only try how a header is read. No engine has a part in that, so Node is enough for them. */
export const badSpeeches: readonly Speech[] = [
  { name: 'malformed versions', isPrimed: true, parameters: { dv: 'malformed' } },
  { name: 'oversized versions', isPrimed: true, parameters: { dv: 'oversized' } },
]

/** What a behaviour is given. */
export interface Environment {
  /** Returns the URL of an endpoint, such as `env.url('/status/404')`. */
  readonly url: (path: string, parameters?: Record<string, string>, place?: Place) => string
  readonly origins: PlatformOrigins & { readonly page: string }
  /** The id of the run: unique, and always of one length. */
  readonly id: string
  /** What arrived, preflights left out, such as `['GET /echo']`. */
  readonly requests: () => Promise<string[]>
  /** The hosts at which headers of ours arrived. */
  readonly carriedOurs: () => Promise<string[]>
  /** Resolves with whether a server saw it happen, once it has, or after a while. */
  readonly when: (event: JournalEvent, times?: number) => Promise<boolean>
  /** Whether the run has asked an endpoint that waits to be released. */
  readonly isWaitedFor: () => boolean
  /** Lets the endpoints `held` and `chunks` go on, by as many steps, and ends `endless`. */
  readonly release: (steps?: number) => Promise<void>
  /** Pairs of a name that differs between runs, and the word for it. */
  readonly names: readonly (readonly [string, string])[]
}

let runs = 0

/** Makes the environment of one run. The platform's own `fetch` asks the journal. */
export function createEnvironment(
  origins: PlatformOrigins & { readonly page: string },
  speech: Speech,
): Environment {
  runs += 1
  const lot = Math.floor(Math.random() * 0xffff)
    .toString(16)
    .padStart(4, '0')
  const id = `z${lot}${runs.toString(16).padStart(4, '0')}z`
  const ask = async (path: string): Promise<unknown> => {
    const response = await globalThis.fetch(`${origins.control}${path}`)
    return response.json()
  }
  const journal = async (): Promise<{ requests: string[]; ours: string[] }> =>
    (await ask(`/journal?id=${id}`)) as { requests: string[]; ours: string[] }
  let isWaitedFor = false
  return {
    origins,
    id,
    url(path, parameters = {}, place = 'open') {
      isWaitedFor ||= /held|chunks|endless/.test(path)
      const url = new URL(`${origins[place]}${path}`)
      for (const [name, value] of Object.entries({ id, ...speech.parameters, ...parameters })) {
        url.searchParams.set(name, value)
      }
      return url.href
    },
    requests: async () => (await journal()).requests,
    carriedOurs: async () => (await journal()).ours,
    when: async (event, times = 1) =>
      (await ask(`/when?id=${id}&event=${event}&times=${times}`)) === true,
    isWaitedFor: () => isWaitedFor,
    release: async (steps = 1) => void (await ask(`/release?id=${id}&steps=${steps}`)),
    names: [
      [id, 'ID'],
      ...Object.entries(origins)
        .filter(([, origin]) => origin !== '')
        .toSorted(([, a], [, b]) => b.length - a.length)
        .map(([name, origin]): readonly [string, string] => [origin, name.toUpperCase()]),
    ],
  }
}
