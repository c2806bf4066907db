// What an app says of a list: how its items are identified, what belongs in it, and where.

import { OptionsError } from '../../core/errors.ts'
import { compilePath } from '../paths/path-pattern.ts'
import type { ListRequest, ListRule } from './list-rule.ts'
import { createLists } from './lists.ts'

/**
 * What {@link listOf} accepts. Places in JSON are names with dots between, such as `data.items`.
 *
 * `Row` is how one row looks. The functions are declared as methods, so that those for any `Row` fit a rule.
 */
export interface ListOptions<Row> {
  /**
   * The path of the resource that a row shows, such as `/photos/:id`. `:id` is the row's id; other
   * names are filled from its fields, then from the path of the list.
   */
  readonly item: string
  /**
   * Where the rows stand in the body, such as `items`.
   *
   * @default the body is the list
   */
  readonly items?: string | undefined
  /**
   * Where a row has its id. It is compared as a text.
   *
   * @default 'id'
   */
  readonly id?: string | undefined
  /**
   * Where a row has its own version, such as `version`. With it, the list and the items teach each
   * other: a row that is shown raises the floor of its item, and is held for it. A row that has none
   * neither raises a floor nor clears one.
   *
   * @default rows tell no versions, and are as of their list
   */
  readonly version?: string | undefined
  /**
   * How an item looks as a row of this list, where a row is less than an item. Rows are then not held
   * for their items.
   *
   * @default a row is the whole item
   */
  toRow?(this: void, item: unknown): Row
  /** Tells whether an item belongs in the list. Without it and `order`, nothing is ever added. */
  includes?(this: void, row: Row, request: ListRequest): boolean
  /**
   * The order of the list, as for `Array.prototype.sort`. It has to tell any two items apart, as the
   * server's own order has to for its pages.
   */
  order?(this: void, left: Row, right: Row, request: ListRequest): number
  /**
   * The ids that a batch asks for, such as those in `?ids=1,2`. Their floors are its floor, and they
   * are what belongs in it, in this order.
   */
  members?(this: void, request: ListRequest): readonly string[]
  /**
   * How the list is cut into pages, where it is. Without this, an answer is taken for the whole list.
   *
   * @default the list has no pages
   */
  readonly pages?: ListPages | undefined
}

/** How a list is cut into pages. */
export interface ListPages {
  /** The parameter of the query that tells pages apart: `cursor`, `page`, `offset`. */
  readonly parameter: string
  /**
   * What it is for the first page, such as `1`, besides being absent.
   *
   * @default it is absent
   */
  readonly first?: string | undefined
  /** Where an answer names the next page: its parameter, or its address. Without one, it is the last. */
  readonly next: string
}

/**
 * Reads the answers of a rule as lists, for the field `list` of a rule: what the session has made, changed
 * and deleted is in them, however late the source is. See docs/lists.md.
 *
 * @throws {OptionsError} naming the field, its value, and what is accepted.
 * @example
 * ```ts
 * import { createTidemark, listOf } from 'tidemark'
 *
 * interface Photo { readonly id: string; readonly createdAt: number }
 *
 * const photos = listOf<Photo>({
 *   items: 'items',
 *   item: '/photos/:id',
 *   includes: () => true,
 *   order: (left, right) => right.createdAt - left.createdAt,
 * })
 * const tidemark = createTidemark({
 *   origins: ['https://api.example.com'],
 *   rules: [{ match: '/photos', affects: ['/photos/:id'], list: photos }, { match: '/photos/:id' }],
 * })
 * typeof tidemark.fetch //=> 'function'
 * ```
 */
export function listOf<Row = unknown>(options: ListOptions<Row>): ListRule {
  refuseUnknown('', options, optionNames)
  for (const name of ['items', 'id', 'version'] as const) checkPlace(name, options[name])
  for (const name of ['toRow', 'includes', 'order', 'members'] as const) {
    if (options[name] === undefined || typeof options[name] === 'function') continue
    throw new OptionsError({ field: `list.${name}`, value: options[name], accepted: 'a function' })
  }
  if (typeof options.item !== 'string') {
    const accepted = 'the path of an item such as "/photos/:id"'
    throw new OptionsError({ field: 'list.item', value: options.item, accepted })
  }
  const matchItem = compilePath(options.item, 'list.item')
  if (!/:id\b/.test(options.item)) {
    const accepted = 'a path with ":id" in it, such as "/photos/:id"'
    throw new OptionsError({ field: 'list.item', value: options.item, accepted })
  }
  checkMembership(options)
  // Rows come as JSON: that they look as the app says, only the app can know.
  const { toRow, includes, order, members }: ListOptions<unknown> = options
  const declaration = {
    items: placeOf(options.items),
    id: placeOf(options.id ?? 'id'),
    version: options.version === undefined ? undefined : placeOf(options.version),
    item: options.item,
    matchItem,
    toRow,
    includes,
    order,
    members,
    pages: pagesOf(options.pages),
  }
  return Object.freeze({ declaration: Object.freeze(declaration), open: createLists })
}

const optionNames: Record<keyof ListOptions<unknown>, true> = {
  item: true,
  items: true,
  id: true,
  version: true,
  toRow: true,
  includes: true,
  order: true,
  members: true,
  pages: true,
}

function checkMembership({ includes, order, members }: ListOptions<unknown>): void {
  if ((includes === undefined) !== (order === undefined)) {
    const [field, other] = includes === undefined ? ['order', 'includes'] : ['includes', 'order']
    const accepted = `it together with \`${other}\`: what belongs in a list can be shown only where its place is known`
    throw new OptionsError({ field: `list.${field}`, value: includes ?? order, accepted })
  }
  if (members === undefined || includes === undefined) return
  const accepted = 'either `members`, which tells what belongs in a batch, or `includes` and `order`'
  throw new OptionsError({ field: 'list.members', value: members, accepted })
}

function pagesOf(pages: ListPages | undefined): ListRule['declaration']['pages'] {
  if (pages === undefined) return undefined
  if (typeof pages !== 'object' || pages === null || typeof pages.parameter !== 'string') {
    const accepted = '{ parameter, next } such as { parameter: "cursor", next: "nextCursor" }'
    throw new OptionsError({ field: 'list.pages', value: pages, accepted })
  }
  refuseUnknown('pages.', pages, { parameter: true, first: true, next: true })
  checkPlace('pages.next', pages.next, 'required')
  if (pages.first !== undefined && typeof pages.first !== 'string') {
    throw new OptionsError({ field: 'list.pages.first', value: pages.first, accepted: 'a text such as "1"' })
  }
  return { parameter: pages.parameter, first: pages.first, next: placeOf(pages.next) }
}

function checkPlace(name: string, value: unknown, need: 'required' | 'optional' = 'optional'): void {
  if (value === undefined && need === 'optional') return
  if (typeof value === 'string' && /^[^.]+(\.[^.]+)*$/.test(value)) return
  const accepted = 'a place in JSON such as "items" or "data.items"'
  throw new OptionsError({ field: `list.${name}`, value, accepted })
}

function placeOf(path: string | undefined): readonly string[] {
  return path === undefined ? [] : path.split('.')
}

function refuseUnknown(at: string, options: object, names: Record<string, true>): void {
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(names, name)) continue
    throw new OptionsError({ field: `list.${at}${name}`, value, accepted: `only ${Object.keys(names).join(', ')}` })
  }
}
