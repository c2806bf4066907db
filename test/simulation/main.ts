// Runs the whole client in virtual time, seed by seed, and judges what it showed.
//
//   npm run sim                                        200 seeds from 1
//   npm run sim -- --seeds 100000 --from 5000          those, on all cores
//   npm run sim -- --seeds 100000 --jobs 1             on one of them
//   npm run sim -- --reads 100                         longer runs: a seed means another plan then
//   npm run sim -- --hooks kept                        worlds with an outbox alone: a seed means another plan then
//   npm run sim -- --seeds 1 --from 42 --trace         tells what happened in it, step by step
//   npm run sim -- --plan test/histories/NAME.json     the same of a frozen plan
//   npm run sim -- --seeds 100 --shrink                freezes the smallest plan of each broken promise
//
// Prints violations by promise, what the runs have met, and how fast it went. Exits with 1 if there was
// any violation, and names the seeds: each plays the same run again, which is checked before it is told.
// A long run says on stderr how far it has come, and tells a violation at once.

import { fork } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { planOf, readsUsual } from './plan.ts'
import type { Plan, World } from './plan.ts'
import { runPlan } from './run.ts'
import type { Frozen } from './shrink.ts'
import { shrink } from './shrink.ts'
import { addRun, addTally, emptyTally, reportOf } from './tally.ts'
import type { SeedBreach, Tally } from './tally.ts'

/** What a job tells: each run that it has made, and at its end what all of them came to. */
type Word = { readonly breaches: readonly SeedBreach[] } | { readonly tally: Tally }

interface Share {
  readonly from: number
  readonly seeds: number
  readonly step: number
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    reads: { type: 'string', default: String(readsUsual) },
    hooks: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    plan: { type: 'string' },
    // How a job is told its share: every so manieth seed.
    step: { type: 'string' },
  },
})
const seeds = countOf('seeds', values.seeds)
const from = countOf('from', values.from)
const reads = countOf('reads', values.reads)
const given = values.hooks === undefined ? {} : { hooks: hooksOf(values.hooks) }
const planOfSeed = (seed: number): Plan => planOf(seed, reads, given)

if (values.plan !== undefined) await replay(values.plan)
else if (values.step === undefined) await main(countOf('jobs', values.jobs))
else await tellShare({ from, seeds, step: countOf('step', values.step) })

async function main(jobs: number): Promise<void> {
  const startedAt = performance.now()
  const tally = await runAll(jobs)
  const seconds = (performance.now() - startedAt) / 1000
  const told = tally.breaches.slice(0, 40)
  for (const { seed, promise, message } of told) console.log(`seed ${seed}: ${promise}: ${message}`)
  console.log(`${'seeds'.padEnd(12)}${from} to ${from + seeds - 1}`)
  for (const line of reportOf(tally, seconds)) console.log(line)
  const [first] = tally.breaches
  if (first === undefined) return
  process.exitCode = 1
  await checkReplay(first.seed)
  if (!values.shrink) return
  for (const promise of new Set(tally.breaches.map((breach) => breach.promise))) {
    await freeze(tally.breaches.find((breach) => breach.promise === promise) ?? first)
  }
}

async function runAll(jobs: number): Promise<Tally> {
  if (values.trace) return runShare({ from, seeds, step: 1 })
  const tally = emptyTally()
  const onRun = progressOf(seeds)
  const shares = Array.from({ length: Math.min(jobs, seeds) }, (_, job): Share => {
    return { from: from + job, seeds: Math.ceil((seeds - job) / jobs), step: jobs }
  })
  for (const part of await Promise.all(shares.map((share) => runElsewhere(share, onRun)))) addTally(tally, part)
  tally.breaches.sort((left, right) => left.seed - right.seed)
  return tally
}

/** Says once a minute how many of `runs` are made, and each violation as it is met. */
function progressOf(runs: number): (breaches: readonly SeedBreach[]) => void {
  let made = 0
  let broken = 0
  let toldAt = performance.now()
  return (breaches) => {
    made += 1
    if (breaches.length > 0) broken += 1
    for (const { seed, promise } of breaches) console.error(`seed ${seed} broke ${promise}`)
    if (performance.now() - toldAt < 60_000) return
    toldAt = performance.now()
    console.error(`${made} of ${runs} runs, ${broken} with a violation`)
  }
}

/** Runs a share in a process of its own. */
function runElsewhere(share: Share, onRun: (breaches: readonly SeedBreach[]) => void): Promise<Tally> {
  const args = Object.entries({ ...share, reads, ...given }).flatMap(([name, value]) => [`--${name}`, String(value)])
  return new Promise((resolve, reject) => {
    const job = fork(fileURLToPath(import.meta.url), args, {
      // A run leaves much behind at once: with room for it, collecting takes a tenth less of the time.
      execArgv: ['--enable-source-maps', '--max-semi-space-size=64'],
    })
    job.on('message', (word: Word) => {
      if ('tally' in word) resolve(word.tally)
      else onRun(word.breaches)
    })
    job.once('error', reject)
    job.once('exit', (code) => reject(new Error(`A job ended with ${code} before it told its tally.`)))
  })
}

async function tellShare(share: Share): Promise<void> {
  const tell = (word: Word): void => void process.send?.(word)
  tell({ tally: await runShare(share, (breaches) => tell({ breaches })) })
}

async function runShare(share: Share, onRun?: (breaches: readonly SeedBreach[]) => void): Promise<Tally> {
  const tally = emptyTally()
  const trace = values.trace ? (line: string): void => console.log(line) : undefined
  for (let count = 0; count < share.seeds; count += 1) {
    const before = tally.breaches.length
    addRun(tally, await runPlan(planOfSeed(share.from + count * share.step), { trace }))
    onRun?.(tally.breaches.slice(before))
  }
  return tally
}

/** Plays a frozen plan, and tells all of it. */
async function replay(file: string): Promise<void> {
  const { plan } = JSON.parse(readFileSync(file, 'utf8')) as Frozen
  const { breaches, hash } = await runPlan(plan, { trace: (line) => console.log(line) })
  for (const { promise, message } of breaches) console.log(`${promise}: ${message}`)
  console.log(`violations  ${breaches.length}, in the run ${hash}`)
  if (breaches.length > 0) process.exitCode = 1
}

/** A violation that does not come again would be one of the simulator. */
async function checkReplay(seed: number): Promise<void> {
  const [first, second] = [await runPlan(planOfSeed(seed)), await runPlan(planOfSeed(seed))]
  const isSame = first.hash === second.hash
  console.log(`replay      seed ${seed} played ${isSame ? 'the same run' : 'ANOTHER RUN'} again: ${first.hash}, ${second.hash}`)
}

async function freeze({ seed, promise, message }: SeedBreach): Promise<void> {
  const plan = await shrink(planOfSeed(seed), promise)
  const file = `test/histories/${promise}-seed-${seed}.json`
  const document: Frozen = { promise, found: message, plan }
  writeFileSync(file, `${JSON.stringify(document, undefined, 2)}\n`)
  console.log(`frozen      ${file}: ${plan.steps.length} steps, ${plan.incidents.length} incidents, ${JSON.stringify(plan.features)}`)
}

function hooksOf(text: string): World['hooks'] {
  if (text === 'none' || text === 'shown' || text === 'kept') return text
  throw new Error(`--hooks is "${text}". Expected none, shown or kept.`)
}

function countOf(name: string, text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new Error(`--${name} is "${text}". Expected a whole number from 1, such as --${name} 100.`)
}
