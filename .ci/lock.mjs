// Checks that package-lock.json can be installed anywhere: each package for another platform that a
// tool names has its own record. Without one, `npm ci` fails with `Missing: … from lock file`. It
// happens when a tool was published before all of its platform packages had reached the registry.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './command.mjs'

/** @typedef {{ version?: string, optionalDependencies?: Record<string, string> }} Locked */

/**
 * Looks up every optional dependency in the lock as Node would look for it on disk.
 *
 * @returns {boolean} whether none is missing
 */
export function checkLock() {
  /** @type {Record<string, Locked>} */
  const packages = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const missing = Object.entries(packages).flatMap(([path, { version, optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !foldersAbove(path).some((folder) => `${folder}${name}` in packages))
      .map((name) => `${path}@${version} names ${name}, and the lock has no record of it.`),
  )
  for (const line of missing) console.error(line)
  if (missing.length > 0) console.error('Pin an earlier version, whose platform packages are all there.')
  return missing.length === 0
}

/**
 * Returns the node_modules folders in which a package at `path` finds its dependencies.
 *
 * @param {string} path
 */
function foldersAbove(path) {
  const parts = path === '' ? [] : path.split(/\/?node_modules\//).slice(1)
  return [...parts.keys(), parts.length].map((count) =>
    [...parts.slice(0, count).map((part) => `node_modules/${part}/`), 'node_modules/'].join(''),
  )
}
