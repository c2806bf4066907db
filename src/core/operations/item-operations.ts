// Operations on the items of a list: an array, or an object with an array in it.
//
// I1. An item that the base shows already is not shown twice, whichever of the two came first: the row of
//     the base stands, and what later operations make of it.
// I2. A list that is not there, or is none, stays as it is: nobody knows what else would be in it.

import { isObject } from './operation.ts'
import type { Operation } from './operation.ts'

/** How the items of a list are found. */
export interface ItemsShape {
  /** The field in which the array stands, such as `items`. @default the value itself is the array */
  readonly in?: string | undefined
  /** The field that identifies an item. @default 'id' */
  readonly id?: string | undefined
}

/** Where a new item appears. */
export interface InsertShape extends ItemsShape {
  /** At the start, at the end, or before the first item of which the function says so. @default 'end' */
  readonly at?: 'start' | 'end' | ((item: unknown) => boolean) | undefined
}

/** Returns the operation that adds an item to a list. */
export function insertItem(key: string, item: object, shape: InsertShape = {}): Operation {
  const { at = 'end' } = shape
  return onItems(key, shape, (items, idOf) => {
    if (items.some((other) => idOf(other) === idOf(item))) return items // I1
    if (at === 'start') return [item, ...items]
    const before = at === 'end' ? -1 : items.findIndex(at)
    return before < 0 ? [...items, item] : [...items.slice(0, before), item, ...items.slice(before)]
  })
}

/** Returns the operation that changes some fields of one item, if it is there. */
export function patchItem(key: string, id: string | number, fields: object, shape: ItemsShape = {}): Operation {
  return onItems(key, shape, (items, idOf) =>
    items.map((item) => (isObject(item) && idOf(item) === String(id) ? { ...item, ...fields } : item)),
  )
}

/** Returns the operation that takes one item out of a list. */
export function removeItem(key: string, id: string | number, shape: ItemsShape = {}): Operation {
  return onItems(key, shape, (items, idOf) => items.filter((item) => idOf(item) !== String(id)))
}

type IdOf = (item: unknown) => string | undefined

function onItems(
  key: string,
  { in: field, id = 'id' }: ItemsShape,
  change: (items: readonly unknown[], idOf: IdOf) => readonly unknown[],
): Operation {
  const idOf: IdOf = (item) => textOf(isObject(item) ? item[id] : undefined)
  const changed = (value: unknown): unknown => (Array.isArray(value) ? change(value, idOf) : value) // I2
  return {
    key,
    apply(value) {
      if (field === undefined) return changed(value)
      return isObject(value) ? { ...value, [field]: changed(value[field]) } : value
    },
  }
}

/** Returns an id as text: the id in a path is one, whatever it is in JSON. */
function textOf(id: unknown): string | undefined {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined
}
