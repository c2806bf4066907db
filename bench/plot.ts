// Writes the charts of growth as a picture.

import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { inProfile, openPage } from './browser.ts'
import type { GroupResult } from './measure.ts'
import { startPageServer } from './page-server.ts'

/** Draws the results whose variants have sizes into a PNG. */
export async function writePlot(results: readonly GroupResult[], path: string): Promise<void> {
  const sized = results.filter(({ variants }) => variants.some(({ size }) => size !== undefined))
  const server = await startPageServer()
  try {
    await inProfile(async (context) => {
      const { page } = await openPage(context, server.url)
      await page.setViewportSize({ width: 900, height: 700 })
      await page.addStyleTag({ path: 'node_modules/uplot/dist/uPlot.min.css' })
      await page.evaluate((drawn) => window.bench.plot(drawn), sized)
      mkdirSync(dirname(path), { recursive: true })
      await page.locator('main').screenshot({ path })
    })
  } finally {
    await server.close()
  }
}
