// How the simulated API decides writes. Only the primary does, at the end of its history.
//
// What is decided here has not happened yet: the caller commits it, and then knows its position.

import { problem } from './rest-answer.ts'
import type { RestAnswer } from './rest-answer.ts'
import { methodNotAllowed, notFound, unwritten } from './rest-read.ts'
import type { View } from './rest-read.ts'
import type { Collection, Item, Resource } from './rest-resource.ts'
import type { JsonObject, JsonValue, Row, RowWrite } from './rest-store.ts'

/** A write that may be committed. */
export interface AcceptedWrite extends RowWrite {
  /** The status of the answer once it is. */
  readonly status: 200 | 201 | 204
  /** The path that the body names as what it replies to, if it names one. */
  readonly refersTo?: string | undefined
}

/** What came with a write. */
export interface WriteRequest {
  readonly method: string
  readonly body: string
  /** Names a new item. Called once at most. */
  readonly nextId: () => string
}

const bodyLengthMax = 65_536

/** Decides a write: what to commit, or the answer that refuses it. */
export function decideWrite(
  view: View,
  resource: Resource,
  request: WriteRequest,
): AcceptedWrite | RestAnswer {
  if (resource.kind === 'item' && request.method === 'DELETE') return deleteItem(view, resource)
  const fields = parseBody(request.body)
  if (fields === undefined) {
    const detail = `A write needs a JSON object of at most ${bodyLengthMax} characters as its body.`
    return problem(400, 'Malformed body', { detail })
  }
  switch (resource.kind) {
    case 'collection':
      if (request.method !== 'POST') return methodNotAllowed('GET, POST')
      return create(view, resource, { fields, id: request.nextId() })
    case 'item':
      if (resource.collection.isAppendOnly) return methodNotAllowed('GET')
      return change(view, resource, { fields, method: request.method })
    case 'counter':
      return methodNotAllowed('GET')
    case 'increment':
      if (request.method !== 'POST') return methodNotAllowed('POST')
      return increment(view, resource, fields['by'] ?? 1)
  }
}

/** Tells whether a decision refuses the write. */
export function isRefusal(decision: AcceptedWrite | RestAnswer): decision is RestAnswer {
  return !('key' in decision)
}

function rowAt({ store, place }: View, key: string): Row | undefined {
  return store.row(key, place.position)
}

function create(
  view: View,
  { key, isAppendOnly }: Collection,
  { fields, id }: { readonly fields: JsonObject; readonly id: string },
): AcceptedWrite | RestAnswer {
  const { replyTo } = fields
  const refersTo = referenceIn(fields)
  const isUnfounded =
    isAppendOnly &&
    replyTo !== undefined &&
    refersTo === undefined &&
    (typeof replyTo !== 'string' || rowAt(view, `${key}/${replyTo}`) === undefined)
  if (isUnfounded) {
    const detail = `\`replyTo\` names no message of ${key}: ${JSON.stringify(replyTo)}.`
    return problem(422, 'Reply to nothing', { detail })
  }
  const created = { key: `${key}/${id}`, collection: key, fields: { ...fields, id } }
  return { status: 201, ...created, refersTo }
}

/** Returns the path that a body replies to. An identifier is of the list itself, and is none. */
function referenceIn({ replyTo }: JsonObject): string | undefined {
  return typeof replyTo === 'string' && replyTo.startsWith('/') ? replyTo : undefined
}

function change(
  view: View,
  { key, id, collection }: Item,
  { fields, method }: { readonly fields: JsonObject; readonly method: string },
): AcceptedWrite | RestAnswer {
  const row = rowAt(view, key)
  const write = { key, collection: collection.key, refersTo: referenceIn(fields) }
  if (method === 'PUT') {
    return { ...write, status: row === undefined ? 201 : 200, fields: { ...fields, id } }
  }
  if (method !== 'PATCH') return methodNotAllowed('GET, PUT, PATCH, DELETE')
  if (row === undefined) return notFound(key)
  // A merge patch (RFC 7396), one level deep: `null` takes a field away.
  const merged = Object.entries({ ...row.fields, ...fields }).filter(([, value]) => value !== null)
  return { ...write, status: 200, fields: { ...Object.fromEntries(merged), id } }
}

function deleteItem(view: View, { key, collection }: Item): AcceptedWrite | RestAnswer {
  if (collection.isAppendOnly) return methodNotAllowed('GET')
  if (rowAt(view, key) === undefined) return notFound(key)
  return { status: 204, key, collection: collection.key, fields: undefined }
}

function increment(
  view: View,
  { key, name }: { readonly key: string; readonly name: string },
  by: JsonValue,
): AcceptedWrite | RestAnswer {
  const { fields } = rowAt(view, key) ?? unwritten(key, name)
  const value = Number(fields['value']) + Number(by)
  if (typeof by !== 'number' || !Number.isSafeInteger(value)) {
    const detail = `\`by\` must be a whole number, but is ${JSON.stringify(by)}.`
    return problem(400, 'Malformed body', { detail })
  }
  return { status: 200, key, collection: '/counters', fields: { name, value } }
}

/** Returns the fields of a body: what the API itself sets is left out, whatever the client says. */
function parseBody(body: string): JsonObject | undefined {
  if (body.length > bodyLengthMax) return undefined
  const value = parseJson(body === '' ? '{}' : body)
  if (!isJsonObject(value)) return undefined
  const { id: _id, version: _version, updatedAt: _updatedAt, ...fields } = value
  return fields
}

function parseJson(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
