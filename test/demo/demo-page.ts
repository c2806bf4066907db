// The page of the demo, as a visitor sees and works it.

import axe from 'axe-core'
import { chromium } from 'playwright-core'
import type { Browser, Locator, Page } from 'playwright-core'
import { findChromium } from '../../.ci/chromium.mjs'

/** How the page is looked at. */
export interface Viewing {
  readonly width?: number | undefined
  readonly reducedMotion?: 'reduce' | 'no-preference' | undefined
}

/** A page of the demo. */
export interface DemoPage {
  readonly page: Page
  /** Errors of the console and of the page, and requests that left it. */
  readonly faults: readonly string[]
  /** Clicks the button of this name, and waits until both columns have read what came of it. */
  readonly click: (name: string) => Promise<void>
  /** Returns the number that stands in an element, such as `plain-violations`. */
  readonly number: (id: string) => Promise<number>
  readonly text: (id: string) => Promise<string>
  /** Waits until nothing that a click began is under way. */
  readonly settled: () => Promise<void>
}

/**
 * Returns what axe finds on the page, in dark and in light. Colours that are on their way to others are not what
 * anyone reads: let the page be opened with reduced motion.
 */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  await page.evaluate(axe.source)
  for (const scheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    const inScheme = await page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
    })
    found.push(...inScheme.map((finding) => `${scheme}: ${finding}`))
  }
  return found
}

/** Starts the browser. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}

/** Opens the demo in a profile of its own. */
export async function openDemo(browser: Browser, url: string, viewing: Viewing = {}): Promise<DemoPage> {
  const { width = 1440, reducedMotion = 'no-preference' } = viewing
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: 'light',
    reducedMotion,
  })
  const page = await context.newPage()
  const { origin } = new URL(url)
  const faults: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`))
  page.on('request', (request) => {
    const isLocal = request.url().startsWith(`${origin}/`) || /^(data|blob):/.test(request.url())
    if (!isLocal) faults.push(`request: ${request.url()}`)
  })
  const settled = async (): Promise<void> => {
    await page.waitForFunction(() => document.documentElement.dataset['busy'] === 'false')
  }
  const text = (id: string): Promise<string> => textOf(page.locator(`#${id}`))
  await page.goto(url)
  await settled()
  return {
    page,
    faults,
    settled,
    text,
    number: async (id) => Number((await text(id)).replaceAll(',', '')),
    async click(name) {
      await page.getByRole('button', { name, exact: true }).click()
      await settled()
    },
  }
}

/** Returns the text of an element, in a line each: what is out of sight has no `innerText`, since it is not laid out. */
export function textOf(locator: Locator): Promise<string> {
  return locator.evaluate((element) => {
    const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    const texts: string[] = []
    for (let node = nodes.nextNode(); node !== null; node = nodes.nextNode()) texts.push(node.textContent?.trim() ?? '')
    return texts.filter((text) => text !== '').join('\n')
  })
}
