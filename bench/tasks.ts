// How long the longest task of a page was: what keeps it from answering its user.
//
// The page's own observer of long tasks tells none below 50 ms, and we promise less. So it is read from a trace; and by
// what the thread itself worked, since on a busy machine a task also waits for its processor.

import type { CDPSession } from 'playwright-core'

/** One event of a trace; times in microseconds. */
export interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  /** Of that, what the thread worked. */
  readonly tdur?: number
}

/** Traces what a page does, and returns its longest task between the marks `begin` and `end`, in milliseconds. */
export async function longestTaskOf(session: CDPSession, work: () => Promise<void>): Promise<number> {
  const events: TraceEvent[] = []
  const collect = ({ value }: { readonly value: readonly object[] }): void => {
    for (const event of value) events.push(event as TraceEvent)
  }
  session.on('Tracing.dataCollected', collect)
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline', 'blink.user_timing'], excludedCategories: ['*'] },
  })
  await work()
  const complete = new Promise((resolve) => void session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  session.off('Tracing.dataCollected', collect)
  return longestTask(events)
}

/** Returns the longest task of the thread that set the marks, as far as it lies between them, in milliseconds. */
export function longestTask(events: readonly TraceEvent[]): number {
  const begin = events.find(({ name }) => name === 'begin')
  const end = events.find(({ name }) => name === 'end')
  if (begin === undefined || end === undefined) throw new Error('The trace has no marks.')
  const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && pid === begin.pid && tid === begin.tid)
  // Others share the tasks at both ends.
  let longest = 0
  for (const { ts, dur = 0, tdur = dur } of tasks) {
    longest = Math.max(longest, Math.min(tdur, Math.min(ts + dur, end.ts) - Math.max(ts, begin.ts)))
  }
  return longest / 1000
}
