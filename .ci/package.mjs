// Checks what would be published: the packed tarball, not the folder that it came from.
//
// publint reads the manifest as a bundler would, attw as TypeScript would. Then an application beside
// the unpacked package is type-checked as strictly as one can be, and Node imports each entry, with the
// doors that are closed to browsers tried as one.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cache, root, run } from './command.mjs'
import { readEntries } from './entries.mjs'

/**
 * Packs what the build made, and checks it.
 *
 * @returns {boolean} whether all is well
 */
export function checkPackage() {
  const folder = join(cache, 'package')
  const unpacked = join(folder, 'node_modules/tidemark')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(unpacked, { recursive: true })
  if (run('npm', ['pack', '--silent', '--pack-destination', folder]) !== 0) return false
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error(`npm pack left no tarball in ${folder}.`)
  const path = join(folder, tarball)
  const results = [
    run('publint', ['run', '--strict', path]) === 0,
    run('attw', [path, '--profile', 'esm-only', '--format', 'ascii', '--quiet']) === 0,
    run('tar', ['-xzf', path, '-C', unpacked, '--strip-components', '1']) === 0,
    areTypesWhole(folder),
    ...readEntries().map(([subpath, target]) => checkEntry(folder, subpath, target)),
  ]
  return results.every(Boolean)
}

/**
 * Tells whether the declarations of the package stand on their own. Errors of other packages, which
 * such a strict check finds as well, are left to them.
 *
 * @param {string} folder
 */
function areTypesWhole(folder) {
  const imports = readEntries().map(([path], index) => {
    return `export * as entry${index} from 'tidemark${path.slice(1)}'\n`
  })
  // A package of its own: TypeScript would take our name for that of the checkout around it.
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'application.ts'), imports.join(''))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(applicationConfig))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const args = [tsc, '-p', folder, '--pretty', 'false']
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  const errors = stdout.split('\n').filter((line) => /^(application|node_modules\/tidemark)/.test(line))
  for (const line of errors) console.error(`package: ${line}`)
  return errors.length === 0
}

const applicationConfig = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2023', 'dom'],
    types: ['node'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  },
  files: ['application.ts'],
}

/**
 * @param {string} folder
 * @param {string} subpath
 * @param {import('./entries.mjs').Target} target
 */
function checkEntry(folder, subpath, target) {
  const name = `tidemark${subpath.slice(1)}`
  const isOpen = importFrom(folder, name, [])
  if (isOpen !== undefined) console.error(`package: ${name} cannot be imported: ${isOpen}`)
  if (target.browser !== null) return isOpen === undefined
  const refusal = importFrom(folder, name, ['--conditions=browser'])
  const isClosed = refusal?.includes('ERR_PACKAGE_PATH_NOT_EXPORTED') === true
  if (!isClosed) console.error(`package: ${name} is not closed to browsers: ${refusal}`)
  return isOpen === undefined && isClosed
}

/**
 * Imports a module as an application in `folder` would, and returns what went wrong, if anything.
 *
 * @param {string} folder
 * @param {string} name
 * @param {readonly string[]} flags
 */
function importFrom(folder, name, flags) {
  const program = `
    const names = Object.keys(await import('${name}'))
    if (names.length === 0) throw new Error('it exports nothing')
  `
  const args = [...flags, '--input-type=module', '--eval', program]
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  return status === 0 ? undefined : stderr.trim()
}
