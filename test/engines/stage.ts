// Where the pages of the tests of real engines come from, and the lagging API behind them: one origin, over
// real sockets.

import { createServer } from 'node:http'
import { once } from 'node:events'
import { toNodeListener } from '../../src/server/node-listener.ts'
import { createLaggingApi } from '../../src/testing/lagging-api.ts'
import type { LaggingApiOptions } from '../../src/testing/lagging-options.ts'
import type { LaggingApi } from '../../src/testing/lagging-api.ts'
import { bundlePage } from '../postgres/bundled-page.ts'

/** A running stage. */
export interface Stage {
  /** The origin of pages and API, such as `http://127.0.0.1:49152`. */
  readonly url: string
  readonly api: LaggingApi
  readonly close: () => Promise<void>
}

/** What a page tells the test: the path that it posts to, and what. */
export type Hear = (path: string, body: unknown) => void

/**
 * Starts a stage. `hear` is told what pages post to `/arrived` and `/durable`; `csp` is the policy that pages are
 * under.
 */
export async function startStage(
  options: LaggingApiOptions,
  hear: Hear = () => undefined,
  csp?: string,
): Promise<Stage> {
  const page = await bundlePage('test/engines/page/tab.ts')
  const api = createLaggingApi(options)
  const listener = toNodeListener(async (request) => {
    const { pathname } = new URL(request.url)
    const found = await page(request)
    if (found !== undefined) {
      if (csp !== undefined) found.headers.set('Content-Security-Policy', csp)
      return found
    }
    if (pathname !== '/arrived' && pathname !== '/durable') return api.handle(request)
    hear(pathname, JSON.parse(await request.text()))
    return new Response(null, { status: 204 })
  })
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    api,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
