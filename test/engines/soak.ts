// A soak: one tab of a real Chromium that is used for an hour of its own time, and does not grow by it.
//
// S1. What is measured is what is left once the engine has collected its garbage: the heap of the page, as the
//     engine counts it, and the records on the disk.
// S2. It levels off: over the last half of the samples, the slope of each measure (Theil and Sen's, the median of
//     the slopes between any two samples, which a single peak does not move) adds no more than a share of its level.
//     An outbox keeps answers for a time, so how many there are follows how much is done in it: it is held to the
//     bound that the client states (O5 of `courier.ts`).
// S3. What was read is judged like any history: nothing that the tab has seen or made goes back.
// S4. Time is `pace` times faster than on the wall, for the client and the replicas.

import type { Page } from 'playwright-core'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import type { Operation } from '../../src/testing/history/history.ts'
import { launchBrowser } from '../demo/demo-page.ts'
import type { LegReport } from './page/soak-page.ts'
import { startStage } from './stage.ts'

/** What is asked for. */
export interface SoakOptions {
  readonly reads: number
  readonly writes: number
  readonly seed: number
  readonly samples?: number | undefined
  /** How long it lasts at least, in virtual milliseconds. */
  readonly lastsMs: number
  readonly onSample?: (sample: Sample) => void
}

/** What was found at one moment. */
export interface Sample {
  readonly reads: number
  readonly writes: number
  /** How long the tab has been used, in virtual milliseconds. */
  readonly usedMs: number
  readonly measures: Measures
}

/** The heap in bytes, the records of each store, and the bytes on the disk. */
export type Measures = Readonly<Record<'heap' | 'meta' | 'value' | 'record' | 'bytes', number>>

/** What came of it. */
export interface SoakReport {
  readonly samples: readonly Sample[]
  /** By how much each measure has grown over the last half, as a share of its level. */
  readonly growth: Measures
  readonly unavailable: number
  /** Reads that were judged. */
  readonly judged: number
  /** What went back, and what should not have happened at all. */
  readonly violations: readonly string[]
  /** The measures that do not level off. */
  readonly grown: readonly string[]
}

/** How much a measure may grow over the last half, as a share of its level. */
export const growthMax = 0.1

/** The answers that an outbox keeps, those that come before it looks after them, and what is being sent. */
const recordsMax = 256 + 64 + 16

const pace = 10
const photos = 500

/** Uses a tab, and measures it. */
export async function soak({ reads, writes, seed, lastsMs, samples = 20, onSample }: SoakOptions): Promise<SoakReport> {
  const stage = await startStage({
    entry: 'test/engines/page/soak-page.ts',
    api: {
      seed,
      lag: { kind: 'exponential', meanMs: 400 },
      initial: { items: { photos: Array.from({ length: photos }, (_, index) => ({ title: `Photo ${index + 1}` })) } },
      now: () => performance.now() * pace,
      sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms / pace)),
    },
  })
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    await page.goto(`${stage.url}/?photos=${photos}&pace=${pace}&seed=${seed}`)
    await page.waitForFunction(() => 'soak' in window)
    const taken: Sample[] = []
    const operations: Operation[] = []
    const faults: string[] = []
    let unavailable = 0
    let usedMs = 0
    for (let sample = 1; sample <= samples; sample += 1) {
      const share = (all: number): number => Math.round((all * sample) / samples) - Math.round((all * (sample - 1)) / samples)
      const leg = { reads: share(reads), writes: share(writes), lastsMs: lastsMs / samples }
      // oxlint-disable no-await-in-loop
      const report: LegReport = await page.evaluate((asked) => window.soak.leg(asked), leg)
      appendTo(operations, report.operations)
      faults.push(...report.faults)
      unavailable += report.unavailable
      usedMs += report.tookMs
      const measures = await measure(page)
      // oxlint-enable no-await-in-loop
      const done = (all: number): number => Math.round((all * sample) / samples)
      taken.push({ reads: done(reads), writes: done(writes), usedMs, measures })
      onSample?.(taken.at(-1)!)
    }
    const { violations, verdicts } = checkGuarantees({ operations }) // S3
    const verdict = verdicts['monotonic-reads']
    const growth = mapMeasures((name) => growthOf(taken.map(({ measures }) => measures[name])))
    const rising = Object.entries(growth).flatMap(([name, share]) => (name !== 'record' && share > growthMax ? [name] : []))
    const isOutboxFull = taken.some(({ measures }) => measures.record > recordsMax)
    return {
      samples: taken,
      growth,
      unavailable,
      judged: 'judged' in verdict ? verdict.judged : 0,
      violations: [...violations.map(({ message }) => message), ...faults],
      grown: isOutboxFull ? [...rising, 'record'] : rising,
    }
  } finally {
    await browser.close()
    await stage.close()
  }
}

/** Appends what was recorded in a leg, all of which came after all that came before. */
function appendTo(all: Operation[], leg: readonly Operation[]): void {
  const before = all.reduce((step, { completed }) => Math.max(step, completed.step), 0)
  const after = <T extends { readonly step: number }>(moment: T): T => ({ ...moment, step: moment.step + before })
  for (const operation of leg) {
    const { invoked, completed } = operation
    all.push({ ...operation, id: all.length + 1, invoked: after(invoked), completed: after(completed) })
  }
}

/** Measures what is left once garbage was collected (S1). */
async function measure(page: Page): Promise<Measures> {
  const session = await page.context().newCDPSession(page)
  const stored = await page.evaluate(() => window.soak.stored())
  // Twice, since what is finalised by the first frees more.
  await session.send('HeapProfiler.collectGarbage')
  await page.evaluate(() => new Promise((resolve) => void setTimeout(resolve, 50)))
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return mapMeasures((name) => (name === 'heap' ? usedSize : (stored[name] ?? 0)))
}

function mapMeasures(of: (name: keyof Measures) => number): Measures {
  return { heap: of('heap'), meta: of('meta'), value: of('value'), record: of('record'), bytes: of('bytes') }
}

/** Returns by how much a series grows over its last half, as a share of its level (S2). */
export function growthOf(series: readonly number[]): number {
  const half = series.slice(Math.floor(series.length / 2))
  const slopes = half.flatMap((from, index) =>
    half.slice(index + 1).map((to, distance) => (to - from) / (distance + 1)),
  )
  const level = median(half)
  return level === 0 ? 0 : (median(slopes) * (half.length - 1)) / level
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((left, right) => left - right)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
}

/** Prints a share, such as `+1.5 %`. */
export function percent(share: number): string {
  return `${share < 0 ? '' : '+'}${(share * 100).toFixed(1)} %`
}
