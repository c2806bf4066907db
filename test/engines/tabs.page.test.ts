// Several tabs of one browser, each a page of its own, on one real disk: in Chromium, in Firefox where there is
// one, and in WebKit where `npm run test:webkit` names it. The test works in them from outside, so what they did
// has one order, and one judge.

import { firefox } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findFirefox, noFirefox } from '../../.ci/firefox.mjs'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import { createHistory } from '../../src/testing/history/history.ts'
import { recordFetch } from '../../src/testing/history/record-fetch.ts'
import { runWorkload } from '../../src/testing/workload.ts'
import { launchBrowser } from '../demo/demo-page.ts'
import { installedBrowsers } from './browsers.ts'
import { crash } from './crash.ts'
import { driveByPlaywright, driveWebKit } from './driven-browser.ts'
import type { DrivenBrowser, DrivenTab } from './driven-browser.ts'
import type { Answer } from './page/tab.ts'
import { startStage } from './stage.ts'
import type { Stage } from './stage.ts'

const firefoxPath = findFirefox()
if (firefoxPath === undefined) console.log(noFirefox)
const miniBrowser = process.env['TIDEMARK_WEBKIT']

const engines = [
  ['Chromium', async () => driveByPlaywright(await launchBrowser())],
  firefoxPath !== undefined && [
    'Firefox',
    async () => driveByPlaywright(await firefox.launch({ channel: 'moz-firefox', executablePath: firefoxPath })),
  ],
  miniBrowser !== undefined && ['WebKit', () => driveWebKit(miniBrowser)],
].filter((engine): engine is [name: string, launch: () => Promise<DrivenBrowser>] => engine !== false)

/** The `fetch` of a tab, as a test calls it. */
function fetchIn(tab: DrivenTab, kind: 'fetch' | 'plainFetch'): typeof globalThis.fetch {
  return async (input, { method = 'GET', body } = {}) => {
    const url = input instanceof Request ? input.url : input.toString()
    const init = typeof body === 'string' ? { method, body } : { method }
    const answer = await tab.evaluate(`window.tab.${kind}(${JSON.stringify(url)}, ${JSON.stringify(init)})`)
    const { status, headers, text } = answer as Answer
    return new Response(text, { status, headers: headers.map(([name, value]): [string, string] => [name, value]) })
  }
}

async function open(tab: DrivenTab, { url }: Stage): Promise<void> {
  await tab.goto(url)
  await tab.evaluate(`new Promise((open) => {
    const look = () => ('tab' in window ? open() : setTimeout(look, 10))
    look()
  })`)
}

describe.each(engines)('tabs in %s', (_name, launch) => {
  let stage: Stage
  let browser: DrivenBrowser
  let tabs: DrivenTab[]

  beforeAll(async () => {
    stage = await startStage({ api: { seed: 5, lag: { kind: 'exponential', meanMs: 300 } } })
    browser = await launch()
    tabs = await Promise.all([1, 2, 3].map(() => browser.newTab()))
    await Promise.all(tabs.map((tab) => open(tab, stage)))
  })

  afterAll(async () => {
    await browser?.close()
    await stage?.close()
  })

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
      await Promise.all(tabs.map((tab) => tab.evaluate('window.tab.flush()')))
      const next = tabs[round % tabs.length]!
      await open(next, stage)
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

test.each(engines)('a page under a strict policy, with Trusted Types, has nothing refused, in %s', async (_name, launch) => {
  const csp = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
  const stage = await startStage({ csp })
  const browser = await launch()
  try {
    const tab = await browser.newTab()
    await tab.goto(stage.url)
    // From outside an expression is evaluated whatever the policy says, so it is the page that has to be asked.
    await tab.evaluate(`(() => {
      window.refused = []
      document.addEventListener('securitypolicyviolation', (event) => window.refused.push(event.violatedDirective))
    })()`)
    const answer = await tab.evaluate(`window.tab.fetch('/counters/likes/increment', { method: 'POST' })`)
    expect((answer as Answer).status).toBe(200)
    expect(await tab.evaluate(`window.tab.show('/counters/likes')`)).toMatchObject({ value: 1 })
    await tab.evaluate('window.tab.flush()')
    await tab.evaluate('window.tab.signOut()')
    expect(await tab.evaluate('window.refused')).toEqual([])
    expect(tab.said ?? []).toEqual([])
    // The policy bites: what asks for an evaluation is refused.
    await tab.evaluate(`document.createElement('script').text = 'window.evaluated = true'`).catch(() => undefined)
    await expect.poll(() => tab.evaluate('window.refused.length')).toBeGreaterThan(0)
  } finally {
    await browser.close()
    await stage.close()
  }
})
