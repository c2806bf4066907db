// The table: what the platform's `fetch` does, and every wrapper of it must do.
//
// A row shows one behaviour on a real server and tells it as plain data. What the right outcome is
// stands nowhere: it is whatever the platform's own `fetch` does beside it, in the same engine.

import type { Behaviour } from './behaviour.ts'
import { aborts } from './behaviours/aborts.ts'
import { bodies } from './behaviours/bodies.ts'
import { inputs } from './behaviours/inputs.ts'
import { isolation } from './behaviours/isolation.ts'
import { origins } from './behaviours/origins.ts'
import { requests } from './behaviours/requests.ts'
import { statuses } from './behaviours/statuses.ts'

/** All rows. Their names are unique. */
export const behaviours: readonly Behaviour[] = [
  ...inputs,
  ...requests,
  ...statuses,
  ...origins,
  ...bodies,
  ...aborts,
  ...isolation,
]
