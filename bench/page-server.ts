// Where the page of the benchmarks comes from: a bundle as an application's would be, for production.

import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { build } from 'vite'
import { root } from '../.ci/command.mjs'

/** A running server. */
export interface PageServer {
  /** Such as `http://127.0.0.1:49152`. */
  readonly url: string
  readonly close: () => Promise<void>
}

/** Cross-origin isolated: the clock of the page then counts in steps of 5 µs. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

const kilobyte = JSON.stringify({ text: 'x'.repeat(1000) })

/** Serves the page, and a kilobyte of JSON with a version and without one. */
export async function startPageServer(): Promise<PageServer> {
  const code = await bundle()
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/page.js') {
      response.writeHead(200, { 'content-type': 'text/javascript', ...isolation }).end(code)
    } else if (pathname === '/') {
      const html = '<!doctype html><title>Benchmarks</title><script type="module" src="/page.js"></script>'
      response.writeHead(200, { 'content-type': 'text/html', ...isolation }).end(html)
    } else if (pathname === '/plain' || pathname === '/photos/1') {
      const versions = pathname === '/plain' ? {} : { 'data-version': 'main;e="7f3a";v="1"' }
      const headers = { 'content-type': 'application/json', 'content-length': kilobyte.length, 'cache-control': 'no-cache' }
      response.writeHead(200, { ...headers, ...versions }).end(kilobyte)
    } else {
      response.writeHead(404).end()
    }
  }
  const server = createServer({ keepAliveTimeout: 0 }, answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bundle(): Promise<string> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      rolldownOptions: {
        onwarn(warning, warn) {
          // Of a page for React Server Components, which this is none of.
          if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning)
        },
      },
      lib: { entry: join(root, 'bench/page/main.ts'), formats: ['es'], fileName: 'page' },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  const chunk = output !== undefined && 'output' in output ? output.output[0] : undefined
  if (chunk === undefined) throw new Error('The page was not bundled.')
  return chunk.code
}
