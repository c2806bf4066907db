// What each row held at each version, in words: so that a violation can say more than numbers.

import { rowsOf, textOf } from './api-row.ts'
import type { ApiRow } from './api-row.ts'

/** What was told of rows so far. */
export interface Lore {
  /** Notes the rows of a document that came from a path, or of a write to it. */
  readonly note: (path: string, document: unknown, nameRow: (row: ApiRow) => string) => void
  /** Returns what a row was at a version, such as `12`, or at any that is known. */
  readonly nameOf: (key: string, position: string | undefined) => string | undefined
  /** For `JSON.stringify`. */
  readonly toJSON: () => LoreDocument
}

/** Lore as it is written down: key, version, words. */
export type LoreDocument = readonly (readonly [key: string, position: string, name: string])[]

/** Makes lore that begins with what was written down. */
export function createLore(told: LoreDocument): Lore {
  const names = new Map<string, Map<string, string>>()
  const learn = (key: string, position: string, name: string): void => {
    const known = names.get(key) ?? new Map<string, string>()
    names.set(key, known.set(position, name))
  }
  for (const [key, position, name] of told) learn(key, position, name)
  return {
    note(path, document, nameRow) {
      for (const row of rowsOf(document)) {
        const id = textOf(row, 'id')
        const isListed = id !== '' && !path.endsWith(`/${id}`)
        learn(isListed ? `${path}/${id}` : path, textOf(row, 'version'), nameRow(row))
      }
    },
    nameOf(key, position) {
      const known = names.get(key)
      return known?.get(position ?? '') ?? [...(known?.values() ?? [])].at(-1)
    },
    toJSON: () =>
      [...names].flatMap(([key, known]) =>
        [...known].map(([position, name]): [string, string, string] => [key, position, name]),
      ),
  }
}
