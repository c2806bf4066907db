// What we promise about speed, as ratios to a floor or a rival measured in the same run.
//
//   npm run bench                        every group
//   npm run bench -- persist             one group, or several
//   npm run bench -- --json FILE         the figures as JSON, too
//   npm run bench -- persist --write     the same, and into `docs/performance.md`
//   npm run bench -- fetch --profile     and where the time of each variant goes
//   npm run bench -- scale --plot FILE   how costs grow, as a picture too
//   npm run bench -- sizes                what an import consists of
//   npm run bench -- levels              what each level costs, and what it buys
//   npm run bench -- postgres-levels     the same on PostgreSQL, behind the server kit
//
// Absolute times move with the machine; the ratios are what counts. Rounds of all variants are
// interleaved, and medians are printed. `A/A` is the floor against itself: the noise of the run.

import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { anomaliesGroup } from './anomalies.ts'
import { runInChromium } from './browser.ts'
import { fetchGroup } from './fetch.ts'
import { figuresPath, fillPage, pagePath, printFigures, renewed } from './figures.ts'
import type { Figure } from './figures.ts'
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
import { printProfile, printResult, printTable } from './report.ts'
import { serverGroup } from './server.ts'
import { sizesGroup } from './sizes.ts'
import { tabsResults } from './tabs.ts'

const inNode: Record<string, readonly (MakeGroup | (() => Promise<Table>))[]> = {
  gate: [gateGroup],
  read: [heldValueGroup],
  held: [heldGroup],
  fetch: [fetchGroup],
  notify: [1, 100, 1000].map((count) => () => notifyGroup(count)),
  anomalies: [anomaliesGroup],
  server: [serverGroup],
  sizes: [sizesGroup],
  'postgres-levels': [() => postgresLevelsTable([20, 60]), () => postgresLevelsTable([200, 1000])],
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, plot: { type: 'string' }, profile: { type: 'boolean' }, write: { type: 'boolean' } },
})
const names = new Set([...Object.keys(inNode), ...pageGroupNames, 'levels'])
for (const name of positionals) {
  if (!names.has(name)) throw new Error(`There is no group "${name}". Choose among: ${[...names].join(', ')}.`)
}
const figures: Figure[] = []
const looking = values.profile === true ? { onProfile: printProfile } : {}

for (const name of positionals.length > 0 ? positionals : names) {
  const [load = Number.NaN] = loadavg()
  const take = (result: GroupResult): void => {
    printResult(result)
    figures.push({ group: name, on: new Date().toISOString().slice(0, 10), load, ...result })
  }
  for (const make of inNode[name] ?? []) {
    const made = await make()
    if ('variants' in made) {
      take(await measure(made))
      await made.close?.()
    } else {
      printTable(made)
    }
  }
  const inPage = pageGroupNames.find((each) => each === name)
  if (inPage !== undefined) for await (const result of runInChromium(inPage, looking)) take(result)
  if (name === 'scale') for (const result of [...(await memoryResults()), ...(await tabsResults())]) take(result)
  if (name === 'levels') await reportLevels()
}
if (values.json !== undefined) writeFileSync(values.json, printFigures(figures))
if (values.plot !== undefined) await writePlot(figures, values.plot)
if (values.write === true) {
  const kept: readonly Figure[] = JSON.parse(readFileSync(figuresPath, 'utf8'))
  const all = printFigures(renewed(kept, figures.filter(({ engine }) => engine !== undefined)))
  writeFileSync(figuresPath, all)
  // From what was written, so that what is rounded is rounded alike.
  writeFileSync(pagePath, fillPage(readFileSync(pagePath, 'utf8'), JSON.parse(all)))
}
