// The options of a client, with the abilities that an app imports and passes in.

import type { ClientParts } from '../exchanges/parts.ts'
import type { Router } from '../exchanges/routing.ts'
import type { TidemarkOptions } from '../rules/options.ts'
import type { OpenTabs } from './tabs.ts'

/** Starts the routing of one client. Made by `routeReads` or `shadowReads` of `tidemark/routing`. */
export type Routing = (parts: ClientParts) => Router

/** The options of {@link createTidemark}. All may be left out in a page. */
export interface RoutedOptions extends TidemarkOptions {
  /**
   * Where reads are sent: `routeReads({ endpoints, policies })` of `tidemark/routing`. See docs/routing.md.
   *
   * @default to the address that the app gave
   */
  readonly routing?: Routing | undefined
  /**
   * How the tabs of a user tell each other where there is something new: `tabChannel()`, or `false` for not at
   * all. Tabs then learn of each other when they write, and when they are seen again.
   *
   * @default tabChannel() for `createTidemark`, `false` for `createClient`
   */
  readonly tabs?: OpenTabs | false | undefined
}
