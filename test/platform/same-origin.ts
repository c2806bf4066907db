// Serves the endpoints of the platform check on the page's own origin, below `/platform`.
//
// Vite owns that origin, and the servers are started by vitest's global setup: two module graphs in
// one process. They meet in one named place of the process, which is empty until the servers run.

import type { RequestListener } from 'node:http'
import type { Plugin } from 'vite'

/** Where the endpoints are below the page's origin. */
export const pagePath = '/platform'

const place = Symbol.for('tidemark.test.platform')

/** Gives the endpoints to the page's origin, or takes them back. */
export function offerToPage(listener: RequestListener | undefined): void {
  Reflect.set(globalThis, place, listener)
}

/** A plugin for Vite. */
export function platformEndpoints(): Plugin {
  return {
    name: 'platform-endpoints',
    configureServer(server) {
      server.middlewares.use(pagePath, (request, response, next) => {
        const listener: unknown = Reflect.get(globalThis, place)
        if (typeof listener === 'function') (listener as RequestListener)(request, response)
        else next()
      })
    },
  }
}
