// `npm run faults -- --runs 10000`: so many runs of the real client on disks that fail by seed. `--from 7` begins
// with that seed, which plays the same run again.

// oxlint-disable-next-line import/no-unassigned-import -- the classes of its realm have to be the global ones
import 'fake-indexeddb/auto'
import { parseArgs } from 'node:util'
import { runOnBadDisk } from './disk-run.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '500' }, from: { type: 'string', default: '1' } },
})
const [runs, from] = [Number(values.runs), Number(values.from)]
const troubles = new Map<string, number>()
const totals = { reads: 0, writes: 0, reloads: 0, slowestMs: 0, violations: 0 }
const startedAt = Date.now()

for (let seed = from; seed < from + runs; seed += 1) {
  // oxlint-disable-next-line no-await-in-loop
  const run = await runOnBadDisk(seed)
  for (const trouble of run.troubles) troubles.set(trouble, (troubles.get(trouble) ?? 0) + 1)
  for (const name of ['reads', 'writes', 'reloads'] as const) totals[name] += run[name]
  totals.slowestMs = Math.max(totals.slowestMs, run.slowestMs)
  totals.violations += run.violations.length
  if ((seed - from) % 1000 === 999) console.log(`${seed - from + 1} runs, ${Math.round((Date.now() - startedAt) / 1000)} s`)
  for (const violation of run.violations) console.log(`seed ${seed}: ${violation}`)
}

for (const [trouble, count] of [...troubles].toSorted(([, left], [, right]) => right - left)) console.log(`${String(count).padStart(9)} ${trouble}`)
const { reads, writes, reloads, slowestMs, violations } = totals
console.log(
  `${runs} runs in ${Math.round((Date.now() - startedAt) / 1000)} s: ${reads} reads, ${writes} writes, ${reloads} reloads, ` +
    `the slowest read ${Math.ceil(slowestMs)} virtual ms, ${violations} violations`,
)
process.exitCode = violations === 0 ? 0 : 1
// What a frozen tab has left in the engine below would keep it turning.
process.exit()
