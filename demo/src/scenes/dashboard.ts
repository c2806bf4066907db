// A dashboard: figures that others move all the time, and that may be a little old. One asks for nothing;
// the other may be a second old, and no more. Each says how old it is, as the answer said.

import { rowsOf, textOf } from '../api-row.ts'
import { element } from '../element.ts'
import { formatSeconds } from '../violation-words.ts'
import { apiPath } from './scene.ts'
import type { Scene } from './scene.ts'

const visitorsPath = `${apiPath}/counters/visitors`
const ordersPath = `${apiPath}/counters/orders`

/** What the figures are before anyone comes. */
export const firstFigures = { visitors: 240, orders: 31 } as const

const titles = ['Visitors', 'Orders'] as const

/** The scene. */
export const dashboard: Scene = {
  name: 'dashboard',
  actor: 'others',
  paths: [visitorsPath, ordersPath],
  levels: ['eventual', { maxStalenessMs: 1000 }],
  act: (turn) => ({ path: `${visitorsPath}/increment`, body: { by: 3 + (turn % 5) } }),
  answer: (_, turn) => ({ path: `${ordersPath}/increment`, body: { by: 1 + (turn % 2) } }),
  others: { orders: { actor: 'others', act: () => ({ path: `${ordersPath}/increment`, body: { by: 1 } }) } },
  draw: (documents, servedBy) => [
    element(
      'dl',
      { class: 'tiles' },
      ...titles.map((title, index) => {
        const [row = {}] = rowsOf(documents[index])
        return element(
          'div',
          {},
          element('dt', {}, title),
          element('dd', {}, textOf(row, 'value') || '–', ageOf(servedBy[index])),
        )
      }),
    ),
  ],
  nameRow: (row) => `${textOf(row, 'name')} at ${textOf(row, 'value')}`,
}

function ageOf(servedBy: string | undefined): Node {
  const lagMs = Number(/;lag=(\d+)/.exec(servedBy ?? '')?.[1] ?? 0)
  const isOld = lagMs > 1000
  return element('small', isOld ? { class: 'old' } : {}, lagMs === 0 ? 'up to date' : `${formatSeconds(lagMs)} old`)
}
