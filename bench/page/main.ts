// The page of the benchmarks that take a real browser. Driven from outside (`bench/browser.ts`), a group at a time.

import type { Group } from '../group.ts'
import { measure } from '../measure.ts'
import type { GroupResult, ThreadClock } from '../measure.ts'
import type { PageGroupName } from './group-names.ts'
import { pageGroups } from './groups.ts'
import { hold } from './held-memory.ts'
import { plot } from './plot.ts'
import { tab } from './tab.ts'
import type { TabPage } from './tab.ts'

declare global {
  interface Window {
    bench: BenchPage
    /** How long the thread of this page has worked, in microseconds: the browser's own count. */
    threadClock?: ThreadClock
  }
}

/** What the page offers to whoever drives it. */
export interface BenchPage {
  /** How many groups there are under a name. */
  readonly count: (name: PageGroupName) => number
  /** Makes one of them ready, and tells how many variants it has whose tasks are to be looked at. */
  readonly open: (name: PageGroupName, index: number) => Promise<number>
  readonly measure: () => Promise<GroupResult>
  /** Does the work of a variant once, between the marks `begin` and `end`. */
  readonly runOnce: (variant: number) => Promise<void>
  /** Does the work of a variant as often as ten rounds do. */
  readonly runTenRounds: (variant: number) => Promise<void>
  readonly close: () => Promise<void>
  /** Holds so many entities, and nothing else. */
  readonly hold: typeof hold
  readonly tab: TabPage
  readonly plot: typeof plot
}

let opened: Group | undefined

function group(): Group {
  if (opened === undefined) throw new Error('No group is open.')
  return opened
}

window.bench = {
  count: (name) => pageGroups[name].length,

  async open(name, index) {
    opened = await pageGroups[name][index]?.()
    const { showsTasks, variants } = group()
    return showsTasks === true ? variants.length : 0
  },

  measure: () => measure(group(), window.threadClock),

  async runOnce(variant) {
    const { prepare, run } = group().variants[variant] ?? {}
    await prepare?.(1)
    // A task of its own, which has nothing in it of what asked for it.
    await new Promise((resolve) => void setTimeout(resolve))
    performance.mark('begin')
    await run?.(1)
    performance.mark('end')
    // The task that sets the mark stands in the trace once it has ended, and not before.
    await new Promise((resolve) => void setTimeout(resolve, 50))
  },

  async runTenRounds(variant) {
    const { times } = group()
    const { prepare, run, times: own = times } = group().variants[variant] ?? {}
    for (let round = 0; round < 10; round += 1) {
      await prepare?.(own)
      await run?.(own)
    }
  },

  async close() {
    await group().close?.()
    opened = undefined
  },

  hold,
  tab,
  plot,
}
