// Runs a row of the table with one `fetch` or another.

import type { Behaviour } from './behaviour.ts'
import type { Environment, Fetch } from './environment.ts'
import { describeError, withoutNames } from './outcome.ts'
import type { Outcome } from './outcome.ts'

/** Longer than any wait of the journal, so that what hangs is told as such and not as a timeout. */
const rowMaxMs = 4_000

/** Runs a row and tells its outcome: also that it threw, or that it never ended. */
export async function outcomeOf(
  row: Behaviour,
  fetch: Fetch,
  env: Environment,
  maxMs: number = rowMaxMs,
): Promise<Outcome> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const hanging = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => resolve({ hangs: true }), maxMs)
  })
  const run = row
    .run(fetch, env)
    .catch((error: unknown): Outcome => ({ threw: describeError(error) }))
  const outcome = await Promise.race([run, hanging])
  clearTimeout(timer)
  // Whatever a row left waiting on the server ends here, or it would hold a connection of the page.
  if (env.isWaitedFor()) await env.release(2)
  return withoutNames(outcome, env.names)
}

/** Tells whether a row itself went wrong: with the platform's own `fetch` this is never right. */
export function isFault(outcome: Outcome): boolean {
  return 'threw' in outcome || 'hangs' in outcome
}
