// The figures that are kept: what was measured last of each group in a browser, in `bench/figures.json`, from which
// the tables of `docs/performance.md` are made.

import { growthOf, printGrowth } from './growth.ts'
import type { Target } from './group.ts'
import type { GroupResult, Measured } from './measure.ts'
import { duration, figure, limit, times } from './report.ts'
import { verdictsOf } from './verdict.ts'

/** What a group came to, and when. */
export interface Figure extends GroupResult {
  /** The name by which the command line knows it, such as `persist`. */
  readonly group: string
  /** The day, such as `2026-11-30`. */
  readonly on: string
  /** How many processes waited for a processor as it began: the load average of a minute. */
  readonly load: number
}

/** Where figures are kept, from the root of the checkout. */
export const figuresPath = 'bench/figures.json'

/** The page that quotes them. */
export const pagePath = 'docs/performance.md'

/** Returns figures with those of the groups that were measured anew in the place of what was there. */
export function renewed(kept: readonly Figure[], measured: readonly Figure[]): readonly Figure[] {
  const anew = new Set(measured.map(({ group }) => group))
  const groups = new Set([...kept, ...measured].map(({ group }) => group))
  return [...groups].flatMap((group) => (anew.has(group) ? measured : kept).filter((each) => each.group === group))
}

/** Prints figures for the file: a line each, so that a change is seen by its line. */
export function printFigures(figures: readonly Figure[]): string {
  const short = (_: string, value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)
  return `[\n${figures.map((each) => JSON.stringify(each, short)).join(',\n')}\n]\n`
}

/**
 * Returns a page with its figures renewed: what stands between `<!-- figures: persist -->` and
 * `<!-- end of figures -->`, and, of all of them, what the targets come to: `<!-- figures: targets -->`.
 */
export function fillPage(page: string, figures: readonly Figure[]): string {
  return page.replaceAll(/(<!-- figures: (\S+) -->\n)[\s\S]*?(<!-- end of figures -->)/g, (_, begin: string, name: string, end: string) => {
    const own = figures.filter(({ group }) => group === name)
    return `${begin}\n${name === 'targets' ? targetsTable(figures) : own.map(tableOf).join('\n\n')}\n\n${end}`
  })
}

function targetsTable(figures: readonly Figure[]): string {
  const rows = figures.flatMap((result) =>
    verdictsOf(result).map(({ target, value, holds }) => {
      const { variant, of = result.variants[0]?.name ?? '', by, must, reach } = target
      const isShare = by === 'ratio' || by === 'thread-ratio' || by === 'added-us'
      const what = `${variant}${isShare ? `, of: ${of}` : ''}${measuredBy[by]}`
      const verdict = { reach: 'reached', must: 'the must holds', neither: '**neither**' }[holds]
      return [result.name, what, figure(by, value), limit(by, must), limit(by, reach), verdict]
    }),
  )
  return table(['work', 'what is measured', 'measured', 'must be at most', 'is to reach', ''], rows, 2)
}

const measuredBy: Record<Target['by'], string> = {
  ratio: '',
  'thread-ratio': ', work of the main thread',
  'added-us': '',
  'each-us': '',
  'task-ms': ', longest task',
}

function tableOf(result: Figure): string {
  const { name, variants, unit, engine, rounds, noise, load, on } = result
  const [floor] = variants
  const hasThread = floor?.threadMicroseconds !== undefined
  const hasTask = floor?.longestTaskMs !== undefined
  const heads = ['', 'each', 'ratio', ...(hasThread ? ['main thread', 'ratio'] : []), ...(hasTask ? ['longest task'] : [])]
  const rows = variants.map((measured) => cellsOf(measured, floor, unit))
  const growth = growthOf(result)
  const facts = [engine, ...(rounds > 1 ? [`median of ${rounds}`] : []), `A/A ${times(noise)}`, `load ${load.toFixed(1)}`, on]
  const title = `**${name}** (${facts.filter(Boolean).join(', ')})`
  const grown = growth === undefined ? [] : [`Growth: ${printGrowth(growth)}.`]
  return [title, table(heads, rows), ...grown].join('\n\n')
}

function cellsOf(
  { name, each, threadMicroseconds, longestTaskMs }: Measured,
  floor: Measured | undefined,
  unit: GroupResult['unit'],
): readonly string[] {
  const cells = [name, unit === 'bytes' ? `${Math.round(each)} B` : duration(each), times(each / (floor?.each ?? Number.NaN))]
  if (threadMicroseconds !== undefined) {
    cells.push(duration(threadMicroseconds), times(threadMicroseconds / (floor?.threadMicroseconds ?? Number.NaN)))
  }
  if (longestTaskMs !== undefined) cells.push(`${longestTaskMs.toFixed(1)} ms`)
  return cells
}

/** Of the columns the first are texts, and the others numbers. */
function table(heads: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(heads), `|${heads.map((_, index) => (index < texts ? '---' : '---:')).join('|')}|`, ...rows.map(line)].join('\n')
}
