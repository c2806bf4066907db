// What many runs came to together: violations by promise, and what the worlds and the client met.
//
// Tallies are plain data, so that runs in several processes can be added up.

import { explanationOf } from './findings.ts'
import { promises } from './judge-run.ts'
import type { PromiseName } from './judge-run.ts'
import type { Plan } from './plan.ts'
import type { RunResult } from './run.ts'

/** A violation, with the seed that plays it again. */
export interface SeedBreach {
  readonly seed: number
  readonly promise: PromiseName
  readonly message: string
}

/** What some runs came to. */
export interface Tally {
  runs: number
  reads: number
  writes: number
  requests: number
  failures: number
  marked: number
  pages: number
  shown: number
  deeds: number
  /** At most the first of each seed and promise. */
  readonly breaches: SeedBreach[]
  /** Runs by the open finding that explains their breaches. */
  readonly explained: Record<string, number>
  /** How often each event was told. */
  readonly events: Record<string, number>
  /** In how many runs each feature, step and incident was. */
  readonly met: Record<string, number>
}

const counted = ['reads', 'writes', 'requests', 'failures', 'marked', 'pages', 'shown', 'deeds'] as const

/** Makes a tally of nothing. */
export function emptyTally(): Tally {
  const counts = { runs: 0, reads: 0, writes: 0, requests: 0, failures: 0, marked: 0, pages: 0, shown: 0, deeds: 0 }
  return { ...counts, breaches: [], explained: {}, events: {}, met: {} }
}

/** Adds a run to a tally. */
export function addRun(tally: Tally, { plan, breaches, ...run }: RunResult): void {
  tally.runs += 1
  for (const name of counted) tally[name] += run[name]
  for (const [type, count] of run.events) add(tally.events, type, count)
  for (const name of metIn(plan)) add(tally.met, name, 1)
  const seen = new Set<string>()
  for (const breach of breaches) {
    const finding = explanationOf(breach, plan)
    const name = finding?.name ?? breach.promise
    if (seen.has(name)) continue
    seen.add(name)
    if (finding === undefined) tally.breaches.push({ seed: plan.seed, ...breach })
    else add(tally.explained, finding.name, 1)
  }
}

/** Adds a tally to another. */
export function addTally(tally: Tally, other: Tally): void {
  for (const name of ['runs', ...counted] as const) tally[name] += other[name]
  tally.breaches.push(...other.breaches)
  for (const table of ['explained', 'events', 'met'] as const) {
    for (const [name, count] of Object.entries(other[table])) add(tally[table], name, count)
  }
}

function add(table: Record<string, number>, name: string, count: number): void {
  table[name] = (table[name] ?? 0) + count
}

function metIn({ features, steps, incidents }: Plan): ReadonlySet<string> {
  return new Set([
    ...Object.entries(features).map(([name, value]) => `world: ${name} ${JSON.stringify(value)}`),
    ...steps.map((step) => `step: ${step.do}${'of' in step ? ` ${step.of}` : 'how' in step ? ` ${step.how}` : ''}`),
    ...steps.flatMap((step) => ('level' in step ? [`level: ${levelText(step.level)}`] : [])),
    ...steps.flatMap((step) => ('isAside' in step ? ['step: aside'] : [])),
    ...steps.flatMap((step) => ('abortAfterMs' in step ? ['step: aborted'] : [])),
    ...incidents.map(({ what }) => `incident: ${what}`),
  ])
}

function levelText(level: unknown): string {
  return typeof level === 'string' ? level : 'maxStalenessMs'
}

/** Returns what the runs came to, as lines for people. */
export function reportOf(tally: Tally, seconds: number): string[] {
  const line = (name: string, text: string): string => `${name.padEnd(12)}${text}`
  const perRun = (count: number): string => (count / tally.runs).toFixed(1)
  return [
    line('runs', `${tally.runs}, with ${perRun(tally.pages)} pages each`),
    line('reads', `${tally.reads}, with ${tally.writes} writes`),
    line('hooks', `${tally.shown} states were shown by watches, ${tally.deeds} changes were made by mutations`),
    line('requests', `${(tally.requests / (tally.reads + tally.writes)).toFixed(3)} a read or write`),
    line('failures', `${tally.failures} reads ended with an error, ${tally.marked} were marked as not vouched for`),
    line('speed', `${Math.round((tally.runs / seconds) * 60)} runs a minute, ${Math.round(tally.reads / seconds)} reads a second, ${seconds.toFixed(1)} s`),
    ...tableOf('what was met, and in how many runs', tally.met),
    ...tableOf('events of the client, and how often', tally.events),
    ...tableOf('open findings, and in how many runs', tally.explained),
    ...Object.keys(promises).map((promise) => {
      const seeds = tally.breaches.filter((breach) => breach.promise === promise).map(({ seed }) => seed)
      const named = seeds.length === 0 ? '' : `: seeds ${seeds.slice(0, 12).join(', ')}${seeds.length > 12 ? ', …' : ''}`
      return line('violations', `${seeds.length} runs, ${promise}${named}`)
    }),
  ]
}

function tableOf(title: string, table: Readonly<Record<string, number>>): string[] {
  const rows = Object.entries(table).toSorted(([left], [right]) => left.localeCompare(right, 'en', { numeric: true }))
  return rows.length === 0 ? [] : [`${title}:`, ...rows.map(([name, count]) => `  ${name.padEnd(48)}${count}`)]
}
