// Serves and bundles the demo. `tidemark` means the source of this checkout, as in all of the house.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'
import { sourceAliases } from '../.ci/entries.mjs'
import { mswWorker } from '../.ci/msw-worker.mjs'

const root = import.meta.dirname

// Cross-origin isolated, as a careful application is: clocks are exact then.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

export default defineConfig({
  root,
  base: './',
  cacheDir: join(root, '../node_modules/.vite/demo'),
  resolve: { alias: sourceAliases() },
  plugins: [mswWorker(), readme()],
  // Named here, so that Vite never finds one in mid-visit, rebuilds its bundle and reloads the page.
  optimizeDeps: { include: ['idb', 'msw', 'msw/browser', 'uplot'] },
  build: { outDir: '../dist-demo', emptyOutDir: true, target: 'es2022' },
  server: { headers, fs: { allow: ['..'] } },
  preview: { headers },
})

/** Serves the README, which the page links to, as the text that it is. */
function readme(): Plugin {
  const source = (): string => readFileSync(join(root, '../README.md'), 'utf8')
  return {
    name: 'readme',
    configureServer(server) {
      server.middlewares.use('/README.md', (_request, response) => {
        response.setHeader('Content-Type', 'text/plain; charset=utf-8')
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
        response.end(source())
      })
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'README.md', source: source() })
    },
  }
}
