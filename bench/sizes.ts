// What an import consists of: how many bytes each part of it is, minified and compressed.
//
//   npm run bench -- sizes
//
// Each part alone, as one text, so that parts add up to a little more than the whole, which shares what it repeats.
// What an app pays in all is held by `npm run check:sizes`.

import { relative } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'vite'
import type { Rolldown } from 'vite'
import type { Table } from './group.ts'

// By the first that fits.
const parts: readonly (readonly [name: string, paths: RegExp])[] = [
  ['the journal on the disk, its connection, and what a commit lets in', /storage\/(?!sign-outs|floor-mirror|memory|fallback|storage|page-absence)/],
  ['storage in memory, the fallback to it, and the mirror of floors', /storage\//],
  ['histories that end, and answers that depend on others', /client\/(?:exchanges\/healing|reads\/dependencies)|core\/wire\/dependency/],
  ['reads: asking, judging, asking again, and what is held instead', /client\/(?:reads|waits|events)\/|client\/exchanges\/|core\/(judge|read-plan|guarantee)|transport\/retry/],
  ['what is known: floors and entries, as they come and go', /client\/memory\/|core\/(gate|session\.|entry|tombstone|version|epoch|standing)/],
  ['versions on the wire, and in their formats', /core\/(wire|formats|remembered|fingerprint)|transport\/versioned-fetch/],
  ['bodies and responses, as the platform has them', /transport\//],
  ['writes', /client\/(?:writes|write-order)\//],
  ['options and rules, their checks, and errors that say what to do', /client\/(?:rules|paths)\/|core\/errors/],
  ['sessions: their lives, sign-outs, hand-over, the life of the page', /client\//],
  ['all else', /./],
]

/** Returns what `createClient` consists of. */
export async function sizesGroup(): Promise<Table> {
  const modules = await modulesOf('createClient')
  const rows = parts.map(([name], index) => {
    const own = modules.filter(({ path }) => parts.findIndex(([, paths]) => paths.test(path)) === index)
    return { name, own }
  })
  const row = (name: string, own: readonly Module[]): Table['rows'][number] => {
    const code = own.map((each) => each.code).join('\n')
    return { name, cells: [String(own.length), kilobytes(code.length), kilobytes(brotliCompressSync(code).length)] }
  }
  return {
    name: 'sizes: what createClient consists of',
    columns: ['modules', 'minified', 'brotli'],
    rows: [...rows.filter(({ own }) => own.length > 0).map(({ name, own }) => row(name, own)), row('all of them, as one text', modules)],
  }
}

interface Module {
  readonly path: string
  readonly code: string
}

/** Builds an import as an app's bundler would, but leaves its modules apart. */
async function modulesOf(name: string): Promise<Module[]> {
  const entry = 'virtual:import'
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [
      {
        name: 'import-one',
        resolveId: (id) => (id === entry ? `\0${entry}` : undefined),
        load: (id) => (id === `\0${entry}` ? `import { ${name} } from '${process.cwd()}/src/index.ts'; globalThis.used = ${name}` : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: 'es2022',
      rolldownOptions: { input: entry, output: { preserveModules: true, entryFileNames: '[name].js' } },
    },
  })
  const { output } = built as Rolldown.RolldownOutput
  return output.flatMap((chunk) => {
    if (chunk.type !== 'chunk' || chunk.facadeModuleId === null || chunk.facadeModuleId.startsWith('\0')) return []
    return [{ path: relative('src', chunk.facadeModuleId), code: chunk.code }]
  })
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}
