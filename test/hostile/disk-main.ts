// `npm run faults -- --runs 10000 --jobs 2`: so many runs of the real client on disks that fail by seed. `--from 7`
// begins with that seed, which plays the same run again.
//
// A hundred runs each have a process of their own: what a frozen tab has left in the engine below keeps it turning,
// and slows all that come after.

// oxlint-disable-next-line import/no-unassigned-import -- the classes of its realm have to be the global ones
import 'fake-indexeddb/auto'
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runOnBadDisk } from './disk-run.ts'

const runsOfProcess = 100

interface Tally {
  readonly troubles: Record<string, number>
  readonly reads: number
  readonly writes: number
  readonly reloads: number
  readonly slowestMs: number
  readonly violations: readonly string[]
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    // How a process is told that it is one of those.
    share: { type: 'boolean', default: false },
  },
})
const [runs, from] = [Number(values.runs), Number(values.from)]

if (values.share) {
  process.send?.(await runShare())
  process.disconnect()
} else await main(Number(values.jobs))

async function main(jobs: number): Promise<void> {
  const startedAt = Date.now()
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1000)
  let total: Tally = { troubles: {}, reads: 0, writes: 0, reloads: 0, slowestMs: 0, violations: [] }
  let [next, done] = [from, 0]
  const work = async (): Promise<void> => {
    while (next < from + runs) {
      const share = { from: next, runs: Math.min(runsOfProcess, from + runs - next) }
      next += share.runs
      // oxlint-disable-next-line no-await-in-loop
      const tally = await runElsewhere(share)
      total = sum(total, tally)
      for (const violation of tally.violations) console.log(violation)
      if (Math.floor((done + share.runs) / 1000) > Math.floor(done / 1000)) console.log(`${done + share.runs} runs, ${seconds()} s`)
      done += share.runs
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  const { troubles, reads, writes, reloads, slowestMs, violations } = total
  for (const [trouble, count] of Object.entries(troubles).toSorted(([, left], [, right]) => right - left)) {
    console.log(`${String(count).padStart(9)} ${trouble}`)
  }
  console.log(
    `${runs} runs in ${seconds()} s: ${reads} reads, ${writes} writes, ${reloads} reloads, ` +
      `the slowest read ${Math.ceil(slowestMs)} virtual ms, ${violations.length} violations`,
  )
  process.exitCode = violations.length === 0 ? 0 : 1
}

function runElsewhere(share: { readonly from: number; readonly runs: number }): Promise<Tally> {
  const args = ['--share', '--from', String(share.from), '--runs', String(share.runs)]
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), args)
    child.once('message', (tally) => {
      resolve(tally as Tally)
      child.kill('SIGKILL') // It would turn for ever.
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The process of seeds ${share.from} and on ended with ${code} before it told its tally.`)))
  })
}

async function runShare(): Promise<Tally> {
  let tally: Tally = { troubles: {}, reads: 0, writes: 0, reloads: 0, slowestMs: 0, violations: [] }
  for (let seed = from; seed < from + runs; seed += 1) {
    // oxlint-disable-next-line no-await-in-loop
    const { troubles, violations, ...counts } = await runOnBadDisk(seed)
    const met: Record<string, number> = {}
    for (const trouble of troubles) met[trouble] = (met[trouble] ?? 0) + 1
    tally = sum(tally, { ...counts, troubles: met, violations: violations.map((violation) => `seed ${seed}: ${violation}`) })
  }
  return tally
}

function sum(left: Tally, right: Tally): Tally {
  const troubles = { ...left.troubles }
  for (const [trouble, count] of Object.entries(right.troubles)) troubles[trouble] = (troubles[trouble] ?? 0) + count
  return {
    troubles,
    reads: left.reads + right.reads,
    writes: left.writes + right.writes,
    reloads: left.reloads + right.reloads,
    slowestMs: Math.max(left.slowestMs, right.slowestMs),
    violations: [...left.violations, ...right.violations],
  }
}
