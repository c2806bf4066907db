// What we promise about speed, as ratios to a floor or a rival measured in the same run.
//
//   npm run bench                        every group
//   npm run bench -- persist             one group, or several
//   npm run bench -- --json FILE         the figures as JSON, too
//   npm run bench -- scale --plot FILE   how costs grow, as a picture too
//   npm run bench -- levels              what each level costs, and what it buys
//   npm run bench -- postgres-levels     the same on PostgreSQL, behind the server kit
//
// Absolute times move with the machine; the ratios are what counts. Rounds of all variants are
// interleaved, and medians are printed. `A/A` is the floor against itself: the noise of the run.

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { anomaliesGroup } from './anomalies.ts'
import { runInChromium } from './browser.ts'
import { fetchGroup } from './fetch.ts'
import { gateGroup } from './gate.ts'
import type { MakeGroup, Table } from './group.ts'
import { heldGroup } from './held.ts'
import { heldValueGroup } from './held-value.ts'
import { reportLevels } from './levels.ts'
import { measure } from './measure.ts'
import type { GroupResult } from './measure.ts'
import { memoryResults } from './memory.ts'
import { notifyGroup } from './notify.ts'
import { pageGroupNames } from './page/group-names.ts'
import { writePlot } from './plot.ts'
import { postgresLevelsTable } from './postgres-levels.ts'
import { printResult, printTable } from './report.ts'
import { serverGroup } from './server.ts'
import { tabsResults } from './tabs.ts'

const inNode: Record<string, readonly (MakeGroup | (() => Promise<Table>))[]> = {
  gate: [gateGroup],
  read: [heldValueGroup],
  held: [heldGroup],
  fetch: [fetchGroup],
  notify: [1, 100, 1000].map((count) => () => notifyGroup(count)),
  anomalies: [anomaliesGroup],
  server: [serverGroup],
  'postgres-levels': [() => postgresLevelsTable([20, 60]), () => postgresLevelsTable([200, 1000])],
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' }, plot: { type: 'string' } } })
const names = new Set([...Object.keys(inNode), ...pageGroupNames, 'levels'])
for (const name of positionals) {
  if (!names.has(name)) throw new Error(`There is no group "${name}". Choose among: ${[...names].join(', ')}.`)
}
const results: (GroupResult & { readonly where: string })[] = []

for (const name of positionals.length > 0 ? positionals : names) {
  for (const make of inNode[name] ?? []) {
    const made = await make()
    if ('variants' in made) {
      take(await measure(made), 'Node')
      await made.close?.()
    } else {
      printTable(made)
    }
  }
  const inPage = pageGroupNames.find((each) => each === name)
  if (inPage !== undefined) for await (const result of runInChromium(inPage)) take(result, 'Chromium')
  for (const measureScale of name === 'scale' ? [memoryResults, tabsResults] : []) {
    for (const result of await measureScale()) take(result, 'Chromium')
  }
  if (name === 'levels') await reportLevels()
}
if (values.json !== undefined) {
  const [processor] = cpus()
  const machine = { node: process.version, processor: processor?.model, cores: cpus().length, at: new Date().toISOString() }
  writeFileSync(values.json, `${JSON.stringify({ machine, groups: results }, undefined, 2)}\n`)
}
if (values.plot !== undefined) await writePlot(results, values.plot)

function take(result: GroupResult, where: string): void {
  printResult(result, where)
  results.push({ ...result, where })
}
