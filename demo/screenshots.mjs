// Makes pictures of the demo: `node demo/screenshots.mjs [--readme] [--scene NAME]... [folder]`.
//
// Each scene at 360, 768 and 1,440 px, light and dark, and with them the top of the page, the settings, the
// devtools, and the tour at its begin and at its end, into a folder that git ignores: they are to be looked at
// after each change of the design. `--readme` makes the picture of the README as well; `--scene` may be
// repeated, and leaves out all else. Says which pictures a page is wider than, and then fails.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { findChromium } from '../.ci/chromium.mjs'
import { press, startDemo } from './started-demo.mjs'

const root = join(import.meta.dirname, '..')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { readme: { type: 'boolean' }, scene: { type: 'string', multiple: true } },
})
const folder = positionals[0] ?? join(root, 'coverage/demo')
const forReadme = join(root, 'docs/images/demo.png')

const widths = [360, 768, 1440]
const themes = /** @type {const} */ (['light', 'dark'])

const { demo, printedUrl } = startDemo()
try {
  const url = await printedUrl
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
  await inEachLook(page, async (look) => {
    await scenePictures(page, look)
    if (values.readme === true && look === '1440-light') {
      // All of it in sight at once: what is not, is not painted.
      await page.setViewportSize({ width: 1440, height: 2400 })
      const clip = await stageOf(page)
      await settle(page)
      await page.screenshot({ path: forReadme, clip })
      await page.setViewportSize({ width: 1440, height: 900 })
      console.log(`The picture of the README is ${forReadme}`)
    }
  })
  if (values.scene === undefined) {
    await openDevtools(page)
    await page.locator('#photos').evaluate((scene) => scene.scrollIntoView())
    await inEachLook(page, (look) => picture(page, `devtools-${look}`))
    await page.locator('#devtools').evaluate(press)
    await page.locator('#tour-begin').evaluate(press)
    await page.locator('#tour').waitFor() // Until then what is shown is of the visit before.
    await page.waitForFunction(() => document.querySelector('#plain-photos[data-state=violation]') !== null)
    await inEachLook(page, async (look) => {
      await page.locator('#photos .pair').evaluate((scene) => scene.scrollIntoView({ block: 'center' }))
      await picture(page, `tour-${look}`)
    })
    await endTour(page)
    await inEachLook(page, async (look) => {
      await page.locator('#thousand').evaluate((scene) => scene.scrollIntoView({ block: 'center' }))
      await picture(page, `tour-end-${look}`)
    })
  }
  await browser.close()
  console.log(`The pictures are in ${folder}`)
} finally {
  demo.kill('SIGTERM')
}

/**
 * Shows the page in every width and theme.
 *
 * @param {import('playwright-core').Page} page
 * @param {(look: string) => Promise<void>} work
 */
async function inEachLook(page, work) {
  for (const width of widths) {
    for (const theme of themes) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      // The charts are drawn anew for a width, after the frame that tells it.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
      await work(`${width}-${theme}`)
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (tooWide <= 0) continue
      console.error(`At ${width} px the page is ${tooWide} px wider than its window.`)
      process.exitCode = 1
    }
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} look
 */
async function scenePictures(page, look) {
  const wanted = values.scene
  await page.evaluate(() => scrollTo(0, 0))
  if (wanted === undefined) await picture(page, `top-${look}`)
  // So high that no scene comes to lie behind the strip.
  await page.setViewportSize({ ...(page.viewportSize() ?? { width: 0 }), height: 2000 })
  for (const part of await page.locator('.scene[id], #settings').all()) {
    const id = (await part.getAttribute('id')) ?? ''
    if (wanted !== undefined && !wanted.includes(id)) continue
    await part.screenshot({ path: join(folder, `${id}-${look}.png`) })
  }
}

/**
 * What a visitor has in the window.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} name
 */
async function picture(page, name) {
  await settle(page)
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

/**
 * Waits until what has just come into sight is painted: scenes are not before.
 *
 * @param {import('playwright-core').Page} page
 */
async function settle(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/**
 * Opens the devtools, lets them see something, and unfolds a read whose first answer was refused.
 *
 * @param {import('playwright-core').Page} page
 */
async function openDevtools(page) {
  await page.locator('#devtools').evaluate(press)
  const panel = page.locator('tidemark-devtools')
  await panel.getByRole('tab', { name: 'Reads' }).waitFor()
  for (const id of ['act-photos', 'act-likes', 'act-conversation', 'step']) {
    await page.locator(`#${id}`).evaluate(press)
    await page.waitForFunction(() => document.documentElement.dataset['busy'] === 'false')
  }
  await panel.locator('summary').filter({ hasText: 'refused' }).first().click()
}

/**
 * Goes through the tour to its last words.
 *
 * @param {import('playwright-core').Page} page
 */
async function endTour(page) {
  const next = page.locator('#tour-next')
  while (await next.isVisible()) {
    const at = await page.locator('#tour-at').innerText()
    await next.evaluate(press)
    await page.waitForFunction(
      (last) =>
        document.getElementById('tour-at')?.textContent !== last || document.getElementById('tour-next')?.hidden,
      at,
      { timeout: 120_000 },
    )
  }
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null, undefined, { timeout: 120_000 })
}

/**
 * Acts by hand while time stands still, so that every run shows the same.
 *
 * @param {import('playwright-core').Page} page
 */
async function playForAWhile(page) {
  await page.waitForSelector('html[data-busy=false]')
  /** @param {readonly string[]} ids */
  const act = async (...ids) => {
    for (const id of ids) {
      await page.locator(`#${id}`).click()
      await page.waitForFunction(() => document.documentElement.dataset['busy'] === 'false')
    }
  }
  const deeds = ['photos', 'likes', 'conversation', 'posts', 'cart', 'dashboard']
  for (let turn = 0; turn < 24; turn += 1) {
    if (turn % 2 === 0) await act(`act-${deeds[(turn / 2) % deeds.length]}`)
    await act('step')
  }
  await act('act-cart-code', 'act-cart-price', 'look-cart-pay', 'act-dashboard-orders', 'act-dashboard-orders')
  await act('offline-toggle', 'offline-write', 'offline-write', 'tabs-like', 'users-switch')
  const plays = ['run-trial', 'play-lag-spike', 'play-failover', 'play-restore', 'compare']
  for (const id of plays) {
    if (await page.locator(`#${id}`).count()) await act(id)
    await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null, undefined, { timeout: 120_000 })
  }
  // A reply takes a while. Time stops where it is there before its post.
  await act('act-posts')
  for (let steps = 0; steps < 40; steps += 1) {
    if (steps % 8 === 7) await act('act-posts')
    if (steps % 2 === 0) await act('act-dashboard-orders')
    await act('step')
    if ((await page.locator('#plain-posts .gap').count()) > 0) break
  }
  await act(...deeds.slice(0, 3).map((deed) => `act-${deed}`))
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
  await page.evaluate(() => scrollTo(0, 0))
  const stage = await page.locator('#stage').boundingBox()
  const last = await page.locator('#posts').boundingBox()
  if (stage === null || last === null) throw new Error('The stage is not on the page.')
  const bottom = last.y + last.height
  return { x: stage.x - 24, y: stage.y - 12, width: stage.width + 48, height: bottom - stage.y + 12 }
}
