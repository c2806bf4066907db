// Makes pictures of the demo: `node demo/screenshots.mjs [folder]`.
//
// Four go into a folder that git ignores, wide and narrow, light and dark, to be looked at after each
// change of the design; one, for the README, into docs/images.
import { mkdirSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from '../.ci/chromium.mjs'

const root = join(import.meta.dirname, '..')
const folder = process.argv[2] ?? join(root, 'coverage/demo')
const forReadme = join(root, 'docs/images/demo.png')

const views = /** @type {const} */ ([
  [360, 'light'],
  [360, 'dark'],
  [1440, 'light'],
  [1440, 'dark'],
])

const demo = spawn(process.execPath, [join(import.meta.dirname, 'start.mjs'), '--steady'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const url = await printedUrl()
  mkdirSync(folder, { recursive: true })
  mkdirSync(join(root, 'docs/images'), { recursive: true })
  const executablePath = findChromium()
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  for (const [width, colorScheme] of views) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
    await page.goto(url)
    await playForAWhile(page)
    await page.screenshot({ path: join(folder, `${width}-${colorScheme}.png`), fullPage: true })
    const isForReadme = width === 1440 && colorScheme === 'light'
    if (isForReadme) {
      await page.screenshot({ path: forReadme, clip: await stageOf(page), fullPage: true })
    }
    await page.close()
  }
  await browser.close()
  console.log(`The pictures are in ${folder}, the one for the README is ${forReadme}`)
} finally {
  demo.kill('SIGTERM')
}

/** @returns {Promise<string>} */
function printedUrl() {
  return new Promise((resolve, reject) => {
    let printed = ''
    demo.stdout.on('data', (chunk) => {
      printed += String(chunk)
      const url = /http:\S+/.exec(printed)?.[0]
      // The comparison comes last: before it the machine is busy.
      if (url !== undefined && printed.includes('Ctrl-C')) resolve(url)
    })
    demo.once('exit', () => reject(new Error(`The demo ended before it served:\n${printed}`)))
  })
}

/**
 * Acts by hand while time stands still, so that every run shows the same.
 *
 * @param {import('playwright-core').Page} page
 */
async function playForAWhile(page) {
  await page.waitForSelector('html[data-busy=false]')
  const step = page.getByRole('button', { name: 'Step', exact: true })
  const deeds = ['Upload a photo', 'Add a like', 'Ask a question', 'Let Ada post']
  for (let turn = 0; turn < 32; turn += 1) {
    if (turn % 2 === 0) {
      const name = deeds[(turn / 2) % deeds.length] ?? ''
      await settle(page, () => page.getByRole('button', { name }).click())
    }
    await settle(page, () => step.click())
  }
  await page.getByRole('button', { name: 'Run 1,000 reads' }).click()
  await page.waitForSelector('#figures tr')
  // A reply takes a while: what rests on a post is there before the post is.
  await settle(page, () => page.getByRole('button', { name: 'Let Ada post' }).click())
  for (let turn = 0; turn < 2; turn += 1) await settle(page, () => step.click())
  for (const name of deeds) await settle(page, () => page.getByRole('button', { name }).click())
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    scrollTo(0, 0)
  })
}

/**
 * Does something, and waits until both columns have read what came of it.
 *
 * @param {import('playwright-core').Page} page
 * @param {() => Promise<void>} act
 */
async function settle(page, act) {
  await act()
  await page.waitForFunction(() => document.documentElement.dataset['busy'] === 'false')
}

/**
 * Returns where the scenes are and the timeline below them, settings included.
 *
 * @param {import('playwright-core').Page} page
 */
async function stageOf(page) {
  const stage = await page.locator('#stage').boundingBox()
  const timeline = await page.locator('.scene', { has: page.locator('#plain-chart') }).boundingBox()
  if (stage === null || timeline === null) throw new Error('The stage is not on the page.')
  const bottom = timeline.y + timeline.height
  return { x: stage.x - 24, y: stage.y - 12, width: stage.width + 48, height: bottom - stage.y + 12 }
}
