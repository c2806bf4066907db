// A profile with photos: the one just uploaded must stay.

import { numberOf, rowsOf, textOf } from '../api-row.ts'
import { element } from '../element.ts'
import { drawPhoto } from '../photo.ts'
import { apiPath } from './scene.ts'
import type { Scene } from './scene.ts'

const path = `${apiPath}/photos`

const places = [
  'Lighthouse',
  'Estuary',
  'Breakwater',
  'Sandbar',
  'Tide pool',
  'Headland',
  'Marsh',
  'Cove',
  'Reef',
  'Skerry',
]

/** What stands in the profile before anyone uploads. */
export const firstPhotos = [
  { title: 'Harbour', number: 101 },
  { title: 'Dune', number: 102 },
] as const

// The newest come first, so what is new is always among those that fit.
const shown = 6

/** The scene. */
export const photos: Scene = {
  name: 'photos',
  paths: [path],
  act: (turn) => ({ path, body: { title: places[turn % places.length] ?? '', number: turn } }),
  draw([list]) {
    const rows = rowsOf(list)
    const pictures = rows.slice(0, shown).map((row) => {
      const title = textOf(row, 'title')
      const photo = drawPhoto(numberOf(row, 'number'), title)
      const caption = element('figcaption', {}, title)
      return element('figure', {}, photo, caption)
    })
    const count = `${rows.length} ${rows.length === 1 ? 'photo' : 'photos'}`
    return [
      element('p', { class: 'caption' }, count),
      element('div', { class: 'photos' }, ...pictures),
    ]
  },
  nameRow: (row) => `photo “${textOf(row, 'title')}”`,
}
