// Lists as JSON: where the rows stand in a body, and how a body is made with other rows.
//
// B1. What is not understood is left alone: a row without an id is a row that nothing is laid over.
// B2. A body with other rows is another body: no header that speaks of the bytes of the old one stays.

import { valueAt } from '../../core/wire/wire.ts'
import { readWhole } from '../../transport/body.ts'
import { represent, responseFrom } from '../../transport/representation.ts'
import type { Representation } from '../../transport/representation.ts'
import type { ListRead, ReadableAnswer } from './list-rule.ts'

/** Reads an answer whole, if it is of a list, and not too long. */
export async function readAtRest<T extends ReadableAnswer>(
  { method }: ListRead,
  answer: T,
  bytesMax: number,
): Promise<T> {
  const { response } = answer
  if (method !== 'GET' || response.status !== 200 || answer.representation !== undefined) return answer
  const isJson = /^application\/([\w.+-]+\+)?json\b/.test(response.headers.get('content-type') ?? '')
  if (!isJson || response.bodyUsed) return answer
  const read = await readWhole(response, bytesMax)
  if (read.kind === 'rest') return { ...answer, response: read.response }
  const representation = represent(response, read.body)
  return { ...answer, representation, response: responseFrom(representation) }
}

/** A list as its server gave it. */
export interface ListBody {
  readonly document: unknown
  readonly rows: readonly BodyRow[]
}

/** A row, as it stands in the body. */
export interface BodyRow {
  /** Its id as a text, or `undefined` where it has none. */
  readonly id: string | undefined
  readonly item: unknown
}

/** Reads the rows of a list, or returns `undefined` where there are none at that place. */
export function readListBody(
  { body }: Representation,
  { items, id }: { readonly items: readonly string[]; readonly id: readonly string[] },
): ListBody | undefined {
  const document = parseJson(body)
  const rows = valueAt(document, items)
  if (!Array.isArray(rows)) return undefined
  return { document, rows: rows.map((item: unknown) => ({ id: textAt(item, id), item })) }
}

/** Returns the JSON of a body, or `undefined` where it is none. */
export function parseJson(body: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

/** Returns the text or number at a path as a text. */
export function textAt(document: unknown, path: readonly string[]): string | undefined {
  const value = valueAt(document, path)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** Returns a representation with other rows. */
export function withRows(
  representation: Representation,
  document: unknown,
  { items, rows }: { readonly items: readonly string[]; readonly rows: readonly unknown[] },
): Representation {
  const body = new TextEncoder().encode(JSON.stringify(replaced(document, items, rows))).buffer
  const headers = representation.headers.filter(([name]) => !ofTheBytes.includes(name.toLowerCase()))
  return { ...representation, headers, body }
}

// RFC 9110, sections 8 and 14; RFC 9530; RFC 9421.
const ofTheBytes = [
  'accept-ranges',
  'content-digest',
  'content-encoding',
  'content-length',
  'content-md5',
  'digest',
  'etag',
  'last-modified',
  'repr-digest',
  'signature',
  'signature-input',
] // B2

function replaced(document: unknown, path: readonly string[], rows: readonly unknown[]): unknown {
  const [name, ...rest] = path
  if (name === undefined) return rows
  const inner: unknown = typeof document === 'object' && document !== null ? Reflect.get(document, name) : undefined
  return { ...(typeof document === 'object' ? document : {}), [name]: replaced(inner, rest, rows) }
}
