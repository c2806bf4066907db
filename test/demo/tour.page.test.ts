// The scenes that have buttons of their own, links that bring a visitor to a scene and a seed, and the tour.

import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings, launchBrowser, openDemo } from './demo-page.ts'
import type { DemoPage } from './demo-page.ts'
import { figuresIn, serveDemo } from './served-demo.ts'
import type { ServedDemo } from './served-demo.ts'

let demo: ServedDemo
let browser: Browser
let shown: DemoPage

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([serveDemo(), launchBrowser()])
  shown = await openDemo(browser, demo.url)
})

afterEach(() => {
  expect(shown.faults).toEqual([])
})

afterAll(async () => {
  await browser.close()
  await demo.stop()
})

describe('the scenes', () => {
  test('what was put into the cart is in the sum that is charged, other than with plain fetch', async () => {
    const { click, text, number } = shown
    await click('Start over')
    await click('Add to the cart')
    await click('Pay')
    expect(await text('tidemark-cart')).toContain('Charged €64.00')
    expect(await text('plain-cart')).toContain('Charged €40.00')
    expect(await number('tidemark-violations')).toBe(0)
  })

  test('strong: what is charged is the price of now, which nobody here has seen', async () => {
    const { click, text } = shown
    await click('Start over')
    await click('Change a price')
    expect(await text('tidemark-cart'), 'as seen before: nothing was broken').toContain('€40.00')
    await click('Pay')
    expect(await text('tidemark-cart')).toContain('Charged €42.00')
    expect(await text('plain-cart')).toContain('Charged €40.00')
  })

  test('bounded staleness: orders are a second old at most, and visitors as old as they come', async () => {
    const { click, page } = shown
    await click('Start over')
    const agesOf = async (column: string): Promise<number[]> => {
      const ages = await page.locator(`#${column}-dashboard dd small`).allInnerTexts()
      return ages.map((age) => (age === 'up to date' ? 0 : Number.parseFloat(age)))
    }
    const seen: Record<string, number[][]> = { plain: [], tidemark: [] }
    await click('Let visitors come')
    for (let step = 0; step < 8; step += 1) {
      await click(step % 2 === 0 ? 'Let others order' : 'Step')
      for (const [column, ages] of Object.entries(seen)) ages.push(await agesOf(column))
    }
    const worst = (column: string, tile: number): number =>
      Math.max(...(seen[column] ?? []).map((ages) => ages[tile] ?? 0))
    expect(worst('tidemark', 1)).toBeLessThanOrEqual(1)
    expect(worst('plain', 1)).toBeGreaterThan(1)
    expect(worst('tidemark', 0), 'eventual asks for nothing').toBeGreaterThan(1)
  })

  test('offline and back: a note is lost with plain fetch, and kept and sent with an outbox', async () => {
    const { click, text, page } = shown
    await click('Go offline')
    await click('Write a note')
    expect(await text('plain-offline')).toContain('“Tide at ten” is lost')
    await page.getByText('Kept: one note waits for the network').waitFor()
    expect(await text('tidemark-offline')).toContain('Tide at ten')
    await click('Come back online')
    await page.waitForFunction(() => document.querySelector('#tidemark-offline .panel-note')?.textContent === '')
    expect(await text('tidemark-offline')).toContain('Tide at ten')
    expect(await text('plain-offline')).not.toContain('Tide at ten')
  })
})

describe('tabs and users', () => {
  test('what one tab has shown holds for the other', async () => {
    const { click, page } = shown
    const counts = (column: string): Promise<string[]> => page.locator(`#${column}-tabs dd`).allInnerTexts()
    await click('Like in tab A')
    await page.waitForFunction(() => {
      const shownCounts = [...document.querySelectorAll('#tidemark-tabs dd')].map(({ textContent }) => textContent)
      return shownCounts.join() === '11,11'
    })
    expect(await counts('plain')).toEqual(['10', '10'])
    expect(await page.locator('#tidemark-tabs').getAttribute('data-state')).toBe('calm')
  })

  test('I11: an answer for one user reaches no other, also where it comes late', async () => {
    const { click, page, text } = shown
    await click('Let Ben sign in')
    await page.getByText('Ben reads what is Ada’s').waitFor()
    expect(await text('plain-users')).toContain('Dentist')
    expect(await text('tidemark-users')).toContain('Regatta')
    expect(await text('tidemark-users')).not.toContain('Dentist')
  })
})

