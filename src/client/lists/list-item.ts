// Which item a row of a list is of, and which row an item would be.

import { fillTemplate } from '../paths/path-pattern.ts'
import { textAt } from './list-body.ts'
import type { ListDeclaration, ListRead, OwnChange } from './list-rule.ts'

/** Returns what the rule of a read says of its list, if it is of one. */
export function declarationOf({ match }: ListRead): ListDeclaration | undefined {
  return match?.rule.list?.declaration
}

/** Returns the version that a row tells of itself, as a text. */
export function rowVersion(list: ListRead, row: unknown): string | undefined {
  const declared = declarationOf(list)
  return declared?.version && textAt(row, declared.version)
}

/** Returns the address of the item that a row is of. */
export function itemUrl(list: ListRead, id: string, row: unknown): URL | undefined {
  const declared = declarationOf(list)
  if (declared === undefined) return undefined
  const path = fillTemplate(declared.item, (name) =>
    name === 'id' ? id : (textAt(row, [name]) ?? list.match?.params[name]),
  )
  return path === undefined ? undefined : new URL(path, list.url)
}

/** Returns the id of the item that a change is of, where it is one of this list's. */
export function idOf(list: ListRead, { url }: OwnChange): string | undefined {
  if (url.origin !== list.url.origin) return undefined
  const { id, ...params } = declarationOf(list)?.matchItem(url.pathname) ?? {}
  const others = list.match?.params ?? {}
  const isOfOther = Object.entries(params).some(([name, value]) => (others[name] ?? value) !== value)
  return isOfOther ? undefined : id
}
