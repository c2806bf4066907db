// What real Chromium says of a page that is left and come back to, and of its tabs.

import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { findChromium } from '../../.ci/chromium.mjs'
import { startStage } from '../engines/stage.ts'
import type { Stage } from '../engines/stage.ts'
import type { KeptPage } from './page/kept-page.ts'

// The first page takes its time where much else runs.
vi.setConfig({ testTimeout: 120_000 })

let browser: Browser
let context: BrowserContext
let stage: Stage

beforeAll(async () => {
  const executablePath = findChromium()
  browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
  stage = await startStage({
    api: { seed: 7, lag: { kind: 'exponential', meanMs: 20 } },
    entry: 'test/client/page/kept-page.ts',
  })
})
afterAll(async () => {
  await browser.close()
  await stage.close()
})
beforeEach(async () => {
  context = await browser.newContext()
})
afterEach(() => context.close())

async function openPage(): Promise<Page> {
  const page = await context.newPage()
  await page.goto(stage.url)
  await page.waitForFunction(() => window.kept?.shown.times === 1)
  return page
}

async function leave(page: Page): Promise<void> {
  await page.goto(`${stage.url}/photos`)
}

/** Goes back, and tells whether the page was kept, and why not. */
async function comeBack(page: Page): Promise<{ persisted: boolean; reasons: unknown }> {
  await page.evaluate(() => history.back())
  await page.waitForFunction(() => window.kept !== undefined && window.kept.shown.times > 0)
  return page.evaluate(async () => {
    const [navigation] = performance.getEntriesByType('navigation')
    const why: unknown = navigation && Reflect.get(navigation, 'notRestoredReasons')
    return { persisted: window.kept.shown.persisted, reasons: JSON.parse(JSON.stringify(why ?? null)) as unknown }
  })
}

describe('the back/forward cache', () => {
  test('D22: keeps a page with a watch, serialised writes, an outbox and a channel', async () => {
    const page = await openPage()
    await page.evaluate(() => window.kept.use())
    await leave(page)
    expect(await comeBack(page)).toEqual({ persisted: true, reasons: null })
    expect(await page.evaluate((): KeptPage['shown'] => window.kept.shown)).toEqual({ times: 2, persisted: true })
    await page.evaluate(() => window.kept.increment())
  })

  test('D22: keeps one that is left in the midst of a write', async () => {
    const page = await openPage()
    await page.evaluate(() => window.kept.use())
    await page.evaluate(() => void window.kept.increment())
    await leave(page)
    expect(await comeBack(page)).toEqual({ persisted: true, reasons: null })
  })

  test('D22: the judge is judged: a page that has opened a window is not kept', async () => {
    const page = await openPage()
    await page.evaluate(() => void window.open('/photos'))
    await leave(page)
    const { persisted, reasons } = await comeBack(page)
    expect(persisted).toBe(false)
    expect(reasons).not.toBeNull()
  })

  test('D20: a page that comes back knows what another tab has done meanwhile', async () => {
    const [page, other] = [await openPage(), await openPage()]
    await page.evaluate(() => window.kept.use())
    await leave(page)
    await other.evaluate(() => window.kept.increment())
    const floor = await other.evaluate(() => window.kept.floor())
    expect(await comeBack(page)).toEqual({ persisted: true, reasons: null })
    await page.waitForFunction((known) => window.kept.floor() === known, floor)
  })
})

describe('tabs', () => {
  test('D19: a watch follows what another tab was shown', async () => {
    const [page, other] = [await openPage(), await openPage()]
    await page.evaluate(() => window.kept.use())
    await other.evaluate(() => window.kept.use())
    const newest = await fetch(`${stage.url}/counters/likes`, { headers: { 'Read-Consistency': 'strong' } })
    const likes = JSON.stringify(await newest.json())
    for (const tab of [other, page]) await tab.waitForFunction((shown) => JSON.stringify(window.kept.likes()) === shown, likes)
  })

  test('P2: a sign-out empties the disk, the mirror, and the other tab', async () => {
    const [page, other] = [await openPage(), await openPage()]
    // Nobody watches anything: what is stored afterwards is not of the next session.
    for (const tab of [page, other]) await tab.evaluate(() => window.kept.increment())
    expect((await page.evaluate(() => window.kept.stored())).mirrors.join(' ')).toContain('main@')
    await page.evaluate(() => window.kept.signOut())
    await other.waitForFunction(() => window.kept.ended.length > 0)
    expect(await other.evaluate(() => window.kept.ended[0])).toBe('signed-out-elsewhere')
    await other.waitForFunction(() => window.kept.floor() === undefined) // T4 of `lifetimes.ts`
    const { mirrors, records } = await other.evaluate(() => window.kept.stored())
    expect(mirrors.join(' ')).not.toContain('main@')
    expect(records).toBe(0)
  })
})
