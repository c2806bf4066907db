// What the read path and the write path stand on.

import type { Events } from './events.ts'
import type { Held } from './held.ts'
import type { Lists } from './list-rule.ts'
import type { ResolvedOptions } from './options.ts'
import type { Persistence } from './persistence.ts'
import type { Classify } from './request.ts'
import type { Router } from './routing.ts'
import type { Scopes } from './scopes.ts'

/** The parts of one client. */
export interface ClientParts {
  readonly options: ResolvedOptions
  readonly scopes: Scopes
  readonly events: Events
  readonly held: Held
  readonly persistence: Persistence
  readonly classify: Classify
  /** `undefined` where no rule has a list. */
  readonly lists: Lists | undefined
  /** Where reads go, if the app has passed that in. */
  readonly router?: Router | undefined
}
