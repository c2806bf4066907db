import { readFile } from 'node:fs/promises'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { checkGuarantees, parseHistory } from '../../src/testing/index.ts'
import { launchBrowser } from '../demo/demo-page.ts'
import type { PanelPage } from './panel-page.ts'
import { servePanel } from './serve-panel.mjs'

// Each opens a page of its own, which takes a while where much else runs.
vi.setConfig({ testTimeout: 120_000 })

let browser: Browser
let served: Awaited<ReturnType<typeof servePanel>>

beforeAll(async () => {
  served = await servePanel()
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await served?.close()
})

interface Opened {
  readonly page: Page
  /** What the console, the page, and its policy complained of. */
  readonly faults: readonly string[]
}

async function open(search = '', width = 1024, bypassCSP = false): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 700 }, bypassCSP })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(served.url + search)
  return { page, faults }
}

const act = (page: Page, turns: number): Promise<void> =>
  page.evaluate((count) => (globalThis as unknown as { panelPage: PanelPage }).panelPage.act(count), turns)

describe('<tidemark-devtools>', () => {
  test('shows reads, refused answers, floors, servers and writes, under the strictest policy', async () => {
    const { page, faults } = await open()
    await act(page, 6)
    const view = page.getByRole('tabpanel')
    await page.waitForFunction(() => document.querySelector('tidemark-devtools')?.shadowRoot?.textContent?.includes('18 reads'))
    const refused = view.locator('summary').filter({ hasText: 'refused' }).first()
    await refused.click()
    // Its steps are written once it is open, in a later turn.
    await refused.locator('..').locator('.steps').filter({ hasText: /refused, behind: main \S+ is wanted/ }).waitFor()
    const shows = async (name: string, text: RegExp): Promise<void> => {
      await page.getByRole('tab', { name }).click()
      await view.getByText(text).first().waitFor()
    }
    await shows('Refused', /^replica-\d$/)
    await shows('Floors', /^main$/)
    await shows('Entries', /^\/photos\/1$/)
    await shows('Servers', /^replica-1$/)
    await shows('Writes', /^settled$/)
    expect(faults).toEqual([])
  })

  test('is worked by the keyboard, and keeps what is open while rows come', async () => {
    const { page } = await open()
    await act(page, 1)
    await page.getByRole('tab', { name: 'Reads' }).focus()
    await page.keyboard.press('End')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Events')
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Reads')
    const first = page.locator('tidemark-devtools summary').last()
    await first.focus()
    await page.keyboard.press('Enter')
    await act(page, 2)
    expect(await page.locator('tidemark-devtools details[open]').count()).toBe(1)
    expect(await first.evaluate((node) => node.getRootNode() instanceof ShadowRoot && (node.getRootNode() as ShadowRoot).activeElement === node)).toBe(true)
  })

  test('N2: paused, nothing moves; what happened meanwhile is there afterwards. The filter narrows.', async () => {
    const { page } = await open()
    await act(page, 1)
    const rows = page.locator('tidemark-devtools .reads > li')
    await page.waitForFunction(() => document.querySelector('tidemark-devtools')?.shadowRoot?.querySelectorAll('.reads > li').length === 3)
    await page.getByRole('button', { name: 'Pause' }).click()
    await act(page, 1)
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    expect(await rows.count()).toBe(3)
    await page.getByRole('button', { name: 'Pause' }).click()
    expect(await rows.count()).toBe(6)
    await page.getByRole('searchbox').fill('photos/')
    expect(await rows.count()).toBe(4)
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await rows.count()).toBe(0)
  })

  test('exports a history that checkGuarantees reads', async () => {
    const { page } = await open()
    await act(page, 5)
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export history' }).click()])
    const history = parseHistory(await readFile(await download.path(), 'utf8'))
    expect(checkGuarantees(history)).toMatchObject({ reads: 15, writes: 5, violations: [] })
  })

  test('docked, it is a button that opens the panel and gives the focus back', async () => {
    const { page } = await open('?docked')
    await act(page, 1)
    await page.getByRole('button', { name: 'Tidemark' }).click()
    await page.getByRole('tab', { name: 'Reads', selected: true }).waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    expect(await page.getByRole('tab').count()).toBe(0)
    expect(await page.evaluate(() => document.querySelector('tidemark-devtools')?.shadowRoot?.activeElement?.textContent)).toBe('Tidemark')
  })

  test.each([360, 1024])('axe finds nothing in light or dark, and nothing overflows: %i px', async (width) => {
    const { page } = await open('', width, true)
    await act(page, 3)
    await page.evaluate(axe.source)
    const found: string[] = []
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => document.querySelector('tidemark-devtools')?.setAttribute('theme', name), theme)
      for (const tab of ['Reads', 'Servers']) {
        await page.getByRole('tab', { name: tab }).click()
        const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run())
        found.push(...violations.map(({ id, nodes }) => `${theme} ${tab} ${id}: ${nodes[0]?.html ?? ''}`))
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        expect(overflow).toBeLessThanOrEqual(0)
      }
    }
    expect(found).toEqual([])
  })

  test('N1: hundreds of reads leave a bounded number of rows, drawn no oftener than frames', async () => {
    const { page } = await open()
    const drawn = await page.evaluate(async () => {
      const { panelPage } = globalThis as unknown as { panelPage: PanelPage }
      let changes = 0
      const list = panelPage.panel.shadowRoot?.querySelector('.reads')
      if (!(list instanceof Element)) throw new Error('There is no list.')
      // One callback for all that changed in one task: a drawing is one task.
      new MutationObserver(() => (changes += 1)).observe(list, { childList: true })
      const frames = await panelPage.load(100, 1500)
      return { changes, frames: frames.length, rows: list.childElementCount }
    })
    expect(drawn.rows).toBeLessThanOrEqual(100)
    expect(drawn.rows).toBeGreaterThan(20)
    expect(drawn.changes).toBeLessThanOrEqual(drawn.frames + 60)
  })
})
