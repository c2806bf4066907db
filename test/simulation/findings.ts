// Open findings: faults of the client that the simulator has found, and that are not yet mended.
//
// Each has a frozen plan in `test/histories/` that breaks a promise every time. What a finding explains
// is counted apart in a run, so that it hides nothing else; `histories.test.ts` fails as soon as the plan
// of an open finding breaks nothing any more: then it is to be closed, here and there.

import type { Breach } from './judge-run.ts'
import type { Plan } from './plan.ts'

/** A fault that is known and open. */
export interface Finding {
  /** The name of its file in `test/histories/`. */
  readonly name: string
  readonly diagnosis: string
  /** Tells whether it explains a breach. */
  readonly explains: (breach: Breach, plan: Plan) => boolean
}

/** The findings that are open. */
export const openFindings: readonly Finding[] = []

/** Returns the finding that explains a breach, if one does. */
export function explanationOf(breach: Breach, plan: Plan): Finding | undefined {
  return openFindings.find(({ explains }) => explains(breach, plan))
}
