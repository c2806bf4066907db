import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { launchBrowser } from '../demo/demo-page.ts'
import type { WorkerPage } from './page.ts'
import { buildSite, serveWorker } from './serve-worker.ts'
import type { ServedWorker } from './serve-worker.ts'

// A browser that installs workers takes its time where much else runs.
vi.setConfig({ testTimeout: 120_000 })

let site: ReadonlyMap<string, string>
let browser: Browser
let served: ServedWorker

beforeAll(async () => {
  site = await buildSite()
  browser = await launchBrowser()
})
beforeEach(async () => {
  served = await serveWorker(site)
})
afterEach(() => served.close())
afterAll(() => browser?.close())

async function open(search = ''): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(served.url + search)
  await page.waitForFunction(() => 'workerPage' in globalThis)
  return page
}

type Deed = 'save' | 'read' | 'image' | 'thirdParty' | 'sentByWorker'
const call = (page: Page, deed: Deed): Promise<number> =>
  page.evaluate((name) => (globalThis as unknown as { workerPage: WorkerPage }).workerPage[name](), deed)
const register = (page: Page, script: string): Promise<void> =>
  page.evaluate((name) => (globalThis as unknown as { workerPage: WorkerPage }).workerPage.register(name), script)

/** Saves and looks, and returns what was seen that should not have been, in words. */
async function stepsBack(page: Page, turns: number): Promise<string[]> {
  const found: string[] = []
  let seen = 0
  for (let turn = 0; turn < turns; turn += 1) {
    seen = Math.max(seen, await call(page, 'save'))
    for (const deed of ['image', 'image', 'thirdParty', 'read'] as const) {
      const position = await call(page, deed)
      if (position < seen) found.push(`${deed} showed ${position} after ${seen}`)
      seen = Math.max(seen, position)
    }
  }
  return found
}

describe('without a worker', () => {
  test('images go back: there is something to be kept', async () => {
    expect(await stepsBack(await open(), 6)).toContainEqual(expect.stringContaining('image'))
  })

  test('I8: the page is linked to nobody, and its own reads are governed as ever', async () => {
    const page = await open()
    const saved = await call(page, 'save')
    expect(await call(page, 'read')).toBeGreaterThanOrEqual(saved)
  })
})

describe.each(['/sw.js', '/workbox.js'])('with the worker %s', (script) => {
  test('no image, no code of a third party, and no read of the page goes back', async () => {
    const page = await open()
    await register(page, script)
    expect(await stepsBack(page, 6)).toEqual([])
  })

  test('W1: what the page governs is handed on untouched, and no server sees a mark', async () => {
    const page = await open()
    await register(page, script)
    await call(page, 'save')
    const before = await call(page, 'sentByWorker')
    await call(page, 'read')
    expect(await call(page, 'sentByWorker')).toBe(before)
    await call(page, 'image')
    expect(await call(page, 'sentByWorker')).toBeGreaterThan(before)
    expect(served.asked.filter(({ path }) => path.includes('tidemark-governed'))).toEqual([])
  })
})

test('L1: an update of the worker in mid-session forgets nothing, and neither does a rollback', async () => {
  const page = await open()
  await register(page, '/sw.js')
  const found = await stepsBack(page, 2)
  for (const name of ['two', 'one']) {
    served.release(name)
    await page.evaluate(async () => {
      const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }))
      const registration = await navigator.serviceWorker.ready
      await registration.update()
      await changed
    })
    found.push(...(await stepsBack(page, 2)))
  }
  expect(found).toEqual([])
})

test('a navigation shows what the page before had written, with what the browser asked for ahead', async () => {
  const page = await open()
  await register(page, '/sw.js')
  for (let turn = 0; turn < 4; turn += 1) {
    const saved = await call(page, 'save')
    await page.goto(`${served.url}story`)
    expect(Number(await page.locator('p').innerText())).toBeGreaterThanOrEqual(saved)
    await page.goto(served.url)
    await page.waitForFunction(() => 'workerPage' in globalThis)
  }
})

test.each(['client', 'link'])('I11: after a sign-out by the %s what is in flight fails, and another principal has a session of its own', async (by) => {
  const page = await open('?as=ada')
  await register(page, '/sw.js')
  await call(page, 'image')
  const free = served.hold('slow')
  const image = page.evaluate(() => (globalThis as unknown as { workerPage: WorkerPage }).workerPage.image('slow'))
  await expect.poll(() => served.asked.some(({ path }) => path.includes('slow'))).toBe(true)
  await page.evaluate(async (way) => {
    const { tidemark, link } = (globalThis as unknown as { workerPage: WorkerPage }).workerPage
    await (way === 'client' ? tidemark.session.signOut() : link.signOut())
  }, by)
  free()
  expect(await image).toBe(0)
  const other = await page.context().newPage()
  await other.goto(`${served.url}?as=ben`)
  await other.waitForFunction(() => 'workerPage' in globalThis)
  served.asked.length = 0
  await call(other, 'image')
  expect(served.asked.find(({ path }) => path.startsWith('/images/'))?.floor).toBeNull()
})
