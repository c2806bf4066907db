// The page of the demo on a real cluster, as `npm start -- --postgres` serves it.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser, openDemo } from '../demo/demo-page.ts'
import { serveDemo } from '../demo/served-demo.ts'
import type { ServedDemo } from '../demo/served-demo.ts'

let demo: ServedDemo
let browser: Browser

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([serveDemo(['--postgres']), launchBrowser()])
})

afterAll(async () => {
  await browser?.close()
  expect(await demo?.stop(), 'Ctrl-C ends it cleanly').toBe(0)
})

test('the page runs on PostgreSQL: a lag that the visitor sets makes plain `fetch` go wrong, and not Tidemark', async () => {
  expect(demo.printed).toMatch(/runs on PostgreSQL \d+\.\d+: a primary and 3 streaming standbys/)
  const { page, faults, click, number, text, settled } = await openDemo(browser, demo.url)
  expect(await text('cluster-note')).toContain('recovery_min_apply_delay')
  expect(await page.locator('#seed').isVisible()).toBe(false)
  await page.locator('#lag').fill('5000')
  await settled()
  await click('Upload a photo')
  await click('Add a like')
  await expect.poll(() => text('servers')).toMatch(/behind/)
  await expect.poll(async () => {
    await click('Step')
    return number('plain-violations')
  }, { timeout: 60_000 }).toBeGreaterThan(0)
  expect(await number('tidemark-violations')).toBe(0)
  expect(await page.locator('#tidemark-likes').innerText()).not.toBe('')
  await page.getByRole('button', { name: 'Pause replica-1' }).click()
  await expect.poll(() => page.getByRole('button', { name: 'Resume replica-1' }).count()).toBe(1)
  // What the cluster has, a reload finds.
  const photos = await page.locator('#tidemark-photos figure').count()
  await page.reload()
  await settled()
  await expect.poll(() => page.locator('#tidemark-photos figure').count()).toBe(photos)
  expect(await number('tidemark-violations')).toBe(0)
  expect(faults).toEqual([])
})
