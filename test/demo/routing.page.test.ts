// Routing in the demo, as a visitor sees it: the policies of the live column, and what plays in virtual
// time, whose figures are the same on every machine.

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser, openDemo } from './demo-page.ts'
import type { DemoPage } from './demo-page.ts'
import { serveDemo } from './served-demo.ts'
import type { ServedDemo } from './served-demo.ts'

let demo: ServedDemo
let browser: Browser
let shown: DemoPage

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([serveDemo(), launchBrowser()])
  shown = await openDemo(browser, demo.url)
})

afterAll(async () => {
  expect(shown.faults).toEqual([])
  await browser.close()
  await demo.stop()
})

/** Plays what a button plays, and returns the cells of its table, row by row, by the name of the row. */
async function play(button: string, section: string): Promise<Map<string, string[]>> {
  const { page } = shown
  await page.getByRole('button', { name: button, exact: true }).click()
  await page.waitForSelector(`#${section}[aria-busy=false]`)
  await page.locator(`#${section} tbody`).scrollIntoViewIfNeeded()
  const rows = await page.locator(`#${section} tbody tr`).all()
  const cells = rows.map(async (row) => {
    const [name = ''] = (await row.locator('th').innerText()).split('\n')
    return [name.trim(), await row.locator('td').allInnerTexts()] as const
  })
  return new Map(await Promise.all(cells))
}

test('choosing a policy begins a row of its own, and no answer is behind where the primary is asked', async () => {
  const { page, click, settled, number, text } = shown
  const choose = async (name: string): Promise<void> => {
    await page.getByLabel('Routing of the Tidemark column').selectOption(name)
    await settled()
    for (const action of ['Upload a photo', 'Add a like']) {
      await click(action)
      await click('Step')
    }
  }
  const latest = (): Promise<string[]> => page.locator('#route-figures tr').first().locator('td').allTextContents()
  await choose('none')
  expect(Number((await latest())[1]), 'behind, by the load balancer').toBeGreaterThan(0)
  await choose('recent-writes')
  const [requests, behind, toPrimary] = await latest()
  expect(behind).toBe('0')
  // All but the visitors of the dashboard, once a step: they are read at `eventual`, which no own write concerns.
  const others = Number(requests) * (1 - Number.parseInt(toPrimary ?? '') / 100)
  expect(Math.round(others)).toBe(2)
  await page.locator('#tidemark-chart .chart-words').getByText(/Reads were sent: \d+ to primary/).waitFor({ state: 'attached' })
  expect(await number('tidemark-violations')).toBe(0)
  expect(await text('routing-sentence')).toContain('A heuristic')
  await choose('shadow')
  expect(await text('tidemark-happenings')).toContain('Would have refused')
  expect(await number('tidemark-violations'), 'shadow mode changes nothing').toBeGreaterThan(0)
})

/** Plays a policy, and returns a figure without it and with it. */
async function trial(policy: string, label: string, column: number): Promise<[without: number, with_: number]> {
  await shown.page.getByLabel('Policy', { exact: true }).selectOption(policy)
  const cell = (await play('Play it', 'policies')).get(label)?.[column] ?? ''
  const [before = Number.NaN, after = Number.NaN] = cell.split(' → ').map(Number)
  return [before, after]
}

test('a policy plays in the world where it earns its place, without it and with it', async () => {
  const [behindBefore, behindAfter] = await trial('caught-up', 'Caught up', 0)
  expect(behindAfter).toBeLessThan(behindBefore / 2)
  const [requestsBefore, requestsAfter] = await trial('bounded-staleness', 'Bounded staleness', 1)
  expect(requestsAfter).toBeLessThan(0.9 * requestsBefore)
})

test('a lag spike: adaptive routing meets a fraction of the stale answers, and its share comes back', async () => {
  const rows = await play('Play the lag spike', 'lag-spike')
  const [adaptive = [], unrouted = [], plain = []] = rows.values()
  expect(adaptive.slice(0, 2), 'violations and failed reads').toEqual(['0', '0'])
  expect(Number(adaptive[2])).toBeLessThan(Number(unrouted[2]) / 2)
  expect(Number(plain[0])).toBeGreaterThan(100)
  const decisions = await shown.page.locator('#lag-spike-decisions li').allInnerTexts()
  expect(decisions.some((line) => line.includes('→ 90 %'))).toBe(true)
  expect(decisions.at(-1)).toContain('→ 0 %')
})

test('a failover: reads go on, other than with plain fetch, and the session follows', async () => {
  const rows = await play('Play the failover', 'failover')
  const [routed = [], plain = []] = rows.values()
  expect(routed.slice(0, 2), 'violations and failed reads').toEqual(['0', '0'])
  expect(plain.slice(0, 2).map(Number)).toEqual([expect.toSatisfy((count) => count > 0), expect.toSatisfy((count) => count > 0)])
  const decisions = await shown.text('failover-decisions')
  expect(decisions).toContain('Left replica-2')
  expect(decisions).toContain('replica-2 is back')
  expect(decisions).toContain('A new history has begun')
})
