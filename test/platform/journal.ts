// What the test servers saw, told by the id that each run of a behaviour puts into its URLs.
//
// No test sleeps: a behaviour asks the journal to be told when something has happened. Such a wait is
// bounded, so that a thing which never happens is an outcome (`false`) and not a test that hangs.

import type { IncomingMessage } from 'node:http'

/** What can be waited for. `closed`: the client went away before the answer was complete. */
export type JournalEvent = 'request' | 'closed' | 'finished' | 'stalled' | 'released'

/** The pages of all runs. */
export interface Journal {
  /** Notes a request that is not a preflight. */
  readonly recordRequest: (id: string, request: IncomingMessage) => void
  readonly record: (id: string, event: JournalEvent) => void
  /** Such as `['POST /echo', 'GET /status/200']`, in the order of arrival. */
  readonly requests: (id: string) => readonly string[]
  readonly count: (id: string, event: JournalEvent) => number
  /** Whether any request of the run carried one of our headers. */
  readonly carriedOurs: (id: string) => readonly string[]
  /** Resolves with whether the event had happened `times` times before the wait ended. */
  readonly when: (id: string, event: JournalEvent, times: number) => Promise<boolean>
}

const waitMaxMs = 2_000
const ourHeaders = ['min-version', 'read-consistency']

interface Page {
  readonly requests: string[]
  readonly ours: string[]
  readonly counts: Map<JournalEvent, number>
  readonly waiting: Set<() => void>
}

/** Makes an empty journal. */
export function createJournal(): Journal {
  const pages = new Map<string, Page>()

  function pageOf(id: string): Page {
    const page = pages.get(id) ?? { requests: [], ours: [], counts: new Map(), waiting: new Set() }
    pages.set(id, page)
    return page
  }

  function record(id: string, event: JournalEvent): void {
    const page = pageOf(id)
    page.counts.set(event, (page.counts.get(event) ?? 0) + 1)
    for (const check of page.waiting) check()
  }

  const count = (id: string, event: JournalEvent): number => pageOf(id).counts.get(event) ?? 0

  return {
    record,
    count,
    recordRequest(id, request) {
      const page = pageOf(id)
      page.requests.push(`${request.method} ${(request.url ?? '').split('?')[0]}`)
      page.ours.push(
        ...ourHeaders
          .filter((name) => name in request.headers)
          .map((name) => `${request.headers.host} ${name}`),
      )
      record(id, 'request')
    },
    requests: (id) => pageOf(id).requests,
    carriedOurs: (id) => pageOf(id).ours,
    when(id, event, times) {
      const { waiting } = pageOf(id)
      return new Promise((resolve) => {
        const end = (hasHappened: boolean): void => {
          clearTimeout(timer)
          waiting.delete(check)
          resolve(hasHappened)
        }
        const check = (): void => {
          if (count(id, event) >= times) end(true)
        }
        const timer = setTimeout(() => end(false), waitMaxMs)
        waiting.add(check)
        check()
      })
    },
  }
}
