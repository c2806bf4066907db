// What users see today, and with Tidemark: violations per 1,000 looks, and steps backward on the screen.
//
//   npm run bench -- anomalies
//
// The same seeds for everyone. With Tidemark all three columns have to be 0; what that costs stands
// beside it, as requests for each look. `ignore`: servers that tell versions and know nothing else.
// `wait`: servers that wait a little for the floor of a request, and then ask the primary.

import { GlobalWindow } from 'happy-dom'
import type { FloorPolicy } from 'tidemark/testing'
import { countAnomalies } from './anomaly-run.ts'
import type { AnomalyCount, Contender } from './anomaly-run.ts'
import type { Table } from './group.ts'

const seeds = [1, 2, 3]
const reads = 1000

/** Runs all clients on all seeds. */
export async function anomaliesGroup(): Promise<Table> {
  // React and SWR look for a page as they are loaded.
  const window = new GlobalWindow()
  const addEventListener = window.addEventListener.bind(window)
  const removeEventListener = window.removeEventListener.bind(window)
  Object.assign(globalThis, { window, document: window.document, addEventListener, removeEventListener })
  const { plainPage, queryPage, swrPage } = await import('./anomaly-clients.ts')
  const styles = ['invalidate', 'setQueryData + invalidate'] as const
  const clients: Contender[] = [
    { name: 'plain fetch', open: plainPage },
    ...styles.map((style) => ({ name: `TanStack Query, ${style}`, open: queryPage(style) })),
    { name: 'SWR, optimistic + revalidate', open: swrPage },
  ].flatMap(({ name, open }) => [
    { name, open, isGoverned: false },
    { name: `${name}, with Tidemark`, open, isGoverned: true },
  ])
  const rows = []
  for (const client of clients) rows.push(...(await rowsOf(client)))
  await window.happyDOM.close()
  return {
    name: `anomalies: ${seeds.length} seeds of ${reads} looks, 3 replicas, mean lag 200 ms, a write a second`,
    columns: ['RYW / 1,000', 'MR / 1,000', 'back / write', 'requests / look'],
    rows,
  }
}

async function rowsOf(client: Contender): Promise<Table['rows'][number][]> {
  const policies: FloorPolicy[] = client.isGoverned ? ['ignore', 'wait-then-primary'] : ['ignore']
  const rows = []
  for (const floors of policies) {
    const counts: AnomalyCount[] = []
    for (const seed of seeds) counts.push(await countAnomalies(client, { seed, reads, floors }))
    const sum = (of: (count: AnomalyCount) => number): number => counts.reduce((all, one) => all + of(one), 0)
    const looks = sum((count) => count.reads)
    const name = client.isGoverned ? `${client.name} (${floors === 'ignore' ? 'ignore' : 'wait'})` : client.name
    const cells = [
      ((sum((count) => count.readYourWrites) * 1000) / looks).toFixed(0),
      ((sum((count) => count.monotonicReads) * 1000) / looks).toFixed(0),
      (sum((count) => count.backwardSteps) / sum((count) => count.writes)).toFixed(2),
      (sum((count) => count.requests) / looks).toFixed(2),
    ]
    rows.push({ name, cells })
  }
  return rows
}
