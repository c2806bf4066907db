// The check itself, for Node and for Chromium: each row, under each way of speaking of versions, with
// the platform's own `fetch` and with the client's. Every outcome has to be the same, but for those
// that `differences.ts` names.

import { expect, test } from 'vitest'
import type { Behaviour } from './behaviour.ts'
import { createCandidate } from './candidate.ts'
import { isFault, outcomeOf } from './compare.ts'
import { isNamed } from './differences.ts'
import type { Difference } from './differences.ts'
import { createEnvironment } from './environment.ts'
import type { Environment, Speech } from './environment.ts'
import { differencesOf } from './outcome.ts'
import type { Outcome } from './outcome.ts'

/** Rows that hang are told as such, under each way of speaking: that may take a while. */
const testMaxMs = 40_000

/** What is checked, and where. */
export interface Check {
  readonly rows: readonly Behaviour[]
  readonly origins: Environment['origins']
  readonly speeches: readonly Speech[]
  readonly differences: readonly Difference[]
}

/** Registers a test for each row. */
export function checkTable({ rows, origins, speeches, differences }: Check): void {
  test.each(rows)(
    '$name',
    async (row) => {
      const native = nativeOutcomes(row, origins)
      const found: string[] = []
      for (const speech of speeches) {
        // One run after the other: a page has only six connections to a server.
        // oxlint-disable no-await-in-loop
        const expected = await native(speech)
        expect(isFault(expected), `The row itself went wrong: ${JSON.stringify(expected)}`).toBe(
          false,
        )
        const candidate = await createCandidate(origins, speech)
        const outcome = await outcomeOf(row, candidate.fetch, createEnvironment(origins, speech))
        candidate.close()
        // oxlint-enable no-await-in-loop
        const here = differencesOf(expected, outcome, speech.name)
        if (!isNamed(differences, row.name, speech.name)) found.push(...here)
        else if (here.length === 0) found.push(`${speech.name}: no longer differs`)
      }
      expect(found).toEqual([])
    },
    testMaxMs,
  )
}

/** Tells what the platform does, which is the same whatever a client has seen before. */
function nativeOutcomes(
  row: Behaviour,
  origins: Environment['origins'],
): (speech: Speech) => Promise<Outcome> {
  const known = new Map<string, Promise<Outcome>>()
  return (speech) => {
    const key = JSON.stringify(speech.parameters)
    const outcome =
      known.get(key) ?? outcomeOf(row, globalThis.fetch, createEnvironment(origins, speech))
    known.set(key, outcome)
    return outcome
  }
}
