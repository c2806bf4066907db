// Serves an app of this folder, bundled as an app is, beside an API that lags.

import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { toNodeListener } from 'tidemark/server/node'
import { createLaggingApi } from 'tidemark/testing'
import { compile, compileModule } from 'svelte/compiler'
import { build } from 'vite'
import type { Plugin } from 'vite'
import { sourceAliases } from '../../.ci/entries.mjs'

/** An app that is served. */
export interface ServedApp {
  readonly url: string
  readonly close: () => Promise<void>
}

const vueFlags = {
  __VUE_OPTIONS_API__: 'true',
  __VUE_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
}

/** What the plugin of Svelte does, as far as it is needed here. */
const svelte: Plugin = {
  name: 'svelte',
  transform(code, filename) {
    if (filename.endsWith('.svelte')) return compile(code, { generate: 'client', filename }).js
    return filename.endsWith('.svelte.js') ? compileModule(code, { generate: 'client', filename }).js : undefined
  },
}

/** Bundles a program of this folder, and returns its text. */
export async function bundleApp(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [svelte],
    resolve: { alias: sourceAliases(), dedupe: ['@tanstack/query-core'] },
    // Vitest has named another mode for this process, whose JSX calls what a bundle has not.
    oxc: { jsx: { runtime: 'automatic', development: false } },
    define: { 'process.env.NODE_ENV': '"production"', ...vueFlags },
    build: {
      write: false,
      minify: false,
      modulePreload: false,
      rolldownOptions: { input: fileURLToPath(new URL(entry, import.meta.url)) },
    },
  })
  for (const { output } of [result].flat() as { output: { code?: string; type: string }[] }[]) {
    const code = output.find(({ type }) => type === 'chunk')?.code
    if (code !== undefined) return code
  }
  throw new Error(`Vite made nothing of ${entry}.`)
}

const page = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Photos</title><body><script type="module" src="/app.js"></script></body></html>'

/** Serves a bundle, and an API whose replicas lag by up to `lagMs` and know nothing of floors. */
export async function serveApp(code: string, { lagMs, seed }: { lagMs: number; seed: number }): Promise<ServedApp> {
  const api = createLaggingApi({
    seed,
    lag: { kind: 'uniform', fromMs: 0, toMs: lagMs },
    latency: { kind: 'fixed', ms: 10 },
    floors: 'ignore',
    initial: { items: { photos: ['One', 'Two', 'Three', 'Four', 'Five', 'Six'].map((title) => ({ title: `${title}, edit 0` })) } },
  })
  const served = new Map([
    ['/', new Response(page, { headers: { 'Content-Type': 'text/html' } })],
    ['/app.js', new Response(code, { headers: { 'Content-Type': 'text/javascript' } })],
  ])
  const listener = toNodeListener(async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/api/')) return api.handle(request, { basePath: '/api' })
    return served.get(pathname)?.clone() ?? new Response(null, { status: 204 })
  })
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
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
