// A lagging API behind Mock Service Worker: for tests and demos whose code calls the global
// `fetch`.
//
// What MSW cannot show: an answer to another origin arrives with every header visible, as if it
// came from the page's own. Use `tidemark/testing/node` to try what CORS hides.

import { HttpResponse, http } from 'msw'
import type { HttpHandler } from 'msw'
import type { LaggingApi } from './lagging-api.ts'

/** Where the API is to appear. */
export interface LaggingHandlersOptions {
  /** Its URL, such as `https://api.example.com/v1`. Paths of the API come after it. */
  readonly baseUrl: string
  /**
   * The server that answers reads, such as `replica-2`: one URL a replica.
   *
   * @default by the balancing
   */
  readonly server?: string | undefined
}

/**
 * Returns the handlers that answer for a lagging API, for `setupWorker` and `setupServer`.
 *
 * @example
 * ```ts
 * import { setupServer } from 'msw/node'
 * import { createLaggingApi } from 'tidemark/testing'
 * import { laggingHandlers } from 'tidemark/testing/msw'
 *
 * const api = createLaggingApi()
 * const server = setupServer(...laggingHandlers(api, { baseUrl: 'https://api.example.com' }))
 * server.listen()
 *
 * const response = await fetch('https://api.example.com/photos')
 * response.status //=> 200
 * server.close()
 * ```
 */
export function laggingHandlers(
  api: Pick<LaggingApi, 'handle'>,
  { baseUrl, server }: LaggingHandlersOptions,
): readonly HttpHandler[] {
  const base = baseUrl.replace(/\/$/, '')
  const basePath = new URL(`${base}/`).pathname.slice(0, -1)
  const answer = async ({ request }: { readonly request: Request }): Promise<Response> => {
    try {
      return await api.handle(request, { basePath, server })
    } catch (error) {
      // Nobody answered: the page has to meet the `TypeError` of its own platform.
      if (error instanceof TypeError) return HttpResponse.error()
      throw error
    }
  }
  return [http.all(`${base}/*`, answer)]
}
