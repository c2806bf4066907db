// How a group is measured, alike in Node and in a page.
//
// M1. All variants take their turns in each round, and another one begins each time: what the machine does
//     meanwhile, and what one leaves to the next (garbage, a warm disk), falls on all of them.
// M2. What counts is the median of the rounds, as a ratio to the floor of the same run. The floor is measured
//     twice, as if it were two: how far they differ is the noise.
// M3. The first round warms up, and is not counted.

import type { Group, Target, Variant } from './group.ts'
import { median, quantile } from './statistics.ts'

/** What one variant came to. */
export interface Measured {
  readonly name: string
  /** What each time of the work took, in the unit of its group: the median of the rounds, and its quartiles. */
  readonly each: number
  readonly quartiles: readonly [number, number]
  /** Of that, what the page's thread worked. */
  readonly threadMicroseconds?: number
  /** The longest task of the page while it ran once, in milliseconds. */
  readonly longestTaskMs?: number
  /** Of how much it was done, where that is what tells the variants of a group apart. */
  readonly size?: number
}

/** What a group came to. */
export interface GroupResult {
  readonly name: string
  /** Microseconds, unless it says another. */
  readonly unit?: 'bytes'
  /** Where it was measured, such as `Chromium 156`. */
  readonly engine?: string
  readonly rounds: number
  /** The floor against itself. */
  readonly noise: number
  /** The floor first. */
  readonly variants: readonly Measured[]
  readonly targets: readonly Target[]
}

/** Tells how long the thread of this page has worked, in microseconds. */
export type ThreadClock = () => Promise<number>

interface Samples {
  readonly variant: Variant
  readonly each: number[]
  readonly thread: number[]
}

/** Measures a group. */
export async function measure(group: Group, threadClock?: ThreadClock): Promise<GroupResult> {
  const [floor] = group.variants
  if (floor === undefined) throw new Error(`The group "${group.name}" has no variants.`)
  const thread = group.showsThread === true ? await withoutOverhead(threadClock) : undefined
  const all = [floor, ...group.variants].map((variant): Samples => ({ variant, each: [], thread: [] }))
  for (let round = -1; round < group.rounds; round += 1) {
    const first = (round + all.length) % all.length
    for (const samples of [...all.slice(first), ...all.slice(0, first)]) {
      const sample = await take(samples.variant, samples.variant.times ?? group.times, thread)
      if (round < 0) continue // M3
      samples.each.push(sample.each)
      if (sample.thread !== undefined) samples.thread.push(sample.thread)
    }
  }
  const [again, ...variants] = all.map(summary)
  return {
    name: group.name,
    rounds: group.rounds,
    noise: (again?.each ?? Number.NaN) / (variants[0]?.each ?? Number.NaN),
    variants,
    targets: group.targets ?? [],
  }
}

interface Sample {
  readonly each: number
  readonly thread: number | undefined
}

async function take({ prepare, run }: Variant, times: number, thread: ThreadClock | undefined): Promise<Sample> {
  await prepare?.(times)
  const workedBefore = await thread?.()
  const startedAt = performance.now()
  await run(times)
  const tookMs = performance.now() - startedAt
  const worked = thread && (await thread()) - (workedBefore ?? 0)
  return { each: (tookMs * 1000) / times, thread: worked && Math.max(0, worked) / times }
}

/** Returns a clock that does not count what asking it costs. */
async function withoutOverhead(clock: ThreadClock | undefined): Promise<ThreadClock | undefined> {
  if (clock === undefined) return undefined
  const costs: number[] = []
  for (let time = 0; time < 15; time += 1) {
    const before = await clock()
    costs.push((await clock()) - before)
  }
  const cost = median(costs)
  let asked = 0
  return async () => (await clock()) - cost * asked++
}

function summary({ variant, each, thread }: Samples): Measured {
  return {
    name: variant.name,
    ...(variant.size !== undefined && { size: variant.size }),
    each: median(each),
    quartiles: [quantile(each, 0.25), quantile(each, 0.75)],
    ...(thread.length > 0 && { threadMicroseconds: median(thread) }),
  }
}
