// Serves the page of the panel under the strictest policy that a page can have and still run a script.
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'vite'
import { sourceAliases } from '../../.ci/entries.mjs'

/** No inline script, no inline style, no markup from text, and nothing from elsewhere. */
export const policy =
  "default-src 'none'; script-src 'self'; style-src 'none'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const html =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  '<title>Photos</title><body><script type="module" src="/page.js"></script></body></html>'

/**
 * Bundles the page as an app is, and serves it.
 *
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function servePanel() {
  const code = await bundle(join(import.meta.dirname, 'panel-page.ts'))
  const server = createServer((request, response) => {
    const isPage = (request.url ?? '/').split('?')[0] === '/'
    const isCode = request.url === '/page.js'
    response.setHeader('Content-Security-Policy', policy)
    response.setHeader('Content-Type', isPage ? 'text/html' : 'text/javascript')
    response.statusCode = isPage || isCode ? 200 : 204
    response.end(isPage ? html : isCode ? code : undefined)
  })
  await /** @type {Promise<void>} */ (new Promise((resolve) => server.listen(0, '127.0.0.1', resolve)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** @param {string} input */
async function bundle(input) {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: sourceAliases() },
    build: { write: false, minify: false, modulePreload: false, target: 'esnext', rolldownOptions: { input } },
  })
  for (const made of [result].flat()) {
    if (!('output' in made)) continue
    for (const part of made.output) if (part.type === 'chunk') return part.code
  }
  throw new Error(`Vite made nothing of ${input}.`)
}
