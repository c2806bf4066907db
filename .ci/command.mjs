// Runs a tool of the house, showing what it prints.
import { spawnSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the checkout: commands run there, unless told otherwise. */
// `import.meta.dirname` would be shorter, but an older Node has to get as far as being told so.
export const root = fileURLToPath(new URL('..', import.meta.url))

/** Where the scripts keep what they may lose: under node_modules, so that no clean-up is owed. */
export const cache = join(root, 'node_modules/.cache/tidemark')

const path = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter)

/**
 * Runs a command to its end and returns its exit status. Tools installed by npm are found by name.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, input?: string }} [options]
 * @returns {number}
 */
export function run(command, args, { cwd = root, env = {}, input } = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, PATH: path, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'inherit', 'inherit'],
    ...(input === undefined ? {} : { input }),
    // On Windows, npm's tools are scripts that only a shell starts.
    shell: process.platform === 'win32' && command !== process.execPath,
  })
  if (error !== undefined) console.error(`${command}: ${error.message}`)
  return status ?? 1
}

/**
 * Returns what a thrown value says of itself.
 *
 * @param {unknown} error
 */
export function describeError(error) {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Tells whether this module is the script that Node was started with.
 *
 * @param {ImportMeta} meta
 */
export function isMain(meta) {
  return process.argv[1] === fileURLToPath(meta.url)
}
