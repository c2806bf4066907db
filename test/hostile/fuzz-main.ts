// `npm run fuzz -- --inputs 1000000`: gives so many mutated headers, bodies, records, messages and tokens to the
// places where they enter. `--seed` gives others. Prints the memory after each tenth, swept before it is measured.

import { setFlagsFromString } from 'node:v8'
import { parseArgs } from 'node:util'
import { runInNewContext } from 'node:vm'
import { fuzz } from './fuzz.ts'

const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})
setFlagsFromString('--expose-gc')
const sweep = runInNewContext('gc') as () => void
const inputs = Number(values.inputs)
const tenth = Math.max(1000, Math.floor(inputs / 10_000) * 1000)
const startedAt = Date.now()

const report = await fuzz(inputs, Number(values.seed), (done) => {
  if (done % tenth !== 0) return
  sweep()
  const heap = (process.memoryUsage().heapUsed / 2 ** 20).toFixed(1)
  console.log(`${String(done).padStart(9)} inputs, ${Math.round((Date.now() - startedAt) / 1000)} s, ${heap} MiB of heap`)
})
for (const failure of report.failures) console.log(failure)
const { taken, refused, byKind, slowest, failures } = report
console.log([...byKind].map(([kind, count]) => `${count} ${kind}s`).join(', '))
console.log(
  `${inputs} inputs: ${taken} taken, ${refused} refused, the slowest ${Math.round(slowest.ms)} ms (${slowest.target}), ` +
    `${failures.length} failures`,
)
process.exitCode = failures.length === 0 ? 0 : 1
