// Holds the table to its word: wrappers with a planted fault have to fail the rows that name it.

import { expect, test } from 'vitest'
import { behaviours } from './behaviours.ts'
import type { Behaviour } from './behaviour.ts'
import { brokenWrappers } from './broken-wrappers.ts'
import type { BrokenWrapper } from './broken-wrappers.ts'
import { outcomeOf } from './compare.ts'
import { createEnvironment, silent } from './environment.ts'
import type { Environment, Fetch } from './environment.ts'
import type { Outcome } from './outcome.ts'

/** Registers a test for each wrapper whose fault can be seen here. */
export function checkBroken(
  wrappers: readonly BrokenWrapper[],
  origins: Environment['origins'],
): void {
  test.each(wrappers)('is caught: $fault', async ({ wrap, caughtBy }) => {
    const missed: string[] = []
    for (const row of caughtBy.map(rowNamed)) {
      const run = (fetch: Fetch, maxMs?: number): Promise<Outcome> =>
        outcomeOf(row, fetch, createEnvironment(origins, silent), maxMs)
      // One run after the other: a page has only six connections to a server.
      // oxlint-disable no-await-in-loop
      const expected = await run(globalThis.fetch)
      const outcome = await run(wrap(nativeFetch), faultMaxMs)
      // oxlint-enable no-await-in-loop
      if (JSON.stringify(expected) === JSON.stringify(outcome)) missed.push(row.name)
    }
    expect(missed, 'rows that saw nothing').toEqual([])
  })
}

/** The wrappers whose fault Node can show. */
export const wrappersAnywhere: readonly BrokenWrapper[] = brokenWrappers.filter(
  ({ where }) => where === 'both',
)

// To hang is to be caught, and many of these do: what hangs so long will not come.
const faultMaxMs = 500

const nativeFetch: Fetch = (input, init) => globalThis.fetch(input, init)

function rowNamed(name: string): Behaviour {
  const row = behaviours.find((behaviour) => behaviour.name === name)
  if (row === undefined) throw new Error(`No row is named "${name}".`)
  return row
}
