// The counters of one column.

import type { ColumnName } from './column.ts'
import { find, setText } from './element.ts'
import type { Verdict } from './judge.ts'
import type { Latencies } from './latencies.ts'

/** What is counted beside what the checker says. */
export interface Counts {
  /** Requests that left the page, writes included. */
  readonly requests: number
  /** Answers that reached the page and were not let in. */
  readonly refused: number
  /** How long the reads took. */
  readonly latencies: Latencies
}

/** Shows the counters of a column. */
export function showScore(column: ColumnName, verdict: Verdict, counts: Counts): void {
  const { reads, broken, violations: total } = verdict
  const show = (name: string, value: number): void =>
    setText(find(`${column}-${name}`, HTMLElement), value.toLocaleString('en'))
  show('violations', total)
  show('violations-strip', total)
  setText(find(`${column}-violations-word`, HTMLElement), total === 1 ? 'violation' : 'violations')
  show('ryw', broken['read-your-writes'])
  show('mr', broken['monotonic-reads'])
  show('cp', broken['consistent-prefix'])
  show('reads', reads)
  show('requests', counts.requests)
  show('refused', counts.refused)
  for (const [name, share] of [['p50', 0.5], ['p99', 0.99]] as const) {
    setText(find(`${column}-${name}`, HTMLElement), `${Math.round(counts.latencies.within(share))} ms`)
  }
  for (const part of document.querySelectorAll<HTMLElement>(`[data-score="${column}"]`)) {
    part.dataset['state'] = reads === 0 ? 'idle' : total === 0 ? 'clean' : 'broken'
  }
}
