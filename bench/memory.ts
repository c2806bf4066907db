// What one held entry takes, by the engine's own count of what is left once garbage was collected.

import type { CDPSession, Page } from 'playwright-core'
import { engineOf, inProfile, openPage } from './browser.ts'
import type { GroupResult, Measured } from './measure.ts'
import type { HolderName } from './page/held-memory.ts'
import { startPageServer } from './page-server.ts'

const sizes = [100, 1000, 10_000, 100_000]
const ours = 'tidemark, entries'

/** What an entry takes beside others that hold as many, and by how many are held. */
export async function memoryResults(): Promise<readonly GroupResult[]> {
  const server = await startPageServer()
  try {
    return await inProfile(async (context) => {
      let engine = ''
      /** In a page of its own, since engines keep for later what a page before has needed. */
      const bytesOf = async (name: HolderName, size: number): Promise<number> => {
        const { page, session } = await openPage(context, server.url)
        await page.evaluate((asked) => window.bench.hold(asked, 0), name)
        const before = await bytesLeft(page, session)
        await page.evaluate(([asked, count]) => window.bench.hold(asked, count), [name, size] as const)
        const after = await bytesLeft(page, session)
        engine = await engineOf(page)
        await page.close()
        return (after - before) / size
      }
      const most = sizes.at(-1) ?? 0
      const among: Measured[] = []
      for (const name of ['a Map of bytes', 'TanStack, queries', ours] as const) among.push(measured(name, await bytesOf(name, most)))
      const again = await bytesOf('a Map of bytes', most)
      const bySize: Measured[] = []
      for (const size of sizes) bySize.push({ ...measured(size.toLocaleString('en'), await bytesOf(ours, size)), size })
      const common = { engine, unit: 'bytes', rounds: 1, noise: again / (among[0]?.each ?? Number.NaN), targets: [] } as const
      return [
        { name: `memory: an entity of 500 bytes among ${most.toLocaleString('en')}`, ...common, variants: among },
        { name: 'memory: an entity that a client holds, by entries held', ...common, variants: bySize },
      ]
    })
  } finally {
    await server.close()
  }
}

function measured(name: string, each: number): Measured {
  return { name, each, quartiles: [each, each] }
}

async function bytesLeft(page: Page, session: CDPSession): Promise<number> {
  // Twice, since what is finalised by the first frees more.
  await session.send('HeapProfiler.collectGarbage')
  await page.evaluate(() => new Promise((resolve) => void setTimeout(resolve, 50)))
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage')
  return usedSize + backingStorageSize
}
