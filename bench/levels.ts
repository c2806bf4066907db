// What each level costs, and what it buys: in virtual time, with and without learned routing, and over real
// sockets. What is measured, and how, is said in `level-run.ts`.

import { versionedReads } from '../src/routing/index.ts'
import { figuresOf, levelRows, noCounts, runLevelOverSockets, simulateLevel } from './level-run.ts'
import type { LevelCounts, LevelFigures, LevelRow } from './level-run.ts'

/** Prints the tables. */
export async function reportLevels(): Promise<void> {
  const learned = [versionedReads()]
  await report('levels: in virtual time, replicas 20 ms away and the primary 80 ms (3 seeds of 1,000 reads)', async (row, into) => {
    for (const seed of [1, 2, 3]) await simulateLevel(row, { seed, reads: 1000, policies: learned }, into)
  })
  await report('levels: the same, each read to a replica by chance', async (row, into) => {
    for (const seed of [1, 2, 3]) await simulateLevel(row, { seed, reads: 1000, policies: [] }, into)
  })
  await report('levels: over real sockets, replicas 5 ms away and the primary 20 ms (300 reads)', (row, into) =>
    runLevelOverSockets(row, learned, into),
  )
  console.log(notes)
}

const notes = `
  Reads are routed by \`versionedReads\`, but for the second table. Violations are those of the session's guarantees
  over the whole scope, and of each resource by itself. \`monotonic-reads\` keeps each resource, and
  \`read-your-writes\` own writes, so what is left of each is what it does not promise. A session that stays at one
  replica rarely goes back even at \`eventual\`, until the replica changes: that is topology and no promise, and why
  \`monotonic-reads\` has much to mend by chance only.
  A read below its floor costs a second request, to the primary or, once it should be there, to the replica: that is
  the p99 of \`session\`, which exceeds even the distance of the primary that \`strong\` pays each time.
  Held values answer without a request, and are still never older than what the session has seen or made.`

async function report(title: string, run: (row: LevelRow, into: LevelCounts) => Promise<void>): Promise<void> {
  console.log(`\n${title}`)
  console.log('                                                                          violations in 1,000 reads')
  console.log('  level                     p50 ms   p99 ms   to primary   requests/read   of the scope   of a resource   failed')
  const measured = new Map<string, LevelFigures>()
  for (const row of levelRows) {
    const counts = noCounts()
    await run(row, counts)
    const figures = figuresOf(counts)
    measured.set(row.name, figures)
    console.log(`  ${row.name.padEnd(23)} ${cellsOf(figures).join(' ')}`)
  }
  const ratio = (measured.get('session')?.p50 ?? Number.NaN) / (measured.get('eventual')?.p50 ?? Number.NaN)
  console.log(`  the median of session is ${ratio.toFixed(2)}x that of eventual`)
}

function cellsOf({ p50, p99, toPrimary, requestsPerRead, violationsPer1000, ofResourcesPer1000, failures }: LevelFigures): string[] {
  return [
    p50.toFixed(1).padStart(8),
    p99.toFixed(1).padStart(8),
    `${(toPrimary * 100).toFixed(1)} %`.padStart(12),
    requestsPerRead.toFixed(3).padStart(15),
    violationsPer1000.toFixed(1).padStart(14),
    ofResourcesPer1000.toFixed(1).padStart(15),
    String(failures).padStart(8),
  ]
}
