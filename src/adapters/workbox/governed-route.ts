// A route for Workbox: it matches what the worker governs, and leaves the rest to other routes.
//
// It knows Workbox by the shape of its routes alone, so no package of it is needed here.
//
// B1. Workbox keeps its caches and Tidemark its own. A request goes through one of them: what a cache gives
//     has no version that could be judged, and what is judged must not be overtaken by a cache.

import type { TidemarkServiceWorker, WorkerFetchEvent } from '../../service-worker/index.ts'

/** What `registerRoute` of `workbox-routing` takes: a match, and a handler. */
export interface GovernedRoute {
  readonly match: (options: { readonly request: Request }) => boolean
  readonly handler: (options: { readonly request: Request; readonly event: object }) => Promise<Response>
}

/**
 * Makes a route of a worker that was made with `answers: 'none'`. Register it before routes that match more:
 * Workbox asks them in their order.
 *
 * ```ts no-run
 * import { createServiceWorker } from 'tidemark/service-worker'
 * import { governedRoute } from 'tidemark/workbox'
 * import { registerRoute } from 'workbox-routing'
 *
 * const { match, handler } = governedRoute(createServiceWorker({ answers: 'none' }))
 * registerRoute(match, handler)
 * ```
 */
export function governedRoute(worker: TidemarkServiceWorker): GovernedRoute {
  return {
    match: ({ request }) => worker.governs(request),
    handler({ request, event }) {
      if (!isFetchEvent(event)) throw new TypeError('Only fetch events can be answered by this route.')
      const { clientId, preloadResponse } = event
      return worker.answer({ request, clientId, preloadResponse, waitUntil: (work) => event.waitUntil(work) })
    },
  }
}

function isFetchEvent(event: object): event is WorkerFetchEvent {
  return 'clientId' in event && 'waitUntil' in event
}
