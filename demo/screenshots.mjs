// Makes pictures of the demo: `node demo/screenshots.mjs [--readme] [--scene NAME]... [folder]`.
//
// Each scene at 360, 768 and 1,440 px, light and dark, and the top of the page, into a folder that git
// ignores: they are to be looked at after each change of the design. `--readme` makes the picture of the
// README as well; `--scene` may be repeated, and leaves out the others.
import { mkdirSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { findChromium } from '../.ci/chromium.mjs'

const root = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { readme: { type: 'boolean' }, scene: { type: 'string', multiple: true } },
})
const folder = positionals[0] ?? join(root, 'coverage/demo')
const forReadme = join(root, 'docs/images/demo.png')

const widths = [360, 768, 1440]
const themes = /** @type {const} */ (['light', 'dark'])

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
  const context = await browser.newContext({ reducedMotion: 'reduce', colorScheme: 'light' })
  const page = await context.newPage()
  page.on('pageerror', (error) => console.error(`page: ${error.message}`))
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(url)
  await playForAWhile(page)
  // One course of events, looked at in every width and theme.
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await picture(page, `${width}-${theme}`)
      if (values.readme === true && width === 1440 && theme === 'light') {
        await page.screenshot({ path: forReadme, clip: await stageOf(page), fullPage: true })
        console.log(`The picture of the README is ${forReadme}`)
      }
    }
  }
  await browser.close()
  console.log(`The pictures are in ${folder}`)
} finally {
  demo.kill('SIGTERM')
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} name
 */
async function picture(page, name) {
  // The charts are drawn anew for a width, after the frame that tells it.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  const wanted = values.scene
  if (wanted === undefined) await page.screenshot({ path: join(folder, `top-${name}.png`) })
  for (const scene of await page.locator('.scene[id]').all()) {
    const id = (await scene.getAttribute('id')) ?? ''
    if (wanted !== undefined && !wanted.includes(id)) continue
    await scene.screenshot({ path: join(folder, `${id}-${name}.png`) })
  }
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
  /** @param {readonly string[]} ids */
  const press = async (...ids) => {
    for (const id of ids) {
      await page.locator(`#${id}`).click()
      await page.waitForFunction(() => document.documentElement.dataset['busy'] === 'false')
    }
  }
  const deeds = ['photos', 'likes', 'conversation', 'posts', 'cart', 'dashboard']
  for (let turn = 0; turn < 24; turn += 1) {
    if (turn % 2 === 0) await press(`act-${deeds[(turn / 2) % deeds.length]}`)
    await press('step')
  }
  await press('act-cart-code', 'act-cart-price', 'look-cart-pay', 'act-dashboard-orders', 'act-dashboard-orders')
  await press('offline-toggle', 'offline-write', 'offline-write', 'tabs-like', 'users-switch')
  const plays = ['run-trial', 'play-lag-spike', 'play-failover', 'play-restore', 'compare']
  for (const id of plays) {
    if (await page.locator(`#${id}`).count()) await press(id)
    await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null, undefined, { timeout: 120_000 })
  }
  // A reply takes a while: what rests on a post is there before the post is.
  await press('act-posts', 'step', 'step', ...deeds.slice(0, 4).map((deed) => `act-${deed}`))
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    scrollTo(0, 0)
  })
}

/**
 * Returns where the first scenes are, settings included.
 *
 * @param {import('playwright-core').Page} page
 */
async function stageOf(page) {
  const stage = await page.locator('#stage').boundingBox()
  const last = await page.locator('#posts').boundingBox()
  if (stage === null || last === null) throw new Error('The stage is not on the page.')
  const bottom = last.y + last.height
  return { x: stage.x - 24, y: stage.y - 12, width: stage.width + 48, height: bottom - stage.y + 12 }
}
