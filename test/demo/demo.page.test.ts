// The demo, end to end: `demo/start.mjs` in a process of its own, its page in Chromium, driven as a
// visitor would. With time standing still, one seed and the same clicks give one course of events.

import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { axeFindings, launchBrowser, openDemo, textOf } from './demo-page.ts'
import type { DemoPage, Viewing } from './demo-page.ts'
import { figuresIn, runDemo, serveDemo } from './served-demo.ts'
import type { ServedDemo } from './served-demo.ts'

let demo: ServedDemo
let browser: Browser
/** One page for all tests that need none of their own: each starts over, with the default settings. */
let shared: DemoPage

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([serveDemo(), launchBrowser()])
  shared = await openDemo(browser, demo.url)
})

afterEach(() => {
  expect(shared.faults).toEqual([])
})

afterAll(async () => {
  await browser.close()
  expect(await demo.stop(), 'Ctrl-C ends it cleanly').toBe(0)
})

/** Opens the page, does something with it, and holds it to its quiet. */
async function onPage(
  work: (page: DemoPage) => Promise<void>,
  viewing: Viewing = {},
): Promise<void> {
  const page = await openDemo(browser, demo.url, viewing)
  await work(page)
  expect(page.faults).toEqual([])
  await page.page.context().close()
}

/** Starts over on the shared page. */
async function startOver(work: (page: DemoPage) => Promise<void>): Promise<void> {
  await shared.click('Start over')
  await work(shared)
}

const actions = ['Upload a photo', 'Add a like', 'Ask a question', 'Let Ada post']

/** Acts and looks again in turns, by hand. */
async function workByHand({ click }: DemoPage, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    const action = actions[step % actions.length]
    if (action !== undefined) await click(action)
    await click('Step')
  }
}

test('no button takes a click before it does what it says', async () => {
  const page = await browser.newPage()
  await page.goto(demo.url, { waitUntil: 'commit' })
  await page.locator('#play').click()
  await page.waitForSelector('[data-playing=true]')
  await page.close()
})

