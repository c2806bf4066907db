// A behaviour: one thing that the platform's `fetch` does, which must be so behind every wrapper.

import type { Environment, Fetch } from './environment.ts'
import type { Outcome } from './outcome.ts'

/** One row of the table. */
export interface Behaviour {
  readonly name: string
  /** Where the platform shows it: a server has no page, no cookies, no CORS and no HTTP cache. */
  readonly where: 'both' | 'browser'
  /** Shows it. What it throws, instead of telling, is a fault of the row. */
  readonly run: (fetch: Fetch, env: Environment) => Promise<Outcome>
}
