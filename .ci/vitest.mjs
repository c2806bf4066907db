// Runs Vitest, and counts what happened from its report rather than from its prose.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { cache, root, run } from './command.mjs'

/**
 * `failures` tells each of the `failed` that Vitest's report knows: where it was, and what it said.
 *
 * @typedef {{ passed: number, failed: number, skipped: number, failures: readonly string[] }} Counts
 */

/** Failures told at the end of a run, where one said more, are cut to this many lines. */
const LINES_PER_FAILURE = 25

/**
 * Runs Vitest once with the arguments given, such as `['--project', 'unit', 'test/core']`.
 *
 * `failed` counts whatever made the run fail: tests, files that could not be loaded, and errors that
 * no test caught. It is never 0 where Vitest failed, or where no test ran.
 *
 * @param {readonly string[]} args
 * @returns {Counts}
 */
export function runVitest(args) {
  // Two runs in one checkout must not read each other's report.
  const report = join(cache, `vitest-${process.pid}.json`)
  mkdirSync(cache, { recursive: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const status = run('vitest', ['run', '--config', 'test/vitest.config.ts', ...reporters, ...args])
  const counts = readReport(report)
  rmSync(report, { force: true })
  if (counts.failed === 0 && (status !== 0 || counts.passed === 0)) {
    const what = counts.passed === 0 ? 'no test ran' : 'it failed outside any test'
    console.error(`vitest ended with status ${status}: ${what}, see above`)
    return { ...counts, failed: 1, failures: [`vitest ${args.join(' ')}: ${what}`] }
  }
  return counts
}

/**
 * Returns the counts of two runs together.
 *
 * @param {Counts} left
 * @param {Counts} right
 * @returns {Counts}
 */
export function addCounts(left, right) {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
    failures: [...left.failures, ...right.failures],
  }
}

/**
 * Prints counts as `12 passed, 0 failed`, and the skipped where there are any.
 *
 * @param {Counts} counts
 */
export function describeCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}

/**
 * @param {string} report
 * @returns {Counts}
 */
function readReport(report) {
  try {
    const { numPassedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    return {
      passed: numPassedTests,
      failed: countFailures(testResults),
      skipped: numPendingTests + numTodoTests,
      failures: testResults.flatMap(describeFailures),
    }
  } catch {
    return { passed: 0, failed: 0, skipped: 0, failures: [] }
  }
}

/**
 * @typedef {{
 *   name: string,
 *   status: string,
 *   message: string,
 *   assertionResults: readonly { status: string, fullName: string, failureMessages: readonly string[] }[],
 * }} FileReport
 */

/**
 * @param {FileReport} file
 * @returns {readonly string[]}
 */
function describeFailures({ name, status, message, assertionResults }) {
  const file = relative(root, name)
  const failed = assertionResults.filter((result) => result.status === 'failed')
  if (failed.length === 0) return status === 'failed' ? [`${file}\n${indent(message)}`] : []
  return failed.map(
    ({ fullName, failureMessages }) => `${file}: ${fullName}\n${indent(failureMessages.join('\n'))}`,
  )
}

/** @param {string} text */
function indent(text) {
  return text
    .split('\n')
    .filter((line) => !line.includes('/node_modules/'))
    .slice(0, LINES_PER_FAILURE)
    .map((line) => `    ${line}`)
    .join('\n')
}

/** @param {readonly FileReport[]} files */
function countFailures(files) {
  return files.reduce((count, { status, assertionResults }) => {
    const failed = assertionResults.filter((result) => result.status === 'failed').length
    // A file that could not be loaded has failed without a test.
    return count + (status === 'failed' ? Math.max(1, failed) : failed)
  }, 0)
}
