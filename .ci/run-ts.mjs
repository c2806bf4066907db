// Runs a TypeScript program of the house in Node: `node .ci/run-ts.mjs bench/main.ts read-path`.
//
// Node 20 does not strip types. Vite, which is here for the demo, bundles the program and the sources
// that it reaches into one module, as an application's bundler would; packages stay outside. So what
// runs is plain code at full speed, and stack traces lead back to the sources.
//
// Within the program `process.argv[2]` is its own first argument. `import.meta.url` is that of the
// bundle: paths go from the working directory, which is the root of the checkout.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { cache, root } from './command.mjs'
import { sourceAliases } from './entries.mjs'

const [, , entry, ...args] = process.argv

if (entry === undefined || !existsSync(join(root, entry))) {
  console.error(
    `run-ts: ${entry === undefined ? 'no program is named' : `there is no "${entry}"`}. ` +
      'Name one from the root of the checkout: node .ci/run-ts.mjs bench/main.ts [arguments]',
  )
  process.exit(1)
}

const outDir = join(cache, `run-ts-${entry.replaceAll(/\W+/g, '-')}-${process.pid}`)
mkdirSync(outDir, { recursive: true })
process.once('exit', () => rmSync(outDir, { recursive: true, force: true }))
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  resolve: { alias: sourceAliases() },
  plugins: [
    {
      // The scripts of the house know the checkout by where they stand, so they stay there.
      name: 'scripts-outside',
      enforce: 'pre',
      resolveId: (id, importer) =>
        importer !== undefined && /\/\.ci\/[\w-]+\.mjs$/.test(id)
          ? { id: pathToFileURL(resolve(dirname(importer), id)).href, external: true }
          : undefined,
    },
  ],
  build: {
    ssr: entry,
    outDir,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    sourcemap: true,
    rolldownOptions: { output: { entryFileNames: '[name].mjs' } },
  },
})

const program = join(outDir, basename(entry).replace(/\.ts$/, '.mjs'))
process.setSourceMapsEnabled(true)
process.chdir(root)
process.argv = [process.execPath, program, ...args]
await import(pathToFileURL(program).href)
