// Tries the package as a newcomer would: packs it, installs the tarball into copies of `examples/` in
// empty folders, and uses each in a browser, against an API that lags.
//
// The app of `react-query` is tried twice: without the lines of its `adoption.patch`, where it must
// lose what was just saved, or the trial would prove nothing; and with them, where it must not.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from './chromium.mjs'
import { describeError, root, run } from './command.mjs'

const savesPerTrial = 6
const adoptionLinesMax = 10

/**
 * Tries each example with the package that the build made.
 *
 * @returns {Promise<boolean>} whether all is well
 */
export async function tryExamples() {
  // Outside of the checkout, whose own packages would be found from within it.
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-examples-'))
  const trials = [tryNode, tryDoctor, tryPlainHtml, tryReactQuery]
  try {
    mustRun('npm', ['pack', '--silent', '--pack-destination', folder], root)
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
    if (tarball === undefined) throw new Error(`npm pack left no tarball in ${folder}.`)
    for (const trial of trials) await trial(folder, join(folder, tarball))
    return true
  } catch (error) {
    console.error(`examples: ${describeError(error)}`)
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} folder
 * @param {string} tarball
 */
async function tryNode(folder, tarball) {
  const app = install(folder, 'node', tarball)
  const { printed, stop } = await serve(app, 'index.mjs', /Tidemark: \d+ of \d+/)
  stop()
  const [plain, guarded] = [...printed.matchAll(/: (\d+) of \d+/g)].map((match) => Number(match[1]))
  report('node', plain ?? 0, guarded ?? Number.NaN)
}

/**
 * Has the doctor of the installed package examine the API of an example.
 *
 * @param {string} folder
 */
async function tryDoctor(folder) {
  const app = join(folder, 'node')
  const api = await serve(app, 'api.mjs', /http:\/\/[\d.:]+/)
  const args = ['--no-install', 'tidemark', 'doctor', `${api.matched}/photos`, '--rate', '100']
  try {
    mustRun('npx', [...args, '--write', '{"title":"Boat"}'], app)
  } finally {
    api.stop()
  }
}

/**
 * @param {string} folder
 * @param {string} tarball
 */
async function tryPlainHtml(folder, tarball) {
  const app = install(folder, 'plain-html', tarball)
  const api = await serve(app, 'api.mjs', /http:\/\/[\d.:]+/)
  const sirv = join(app, 'node_modules/sirv-cli/bin.js')
  const page = await serve(app, sirv, /http:\/\/[\d.:]+/, ['.', '--host', '127.0.0.1', '--port', '0'])
  const url = `${page.matched}/?api=${encodeURIComponent(api.matched)}`
  const missing = await countMissing(url).finally(() => [api, page].forEach(({ stop }) => stop()))
  report('plain-html', undefined, missing)
}

/**
 * @param {string} folder
 * @param {string} tarball
 */
async function tryReactQuery(folder, tarball) {
  const startedAt = performance.now()
  const app = install(folder, 'react-query', tarball)
  const patch = readFileSync(join(app, 'adoption.patch'), 'utf8')
  const lines = patch.split('\n').filter((line) => /^\+(?!\+\+ |$)/.test(line)).length
  if (lines > adoptionLinesMax) {
    throw new Error(`adoption.patch adds ${lines} lines, where ${adoptionLinesMax} are promised.`)
  }
  mustRun('git', ['apply', '--reverse', 'adoption.patch'], app)
  const plain = await tryBuilt(app)
  mustRun('git', ['apply', 'adoption.patch'], app)
  const guarded = await tryBuilt(app)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  console.log(`examples: react-query: ${lines} lines and ${seconds} s from an empty folder, trials included`)
  report('react-query', plain, guarded)
}

/** @param {string} app */
async function tryBuilt(app) {
  mustRun('npm', ['run', '--silent', 'build'], app)
  const api = await serve(app, 'api.mjs', /http:\/\/[\d.:]+/)
  const vite = join(app, 'node_modules/vite/bin/vite.js')
  const args = ['preview', '--host', '127.0.0.1', '--port', '0']
  const page = await serve(app, vite, /http:\/\/127[\d.:]+/, args, { API: api.matched })
  return countMissing(page.matched).finally(() => [api, page].forEach(({ stop }) => stop()))
}

/**
 * Saves photos one after another, and counts those that are not on the page once it says that it is up
 * to date.
 *
 * @param {string} url
 */
async function countMissing(url) {
  const executablePath = findChromium()
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    const page = await browser.newPage()
    await page.goto(url)
    await page.getByText('Up to date').waitFor()
    let missing = 0
    for (let save = 1; save <= savesPerTrial; save++) {
      const title = `Boat ${save}`
      const read = page.waitForRequest((request) => request.method() === 'POST').then(() => {
        return page.waitForResponse((response) => response.request().method() === 'GET')
      })
      await page.getByLabel('Title').fill(title)
      await page.getByRole('button', { name: 'Add' }).click()
      await read
      await page.getByText('Up to date').waitFor()
      if ((await page.getByRole('listitem').filter({ hasText: title }).count()) === 0) missing += 1
    }
    return missing
  } finally {
    await browser.close()
  }
}

/**
 * Copies an example into an empty folder, and installs what it depends on, with the tarball for the
 * package that a registry would give.
 *
 * @param {string} folder
 * @param {string} name
 * @param {string} tarball
 */
function install(folder, name, tarball) {
  const app = join(folder, name)
  cpSync(join(root, 'examples', name), app, { recursive: true })
  mustRun('npm', ['install', '--silent', '--no-audit', '--no-fund', tarball], app)
  return app
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 */
function mustRun(command, args, cwd) {
  const status = run(command, args, { cwd })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed with status ${status} in ${cwd}.`)
}

/**
 * Starts a program in a folder, and resolves once it has printed what is waited for.
 *
 * @param {string} cwd
 * @param {string} script
 * @param {RegExp} pattern
 * @param {readonly string[]} [args]
 * @param {Record<string, string>} [env]
 * @returns {Promise<{ printed: string, matched: string, stop: () => void }>}
 */
function serve(cwd, script, pattern, args = [], env = {}) {
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env: { ...process.env, PORT: '0', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let printed = ''
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      printed += chunk.toString()
      const matched = pattern.exec(printed)?.[0]
      if (matched !== undefined) resolve({ printed, matched, stop: () => child.kill() })
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('exit', (status) => reject(new Error(`${script} ended with ${status}: ${printed}`)))
  })
}

/**
 * @param {string} name
 * @param {number | undefined} plain how many were missing without the package, where that was tried
 * @param {number} guarded how many were missing with it
 */
function report(name, plain, guarded) {
  const before = plain === undefined ? '' : `${plain} saves were missing without tidemark, `
  console.log(`examples: ${name}: ${before}${guarded} with it`)
  if (plain === 0) throw new Error(`${name} lost nothing without tidemark, so its trial proves nothing.`)
  if (guarded !== 0) throw new Error(`${name} lost ${guarded} saves with tidemark.`)
}
