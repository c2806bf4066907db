// Rows by key: what is shown already stays the same element, so that focus, what is open, and the place
// where somebody reads are kept while others come and go.

/** A row on the screen. */
export interface Row<Item> {
  readonly node: Element
  readonly update: (item: Item) => void
}

/** Makes the showing of items in a list, in their order. */
export function createRows<Item>(
  list: Element,
  { keyOf, make }: { readonly keyOf: (item: Item) => string | number; readonly make: (item: Item) => Row<Item> },
): (items: readonly Item[]) => void {
  let rows = new Map<string | number, Row<Item>>()
  return (items) => {
    const next = new Map<string | number, Row<Item>>()
    for (const item of items) {
      const key = keyOf(item)
      const row = rows.get(key) ?? make(item)
      row.update(item)
      next.set(key, row)
      rows.delete(key)
    }
    for (const { node } of rows.values()) node.remove()
    let place: Element | null = list.firstElementChild
    for (const { node } of next.values()) {
      if (node === place) place = place.nextElementSibling
      else list.insertBefore(node, place)
    }
    rows = next
  }
}
