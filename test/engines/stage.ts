// Where the pages of the tests of real engines come from, and the lagging API behind them: one origin, over
// real sockets.

import { createServer } from 'node:http'
import { once } from 'node:events'
import { toNodeListener } from '../../src/server/node-listener.ts'
import { createLaggingApi } from '../../src/testing/api/lagging-api.ts'
import type { LaggingApiOptions } from '../../src/testing/api/lagging-options.ts'
import type { LaggingApi } from '../../src/testing/api/lagging-api.ts'
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

/** What pages come with. */
export interface StageOptions {
  readonly api?: LaggingApiOptions
  /** The script of the page, from the root of the checkout. A tab of the tests of engines by default. */
  readonly entry?: string
  /** Is told what pages post to `/arrived` and `/durable`. */
  readonly hear?: Hear
  /** The policy that pages are under: the value of `Content-Security-Policy`. */
  readonly csp?: string
}

/** Starts a stage. */
export async function startStage({ api: options, entry = 'test/engines/page/tab.ts', hear, csp }: StageOptions): Promise<Stage> {
  const page = await bundlePage(entry)
  const api = createLaggingApi(options)
  const listener = toNodeListener(async (request) => {
    const { pathname } = new URL(request.url)
    const found = await page(request)
    if (found !== undefined) {
      if (csp !== undefined) found.headers.set('Content-Security-Policy', csp)
      return found
    }
    if (pathname !== '/arrived' && pathname !== '/durable') return api.handle(request)
    hear?.(pathname, JSON.parse(await request.text()))
    return new Response(null, { status: 204 })
  })
  // A connection that is closed for being idle may be just about to be used: that would be a failure of the network.
  const server = createServer({ keepAliveTimeout: 0 }, listener).listen(0, '127.0.0.1')
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
