// Reading a history that was written down, strictly: a history that is half understood proves
// nothing.

import { ProtocolError } from '../core/errors.ts'
import { historyFormat } from './history.ts'
import type {
  History,
  Moment,
  Operation,
  OperationFacts,
  ReadOperation,
  ResetOperation,
  Seen,
  SeenRow,
  WriteOperation,
} from './history.ts'

/**
 * Reads a history from the text that `JSON.stringify(history)` gave.
 *
 * @throws {ProtocolError} that names the first place where the text is not one.
 */
export function parseHistory(text: string): History {
  const root = object(parseJson(text), 'history', ['format', 'operations'])
  if (root['format'] !== historyFormat) fail('history.format', root['format'], `"${historyFormat}"`)
  const operations = list(root['operations'], 'history.operations').map(parseOperation)
  const ids = new Set(operations.map(({ id }) => id))
  if (ids.size < operations.length) fail('history.operations', ids.size, 'no id twice')
  return { operations }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ProtocolError({ what: 'history', text, expected: 'JSON' }, { cause })
  }
}

const commonFields = ['kind', 'id', 'session', 'invoked', 'completed', 'scope']
const readFields = [
  ...commonFields,
  'key',
  'collection',
  'epoch',
  'asOf',
  'seen',
  'level',
  'source',
]
const writeFields = [
  ...commonFields,
  'key',
  'collection',
  'isDelete',
  'outcome',
  'epoch',
  'position',
]
const resetFields = [...commonFields, 'fromEpoch', 'toEpoch']

function parseOperation(value: unknown, index: number): Operation {
  const path = `history.operations[${index}]`
  const kind: unknown = Object(value).kind
  switch (kind) {
    case 'read':
      return parseRead(object(value, path, readFields), path)
    case 'write':
      return parseWrite(object(value, path, writeFields), path)
    case 'reset':
      return parseReset(object(value, path, resetFields), path)
    default:
      return fail(`${path}.kind`, kind, '"read", "write" or "reset"')
  }
}

function parseRead(fields: Fields, path: string): ReadOperation {
  return {
    kind: 'read',
    ...parseCommon(fields, path),
    key: textIn(fields, path, 'key'),
    epoch: textIn(fields, path, 'epoch'),
    seen: parseSeen(fields['seen'], `${path}.seen`),
    ...optional('collection', optionalText(fields, path, 'collection')),
    ...optional('asOf', optionalPosition(fields, path, 'asOf')),
    ...optional('level', optionalText(fields, path, 'level')),
    ...optional('source', optionalText(fields, path, 'source')),
  }
}

function parseWrite(fields: Fields, path: string): WriteOperation {
  const { isDelete, outcome } = fields
  if (typeof isDelete !== 'boolean') fail(`${path}.isDelete`, isDelete, 'true or false')
  if (outcome !== 'acknowledged' && outcome !== 'refused' && outcome !== 'unknown') {
    fail(`${path}.outcome`, outcome, '"acknowledged", "refused" or "unknown"')
  }
  return {
    kind: 'write',
    ...parseCommon(fields, path),
    key: textIn(fields, path, 'key'),
    epoch: textIn(fields, path, 'epoch'),
    isDelete,
    outcome,
    ...optional('collection', optionalText(fields, path, 'collection')),
    ...optional('position', optionalPosition(fields, path, 'position')),
  }
}

function parseReset(fields: Fields, path: string): ResetOperation {
  return {
    kind: 'reset',
    ...parseCommon(fields, path),
    fromEpoch: textIn(fields, path, 'fromEpoch'),
    toEpoch: textIn(fields, path, 'toEpoch'),
  }
}

function parseCommon(fields: Fields, path: string): OperationFacts & { readonly id: number } {
  const invoked = parseMoment(fields['invoked'], `${path}.invoked`)
  const completed = parseMoment(fields['completed'], `${path}.completed`)
  if (completed.step <= invoked.step) {
    fail(
      `${path}.completed.step`,
      completed.step,
      `more than ${invoked.step}, where it was invoked`,
    )
  }
  return {
    id: whole(fields['id'], `${path}.id`),
    session: textIn(fields, path, 'session'),
    scope: textIn(fields, path, 'scope'),
    invoked,
    completed,
  }
}

function parseMoment(value: unknown, path: string): Moment {
  const { step, atMs } = object(value, path, ['step', 'atMs'])
  if (typeof atMs !== 'number' || !Number.isFinite(atMs)) fail(`${path}.atMs`, atMs, 'a number')
  return { step: whole(step, `${path}.step`), atMs }
}

function parseSeen(value: unknown, path: string): Seen {
  const kind: unknown = Object(value).kind
  switch (kind) {
    case 'absent':
    case 'nothing':
      object(value, path, ['kind'])
      return { kind }
    case 'value': {
      const fields = object(value, path, ['kind', 'position'])
      return { kind, ...optional('position', optionalPosition(fields, path, 'position')) }
    }
    case 'rows': {
      const { rows, isComplete } = object(value, path, ['kind', 'rows', 'isComplete'])
      if (typeof isComplete !== 'boolean') fail(`${path}.isComplete`, isComplete, 'true or false')
      return { kind, rows: list(rows, `${path}.rows`).map(parseRow(path)), isComplete }
    }
    default:
      return fail(`${path}.kind`, kind, '"value", "absent", "rows" or "nothing"')
  }
}

function parseRow(path: string): (value: unknown, index: number) => SeenRow {
  return (value, index) => {
    const at = `${path}.rows[${index}]`
    const fields = object(value, at, ['key', 'position'])
    return {
      key: textIn(fields, at, 'key'),
      ...optional('position', optionalPosition(fields, at, 'position')),
    }
  }
}

type Fields = Readonly<Record<string, unknown>>

function object(value: unknown, path: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail(path, value, 'an object')
  }
  const unknown = Object.keys(value).find((field) => !known.includes(field))
  if (unknown !== undefined) fail(path, unknown, `no fields but ${known.join(', ')}`)
  return { ...value }
}

function list(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : fail(path, value, 'an array')
}

function textIn(fields: Fields, path: string, name: string): string {
  const value = fields[name]
  return typeof value === 'string' ? value : fail(`${path}.${name}`, value, 'a text')
}

function optionalText(fields: Fields, path: string, name: string): string | undefined {
  return fields[name] === undefined ? undefined : textIn(fields, path, name)
}

function optionalPosition(fields: Fields, path: string, name: string): string | undefined {
  const value = optionalText(fields, path, name)
  if (value === undefined || /^(0|[1-9]\d{0,38})$/.test(value)) return value
  return fail(`${path}.${name}`, value, 'a position: 1 to 39 digits, no leading zero')
}

function whole(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  return fail(path, value, 'a whole number of 0 or more')
}

/** Returns a field, or none: what was not told is left out and not `undefined`. */
function optional<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [Key in Name]?: string } {
  const fields: { [Key in Name]?: string } = {}
  if (value !== undefined) fields[name] = value
  return fields
}

function fail(what: string, value: unknown, expected: string): never {
  throw new ProtocolError({ what, text: JSON.stringify(value) ?? 'undefined', expected })
}
