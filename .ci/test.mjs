// `npm test`: installs what is missing, extracts the examples of the documentation, and runs every
// test in every place. Arguments go to Vitest: `npm test -- test/core --project unit`.
//
// Without arguments the places take turns: browsers, databases and servers that start all at once take
// the cores from each other, and what times out then has told of the machine and not of the code.
//
// The last line says how it went: `12 passed, 0 failed`.
import { availableParallelism } from 'node:os'
import { describeError } from './command.mjs'
import { extractExamples } from './docs.mjs'
import { findFirefox } from './firefox.mjs'
import { installChromium, installFirefox, installPackages } from './install.mjs'
import { addCounts, describeCounts, runVitest } from './vitest.mjs'

/**
 * The projects of `test/vitest.config.ts`, turn by turn. `test/tidy.test.ts` holds that none is missing:
 * Vitest has no way to say "all but these", since one name that is not excluded admits a project.
 */
const turns = [['unit', 'dom', 'peer', 'docs', 'types'], ['chromium'], ['firefox'], ['page'], ['postgres', 'mariadb']]

// What needs nothing but Node is as quick as there are cores. Elsewhere a browser or a database needs one.
const workers = availableParallelism()

/** Returns the arguments of one run of Vitest for each turn. */
function runsOfAll() {
  // Without a Firefox there is no such project, which Vitest takes for a mistake.
  const possible = turns.filter(([name]) => name !== 'firefox' || findFirefox() !== undefined)
  return possible.map((names) => [
    ...names.flatMap((name) => ['--project', name]),
    ...(names.includes('unit') ? [`--maxWorkers=${workers}`] : []),
  ])
}

try {
  installPackages()
  await installChromium()
  installFirefox()
  extractExamples()
  const asked = process.argv.slice(2)
  const counts = (asked.length === 0 ? runsOfAll() : [asked]).map((args) => runVitest(args)).reduce(addCounts)
  // Thousands of lines further up they are hard to find, and a record of the end alone has lost them.
  if (counts.failures.length > 0) console.log(`\nfailures:\n${counts.failures.join('\n')}\n`)
  console.log(describeCounts(counts))
  process.exitCode = counts.failed === 0 ? 0 : 1
} catch (error) {
  console.error(`test: ${describeError(error)}`)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}
