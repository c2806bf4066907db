// Pages that real Chromium freezes while they are out of sight.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { installedBrowsers } from '../engines/browsers.ts'
import { startPipedChromium } from '../engines/piped-chromium.ts'
import type { FreezableTab, PipedChromium } from '../engines/piped-chromium.ts'
import { startStage } from '../engines/stage.ts'
import type { Stage } from '../engines/stage.ts'

// The first page takes its time where much else runs.
vi.setConfig({ testTimeout: 120_000 })

const command = installedBrowsers().get('chromium')

describe.skipIf(command === undefined)('a frozen page', () => {
  let stage: Stage
  let browser: PipedChromium
  let page: FreezableTab
  let other: FreezableTab

  beforeAll(async () => {
    stage = await startStage({
      api: { seed: 7, lag: { kind: 'exponential', meanMs: 20 } },
      entry: 'test/client/page/kept-page.ts',
    })
  })
  afterAll(() => stage.close())
  beforeEach(async () => {
    browser = await startPipedChromium(command!)
    page = await openPage()
    other = await openPage()
  })
  afterEach(() => browser.close())

  async function openPage(): Promise<FreezableTab> {
    const tab = await browser.newTab()
    await tab.goto(stage.url)
    await expect.poll(() => tab.evaluate('window.kept?.shown.times')).toBe(1)
    return tab
  }

  async function freeze(tab: FreezableTab): Promise<void> {
    await expect.poll(() => tab.evaluate('document.visibilityState')).toBe('hidden')
    await tab.setLifecycle('frozen')
  }

  async function wake(tab: FreezableTab): Promise<void> {
    await tab.setLifecycle('active')
    await tab.show()
  }

  test('D21: harms no other tab, wherever it was frozen, and knows all once it is woken', async () => {
    for (const tab of [page, other]) {
      await tab.show()
      await tab.evaluate('window.kept.use()')
    }
    for (let round = 0; round < 8; round += 1) {
      // oxlint-disable no-await-in-loop
      await page.show()
      await page.evaluate('void window.kept.increment()')
      await other.show()
      await freeze(page)
      // Serialised under one lock, on one disk: it would wait for ever for a lock or a transaction of the other.
      await other.evaluate('window.kept.increment()')
      const floor = await other.evaluate('window.kept.floor()')
      await wake(page)
      await expect.poll(() => page.evaluate(`BigInt(window.kept.floor() ?? 0) >= BigInt(${JSON.stringify(floor)})`), { timeout: 20_000 }).toBe(true)
      // oxlint-enable no-await-in-loop
    }
    await page.evaluate('window.kept.increment()')
    const newest = await fetch(`${stage.url}/counters/likes`, { headers: { 'Read-Consistency': 'strong' } })
    const likes: unknown = await newest.json()
    for (const tab of [page, other]) {
      await tab.show()
      await expect.poll(() => tab.evaluate('window.kept.likes()'), { timeout: 20_000 }).toEqual(likes)
    }
  })

  test('D20: a session that ended meanwhile ends in it as well', async () => {
    await page.show()
    await page.evaluate('window.kept.increment()')
    await other.show()
    await freeze(page)
    await other.evaluate('window.kept.signOut()')
    await wake(page)
    await expect.poll(() => page.evaluate('window.kept.ended[0]'), { timeout: 20_000 }).toBe('signed-out-elsewhere')
    await expect.poll(() => page.evaluate('window.kept.floor()'), { timeout: 20_000 }).toBeUndefined()
    await expect.poll(() => page.evaluate('window.kept.stored().then(({ records }) => records)')).toBe(0)
  })

  test('the judge is judged: its timers stand still', async () => {
    await page.evaluate(`void setInterval(() => localStorage.setItem('ticks', String(performance.now())), 5)`)
    const ticks = (): Promise<unknown> => other.evaluate(`localStorage.getItem('ticks')`)
    await other.show()
    await expect.poll(ticks).not.toBeNull()
    await freeze(page)
    // What it has written before comes a little later to another process.
    const isStill = async (): Promise<boolean> => {
      const before = await ticks()
      // A hidden page's tick once a second.
      await other.evaluate(`new Promise((ticked) => {
        let left = 100
        const timer = setInterval(() => {
          left -= 1
          if (left === 0) ticked(clearInterval(timer))
        }, 15)
      })`)
      return (await ticks()) === before
    }
    await expect.poll(isStill, { timeout: 20_000 }).toBe(true)
    await wake(page)
    await expect.poll(isStill, { timeout: 20_000 }).toBe(false)
  })
})
