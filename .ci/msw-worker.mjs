// Serves the service worker of MSW from the installed package, as `/mockServiceWorker.js`, so that no
// copy of it is committed and none can be of another version than the library. A build gets it as a file.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const fileName = 'mockServiceWorker.js'

/**
 * A plugin for Vite.
 *
 * @returns {import('vite').Plugin}
 */
export function mswWorker() {
  const path = createRequire(import.meta.url).resolve(`msw/${fileName}`)
  return {
    name: 'msw-worker',
    configureServer(server) {
      server.middlewares.use(`/${fileName}`, (_request, response) => {
        response.setHeader('Content-Type', 'text/javascript')
        for (const [name, value] of Object.entries(server.config.server.headers ?? {})) {
          if (value !== undefined) response.setHeader(name, value)
        }
        response.end(readFileSync(path))
      })
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source: readFileSync(path) })
    },
  }
}