describe('links', () => {
  test('a link brings another visitor to the scene, in the world of its seed', async () => {
    const { page, click } = shown
    await page.getByLabel('Seed').fill('7')
    await page.getByLabel('Seed').press('Enter')
    await shown.settled()
    await click('Add a like')
    const link = await page.locator('#likes .scene-link').getAttribute('href')
    expect(link).toBe('#scene=likes&seed=7')
    const other = await openDemo(browser, `${demo.url}${link ?? ''}`)
    expect(await other.page.getByLabel('Seed').inputValue()).toBe('7')
    expect(await other.page.evaluate(() => document.activeElement?.id)).toBe('likes')
    await other.click('Add a like')
    expect(await other.text('plain-likes')).toBe(await shown.text('plain-likes'))
    expect(other.faults).toEqual([])
    await other.page.context().close()
  })

  test('what a link says is taken within the bounds of the controls, and a new address is another world', async () => {
    const { page, settled } = shown
    await page.evaluate(() => {
      location.hash = '#scene=nowhere&seed=3&lag=99999&replicas=-2&level=perfect&routing=__proto__'
    })
    await page.waitForFunction(() => document.getElementById('lag-value')?.textContent === '5.0 s')
    await settled()
    expect(await page.getByLabel('Seed').inputValue()).toBe('3')
    expect(await page.getByLabel('Replicas', { exact: false }).inputValue()).toBe('1')
    expect(await page.getByLabel('Consistency of reads').inputValue()).toBe('session')
    expect(await page.locator('#routing').inputValue()).toBe('none')
  })
})

test('the tour plays each scene, and ends on the figures', async () => {
  const { page, faults, number } = await openDemo(browser, demo.url, { reducedMotion: 'reduce' })
  await page.getByRole('button', { name: 'Take the tour' }).click()
  await page.getByText('1 of 14').waitFor()
  expect(await axeFindings(page), 'with the bar of the tour').toEqual([])
  for (let visited = 1; visited < 14; visited += 1) {
    const at = await page.locator('#tour-at').innerText()
    await page.getByRole('button', { name: 'Next', exact: true }).click()
    await page.waitForFunction((last) => document.getElementById('tour-at')?.textContent !== last, at)
  }
  expect(await page.locator('#tour-at').innerText()).toBe('14 of 14')
  const end = page.getByText('On this tour plain fetch broke')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  // What plays behind shares the one thread of the page with the thousand reads.
  await end.waitFor({ timeout: 150_000 })
  const [ownWrites, wentBack] = figuresIn(demo.printed, 'Plain fetch')
  expect(await end.innerText()).toBe(
    `On this tour plain fetch broke ${await number('plain-violations')} promises, Tidemark 0. ` +
      `Of 1,000 reads, own writes were missing and values went back: plain fetch ${ownWrites ?? ''} and ${wentBack ?? ''}, Tidemark 0 and 0.`,
  )
  expect(await number('plain-violations')).toBeGreaterThan(5)
  for (const play of ['lag-spike', 'failover', 'restore']) {
    await page.waitForSelector(`#${play}[aria-busy=false] tbody tr`, { timeout: 150_000 })
  }
  const restored = await page.locator('#restore tbody tr').first().locator('td').allInnerTexts()
  expect(restored.slice(0, 2), 'violations and failed reads through a restore').toEqual(['0', '0'])
  await page.getByRole('button', { name: 'End the tour' }).click()
  expect(await page.locator('#tour').isVisible()).toBe(false)
  expect(faults).toEqual([])
}, 240_000)
