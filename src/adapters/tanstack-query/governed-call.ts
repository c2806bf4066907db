// A call of the app's function with a `fetch` of its own, which tells exactly what its result was made of.

import type { QueryClient } from '@tanstack/query-core'
import type { Client } from '../../client/client.ts'
import type { Witness } from '../../client/events/witness.ts'
import type { Versions } from '../../core/version.ts'
import { asOfVersions, spanOf } from './as-of.ts'
import type { AsOf } from './as-of.ts'
import { governorOf } from './governor.ts'
import type { Governor } from './governor.ts'
import { extendContext } from './run.ts'

/** What a governed function finds in its context besides: the wrapped fetch, for this very call. */
export interface GovernedFetch {
  readonly fetch: Client['fetch']
}

/** The context of a function, as far as it is looked at here. */
export interface GovernedContext {
  readonly client: QueryClient
}

/** Calls a query's function with a `fetch` of its own, and tags its result with what it read. */
export async function callGoverned<C extends GovernedContext, R>(
  context: C,
  queryFn: (context: C & GovernedFetch) => R | Promise<R>,
): Promise<R> {
  const governor = governorOf(context.client)
  const read: Versions[] = []
  // The run of the query, if there is one, is told as well: it knows what to do with primitives.
  const outer = governor.parts.witnesses.of('', undefined)
  const { during, fetch } = fetchOf(governor, (testimony) => {
    outer?.(testimony)
    if ('report' in testimony && testimony.report.versions !== undefined) read.push(testimony.report.versions)
  })
  const data = await during(() => queryFn(extendContext(context, { fetch })))
  tagWith(governor, data, read)
  return data
}

/** Returns the wrapped fetch, with a witness of its own. */
export function fetchOf(
  { parts, tidemark }: Governor,
  witness: Witness,
): { during: <T>(work: () => T) => T; fetch: Client['fetch'] } {
  const during = <T>(work: () => T): T => parts.witnesses.during(witness, work)
  return { during, fetch: (input, init) => during(() => tidemark.fetch(input, init)) }
}

/** Tags data with the versions that it was made of. */
export function tagWith({ ledger }: Governor, data: unknown, versions: readonly Versions[]): void {
  const parts: AsOf[] = versions.map(asOfVersions)
  const asOf = spanOf(ledger.formatOf, parts)
  if (asOf !== undefined) ledger.tags.set(data, asOf)
}
