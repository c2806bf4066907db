// Several tabs of one browser, each a page of its own, on one real disk: in Chromium, and in Firefox where there
// is one. The test works in them from outside, so what they did has one order, and one judge.

import { chromium, firefox } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findChromium } from '../../.ci/chromium.mjs'
import { findFirefox, noFirefox } from '../../.ci/firefox.mjs'
import { checkGuarantees } from '../../src/testing/check-guarantees.ts'
import { createHistory } from '../../src/testing/history.ts'
import { recordFetch } from '../../src/testing/record-fetch.ts'
import { runWorkload } from '../../src/testing/workload.ts'
import { launchBrowser } from '../demo/demo-page.ts'
import { installedBrowsers } from './browsers.ts'
import { crash } from './crash.ts'
import type { Answer } from './page/tab.ts'
import { startStage } from './stage.ts'
import type { Stage } from './stage.ts'

const chromiumPath = findChromium()
const firefoxPath = findFirefox()
if (firefoxPath === undefined) console.log(noFirefox)

const engines: readonly (readonly [name: string, launch: () => Promise<Browser>])[] = [
  ['Chromium', launchBrowser],
  ...(firefoxPath === undefined
    ? []
    : [['Firefox', () => firefox.launch({ channel: 'moz-firefox', executablePath: firefoxPath })] as const]),
]

/** The `fetch` of a tab, as a test calls it. */
function fetchIn(page: Page, kind: 'fetch' | 'plainFetch'): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const { method = 'GET', body } = init
    const asked = { kind, url: input instanceof Request ? input.url : input.toString(), init: typeof body === 'string' ? { method, body } : { method } }
    const { status, headers, text }: Answer = await page.evaluate(
      ({ kind: which, url, init: given }) => window.tab[which](url, given),
      asked,
    )
    return new Response(text, { status, headers: headers.map(([name, value]): [string, string] => [name, value]) })
  }
}

describe.each(engines)('tabs in %s', (_name, launch) => {
  let stage: Stage
  let browser: Browser
  let tabs: Page[]

  beforeAll(async () => {
    stage = await startStage({ api: { seed: 5, lag: { kind: 'exponential', meanMs: 300 } } })
    browser = await launch()
    const context = await browser.newContext()
    tabs = await Promise.all([1, 2, 3].map(() => context.newPage()))
    await Promise.all(tabs.map(open))
  })

  afterAll(async () => {
    await browser?.close()
    await stage?.close()
  })

  async function open(tab: Page): Promise<void> {
    await tab.goto(stage.url)
    await tab.waitForFunction(() => 'tab' in window)
  }

  /** Lets all tabs work at once, then opens one anew, which has to know what each of them has seen and done. */
  async function work(kind: 'fetch' | 'plainFetch'): Promise<ReturnType<typeof checkGuarantees>> {
    const history = createHistory()
    for (let round = 0; round < 4; round += 1) {
      // oxlint-disable no-await-in-loop
      await Promise.all(
        tabs.map((tab, index) =>
          runWorkload({
            fetch: fetchIn(tab, kind),
            baseUrl: stage.url,
            seed: round * 10 + index,
            reads: 8,
            readIntervalMs: 0,
            writeIntervalMs: 0,
            session: `tab-${index}`,
            history,
          }),
        ),
      )
      await Promise.all(tabs.map((tab) => tab.evaluate(() => window.tab.flush())))
      const next = tabs[round % tabs.length]!
      await open(next)
      const read = tabs.flatMap((_, index) => {
        const fetch = recordFetch(fetchIn(next, kind), history, { session: `tab-${index}` })
        return ['/photos', '/counters/likes'].map(async (path) => (await fetch(stage.url + path)).text())
      })
      await Promise.all(read)
      // oxlint-enable no-await-in-loop
    }
    return checkGuarantees(history)
  }

  test('I2, I6: what any of them has seen or made does not go back, in itself or in the one that is opened next', async () => {
    const { violations, verdicts } = await work('fetch')
    expect(violations.map(({ message }) => message)).toEqual([])
    expect(verdicts['read-your-writes'].kind).toBe('kept')
    expect(verdicts['monotonic-reads'].kind).toBe('kept')
  })

  test('T3: with plain fetch it does, in the same tabs', async () => {
    expect((await work('plainFetch')).violations.length).toBeGreaterThan(0)
  })
})

test('a browser that is killed while its tabs write knows all that they were told to be on the disk', { timeout: 240_000 }, async (context) => {
  const command = installedBrowsers().get('chromium')
  if (command === undefined) return context.skip('only Playwright has a Chromium here')
  const { violations, flushes, arrivals } = await crash({ command, kills: 3, seed: 4 })
  expect(violations).toEqual([])
  expect(flushes).toBeGreaterThan(3)
  expect(arrivals).toBe(12)
})

test('a page under a strict policy, with Trusted Types, has nothing refused', async () => {
  const csp = "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
  const stage = await startStage({ csp })
  const browser = await chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  try {
    const page = await browser.newPage()
    const refused: string[] = []
    page.on('console', (message) => refused.push(message.text()))
    page.on('pageerror', (error) => refused.push(error.message))
    await page.goto(stage.url)
    await page.waitForFunction('"tab" in window', undefined, { polling: 50 }).catch(() => undefined)
    const answer = await page.evaluate(() => window.tab.fetch('/counters/likes/increment', { method: 'POST' }))
    expect(answer.status).toBe(200)
    expect(await page.evaluate(() => window.tab.show('/counters/likes'))).toMatchObject({ value: 1 })
    await page.evaluate(() => window.tab.flush())
    await page.evaluate(() => window.tab.signOut())
    expect(refused).toEqual([])
    // The policy bites: what asks for an evaluation is refused.
    await page.evaluate(() => document.body.append(Object.assign(document.createElement('script'), { src: '/client.js' }))).catch(() => undefined)
    await expect.poll(() => refused.length).toBeGreaterThan(0)
  } finally {
    await browser.close()
    await stage.close()
  }
})
