// What the routing of one client stands on.

import type { Course } from '../client/exchanges/course.ts'
import type { ClientParts } from '../client/exchanges/parts.ts'
import type { AskOnce } from '../client/exchanges/routing.ts'
import type { Policy } from '../core/routing/policy.ts'
import type { Changes } from '../transport/versioned-fetch.ts'
import type { ResolvedEndpoint } from './endpoints.ts'
import type { Knowledge } from './knowledge.ts'

/** What the routing of one client stands on. */
export interface RoutingParts {
  readonly client: ClientParts
  readonly knowledge: Knowledge
  readonly endpoints: readonly ResolvedEndpoint[]
  readonly policies: readonly Policy[]
  readonly seat: string
  readonly setCookie: (cookie: string) => void
  readonly isRouted: (url: URL) => boolean
}

/** One step of a read's ladder. */
export interface Step {
  readonly course: Course
  readonly changes: Changes
  readonly askOnce: AskOnce
  /** The endpoints that the read has tried in vain. */
  readonly tried: Set<string>
  /** After how long those that failed want to be asked again, in milliseconds. */
  readonly hints: Map<string, number>
  /** The endpoint that is to be asked first, since it has said when. */
  readonly first?: string | undefined
  /** The one endpoint that is to be asked, where all have failed and it has said when. */
  readonly only?: string
}
