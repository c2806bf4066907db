// Serves the page, its workers, an API that lags and images made of what its replicas know.
//
// An image is as wide as the position that it shows, so that a page can tell by an element alone.

import { createServer } from 'node:http'
import { join } from 'node:path'
import { toNodeListener } from 'tidemark/server/node'
import { createLaggingApi } from 'tidemark/testing'
import { build } from 'vite'
import { sourceAliases } from '../../.ci/entries.mjs'

/** A site with a worker. */
export interface ServedWorker {
  readonly url: string
  /** Which release `/sw.js` is from now on: browsers find another one to be an update. */
  readonly release: (name: string) => void
  /** Lets requests whose address holds a text wait until the function that is returned is called. */
  readonly hold: (text: string) => () => void
  /** The addresses that were asked for, with what they held of floors. */
  readonly asked: { readonly path: string; readonly floor: string | null }[]
  readonly close: () => Promise<void>
}

const html = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Photos</title><body><script type="module" src="/page.js"></script></body></html>'

/** Builds all that is served, once for every test. */
export async function buildSite(): Promise<ReadonlyMap<string, string>> {
  const files = ['page', 'worker', 'workbox-worker'] as const
  const texts = await Promise.all(files.map((name) => bundle(join(process.cwd(), `test/service-worker/${name}.ts`))))
  return new Map(files.map((name, index) => [name, texts[index] ?? '']))
}

/** Serves the site. */
export async function serveWorker(site: ReadonlyMap<string, string>): Promise<ServedWorker> {
  const api = createLaggingApi({
    seed: 3,
    lag: [{ kind: 'fixed', ms: 30 }, { kind: 'fixed', ms: 250 }, { kind: 'fixed', ms: 500 }],
    floors: 'ignore',
    initial: { items: { photos: [{ title: 'Boat' }] } },
  })
  const asked: { path: string; floor: string | null }[] = []
  const held = new Map<string, Promise<void>>()
  let release = 'one'
  const script = (text = ''): Response =>
    new Response(`/* ${release} */\n${text}`, { headers: { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-store' } })

  async function photo(request: Request): Promise<Response> {
    return api.handle(new Request(new URL('/photos/1', request.url), { headers: request.headers }))
  }

  async function picture(request: Request): Promise<Response> {
    const headers = new Headers((await photo(request)).headers)
    const width = positionIn(headers)
    headers.set('Content-Type', 'image/svg+xml')
    headers.delete('Content-Length')
    return new Response(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="1"/>`, { headers })
  }

  async function story(request: Request): Promise<Response> {
    const headers = new Headers((await photo(request)).headers)
    headers.set('Content-Type', 'text/html')
    headers.delete('Content-Length')
    return new Response(`<!doctype html><html lang="en"><title>Story</title><p>${positionIn(headers)}</p></html>`, { headers })
  }

  const listener = toNodeListener(async (request) => {
    const { pathname, search } = new URL(request.url)
    asked.push({ path: pathname + search, floor: request.headers.get('min-version') })
    for (const [text, released] of held) if ((pathname + search).includes(text)) await released
    if (pathname === '/') return new Response(html, { headers: { 'Content-Type': 'text/html' } })
    if (pathname === '/page.js') return script(site.get('page'))
    if (pathname === '/sw.js') return script(site.get('worker'))
    if (pathname === '/workbox.js') return script(site.get('workbox-worker'))
    if (pathname === '/story') return story(request)
    if (pathname.startsWith('/images/')) return picture(request)
    if (pathname.startsWith('/api/')) return api.handle(request, { basePath: '/api' })
    return new Response(null, { status: 204 })
  })
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    asked,
    release: (name) => void (release = name),
    hold(text) {
      let free = (): void => undefined
      held.set(text, new Promise((resolve) => (free = resolve)))
      return () => {
        held.delete(text)
        free()
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function positionIn(headers: Headers): string {
  return /v="(\d+)"/.exec(headers.get('data-version') ?? '')?.[1] ?? '0'
}

async function bundle(input: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: sourceAliases() },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false, minify: false, modulePreload: false, target: 'esnext', rolldownOptions: { input, output: { format: 'es' } } },
  })
  for (const { output } of [result].flat() as { output: { code?: string; type: string }[] }[]) {
    const code = output.find(({ type }) => type === 'chunk')?.code
    if (code !== undefined) return code
  }
  throw new Error(`Vite made nothing of ${input}.`)
}
