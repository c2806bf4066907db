// The devtools on the demo: they are there when they are asked for, and follow the visit.

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { axeFindings, launchBrowser, openDemo } from './demo-page.ts'
import { serveDemo } from './served-demo.ts'
import type { ServedDemo } from './served-demo.ts'

let demo: ServedDemo
let browser: Browser

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([serveDemo(), launchBrowser()])
})

afterAll(async () => {
  await browser.close()
  await demo.stop()
})

test('show what the right column does, follow a new visit and the theme, and go away again', async () => {
  const { page, settled, faults } = await openDemo(browser, demo.url, { width: 360, reducedMotion: 'reduce' })
  await page.locator('#devtools').click()
  const panel = page.locator('tidemark-devtools')
  await panel.getByRole('tab', { name: 'Reads' }).waitFor()
  await page.locator('#act-photos').evaluate((button: HTMLButtonElement) => button.click())
  await settled()
  await panel.locator('summary').filter({ hasText: 'refused' }).first().waitFor()
  await page.locator('#start-over').evaluate((button: HTMLButtonElement) => button.click())
  await settled()
  await panel.locator('.key', { hasText: 'photos' }).first().waitFor()
  expect(await panel.locator('summary').filter({ hasText: 'refused' }).count()).toBe(0)
  expect(await axeFindings(page), 'with the devtools open').toEqual([])
  await page.locator('#theme').evaluate((button: HTMLButtonElement) => button.click())
  expect(await panel.getAttribute('theme')).toBe('dark')
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  await page.locator('#devtools').evaluate((button: HTMLButtonElement) => button.click())
  expect(await panel.count()).toBe(0)
  expect(faults).toEqual([])
}, 90_000)
