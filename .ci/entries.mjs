// The entries of the package, and the source file that each is built from.
//
// `package.json` alone says what can be imported. Vitest, the demo's Vite and the scripts beside this
// file read it here, so that `import … from 'tidemark/testing'` means the source everywhere inside the
// house. TypeScript reads JSON only: the `paths` in `test/tsconfig.json` repeat this map, and
// `test/tidy.test.ts` fails when the two part.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './command.mjs'

/** @typedef {{ types: string, default: string, browser?: null }} Target */

/**
 * Returns the entries that are code, such as `./testing`, with what the exports map says of each.
 *
 * @returns {[subpath: string, target: Target][]}
 */
export function readEntries() {
  /** @type {{ exports: Record<string, string | Target> }} */
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.entries(manifest.exports).flatMap(([subpath, target]) =>
    typeof target === 'string' ? [] : [[subpath, target]],
  )
}

/**
 * Returns the source of each entry by the name that an application imports it by, such as
 * `tidemark/testing` and `src/testing/index.ts`.
 *
 * @returns {Map<string, string>}
 */
export function sourceByName() {
  return new Map(
    readEntries().map(([subpath, target]) => [
      `tidemark${subpath.slice(1)}`,
      target.default.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'),
    ]),
  )
}

/**
 * Returns the same map as aliases for Vite, each matching its whole name.
 *
 * @returns {{ find: RegExp, replacement: string }[]}
 */
export function sourceAliases() {
  return [...sourceByName()].map(([name, source]) => ({
    find: new RegExp(`^${name}$`),
    replacement: join(root, source),
  }))
}
