// `npm test`: installs what is missing, extracts the examples of the documentation, and runs every
// test in every place. Arguments go to Vitest: `npm test -- test/core --project unit`.
//
// The last line says how it went: `12 passed, 0 failed`.
import { describeError } from './command.mjs'
import { extractExamples } from './docs.mjs'
import { installChromium, installFirefox, installPackages } from './install.mjs'
import { describeCounts, runVitest } from './vitest.mjs'

try {
  installPackages()
  await installChromium()
  installFirefox()
  extractExamples()
  const counts = runVitest(process.argv.slice(2))
  console.log(describeCounts(counts))
  process.exitCode = counts.failed === 0 ? 0 : 1
} catch (error) {
  console.error(`test: ${describeError(error)}`)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}
