// Runs the whole client in virtual time, seed by seed, and judges what it showed.
//
//   npm run sim                              100 seeds from 1
//   npm run sim -- --seeds 1000 --from 5000  those
//
// Prints violations by guarantee, what the runs have met, and how fast it went. Exits with 1 if there
// was any violation, and names the seeds: each plays the same run again.

import { parseArgs } from 'node:util'
import { runSeed } from './run.ts'
import type { RunResult } from './run.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '100' }, from: { type: 'string', default: '1' } },
})
const seeds = countOf('seeds', values.seeds)
const from = countOf('from', values.from)

const startedAt = performance.now()
const results: RunResult[] = []
for (let seed = from; seed < from + seeds; seed += 1) {
  const result = await runSeed({ seed, contender: 'tidemark' })
  results.push(result)
  for (const { message } of result.byScope.violations) console.log(`seed ${seed}: ${message}`)
}
report(results, (performance.now() - startedAt) / 1000)

function report(runs: readonly RunResult[], seconds: number): void {
  const sum = (of: (run: RunResult) => number): number => runs.reduce((total, run) => total + of(run), 0)
  const reads = sum(({ byKey }) => byKey.reads)
  const violations = sum(({ byKey, byScope }) => byKey.violations.length + byScope.violations.length)
  console.log(`seeds       ${from} to ${from + seeds - 1}`)
  console.log(`reads       ${reads}, with ${sum(({ byKey }) => byKey.writes)} writes, ${sum(({ reloads }) => reloads)} reloads`)
  console.log(`requests    ${(sum(({ requests }) => requests) / reads).toFixed(3)} a read, writes included`)
  console.log(`failures    ${sum(({ failures }) => failures)} reads that ended with an error`)
  console.log(`violations  ${violations}`)
  console.log(`speed       ${Math.round(reads / seconds)} reads a second, ${seconds.toFixed(1)} s`)
  const events = new Map<string, number>()
  for (const run of runs) for (const [type, count] of run.events) events.set(type, (events.get(type) ?? 0) + count)
  for (const [type, count] of [...events].toSorted(([left], [right]) => left.localeCompare(right, 'en'))) console.log(`  ${type.padEnd(20)} ${count}`)
  if (violations > 0) process.exitCode = 1
}

function countOf(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new Error(`--${name} is "${text}". Expected a whole number from 1, such as --${name} 100.`)
}
