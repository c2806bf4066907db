// How the simulated API answers reads, as of one position.

import type { Place } from '../replicas/replica.ts'
import { problem, renderRow } from './rest-answer.ts'
import type { Rendering, RestAnswer } from './rest-answer.ts'
import { dependenciesOf } from './rest-depends.ts'
import type { Collection, Resource } from './rest-resource.ts'
import type { RestStore, Row } from './rest-store.ts'

/** The world as one server knows it at one moment. */
export interface View {
  readonly store: RestStore
  readonly place: Place
}

/** Answers a GET. */
export function read(
  view: View,
  resource: Resource,
  { query, rendering }: { readonly query: URLSearchParams; readonly rendering: Rendering },
): RestAnswer {
  const { store, place } = view
  switch (resource.kind) {
    case 'collection':
      return readList(view, resource, { query, rendering })
    case 'item': {
      const row = store.row(resource.key, place.position)
      if (row === undefined) return notFound(resource.key)
      return { status: 200, body: renderRow(row, rendering), depends: dependenciesOf([row]) }
    }
    case 'counter': {
      const row = store.row(resource.key, place.position) ?? unwritten(resource.key, resource.name)
      return { status: 200, body: renderRow(row, rendering) }
    }
    case 'increment':
      return methodNotAllowed('POST')
  }
}

/** The 404 of an item that does not exist, as far as the answering server knows. */
export function notFound(key: string): RestAnswer {
  return problem(404, 'Not found', { detail: `Nothing exists at ${key}.` })
}

/** The 405 of a resource that knows other methods. */
export function methodNotAllowed(allowed: string): RestAnswer {
  const detail = `Only ${allowed} can be done here.`
  return problem(405, 'Method not allowed', { detail, headers: { Allow: allowed } })
}

/** Returns a counter before its first write: it was 0 from the beginning. */
export function unwritten(key: string, name: string): Row {
  return { key, fields: { name, value: 0 }, position: 0, createdAt: 0, atMs: 0 }
}

const limitMax = 1000
const limitPattern = /^[1-9]\d{0,3}$/

function readList(
  { store, place }: View,
  { key, order }: Collection,
  { query, rendering }: { readonly query: URLSearchParams; readonly rendering: Rendering },
): RestAnswer {
  const limitText = query.get('limit') ?? String(limitMax)
  const cursor = parseCursor(query.get('cursor'))
  if (!limitPattern.test(limitText) || Number(limitText) > limitMax || cursor === 'malformed') {
    const detail = `\`limit\` is a number from 1 to ${limitMax}, \`cursor\` one that a page gave.`
    return problem(400, 'Malformed query', { detail })
  }
  const rows = store.rows(key, place.position)
  const ordered = order === 'newest-first' ? rows.toReversed() : rows
  const isLeft = ({ createdAt }: Row): boolean =>
    cursor === undefined ||
    (order === 'newest-first' ? createdAt < cursor.last : createdAt > cursor.last)
  const left = ordered.filter(isLeft)
  const page = left.slice(0, Number(limitText))
  const last = page.at(-1)
  const next =
    last === undefined || page.length === left.length
      ? {}
      : { nextCursor: printCursor({ ...place, last: last.createdAt }) }
  const items = page.map((row) => renderRow(row, rendering))
  return { status: 200, body: { items, ...next }, depends: dependenciesOf(page) }
}

/** Where a page ended: the as-of that it was read at (lessons R13), and its last row. */
export interface ListCursor extends Place {
  readonly last: number
}

function printCursor({ epoch, position, last }: ListCursor): string {
  return `${epoch}.${position}.${last}`
}

/** Reads a cursor as a page gave it. */
export function parseCursor(text: string | null): ListCursor | 'malformed' | undefined {
  if (text === null) return undefined
  const [, epoch, position, last] = /^([0-9a-f]{4})\.(\d{1,15})\.(\d{1,15})$/.exec(text) ?? []
  if (epoch === undefined) return 'malformed'
  return { epoch, position: Number(position), last: Number(last) }
}
