// Builds dist/ from src/ with the TypeScript compiler: one ES module and one declaration for each
// source file, so that what an application does not import, it does not get.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describeError, isMain, root, run } from './command.mjs'

/** Builds anew. Nothing of an earlier build is left: a file whose source is gone must not be packed. */
export function build() {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  const projects = ['tsconfig.json', '.ci/tsconfig.node.json']
  for (const project of projects) {
    if (run('tsc', ['-p', project]) === 0) continue
    // The compiler writes what it can. Half a build must not pass for a new one.
    rmSync(join(root, 'dist'), { recursive: true, force: true })
    throw new Error(`tsc -p ${project} failed, see above.`)
  }
  const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })
  console.log(`build: ${files.filter((file) => file.endsWith('.js')).length} modules`)
}

if (isMain(import.meta)) {
  try {
    build()
  } catch (error) {
    console.error(`build: ${describeError(error)}`)
    process.exitCode = 1
  }
}
