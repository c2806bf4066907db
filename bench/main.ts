// What we promise about speed, as ratios to a floor or a rival measured in the same run.
//
//   npm run bench              every group
//   npm run bench -- gate      one group
//   npm run bench -- levels    what each level costs, and what it buys
//   npm run bench -- postgres-levels   the same on PostgreSQL, behind the server kit
//
// Absolute times move with the machine; the ratios are what counts. Rounds of all variants are
// interleaved, and medians are printed. `A/A` is the floor against itself: the noise of the run.

import { anomaliesGroup } from './anomalies.ts'
import { fetchGroup } from './fetch.ts'
import { gateGroup } from './gate.ts'
import type { Group, Table } from './group.ts'
import { heldGroup } from './held.ts'
import { reportLevels } from './levels.ts'
import { notifyGroup, snapshotGroup } from './notify.ts'
import { postgresLevelsTable } from './postgres-levels.ts'
import { serverGroup } from './server.ts'

const groups: Record<string, readonly (() => Promise<Group | Table> | Group)[]> = {
  gate: [gateGroup],
  held: [heldGroup],
  fetch: [fetchGroup],
  notify: [...[1, 100, 1000].map((count) => () => notifyGroup(count)), snapshotGroup],
  anomalies: [anomaliesGroup],
  server: [serverGroup],
  'postgres-levels': [() => postgresLevelsTable([20, 60]), () => postgresLevelsTable([200, 1000])],
}

const [, , only] = process.argv
if (only !== undefined && only !== 'levels' && !Object.hasOwn(groups, only)) {
  throw new Error(`There is no group "${only}". Choose among: ${Object.keys(groups).join(', ')}, levels.`)
}
for (const [name, makers] of Object.entries(groups)) {
  if (only !== undefined && only !== name) continue
  for (const make of makers) await print(await make())
}

async function print(made: Group | Table): Promise<void> {
  if ('variants' in made) return report(made)
  console.log(`\n${made.name}`)
  const line = (name: string, cells: readonly string[]): void =>
    console.log(`  ${name.padEnd(68)}${cells.map((cell) => cell.padStart(17)).join('')}`)
  line('', made.columns)
  for (const { name, cells } of made.rows) line(name, cells)
}
if (only === undefined || only === 'levels') await reportLevels()

async function report(group: Group): Promise<void> {
  const medians = await measure(group)
  const [floor = Number.NaN, again = Number.NaN] = medians
  console.log(`\n${group.name} (median of ${group.rounds} rounds, A/A ${(again / floor).toFixed(2)}x)`)
  for (const [index, { name }] of group.variants.entries()) {
    const each = medians[index === 0 ? 0 : index + 1] ?? Number.NaN
    const ratio = index === 0 ? 'the floor' : `${(each / floor).toFixed(2)}x`
    console.log(`  ${name.padEnd(44)} ${each.toFixed(3).padStart(10)} µs  ${ratio.padStart(10)}`)
  }
  await group.close?.()
}

/** Returns the median time of each variant in microseconds, the floor twice: first, and again second. */
async function measure({ variants, times, rounds }: Group): Promise<number[]> {
  const [floor, ...others] = variants
  if (floor === undefined) return []
  const all = [floor, floor, ...others]
  const samples = all.map((): number[] => [])
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, { run }] of all.entries()) {
      const startedAt = performance.now()
      await run(times)
      const eachMicroseconds = ((performance.now() - startedAt) * 1000) / times
      if (round >= 0) samples[index]?.push(eachMicroseconds) // The first round warms up.
    }
  }
  return samples.map((list) => list.toSorted((left, right) => left - right)[list.length >> 1] ?? 0)
}
