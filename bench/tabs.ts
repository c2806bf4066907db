// How long it takes until all tabs of a user show what one of them has changed, against a message that all answer.

import type { Page } from 'playwright-core'
import { engineOf, inProfile, openPage } from './browser.ts'
import type { GroupResult, Measured } from './measure.ts'
import { startPageServer } from './page-server.ts'
import { median, quantile } from './statistics.ts'

const sizes = [2, 5, 10, 20]
const rounds = 9
const times = 5

/** By how many tabs are open. */
export async function tabsResults(): Promise<readonly GroupResult[]> {
  const server = await startPageServer()
  try {
    return await inProfile(async (context) => {
      const pages: Page[] = []
      for (let count = 0; count < Math.max(...sizes); count += 1) pages.push((await openPage(context, server.url)).page)
      const called = new Map<number, number[]>(sizes.map((size) => [size, []]))
      const changed = new Map<number, number[]>(sizes.map((size) => [size, []]))
      for (let round = 0; round < rounds; round += 1) {
        for (const size of [...sizes.slice(round % sizes.length), ...sizes.slice(0, round % sizes.length)]) {
          const [first, ...others] = pages.slice(0, size)
          if (first === undefined) throw new Error('There is no tab.')
          const tabs = [first, ...others]
          await first.evaluate(() => window.bench.tab.enter('first'))
          await Promise.all(others.map((tab) => tab.evaluate(() => window.bench.tab.enter('other'))))
          for (let time = 0; time < times; time += 1) {
            called.get(size)?.push(await first.evaluate((count) => window.bench.tab.call(count), others.length))
            changed.get(size)?.push(await first.evaluate((count) => window.bench.tab.change(count), others.length))
          }
          await Promise.all(tabs.map((tab) => tab.evaluate(() => window.bench.tab.leave())))
        }
      }
      const engine = pages[0] && (await engineOf(pages[0]))
      const results = [
        resultOf('scale: a message told to all other tabs and answered, by tabs', called),
        resultOf('scale: a change stored and shown by all other tabs, by tabs', changed),
      ]
      return results.map((result) => ({ ...result, engine: engine ?? '' }))
    })
  } finally {
    await server.close()
  }
}

function resultOf(name: string, samples: ReadonlyMap<number, readonly number[]>): GroupResult {
  const variants = [...samples].map(([size, ms]): Measured => {
    const each = ms.map((one) => one * 1000)
    return { name: String(size), size, each: median(each), quartiles: [quantile(each, 0.25), quantile(each, 0.75)] }
  })
  // Every other one of the floor against the rest.
  const [floor = []] = samples.values()
  const half = (parity: number): number => median(floor.filter((_, index) => index % 2 === parity))
  return { name, rounds: rounds * times, noise: half(0) / half(1), variants, targets: [] }
}
