// What the paths of the simulated API mean.
//
//   /photos                        a collection, newest first (the names are an option)
//   /photos/7                      an item
//   /counters/likes                a counter, which exists from the beginning and is 0
//   /counters/likes/increment      adds to it
//   /conversations/c1/messages     a conversation, oldest first: messages only come
//   /conversations/c1/messages/9   a message
//
// The path of a resource is its key, in the store and in histories.

/** What a path names. */
export type Resource = Collection | Item | Counter

/** A list of items. */
export interface Collection {
  readonly kind: 'collection'
  readonly key: string
  readonly order: 'newest-first' | 'oldest-first'
  /** Whether its items may be changed and deleted once they are there. */
  readonly isAppendOnly: boolean
}

/** One item of a collection. */
export interface Item {
  readonly kind: 'item'
  readonly key: string
  readonly id: string
  readonly collection: Collection
}

/** A number that only ever grows by what is added, or the act of adding. */
export interface Counter {
  readonly kind: 'counter' | 'increment'
  /** The path of the counter itself. */
  readonly key: string
  readonly name: string
}

/** Names and identifiers, as they may stand in a path. */
export const namePattern: RegExp = /^[\w.~-]{1,64}$/

/** Returns what a path names among the collections that the API has, if it names anything. */
export function resourceAt(path: string, collections: readonly string[]): Resource | undefined {
  const [first = '', ...rest] = path.replace(/^\//, '').split('/')
  if (!rest.every((segment) => namePattern.test(segment))) return undefined
  if (first === 'counters') return counterAt(rest)
  if (first === 'conversations') {
    const [name, kind, ...ids] = rest
    if (name === undefined || kind !== 'messages') return undefined
    return inCollection({ ...conversation, key: `/conversations/${name}/messages` }, ids)
  }
  return collections.includes(first)
    ? inCollection({ ...listOfItems, key: `/${first}` }, rest)
    : undefined
}

const conversation = { kind: 'collection', order: 'oldest-first', isAppendOnly: true } as const
const listOfItems = { kind: 'collection', order: 'newest-first', isAppendOnly: false } as const

function inCollection(collection: Collection, ids: readonly string[]): Resource | undefined {
  const [id, ...others] = ids
  if (id === undefined) return collection
  const key = `${collection.key}/${id}`
  return others.length === 0 ? { kind: 'item', key, id, collection } : undefined
}

function counterAt([name, verb, ...others]: readonly string[]): Counter | undefined {
  if (name === undefined || others.length > 0) return undefined
  const key = `/counters/${name}`
  if (verb === undefined) return { kind: 'counter', key, name }
  return verb === 'increment' ? { kind: 'increment', key, name } : undefined
}
