// Which Chromium the browser tests run in: the one named by the environment, else the first on the
// PATH that answers, else the one that Playwright keeps for itself.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * Returns the path of a Chromium that is installed, or `undefined` when only Playwright may have one.
 *
 * @returns {string | undefined}
 * @throws {Error} when TIDEMARK_CHROMIUM names something that does not run.
 */
export function findChromium() {
  const named = process.env['TIDEMARK_CHROMIUM']
  if (named !== undefined && named !== '') {
    if (isRunning(named)) return named
    throw new Error(
      `TIDEMARK_CHROMIUM is "${named}", which does not run as a browser. ` +
        'Let it be the path of a Chromium, or unset it to have one looked for.',
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
