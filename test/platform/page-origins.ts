// Where the servers are, as a page of the tests sees them.

import { inject } from 'vitest'
import type { Environment } from './environment.ts'

/** Returns the origins: those of the servers, and the endpoints on the page's own. */
export function pageOrigins(): Environment['origins'] {
  // `pagePath` of `same-origin.ts`, which a page cannot import: it is of Node.
  return { ...inject('platform'), page: `${location.origin}/platform` }
}
