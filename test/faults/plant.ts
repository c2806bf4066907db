// Plants a fault: bundles the trial with patched sources, as an application's bundler would, and loads it.
//
// P1. The sources on disk are never touched. A patch is applied to a module as it is loaded.
// P2. A patch whose text does not stand there exactly once is refused, so that no fault can rot unseen.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { cache, root } from '../../.ci/command.mjs'
import { sourceAliases } from '../../.ci/entries.mjs'
import type { Patch } from './fault.ts'
import type { Catch, Trial } from './trial.ts'

/** Tries out a client. */
export type TryOut = (trial: Trial) => Promise<Catch | undefined>

/** Returns the sources that patches change, as they stand with them. */
export function patched(patches: readonly Patch[]): ReadonlyMap<string, string> {
  const sources = new Map<string, string>()
  for (const { file, found, put } of patches) {
    const path = join(root, file)
    const source = sources.get(path) ?? readFileSync(path, 'utf8')
    const [before = '', after = ''] = source.split(found)
    const times = source.split(found).length - 1
    if (times !== 1) throw new Error(`${file} has ${times} times what is to be patched: ${found}`) // P2
    sources.set(path, before + put + after)
  }
  return sources
}

/** Bundles the trial with patches, and hands it to `use`. */
export async function withPlanted<T>(patches: readonly Patch[], use: (tryOut: TryOut) => Promise<T>): Promise<T> {
  const sources = patched(patches)
  mkdirSync(cache, { recursive: true })
  const outDir = mkdtempSync(join(cache, 'fault-'))
  try {
    await build({
      root,
      configFile: false,
      logLevel: 'error',
      resolve: { alias: sourceAliases() },
      plugins: [{ name: 'planted-fault', enforce: 'pre', load: (id) => sources.get(id) }],
      build: {
        ssr: 'test/faults/trial.ts',
        outDir,
        emptyOutDir: true,
        target: 'node20',
        minify: false,
        rolldownOptions: { output: { entryFileNames: 'trial.mjs' } },
      },
    })
    const bundle: { readonly tryOut: TryOut } = await import(/* @vite-ignore */ pathToFileURL(join(outDir, 'trial.mjs')).href)
    return await use(bundle.tryOut)
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
}
