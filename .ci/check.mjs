// `npm run check`: every job that judges the house, but for the tests. `npm run check:lint` runs one.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { writeReports } from './api.mjs'
import { build } from './build.mjs'
import { describeError, isMain, root, run } from './command.mjs'
import { checkExamples } from './docs.mjs'
import { tryExamples } from './examples.mjs'
import { checkLock } from './lock.mjs'
import { checkPackage } from './package.mjs'

const folders = ['src', 'test', 'demo', 'bench', 'examples', '.ci'].filter((name) => existsSync(join(root, name)))

const projects = ['tsconfig.json', '.ci/tsconfig.node.json', 'test/tsconfig.json', 'demo/tsconfig.json']

/**
 * Each job says whether all is well, and prints what is not.
 *
 * @type {Record<string, () => boolean | Promise<boolean>>}
 */
const jobs = {
  // Warnings are for editors and for `npm run shape`: only what is an error counts here.
  lint: () => run('oxlint', ['--type-aware', '--quiet', ...folders]) === 0,
  types: () =>
    projects
      .filter((project) => existsSync(join(root, project)))
      .map((project) => run('tsc', ['-p', project, '--noEmit']) === 0)
      .every(Boolean),
  lock: checkLock,
  package: () => isBuilt() && checkPackage(),
  api: () => isBuilt() && isSurfaceKnown(),
  sizes: () => isBuilt() && run('size-limit', []) === 0,
  unused: () => run('knip', []) === 0,
  docs: checkExamples,
  examples: async () => isBuilt() && (await tryExamples()),
}

let wasBuilt = false

/** One build serves all jobs of a run. */
function isBuilt() {
  if (!wasBuilt) build()
  wasBuilt = true
  return wasBuilt
}

function isSurfaceKnown() {
  const changed = writeReports()
  if (changed.length === 0) return true
  console.error(
    `The public surface is not what was committed: ${changed.join(', ')}. ` +
      'The files are written anew: read `git diff docs/api`, and commit them if the change is meant.',
  )
  return false
}

/**
 * Runs jobs by name, each to its end, and returns those that failed.
 *
 * @param {readonly string[]} names
 */
async function runJobs(names) {
  const failed = []
  for (const name of names) {
    const startedAt = performance.now()
    console.log(`check:${name}`)
    const isWell = await runJob(name)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    console.log(`check:${name} ${isWell ? 'is well' : 'FAILED'} (${seconds} s)`)
    if (!isWell) failed.push(name)
  }
  return failed
}

/** @param {string} name */
async function runJob(name) {
  const job = jobs[name]
  if (job === undefined) {
    console.error(`There is no job "${name}". There are: ${Object.keys(jobs).join(', ')}.`)
    return false
  }
  try {
    return await job()
  } catch (error) {
    console.error(describeError(error))
    return false
  }
}

if (isMain(import.meta)) {
  const asked = process.argv.slice(2)
  const names = asked.length === 0 ? Object.keys(jobs) : asked
  const failed = await runJobs(names)
  console.log(
    failed.length === 0
      ? `check: ${names.length} of ${names.length} jobs are well`
      : `check: failed: ${failed.join(', ')}`,
  )
  process.exitCode = failed.length === 0 ? 0 : 1
}