describe('the terminal', () => {
  test('prints where the page is, and violations for plain fetch alone', () => {
    expect(demo.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    const [ownWrites, goneBack] = figuresIn(demo.printed, 'Plain fetch').map(Number)
    expect(ownWrites).toBeGreaterThan(0)
    expect(goneBack).toBeGreaterThan(0)
    expect(figuresIn(demo.printed, 'Tidemark').slice(0, 2)).toEqual(['0', '0'])
  })

  test('says so when the port asked for is taken', async () => {
    const { port } = new URL(demo.url)
    const { status, text } = await runDemo([], port)
    expect(status).toBe(1)
    expect(text).toContain(`Cannot listen on port ${port}`)
  })

  test('refuses a port that is none, and arguments that it does not know', async () => {
    const [wrongPort, wrongArgument] = await Promise.all([runDemo([], '80a'), runDemo(['--twice'])])
    expect(wrongPort).toEqual({ status: 1, text: expect.stringContaining('PORT is "80a"') })
    expect(wrongArgument).toEqual({ status: 1, text: expect.stringContaining('"--twice"') })
  })
})

describe('the scenes', () => {
  test('a photo just uploaded is missing with plain fetch, and there with Tidemark', () =>
    startOver(async ({ page, click, text }) => {
      await click('Upload a photo')
      expect(await text('plain-photos')).toMatch(/Your photo “Lighthouse” was missing \(replica-\d has not heard of it\)/)
      const photo = { name: 'Photo: Lighthouse' }
      expect(await page.locator('#plain-photos').getByRole('img', photo).count()).toBe(0)
      expect(await page.locator('#tidemark-photos').getByRole('img', photo).count()).toBe(1)
    }))

  test('a like just added does not count with plain fetch, and does with Tidemark', () =>
    startOver(async ({ click, text }) => {
      await click('Add a like')
      expect(await text('plain-likes')).toContain('You made it 11, and it showed 10')
      expect(await text('plain-likes')).toMatch(/^10\b/)
      expect(await text('tidemark-likes')).toMatch(/^11\b/)
    }))

  test('a question just asked is missing with plain fetch, and there with Tidemark', () =>
    startOver(async ({ click, text }) => {
      await click('Ask a question')
      expect(await text('plain-conversation')).toContain(
        'Your question “Is the ferry running?” was missing',
      )
      expect(await text('tidemark-conversation')).toMatch(/^Is the ferry running\?$/m)
      await click('Step')
      await click('Step')
      await click('Step')
      const thread = await text('tidemark-conversation')
      const question = thread.indexOf('Is the ferry running?')
      const answer = thread.indexOf('Yes, until nine.')
      expect(thread).not.toContain('No question here')
      if (answer !== -1) expect(question).toBeLessThan(answer)
    }))

  test('step by step, plain fetch breaks guarantees and Tidemark none; a seed repeats itself', () =>
    startOver(async (demoPage) => {
      const { click, number, text } = demoPage
      await workByHand(demoPage, 8)
      const first = await number('plain-violations')
      expect(first).toBeGreaterThan(0)
      expect(await number('tidemark-violations')).toBe(0)
      expect(await number('tidemark-refused')).toBeGreaterThan(0)
      expect(await number('tidemark-reads')).toBe(await number('plain-reads'))
      for (const column of ['plain', 'tidemark']) expect(await text(`${column}-p50`)).toMatch(/^\d+ ms$/)
      expect(await text('plain-happenings')).toMatch(/replica-\d is \d\.\d s behind/)
      expect(await text('tidemark-happenings')).toMatch(/Refused replica-\d/)
      await click('Start over')
      expect(await number('plain-violations')).toBe(0)
      expect(await text('plain-happenings')).toBe('Nothing yet.')
      await workByHand(demoPage, 8)
      expect(await number('plain-violations')).toBe(first)
      expect(await number('tidemark-violations')).toBe(0)
    }))

  test('playing by itself, plain fetch breaks guarantees and Tidemark none', () =>
    startOver(async ({ page, click, number }) => {
      await click('Play')
      await page.waitForFunction(() => {
        const count = (id: string): number => Number(document.getElementById(id)?.textContent)
        return count('plain-violations') >= 5 && count('tidemark-reads') >= 40
      })
      await click('Pause')
      expect(await number('tidemark-violations')).toBe(0)
    }))

  test('however many reads there are, the page is laid out once a frame at most, and does not grow', () =>
    startOver(async ({ page, click }) => {
      const work = await page.context().newCDPSession(page)
      await work.send('Performance.enable')
      await page.evaluate(() => {
        const count = (): void => {
          document.documentElement.dataset['frames'] = String(Number(document.documentElement.dataset['frames'] ?? 0) + 1)
          requestAnimationFrame(count)
        }
        requestAnimationFrame(count)
      })
      const frames = (): Promise<number> => page.evaluate(() => Number(document.documentElement.dataset['frames']))
      const layouts = async (): Promise<number> => {
        const { metrics } = await work.send('Performance.getMetrics')
        return metrics.find(({ name }) => name === 'LayoutCount')?.value ?? Number.NaN
      }
      const whenRead = async (reads: number): Promise<void> => {
        await page.waitForFunction((count) => Number(document.getElementById('tidemark-reads')?.textContent) >= count, reads)
      }
      await click('Play')
      await whenRead(60)
      const framesBefore = await frames()
      const layoutsBefore = await layouts()
      await whenRead(140)
      const laidOut = (await layouts()) - layoutsBefore
      // In this order: frames that pass between the two questions make no layout look like one too many.
      expect(laidOut).toBeLessThanOrEqual((await frames()) - framesBefore)
      expect(await page.locator('*').count(), 'elements').toBeLessThan(900)
      await click('Pause')
    }))

  test.each([
    ['an answer does not stand without its question', 'conversation', 'Ask a question'],
    ['a reply of others does not stand without its post', 'posts', 'Let Ada post'],
  ])('S8: %s, other than with plain fetch', (_, scene, action) =>
    startOver(async ({ page, click, number }) => {
      let orphans = 0
      for (let step = 0; step < 16; step += 1) {
        if (step % 4 === 0) await click(action)
        await click('Step')
        orphans += await page.locator(`#plain-${scene} .gap`).count()
        expect(await page.locator(`#tidemark-${scene} .gap`).count()).toBe(0)
      }
      expect(orphans).toBeGreaterThan(0)
      expect(await number('plain-cp')).toBeGreaterThan(0)
      expect(await number('tidemark-violations')).toBe(0)
    }))
})

describe('the controls', () => {
  test('at the level `eventual` Tidemark breaks guarantees too: the checker believes nobody', () =>
    onPage(async (demoPage) => {
      await demoPage.page.getByLabel('Consistency of reads').selectOption('eventual')
      await workByHand(demoPage, 6)
      expect(await demoPage.number('tidemark-violations')).toBeGreaterThan(0)
    }))

  test('without lag both columns are right', () =>
    onPage(async (demoPage) => {
      await demoPage.page.getByLabel('Mean lag').fill('0')
      await workByHand(demoPage, 4)
      expect(await demoPage.number('plain-violations')).toBe(0)
      expect(await demoPage.number('tidemark-refused')).toBe(0)
    }))

  test('an API that keeps floors itself needs no more requests than plain fetch', () =>
    onPage(async (demoPage) => {
      const { page, settled, number } = demoPage
      await page.getByLabel('What it does with versions').selectOption('keeps-floors')
      await settled()
      await workByHand(demoPage, 6)
      expect(await number('plain-violations')).toBeGreaterThan(0)
      expect(await number('tidemark-violations')).toBe(0)
      expect(await number('tidemark-requests')).toBeLessThanOrEqual(await number('plain-requests'))
    }))

  test('replicas come and go, and one that is paused stands still', () =>
    onPage(async (demoPage) => {
      const { page, click } = demoPage
      const servers = page.locator('#servers li')
      await page.getByLabel('Replicas', { exact: false }).fill('5')
      await expect.poll(() => servers.count()).toBe(6)
      await page.getByLabel('Replicas', { exact: false }).fill('1')
      await expect.poll(() => servers.count()).toBe(2)
      await click('Pause replica-1')
      await workByHand(demoPage, 6)
      expect(await textOf(servers.nth(1))).toMatch(/at 6, .* behind/)
      expect(await demoPage.number('tidemark-violations')).toBe(0)
      await click('Resume replica-1')
      await click('Step')
      expect(await textOf(servers.nth(1))).not.toMatch(/at 6,/)
    }))

  test('a store of one partition keeps nothing apart, and links say so', () =>
    onPage(async ({ page, settled, click, text, number }) => {
      await page.getByLabel('Partitions').fill('1')
      await settled()
      await click('Ask a question')
      expect(await text('plain-conversation')).toMatch(/was missing \(replica-\d has not heard of it\)/)
      const link = page.locator('#conversation .scene-link')
      expect(await link.getAttribute('href')).toBe('#scene=conversation&seed=1&partitions=1')
      expect(await number('tidemark-violations')).toBe(0)
    }))

  test('another seed is another world', () =>
    onPage(async (demoPage) => {
      await workByHand(demoPage, 2)
      const seed = demoPage.page.getByLabel('Seed')
      await seed.fill('7')
      await seed.press('Enter')
      await demoPage.page.waitForFunction(
        () => document.getElementById('time')?.textContent === 'Stopped at 0.0 s.',
      )
      await demoPage.settled()
      expect(await demoPage.number('plain-violations')).toBe(0)
      await workByHand(demoPage, 4)
      expect(await demoPage.number('tidemark-violations')).toBe(0)
    }))
})

test('I6: Tidemark remembers across a reload; plain fetch goes back', () =>
  onPage(async (demoPage) => {
    const { page, click, number, settled } = demoPage
    for (const replica of [1, 2, 3]) await click(`Pause replica-${replica}`)
    await click('Add a like')
    await click('Add a like')
    const before = await number('plain-violations')
    await page.getByRole('button', { name: 'Reload', exact: true }).click()
    await page.waitForSelector('#reloaded:not([hidden])')
    await settled()
    expect(await textOf(page.locator('#tidemark-likes'))).toMatch(/^12\b/)
    expect(await textOf(page.locator('#plain-likes'))).toMatch(/^10\b/)
    expect(await number('tidemark-violations')).toBe(0)
    expect(await number('plain-violations')).toBeGreaterThan(before)
    await workByHand(demoPage, 3)
    expect(await number('tidemark-violations')).toBe(0)
  }))

test('the page comes to the figures of the terminal', () =>
  startOver(async ({ page, click }) => {
    await click('Run 1,000 reads')
    await page.waitForSelector('#figures tr')
    for (const client of ['Plain fetch', 'Tidemark']) {
      const row = page.locator('#figures tr').filter({ hasText: client })
      const cells = await row.locator('td').allInnerTexts()
      expect(cells).toEqual(figuresIn(demo.printed, client))
    }
  }))

describe('for everyone', () => {
  test.each([360, 1440])('axe finds nothing in light or dark, and nothing overflows: %i px', (width) =>
    onPage(async (demoPage) => {
      const { page, click } = demoPage
      await workByHand(demoPage, 5)
      await click('Run 1,000 reads')
      await page.waitForSelector('#figures tr')
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      expect(await axeFindings(page)).toEqual([])
    }, { width, reducedMotion: 'reduce' }))

  test('works by keyboard alone, with the focus in sight', () =>
    onPage(async ({ page, settled, number }) => {
      const reach = async (name: string): Promise<void> => {
        for (let presses = 0; presses < 40; presses += 1) {
          await page.keyboard.press('Tab')
          const focused = await page.evaluate(() => document.activeElement?.textContent?.trim())
          if (focused === name) return
        }
        throw new Error(`"${name}" cannot be reached by Tab.`)
      }
      await reach('Step')
      await reach('Upload a photo')
      const outline = await page.evaluate(() =>
        document.activeElement === null ? '' : getComputedStyle(document.activeElement).outlineStyle,
      )
      expect(outline).toBe('solid')
      await page.keyboard.press('Enter')
      await settled()
      expect(await number('plain-violations')).toBe(1)
    }))

  test('the theme can be chosen, and stays', () =>
    onPage(async ({ page, click, settled }) => {
      const scheme = (): Promise<string> =>
        page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)
      await click('Dark theme')
      expect(await scheme()).toBe('dark')
      await page.reload()
      await settled()
      expect(await scheme()).toBe('dark')
    }))
})
