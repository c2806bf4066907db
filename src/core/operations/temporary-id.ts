// Temporary ids: what is used on in place of an id that the server has yet to give.
//
// A user may rename what was created a moment ago. That operation names the id that the page made up; it
// is sent once the real one is known, with the real one in its place.
//
// T1. An id is replaced where it is a text of its own, at any depth of plain objects and arrays. Texts
//     that merely contain it are not touched: nobody could tell what they mean.
// T2. What was given is not changed, and returned as it is where there is nothing to replace.

/** Deeper than any variables of a mutation, and shallower than any stack. */
const depthMax = 32

/** Returns a value with ids replaced. */
export function replaceIds(value: unknown, ids: ReadonlyMap<string, string>, depth = 0): unknown {
  if (typeof value === 'string') return ids.get(value) ?? value // T1
  if (depth >= depthMax || !isPlain(value)) return value
  if (Array.isArray(value)) {
    const items = value.map((item) => replaceIds(item, ids, depth + 1))
    return items.every((item, index) => item === value[index]) ? value : items // T2
  }
  const fields = Object.entries(value)
  const replaced = fields.map(([name, field]) => [name, replaceIds(field, ids, depth + 1)] as const)
  const isSame = replaced.every(([, field], index) => field === fields[index]?.[1])
  return isSame ? value : Object.fromEntries(replaced) // T2
}

/** Returns those of some ids that a value names. */
export function idsIn(value: unknown, ids: Iterable<string>): string[] {
  return [...ids].filter((id) => replaceIds(value, new Map([[id, `${id} `]])) !== value)
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null
}
