// Runs groups in a real Chromium: each in a browser and a profile of its own, whose databases are on the disk.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { findChromium } from '../.ci/chromium.mjs'
import type { GroupResult } from './measure.ts'
import type { PageGroupName } from './page/group-names.ts'
import type { BenchPage } from './page/main.ts'
import { startPageServer } from './page-server.ts'
import { profileOf } from './profile.ts'
import type { Share } from './profile.ts'
import { longestTaskOf } from './tasks.ts'

/** How often the tasks of a variant are looked at. The least counts: whatever else the machine did is in the others. */
const looks = 3

/** What else is looked at. */
export interface Looking {
  /** Is told where the time of each variant goes. */
  readonly onProfile?: (variant: string, shares: readonly Share[]) => void
}

/** Measures the groups of a name, one after the other. */
export async function* runInChromium(name: PageGroupName, looking: Looking = {}): AsyncGenerator<GroupResult> {
  const server = await startPageServer()
  try {
    let count = 1
    for (let index = 0; index < count; index += 1) {
      const run = async (context: BrowserContext): Promise<GroupResult> => {
        const { page, session } = await openPage(context, server.url)
        count = await page.evaluate((asked) => window.bench.count(asked), name)
        return runGroup({ page, session }, [name, index], looking)
      }
      yield await inProfile(run)
    }
  } finally {
    await server.close()
  }
}

/** Does something with a browser that has a fresh profile. */
export async function inProfile<T>(work: (context: BrowserContext) => Promise<T>): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), 'tidemark-bench-'))
  const executablePath = findChromium()
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    return await work(context)
  } finally {
    await context.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** A page of the benchmarks. */
export interface OpenedPage {
  readonly page: Page
  readonly session: CDPSession
}

/** Returns the name of a page's engine, such as `Chromium 156`. */
export async function engineOf(page: Page): Promise<string> {
  const agent = await page.evaluate(() => navigator.userAgent)
  return `Chromium ${/Chrome\/(\d+)/.exec(agent)?.[1] ?? ''}`.trim()
}

/** Opens another page in a browser. */
export async function openPage(context: BrowserContext, url: string): Promise<OpenedPage> {
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.exposeFunction('threadClock', async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    const seconds = metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? Number.NaN
    return seconds * 1e6
  })
  await page.goto(url)
  await page.waitForFunction(() => 'bench' in window && crossOriginIsolated)
  return { page, session }
}

async function runGroup(
  { page, session }: OpenedPage,
  which: readonly [PageGroupName, number],
  { onProfile }: Looking,
): Promise<GroupResult> {
  const traced = await page.evaluate((asked) => window.bench.open(...asked), which)
  const result = await page.evaluate(() => window.bench.measure())
  const tasks: number[] = []
  for (let variant = 0; variant < traced; variant += 1) {
    const longest: number[] = []
    for (let look = 0; look < looks; look += 1) {
      longest.push(await longestTaskOf(session, () => page.evaluate((asked) => window.bench.runOnce(asked), variant)))
    }
    tasks.push(Math.min(...longest))
  }
  for (const [index, { name }] of onProfile === undefined ? [] : result.variants.entries()) {
    onProfile?.(name, await profileOf(session, () => page.evaluate((asked) => window.bench.runTenRounds(asked), index)))
  }
  await page.evaluate(() => window.bench.close())
  const variants = result.variants.map((each, index) => {
    const longestTaskMs = tasks[index]
    return longestTaskMs === undefined ? each : { ...each, longestTaskMs }
  })
  return { ...result, variants, engine: await engineOf(page) }
}

declare global {
  interface Window {
    bench: BenchPage
  }
}
