// The table of the comparison on the page: the figures that the terminal prints.

import type { ClientFigures, ComparisonSettings } from './comparison.ts'
import { element } from './element.ts'

/** Returns the row of one client, for the body of the table. */
export function comparisonRow(figures: ClientFigures): HTMLTableRowElement {
  const { client, readYourWrites, monotonicReads, requests } = figures
  const count = (value: number, isFault: boolean): HTMLElement => {
    const state = isFault ? (value === 0 ? 'clean' : 'broken') : undefined
    return element('td', { 'data-state': state }, Math.round(value).toLocaleString('en'))
  }
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, client),
    count(readYourWrites, true),
    count(monotonicReads, true),
    count(requests, false),
  )
}

/** Says what was compared, in one line. */
export function describeComparison({ seed, replicas, meanLagMs }: ComparisonSettings): string {
  const copies = `${replicas} ${replicas === 1 ? 'replica' : 'replicas'}`
  return `${copies}, mean lag ${meanLagMs} ms, seed ${seed}; a read every 100 ms, a write a second.`
}
