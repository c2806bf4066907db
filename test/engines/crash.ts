// A real browser, killed at random moments while its tabs write, and started again on the same profile.
//
// R1. What counts as durable is what the page was told: the floors that it had when it called `flush`, once
//     `flush` has resolved and nothing has degraded. After the kill no tab knows less.
// R2. The first answers after the start, which wait for nothing that can be awaited, show nothing from before
//     those floors and call it fresh.
// R3. Every record on the disk can be understood. A disk that opens too late to be waited for is no fault of
//     ours: such pages are counted, and judged by R2 alone.
// R4. The kill is SIGKILL to the whole group of processes: no handler runs, no cache is written back.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../src/testing/determinism/random.ts'
import type { Arrival, PlainFloors } from './page/tab.ts'
import { startStage } from './stage.ts'

/** How a browser is started on a profile, with a page that may open others. */
export type Command = (profile: string, url: string) => readonly [string, ...string[]]

/** What is asked for. */
export interface CrashOptions {
  readonly command: Command
  readonly kills: number
  readonly seed: number
  readonly tabs?: number | undefined
  readonly onKill?: (count: number) => void
  readonly onViolation?: (violation: string) => void
}

/** What came of it. */
export interface CrashReport {
  readonly kills: number
  /** How often a page was told that its floors are on the disk. */
  readonly flushes: number
  /** How many pages were opened on what a kill had left. */
  readonly arrivals: number
  /** The most records that were looked at in one page. */
  readonly records: number
  /** How many first answers were given as unverified. */
  readonly unverified: number
  /** How many pages went on without their disk. */
  readonly late: number
  readonly violations: readonly string[]
}

interface Watermarks {
  read: bigint
  write: bigint
}

/** Starts, kills, starts again, and judges. */
export async function crash({ command, kills, seed, tabs = 3, onKill, onViolation }: CrashOptions): Promise<CrashReport> {
  const random = createRandom(seed)
  const profile = mkdtempSync(join(tmpdir(), 'tidemark-crash-'))
  const durable: Watermarks = { read: 0n, write: 0n }
  const violations: string[] = []
  const counts = { flushes: 0, arrivals: 0, records: 0, unverified: 0, late: 0 }
  let arrived: Arrival[] = []
  let flushesOfRun = 0
  let wake: () => void = () => undefined

  // Replicas are still behind when the browser is up again: what it had forgotten would be shown.
  const stage = await startStage({ api: { seed, lag: { kind: 'exponential', meanMs: 6000 } }, hear })

  function hear(path: string, body: unknown): void {
    if (path === '/arrived') arrived.push(body as Arrival)
    else {
      counts.flushes += 1
      flushesOfRun += 1
      for (const [kind, position] of positionsIn(body as PlainFloors)) durable[kind] = greater(durable[kind], position)
    }
    wake()
  }

  /** Waits until something that pages tell is so; a browser that never gets there is a failure. */
  async function until(isSo: () => boolean, browser: ChildProcess, what: string): Promise<void> {
    const limit = setTimeout(() => browser.kill('SIGKILL'), 300_000)
    const gone = once(browser, 'exit')
    while (!isSo()) {
      const woken = new Promise<void>((resolve) => void (wake = resolve))
      // oxlint-disable-next-line no-await-in-loop
      const isGone = await Promise.race([woken.then(() => false), gone.then(() => true)])
      if (isGone) throw new Error(`The browser ended before ${what}.`)
    }
    clearTimeout(limit)
  }

  function judge({ name, shown, floors, unreadable, degraded }: Arrival, known: Watermarks): void {
    const fail = (what: string): void => {
      violations.push(`${name}: ${what}`)
      onViolation?.(`${name}: ${what}`)
    }
    for (const { version, achieved } of shown) {
      const position = BigInt(/;v="(\d+)"/.exec(version)?.[1] ?? 0)
      const floor = greater(known.read, known.write)
      if (achieved !== 'fresh') counts.unverified += 1
      else if (position < floor) fail(`R2: "${version}" was shown as fresh, and ${floor} was durable`)
    }
    for (const record of unreadable) fail(`R3: ${record} cannot be read`)
    if (degraded.length > 0) {
      counts.late += 1
      return
    }
    for (const [kind, position] of [['read', known.read], ['write', known.write]] as const) {
      const found = new Map(positionsIn(floors)).get(kind) ?? 0n
      if (found < position) fail(`R1: the ${kind} floor is ${found}, and ${position} was durable`)
    }
  }

  try {
    for (let kill = 0; kill <= kills; kill += 1) {
      const known = { ...durable }
      arrived = []
      flushesOfRun = 0
      const [program, ...args] = command(profile, `${stage.url}/?toil=${kill}&tabs=${tabs}`)
      const browser = spawn(program, args, { detached: true, stdio: 'ignore' })
      // oxlint-disable no-await-in-loop
      await until(() => arrived.length === tabs, browser, 'every tab had looked at what is there')
      for (const arrival of arrived) judge(arrival, known)
      counts.arrivals += arrived.length
      counts.records = Math.max(counts.records, ...arrived.map(({ records }) => records))
      const flushes = 1 + random.below(12)
      if (kill < kills) await until(() => flushesOfRun >= flushes, browser, 'it had flushed')
      // Anywhere within what a tab does next. Some live until the browser has written its `localStorage` back,
      // so that the mirror on the disk is an older one, and calls itself complete.
      const livesMs = random.next() * (random.next() < 0.1 ? 12_000 : 40)
      await new Promise((resolve) => setTimeout(resolve, livesMs))
      await killGroup(browser)
      // oxlint-enable no-await-in-loop
      if (kill < kills) onKill?.(kill + 1)
    }
  } finally {
    await stage.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  return { kills, ...counts, violations }
}

async function killGroup(browser: ChildProcess): Promise<void> {
  const exited = once(browser, 'exit')
  if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL') // R4
  await exited
}

function positionsIn(floors: PlainFloors): ['read' | 'write', bigint][] {
  return Object.values(floors).flatMap((floor) =>
    (['read', 'write'] as const).flatMap((kind) => {
      const position = floor[kind]
      return position === undefined ? [] : [[kind, BigInt(position)] as ['read' | 'write', bigint]]
    }),
  )
}

const greater = (left: bigint, right: bigint): bigint => (left > right ? left : right)
