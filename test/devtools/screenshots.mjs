// Makes pictures of the panel: `node test/devtools/screenshots.mjs [folder]`.
//
// Each tab at three widths and in both themes goes into a folder that git ignores, to be looked at after each
// change of the design; one, for docs/devtools.md, into docs/images.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from '../../.ci/chromium.mjs'
import { servePanel } from './serve-panel.mjs'

const root = join(import.meta.dirname, '../..')
const folder = process.argv[2] ?? join(root, 'coverage/devtools')
mkdirSync(folder, { recursive: true })
const served = await servePanel()
const executablePath = findChromium()
const browser = await chromium.launch({
  ...(executablePath === undefined ? {} : { executablePath }),
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  for (const width of [360, 768, 1440]) {
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      const page = await browser.newPage({ viewport: { width, height: 640 }, colorScheme })
      await page.goto(served.url)
      await page.evaluate(() => Reflect.get(globalThis, 'panelPage').act(8))
      await page.locator('tidemark-devtools summary').filter({ hasText: 'refused' }).first().click()
      for (const tab of ['Reads', 'Refused', 'Floors', 'Entries', 'Servers', 'Writes', 'Events']) {
        await page.getByRole('tab', { name: tab }).click()
        await page.screenshot({ path: join(folder, `${width}-${colorScheme}-${tab.toLowerCase()}.png`) })
      }
      if (width === 768 && colorScheme === 'light') {
        await page.getByRole('tab', { name: 'Reads' }).click()
        await page.locator('tidemark-devtools').screenshot({ path: join(root, 'docs/images/devtools.png') })
      }
      await page.close()
    }
  }
  console.log(`The pictures are in ${folder}, the one for the docs is docs/images/devtools.png`)
} finally {
  await browser.close()
  await served.close()
}
