// A page with one module, bundled as an application's would be.
import { join } from 'node:path'
import { build } from 'vite'
import { root } from '../../.ci/command.mjs'
import { sourceAliases } from '../../.ci/entries.mjs'

/** Bundles a module, and returns what answers for a page that runs it. */
export async function bundlePage(entry: string): Promise<(request: Request) => Promise<Response | undefined>> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: sourceAliases() },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: join(root, entry), formats: ['es'], fileName: 'client' },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  const chunk = output !== undefined && 'output' in output ? output.output[0] : undefined
  if (chunk === undefined) throw new Error(`${entry} was not bundled.`)
  const { code } = chunk
  return async (request) => {
    const { pathname } = new URL(request.url)
    const html = '<!doctype html><title>Sessions</title><script type="module" src="/client.js"></script>'
    if (pathname === '/') return new Response(html, { headers: { 'Content-Type': 'text/html' } })
    if (pathname === '/favicon.ico') return new Response(null, { status: 204 })
    if (pathname !== '/client.js') return undefined
    return new Response(code, { headers: { 'Content-Type': 'text/javascript' } })
  }
}
