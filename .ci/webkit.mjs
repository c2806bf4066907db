// `npm run test:webkit`: the tests of all engines in WebKitGTK, where it is installed: Debian's packages
// `webkit2gtk-driver` and `xvfb`. It is no part of `npm test`, since few machines have it.
//
// TIDEMARK_WEBKIT names the MiniBrowser. Arguments go to Vitest.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.mjs'
import { describeCounts, runVitest } from './vitest.mjs'

const miniBrowser = process.env['TIDEMARK_WEBKIT'] ?? findMiniBrowser()
const tools = ['WebKitWebDriver', 'Xvfb']
const missing = tools.filter((tool) => run('sh', ['-c', `command -v ${tool} >/dev/null`]) !== 0)

if (miniBrowser === undefined || missing.length > 0) {
  console.log(
    `webkit: skipped, since there is no ${miniBrowser === undefined ? 'MiniBrowser' : missing.join(', no ')}. ` +
      'Debian has it: apt-get install webkit2gtk-driver xvfb',
  )
} else {
  process.env['TIDEMARK_WEBKIT'] = miniBrowser
  const inPage = runVitest(['--project', 'webkit', ...process.argv.slice(2)])
  // Several tabs are driven from outside.
  const ofTabs = runVitest(['--project', 'page', 'test/engines/tabs.page.test.ts', '-t', 'WebKit'])
  for (const counts of [inPage, ofTabs]) console.log(describeCounts(counts))
  process.exitCode = inPage.failed + ofTabs.failed === 0 ? 0 : 1
}

/** It belongs to no folder of the PATH: distributions keep it beside the library. */
function findMiniBrowser() {
  return readdirSync('/usr/lib', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => {
      const folder = join('/usr/lib', entry.name)
      const versions = safely(folder).filter((name) => name.startsWith('webkit2gtk-'))
      return versions.map((version) => join(folder, version))
    })
    .find((folder) => safely(folder).includes('MiniBrowser'))
    ?.concat('/MiniBrowser')
}

/** @param {string} folder */
function safely(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
