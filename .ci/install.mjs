// Installs what is missing, and nothing twice: the packages that package-lock.json names, and the browsers
// of the tests. It runs before anything is installed, so it uses Node alone.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'
import { describeError, isMain, root, run } from './command.mjs'
import { findFirefox, noFirefox } from './firefox.mjs'

const nodeVersionMin = [20, 19]

/** @typedef {{ version?: string, optional?: boolean }} LockedPackage */

/** Installs the packages, if those in node_modules are not exactly those in package-lock.json. */
export function installPackages() {
  requireNode()
  const difference = compareWithLock()
  if (difference === undefined) {
    console.log('install: node_modules matches package-lock.json')
    return
  }
  console.log(`install: ${difference}: running npm ci`)
  // The house needs its tools, whatever NODE_ENV says of the place it stands in.
  const status = run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'])
  if (status !== 0) throw new Error(`npm ci failed with status ${status}: read its lines above.`)
}

/** Installs a Chromium, if none is to be found. */
export async function installChromium() {
  const found = findChromium() ?? (await findPlaywrights())
  if (report('Chromium', found)) return
  const isRoot = process.getuid?.() === 0
  const installed = (isRoot && installWithApt('chromium') && report('Chromium', findChromium())) || (await installWithPlaywright(isRoot))
  if (!installed) {
    throw new Error(
      'No Chromium could be had: none is on the PATH, and neither apt-get nor Playwright brought one. ' +
        'Install a Chromium or Chrome yourself and name it: TIDEMARK_CHROMIUM=/path/to/chromium npm test',
    )
  }
}

/**
 * Installs a Firefox, if none is to be found and the distribution has one. Without it the tests of the
 * second engine are left out, and it is said.
 */
export function installFirefox() {
  if (report('Firefox', findFirefox())) return
  const isRoot = process.getuid?.() === 0
  const isInstalled = isRoot && (installWithApt('firefox-esr') || installWithApt('firefox'))
  if (!(isInstalled && report('Firefox', findFirefox()))) console.log(`install: ${noFirefox}`)
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [majorMin = 0, minorMin = 0] = nodeVersionMin
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return
  throw new Error(
    `Node is ${process.versions.node} and ${nodeVersionMin.join('.')} or newer is needed. ` +
      'Install it from https://nodejs.org, and start again.',
  )
}

/**
 * Tells how node_modules differs from the lock, or `undefined` where it does not.
 *
 * npm leaves its own record there as the last step of an installation, so one that was broken off has
 * none, and one that somebody changed by hand shows.
 */
function compareWithLock() {
  const record = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(record)) return 'nothing is installed'
  const installed = readPackages(record)
  const locked = readPackages(join(root, 'package-lock.json'))
  // Optional packages are those of other platforms: npm leaves them out.
  for (const [path, { version, optional }] of locked) {
    if (path === '' || (optional === true && !installed.has(path))) continue
    const other = installed.get(path)?.version
    if (other !== version) return `${path} is ${other ?? 'missing'} and should be ${version}`
  }
  for (const path of installed.keys()) {
    if (!locked.has(path)) return `${path} is not in package-lock.json`
  }
  return undefined
}

/**
 * @param {string} file
 * @returns {Map<string, LockedPackage>}
 */
function readPackages(file) {
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages))
}

async function findPlaywrights() {
  const { chromium } = await import('playwright-core')
  const path = chromium.executablePath()
  return existsSync(path) ? path : undefined
}

/**
 * Installs the distribution's package of a browser, where there is such a distribution.
 *
 * @param {string} name
 */
function installWithApt(name) {
  if (run('sh', ['-c', 'command -v apt-get >/dev/null']) !== 0) return false
  console.log(`install: no ${name} on the PATH: installing the package of the distribution`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-q'], { env })
  // Where another installation is under way, its end is waited for.
  const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300']
  return run('apt-get', ['install', ...options, name], { env }) === 0
}

/** @param {boolean} isRoot */
async function installWithPlaywright(isRoot) {
  console.log('install: no Chromium on the PATH: running npx playwright install chromium')
  // The libraries that a browser needs come from the distribution, which only root may ask.
  const isComplete = isRoot && run('playwright', ['install', '--with-deps', 'chromium']) === 0
  if (!isComplete) run('playwright', ['install', 'chromium'])
  return report('Chromium', await findPlaywrights())
}

/**
 * @param {string} browser
 * @param {string | undefined} path
 */
function report(browser, path) {
  if (path !== undefined) console.log(`install: ${browser} is ${path}`)
  return path !== undefined
}

if (isMain(import.meta)) {
  try {
    installPackages()
    await installChromium()
    installFirefox()
  } catch (error) {
    console.error(`install: ${describeError(error)}`)
    process.exitCode = 1
  }
}
