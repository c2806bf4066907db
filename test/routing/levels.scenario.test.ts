// What a level costs and buys, as a slice of `npm run bench -- levels` in virtual time: the same run, held to
// what docs/choosing-a-level.md says of it.

import { beforeAll, expect, test } from 'vitest'
import { figuresOf, levelRows, noCounts, simulateLevel } from '../../bench/level-run.ts'
import type { LevelFigures } from '../../bench/level-run.ts'
import { versionedReads } from '../../src/routing/index.ts'
import type { Policy } from '../../src/routing/index.ts'
import { busyMachineMs } from './cluster.ts'

let learned: Map<string, LevelFigures>
let byChance: Map<string, LevelFigures>

async function measure(names: readonly string[], policies: readonly Policy[]): Promise<Map<string, LevelFigures>> {
  const measured = new Map<string, LevelFigures>()
  for (const row of levelRows) {
    if (!names.includes(row.name)) continue
    const counts = noCounts()
    await simulateLevel(row, { seed: 1, reads: 200, policies }, counts)
    measured.set(row.name, figuresOf(counts))
  }
  return measured
}

const of = (measured: Map<string, LevelFigures>, name: string): LevelFigures => measured.get(name)!
const falling = ['eventual', 'monotonic-reads', 'read-your-writes', 'session']

beforeAll(async () => {
  learned = await measure([...falling, 'session, values held', 'strong'], [versionedReads()])
  byChance = await measure(falling, [])
}, busyMachineMs)

test('violations fall level by level, to none at `session`, however reads are routed', () => {
  for (const measured of [learned, byChance]) {
    const counts = falling.map((name) => of(measured, name).violationsPer1000)
    expect(counts).toEqual(counts.toSorted((left, right) => right - left))
    expect(counts[0]).toBeGreaterThan(100)
    expect(of(measured, 'session')).toMatchObject({ violationsPer1000: 0, ofResourcesPer1000: 0, failures: 0 })
  }
})

test('the median of `session` is within a tenth of that of `eventual`, where routing learns', () => {
  expect(of(learned, 'session').p50 / of(learned, 'eventual').p50).toBeLessThanOrEqual(1.1)
})

test('`strong` is the dearest: in its median, and in what the primary has to bear', () => {
  const { strong, ...others } = Object.fromEntries(learned)
  for (const { p50, toPrimary } of Object.values(others)) {
    expect(strong!.p50).toBeGreaterThan(2 * p50)
    expect(strong!.toPrimary).toBeGreaterThan(2 * toPrimary)
  }
})

test('a read below its floor waits for the one that has said when, or goes to the primary: the tail is a second request', () => {
  for (const measured of [learned, byChance]) {
    expect(of(measured, 'session').p99).toBeLessThan(1.5 * of(learned, 'strong').p99)
  }
})

test('held values spare the servers requests, and no guarantee is broken for it', () => {
  const [held, asked] = [of(learned, 'session, values held'), of(learned, 'session')]
  expect(held.requestsPerRead).toBeLessThan(0.65 * asked.requestsPerRead)
  expect(held.violationsPer1000).toBe(0)
})
