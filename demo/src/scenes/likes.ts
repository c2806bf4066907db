// A count that grows: people notice when it falls.

import { rowsOf, textOf } from '../api-row.ts'
import { element } from '../element.ts'
import { apiPath } from './scene.ts'
import type { Scene } from './scene.ts'

const path = `${apiPath}/counters/likes`

/** How many likes there are before anyone adds one. */
export const firstLikes = 10

/** The scene. */
export const likes: Scene = {
  name: 'likes',
  paths: [path],
  act: () => ({ path: `${path}/increment`, body: { by: 1 } }),
  draw([counter]) {
    const [row = {}] = rowsOf(counter)
    return [
      element('p', { class: 'count' }, textOf(row, 'value') || '–'),
      element('p', { class: 'caption' }, 'likes'),
    ]
  },
  nameRow: (row) => textOf(row, 'value'),
}
