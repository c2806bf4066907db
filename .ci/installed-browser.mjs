// Where a browser is installed: at the path that the environment names, else the first on the PATH
// that answers.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Returns the path of a browser that runs, or `undefined` where there is none.
 *
 * @param {{ variable: string, names: readonly string[] }} browser The variable that may name it, and what
 *   distributions call it.
 * @returns {string | undefined}
 * @throws {Error} when the variable names something that does not run.
 */
export function findInstalled({ variable, names }) {
  const named = process.env[variable]
  if (named !== undefined && named !== '') {
    if (isRunning(named)) return named
    throw new Error(
      `${variable} is "${named}", which does not run as a browser. ` +
        `Let it be the path of a ${names[0]}, or unset it to have one looked for.`,
    )
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => isFile(path) && isRunning(path))
}

/** @param {string} path */
function isFile(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Ubuntu puts a script on the PATH that only says how to install a snap, so being there is no proof.
 *
 * @param {string} path
 */
function isRunning(path) {
  const { status } = spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 20_000 })
  return status === 0
}
