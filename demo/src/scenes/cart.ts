// A cart and its checkout: what was put in must be in the sum, and what is paid must be the price of now.
//
// The cart itself is read as the page is. The sum that is charged is read once more, at the level `strong`:
// the shop may have changed a price that this user has never seen.

import { numberOf, rowsOf, textOf } from '../api-row.ts'
import type { ApiRow } from '../api-row.ts'
import { element } from '../element.ts'
import { apiPath } from './scene.ts'
import type { Scene } from './scene.ts'

const path = `${apiPath}/cart`

const goods: readonly (readonly [title: string, cents: number])[] = [
  ['Sailcloth bag', 2400],
  ['Tide table', 900],
  ['Wool cap', 1900],
  ['Rope, 5 m', 700],
]
const codes: readonly (readonly [title: string, cents: number])[] = [
  ['Code HIGHTIDE', -500],
  ['Code NEAP', -300],
  ['Code SPRING', -200],
]

/** What is in the cart already. Its price is the one that the shop changes. */
export const firstInCart = [{ id: 'boots', title: 'Rubber boots', cents: 4000 }] as const
const bootsCents = [4200, 4500, 3900, 4000] as const

const linesMax = 4

/** The scene. */
export const cart: Scene = {
  name: 'cart',
  paths: [path],
  act: (turn) => ({ path, body: line(goods[turn % goods.length]) }),
  others: {
    code: { act: (turn) => ({ path, body: line(codes[turn % codes.length]) }) },
    price: {
      actor: 'others',
      act: (turn) => ({
        path: `${path}/boots`,
        method: 'PATCH',
        body: { cents: bootsCents[turn % bootsCents.length] },
      }),
    },
  },
  look: {
    name: 'pay',
    level: 'strong',
    draw: ([list]) => [element('p', { class: 'receipt' }, `Charged ${euros(totalOf(list))}`)],
  },
  draw([list]) {
    // Of an API whose list has the newest first. A bill begins with the oldest.
    const rows = rowsOf(list).toReversed()
    const hidden = rows.length - linesMax
    const lines = rows.slice(-linesMax).map((row) => {
      const price = element('span', {}, euros(numberOf(row, 'cents')))
      return element('li', {}, element('span', {}, textOf(row, 'title')), price)
    })
    const more = hidden > 0 ? [element('li', { class: 'more' }, `and ${hidden} more`)] : []
    const total = element('p', { class: 'total' }, element('span', {}, 'Total'), element('b', {}, euros(totalOf(list))))
    return [element('ul', { class: 'bill' }, ...more, ...lines), total]
  },
  nameRow: (row) => `“${textOf(row, 'title')}” at ${euros(numberOf(row, 'cents'))}`,
}

function line([title, cents]: readonly [string, number] = ['', 0]): ApiRow {
  return { title, cents }
}

function totalOf(list: unknown): number {
  return rowsOf(list).reduce((sum, row) => sum + numberOf(row, 'cents'), 0)
}

function euros(cents: number): string {
  // The sign stays with its number, wherever the line ends.
  return `${cents < 0 ? '−\u2060' : ''}€${(Math.abs(cents) / 100).toFixed(2)}`
}
