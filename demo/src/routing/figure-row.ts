// A row of figures on how reads were routed: alone, or as a change from one to another.

import { element } from '../element.ts'
import { percent } from './choices.ts'
import type { FigureName } from './plays.ts'

/** Figures that can stand in a row, in the order in which they are to stand. */
export type Figures = Readonly<Partial<Record<FigureName, number>>>

/** What each figure is called where a row is narrow and its table has no head. */
export const figureLabels: Readonly<Record<FigureName, string>> = {
  violations: 'Violations',
  failures: 'Reads failed',
  requests: 'Requests',
  behind: 'Behind',
  toPrimary: 'To the primary',
  p50: 'p50',
  p99: 'p99',
}

const faults: readonly FigureName[] = ['violations', 'failures']

/** Makes a row of figures. */
export function figureRow(label: string, figures: Figures, note?: string): HTMLTableRowElement {
  const cells = namesOf(figures).map((name) => {
    const value = figures[name] ?? 0
    const state = faults.includes(name) ? (value === 0 ? 'clean' : 'broken') : undefined
    return element('td', { 'data-name': figureLabels[name], 'data-state': state }, printed(name, value))
  })
  return element('tr', {}, rowHead(label, note), ...cells)
}

/** Makes a row of what figures were, and what they became. One of them is the point. */
export function changeRow(
  { label, note, point }: { readonly label: string; readonly note: string; readonly point: FigureName },
  before: Figures,
  after: Figures,
): HTMLTableRowElement {
  const cells = namesOf(after).map((name) => {
    const text = printedChange(printed(name, before[name] ?? 0), printed(name, after[name] ?? 0))
    return element('td', { 'data-name': figureLabels[name], 'data-point': name === point ? 'true' : undefined }, text)
  })
  return element('tr', {}, rowHead(label, note), ...cells)
}

function rowHead(label: string, note: string | undefined): HTMLElement {
  return element('th', { scope: 'row' }, label, ...(note === undefined ? [] : [element('small', {}, note)]))
}

function namesOf(figures: Figures): FigureName[] {
  return Object.keys(figures).filter((name): name is FigureName => name in figureLabels)
}

/** Prints `10 → 20 ms`, or one of them where both are the same. */
function printedChange(before: string, after: string): string {
  if (before === after) return after
  const [number = before, unit] = before.split(' ')
  return unit !== undefined && after.endsWith(` ${unit}`) ? `${number} → ${after}` : `${before} → ${after}`
}

function printed(name: FigureName, value: number): string {
  if (name === 'toPrimary') return percent(value)
  if (name === 'p50' || name === 'p99') return `${Math.round(value)} ms`
  return value.toLocaleString('en')
}
