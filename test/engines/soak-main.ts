// `npm run soak -- --reads 100000 --writes 10000`: uses one tab of a real Chromium for an hour of its own time, and
// says whether heap and disk level off. `--seed` does other things, `--samples` looks more often.

import { parseArgs } from 'node:util'
import { growthMax, percent, soak } from './soak.ts'
import type { Measures, Sample } from './soak.ts'

const { values } = parseArgs({
  options: {
    reads: { type: 'string', default: '100000' },
    writes: { type: 'string', default: '10000' },
    samples: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
})
const reads = Number(values.reads)
const startedAt = Date.now()
const line = (cells: readonly string[]): void => console.log(cells.map((cell) => cell.padStart(11)).join(''))
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2)
const cellsOf = ({ heap, meta, value, record, bytes }: Measures): string[] => [
  mebibytes(heap),
  ...[meta, value, record].map(String),
  mebibytes(bytes),
]

line(['minutes', 'reads', 'writes', 'heap MiB', 'keys', 'values', 'outbox', 'disk MiB', 'wall s'])
const report = await soak({
  reads,
  writes: Number(values.writes),
  seed: Number(values.seed),
  samples: Number(values.samples),
  // An hour for a hundred thousand reads.
  lastsMs: reads * 36,
  onSample: ({ usedMs, measures, ...done }: Sample) =>
    line([
      (usedMs / 60_000).toFixed(1),
      String(done.reads),
      String(done.writes),
      ...cellsOf(measures),
      String(Math.round((Date.now() - startedAt) / 1000)),
    ]),
})
const { heap, meta, value, record, bytes } = report.growth
line(['last half', '', '', ...[heap, meta, value, record, bytes].map(percent)])
for (const violation of report.violations.slice(0, 20)) console.log(violation)
for (const name of report.grown) console.log(`S2: "${name}" does not level off`)
console.log(
  `${Math.round((Date.now() - startedAt) / 1000)} s for ${((report.samples.at(-1)?.usedMs ?? 0) / 60_000).toFixed(0)} virtual minutes: ` +
    `${report.judged} reads judged, ${report.unavailable} that no replica could answer in time, no measure but the outbox may grow by more than ` +
    `${percent(growthMax)}, ${report.violations.length} violations`,
)
process.exitCode = report.violations.length + report.grown.length === 0 ? 0 : 1
