// Reading a history that was written down, strictly: a history that is half understood proves
// nothing.

import { ProtocolError } from '../../core/errors.ts'
import { firstHistoryFormat, historyFormat } from './history.ts'
import type {
  History,
  Moment,
  Operation,
  OperationFacts,
  ReadOperation,
  RequestSent,
  ResetOperation,
  Seen,
  SeenRow,
  UnfinishedOperation,
  WriteOperation,
} from './history.ts'
import { parseDependencies, parseLogEntry } from './parse-server-log.ts'
import {
  booleanIn,
  fail,
  list,
  numberOf,
  object,
  optional,
  optionalPosition,
  optionalText,
  textIn,
  whole,
} from './strict-fields.ts'
import type { Fields } from './strict-fields.ts'

/**
 * Reads a history from the text that `JSON.stringify(history)` gave.
 *
 * @throws {ProtocolError} that names the first place where the text is not one.
 */
export function parseHistory(text: string): History {
  const value = parseJson(text)
  const isFirst = Object(value).format === firstHistoryFormat
  const root = object(value, 'history', isFirst ? ['format', 'operations'] : documentFields)
  if (!isFirst && root['format'] !== historyFormat) {
    fail('history.format', root['format'], `"${historyFormat}" or "${firstHistoryFormat}"`)
  }
  const operations = list(root['operations'], 'history.operations').map(parseOperation)
  const ids = new Set(operations.map(({ id }) => id))
  if (ids.size < operations.length) fail('history.operations', ids.size, 'no id twice')
  const many = <T>(name: string, parse: (each: unknown, index: number) => T): T[] | undefined => {
    return root[name] === undefined ? undefined : list(root[name], `history.${name}`).map(parse)
  }
  const endedAtMs = root['endedAtMs']
  return {
    operations,
    ...optional('log', many('log', parseLogEntry)),
    ...optional('requests', many('requests', parseRequest)),
    ...optional('unfinished', many('unfinished', parseUnfinished)),
    ...(endedAtMs === undefined ? {} : { endedAtMs: numberOf(endedAtMs, 'history.endedAtMs') }),
  }
}

const documentFields = ['format', 'operations', 'log', 'requests', 'unfinished', 'endedAtMs']

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
  'depends',
  'level',
  'source',
  'maxStalenessMs',
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
  const { depends, maxStalenessMs: bound } = fields
  const maxStalenessMs = bound === undefined ? bound : numberOf(bound, `${path}.maxStalenessMs`)
  return {
    kind: 'read',
    ...parseCommon(fields, path),
    key: textIn(fields, path, 'key'),
    epoch: textIn(fields, path, 'epoch'),
    seen: parseSeen(fields['seen'], `${path}.seen`),
    ...optional('collection', optionalText(fields, path, 'collection')),
    ...optional('asOf', optionalPosition(fields, path, 'asOf')),
    ...optional('depends', parseDependencies(depends, `${path}.depends`)),
    ...optional('maxStalenessMs', maxStalenessMs),
    ...optional('level', optionalText(fields, path, 'level')),
    ...optional('source', optionalText(fields, path, 'source')),
  }
}

function parseWrite(fields: Fields, path: string): WriteOperation {
  const { outcome } = fields
  if (outcome !== 'acknowledged' && outcome !== 'refused' && outcome !== 'unknown') {
    fail(`${path}.outcome`, outcome, '"acknowledged", "refused" or "unknown"')
  }
  return {
    kind: 'write',
    ...parseCommon(fields, path),
    key: textIn(fields, path, 'key'),
    epoch: textIn(fields, path, 'epoch'),
    isDelete: booleanIn(fields, path, 'isDelete'),
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
  return { step: whole(step, `${path}.step`), atMs: numberOf(atMs, `${path}.atMs`) }
}

function parseRequest(value: unknown, index: number): RequestSent {
  const path = `history.requests[${index}]`
  const fields = object(value, path, ['session', 'sent'])
  return {
    session: textIn(fields, path, 'session'),
    sent: parseMoment(fields['sent'], `${path}.sent`),
  }
}

function parseUnfinished(value: unknown, index: number): UnfinishedOperation {
  const path = `history.unfinished[${index}]`
  const fields = object(value, path, ['kind', 'session', 'key', 'invoked'])
  const { kind } = fields
  if (kind !== 'read' && kind !== 'write') fail(`${path}.kind`, kind, '"read" or "write"')
  return {
    kind,
    session: textIn(fields, path, 'session'),
    key: textIn(fields, path, 'key'),
    invoked: parseMoment(fields['invoked'], `${path}.invoked`),
  }
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
      const fields = object(value, path, ['kind', 'rows', 'isComplete'])
      const isComplete = booleanIn(fields, path, 'isComplete')
      return { kind, rows: list(fields['rows'], `${path}.rows`).map(parseRow(path)), isComplete }
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
