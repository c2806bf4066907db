// `npm run crash -- --kills 200`: kills a real browser that often while its tabs write, and says what came of
// it. `--browser firefox` takes another one, `--seed` other moments.

import { parseArgs } from 'node:util'
import { installedBrowsers } from './browsers.ts'
import { crash } from './crash.ts'

const { values } = parseArgs({
  options: {
    browser: { type: 'string', default: 'chromium' },
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
})
const browsers = installedBrowsers()
const command = browsers.get(values.browser)

if (command === undefined) {
  console.error(`crash: there is no ${values.browser} here, but ${[...browsers.keys()].join(', ') || 'none'}.`)
  process.exitCode = 1
} else {
  const startedAt = Date.now()
  const onKill = (count: number): void => {
    if (count % 10 === 0) console.log(`${count} kills, ${Math.round((Date.now() - startedAt) / 1000)} s`)
  }
  const asked = { kills: Number(values.kills), seed: Number(values.seed) }
  const report = await crash({ command, ...asked, onKill, onViolation: console.log })
  const { kills, flushes, arrivals, records, unverified, late, violations } = report
  console.log(
    `${values.browser}: ${kills} kills while 3 tabs wrote, ${flushes} flushes that pages were told of, ` +
      `${arrivals} pages opened on what was left, up to ${records} records each, ` +
      `${unverified} first answers unverified, ${late} pages without their disk, ${violations.length} violations`,
  )
  process.exitCode = violations.length === 0 ? 0 : 1
}
