// What the routing of the Tidemark column comes to: one row of figures for each routing that was tried.
//
// R1. Measured from outside, at the two sides of the client, so that all routings are measured alike, and
//     none as well.

import type { TidemarkEvent } from 'tidemark'
import { createLatencies } from '../latencies.ts'
import type { Latencies } from '../latencies.ts'
import { figureRow } from './figure-row.ts'

type Fetch = typeof globalThis.fetch

/** Measures what lies between the reads of a column and the network. */
export interface RouteMeter {
  /** Begins another row. */
  readonly begin: (label: string) => void
  /** Counts the requests that a client sends. */
  readonly network: (fetch: Fetch) => Fetch
  /** Measures how long reads take. */
  readonly reads: (fetch: Fetch) => Fetch
  readonly hear: (event: TidemarkEvent) => void
}

interface Row {
  readonly label: string
  readonly latencies: Latencies
  requests: number
  toPrimary: number
  behind: number
}

const rowsMax = 9

/** Makes a meter that shows its rows, the latest first, in a body of a table. */
export function createRouteMeter(body: HTMLElement, label: string): RouteMeter {
  const newRow = (of: string): Row => ({ label: of, latencies: createLatencies(), requests: 0, toPrimary: 0, behind: 0 })
  let row = newRow(label)
  body.replaceChildren(drawn(row))
  const show = (): void => body.firstElementChild?.replaceWith(drawn(row))
  return {
    begin(next) {
      row = newRow(next)
      body.prepend(drawn(row))
      while (body.children.length > rowsMax) body.lastElementChild?.remove()
    },
    network: (fetch) => async (input, init) => {
      const of = row
      const response = await fetch(input, init)
      if (!isRead(input, init)) return response
      of.requests += 1
      if (/^(\w+\/)?primary\b/.test(response.headers.get('Served-By') ?? '')) of.toPrimary += 1
      return response
    },
    reads: (fetch) => async (input, init) => {
      if (!isRead(input, init)) return fetch(input, init)
      const of = row
      try {
        return await of.latencies.measure(() => fetch(input, init))
      } finally {
        show()
      }
    },
    hear({ type }) {
      if (type === 'answer:refused' || type === 'answer:shadowed') row.behind += 1
    },
  }
}

function isRead(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  return (init?.method ?? (input instanceof Request ? input.method : 'GET')) === 'GET'
}

function drawn({ label, latencies, requests, toPrimary, behind }: Row): HTMLTableRowElement {
  return figureRow(label, {
    requests,
    behind,
    toPrimary: requests === 0 ? 0 : toPrimary / requests,
    p50: latencies.within(0.5),
    p99: latencies.within(0.99),
  })
}
