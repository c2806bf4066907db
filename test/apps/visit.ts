// What a user does in two tabs of one browser, and what both have painted.

import type { Browser, Page } from 'playwright-core'
import { recordPainted, stepsBack } from './painted.ts'
import type { Deeds, Frame } from './painted.ts'

/** What came of a visit. */
export interface Outcome {
  /** Each time at which something painted went back. */
  readonly steps: readonly string[]
  /** How many different frames were painted. */
  readonly frames: number
  /** What the second tab showed, once it had looked again, of what the first had done. */
  readonly seenElsewhere: string
  readonly faults: readonly string[]
}

/** Visits an app, does what can be done in it, and stays until what was written has reached all replicas. */
export async function visit(browser: Browser, url: string): Promise<Outcome> {
  const context = await browser.newContext()
  await context.addInitScript(recordPainted)
  const faults: string[] = []
  const [one, two] = [await openTab(context.newPage(), { url, faults }), await openTab(context.newPage(), { url, faults })]
  const deleted = new Set<string>()
  const toggles = new Map<string, number>()
  const toggle = async (id: string): Promise<void> => {
    toggles.set(id, (toggles.get(id) ?? 0) + 1)
    await click(one, `li[data-photo="${id}"]`, /[♥♡]/)
  }

  for (const tab of [one, two]) await click(tab, 'li[data-photo="6"]', /Open/)
  await Promise.all([one, two].map((tab) => tab.waitForSelector('article')))
  for (const edit of [1, 2]) await save(one, `Six, edit ${edit}`)
  await press(two, 'Refresh')
  const seenElsewhere = (await two.textContent('article .title')) ?? ''

  // As fast as a user clicks: the second while the first is under way.
  await toggle('5')
  await toggle('4')
  await toggle('3')
  await toggle('5')
  await click(one, 'section', /Create/)
  await one.waitForSelector('li:has-text("New, edit 0")')
  deleted.add('2')
  await click(one, 'li[data-photo="2"]', /Delete/)
  await one.waitForSelector('li[data-photo="2"]', { state: 'detached' })
  await save(two, 'Six, edit 3')
  const beforeReload = await paintedBy(one)
  await one.reload()
  await loadAll(one)
  await Promise.all([one, two].map((page) => askedOften(page, 24)))

  const tabs = [[beforeReload, await paintedBy(one)], [await paintedBy(two)]]
  await context.close()
  const deeds: Deeds = { deleted, toggles }
  return {
    steps: tabs.flatMap((pages) => stepsBack(pages, deeds)),
    frames: tabs.flat(2).length,
    seenElsewhere,
    faults,
  }
}

/** Visits an app of one photo, saves it twice, and stays as long. */
export async function visitBriefly(browser: Browser, url: string): Promise<Outcome> {
  const page = await browser.newPage()
  await page.addInitScript(recordPainted)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(url)
  await page.waitForSelector('article:has-text("edit 0")')
  for (const edit of [1, 2]) {
    await click(page, 'article', /Save/)
    await page.waitForSelector(`html[data-saved="${edit}"]`)
  }
  await askedOften(page, 12)
  const frames = await paintedBy(page)
  const seenElsewhere = (await page.textContent('.title')) ?? ''
  await page.close()
  const nothing: Deeds = { deleted: new Set(), toggles: new Map() }
  return { steps: stepsBack([frames], nothing), frames: frames.length, seenElsewhere, faults }
}

/** Opens the app, and loads all pages of its list. */
async function openTab(opening: Promise<Page>, { url, faults }: { url: string; faults: string[] }): Promise<Page> {
  const page = await opening
  page.on('pageerror', (error) => faults.push(error.message))
  await page.goto(url)
  await loadAll(page)
  return page
}

async function loadAll(page: Page): Promise<void> {
  await page.waitForSelector('button:text("More")')
  await click(page, 'section', /More/)
  await page.waitForSelector('li[data-photo="1"]')
}

function paintedBy(page: Page): Promise<Frame[]> {
  return page.evaluate(() => window.painted)
}

async function save(page: Page, title: string): Promise<void> {
  await page.evaluate((text) => {
    const input = document.querySelector('input')
    // React keeps the value that it has set itself: the platform's own setter tells it of another.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text)
    input?.dispatchEvent(new InputEvent('input', { bubbles: true }))
  }, title)
  await press(page, 'Save')
}

/** Clicks the first button of this name, at once: a mouse would wait for frames, of which many tabs paint few. */
async function click(page: Page, within: string, name: RegExp): Promise<void> {
  await page.evaluate(
    ([selector, source]) => {
      const buttons = [...document.querySelectorAll<HTMLElement>(`${selector} button`)]
      const button = buttons.find(({ textContent }) => new RegExp(source).test(textContent))
      if (button === undefined) throw new Error(`There is no button ${source} in ${selector}.`)
      button.click()
    },
    [within, name.source] as const,
  )
}

/** Presses a button of the details, and waits until all that it began has ended. */
async function press(page: Page, name: string): Promise<void> {
  const done = Number(await page.getAttribute('article', 'data-done'))
  await click(page, 'article', new RegExp(name))
  await page.waitForSelector(`article[data-done="${done + 1}"]`)
}

/** Waits until the page has asked often enough for any replica to have caught up. */
async function askedOften(page: Page, often: number): Promise<void> {
  const asked = (): number => Number(document.documentElement.dataset['asked'])
  const before = await page.evaluate(asked)
  await page.waitForFunction((least) => Number(document.documentElement.dataset['asked']) >= least, before + often)
}
