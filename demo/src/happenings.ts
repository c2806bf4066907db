// The list of what happened in one column, the latest first.

import { element } from './element.ts'
import { formatSeconds } from './violation-words.ts'

/** Something that happened. */
export interface Happening {
  readonly atMs: number
  readonly kind: 'violation' | 'refused' | 'routing'
  readonly text: string
}

/** A list of happenings. */
export interface Happenings {
  readonly add: (happening: Happening) => void
}

const shownMax = 6

/** Makes the list in its place on the page, which says that nothing happened until something does. */
export function createHappenings(list: HTMLElement): Happenings {
  list.replaceChildren(element('li', { class: 'calm' }, 'Nothing yet.'))
  let isEmpty = true
  return {
    add({ atMs, kind, text }) {
      if (isEmpty) list.replaceChildren()
      isEmpty = false
      const at = element('span', { class: 'at' }, formatSeconds(atMs))
      list.prepend(element('li', { class: kind }, at, ' ', text))
      while (list.children.length > shownMax) list.lastElementChild?.remove()
    },
  }
}
