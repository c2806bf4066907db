// Reading the log of the servers, and dependencies, as a history holds them.

import type { Dependency, LogEntry, LogFacts } from './server-log.ts'
import {
  booleanIn,
  fail,
  list,
  numberOf,
  object,
  optional,
  optionalText,
  positionIn,
  textIn,
} from './strict-fields.ts'
import type { Fields } from './strict-fields.ts'

const commonFields = ['kind', 'scope', 'epoch', 'position', 'server', 'atMs']
const commitFields = [...commonFields, 'key', 'collection', 'isDelete', 'depends']

/** Reads one entry of a log. */
export function parseLogEntry(value: unknown, index: number): LogEntry {
  const path = `history.log[${index}]`
  const kind: unknown = Object(value).kind
  switch (kind) {
    case 'commit': {
      const fields = object(value, path, commitFields)
      return {
        kind,
        ...parseCommon(fields, path),
        key: textIn(fields, path, 'key'),
        isDelete: booleanIn(fields, path, 'isDelete'),
        ...optional('collection', optionalText(fields, path, 'collection')),
        ...optional('depends', parseDependencies(fields['depends'], `${path}.depends`)),
      }
    }
    case 'apply':
      return { kind, ...parseCommon(object(value, path, commonFields), path) }
    case 'epoch': {
      const fields = object(value, path, [...commonFields, 'ended', 'parent'])
      return {
        kind,
        ...parseCommon(fields, path),
        ended: textIn(fields, path, 'ended'),
        parent: textIn(fields, path, 'parent'),
      }
    }
    default:
      return fail(`${path}.kind`, kind, '"commit", "apply" or "epoch"')
  }
}

/** Reads what something depends on, if that was told. */
export function parseDependencies(value: unknown, path: string): Dependency[] | undefined {
  if (value === undefined) return undefined
  return list(value, path).map((each, index) => {
    const at = `${path}[${index}]`
    const fields = object(each, at, ['scope', 'epoch', 'position', 'key'])
    return {
      scope: textIn(fields, at, 'scope'),
      epoch: textIn(fields, at, 'epoch'),
      position: positionIn(fields, at, 'position'),
      ...optional('key', optionalText(fields, at, 'key')),
    }
  })
}

function parseCommon(fields: Fields, path: string): LogFacts {
  return {
    scope: textIn(fields, path, 'scope'),
    epoch: textIn(fields, path, 'epoch'),
    position: positionIn(fields, path, 'position'),
    server: textIn(fields, path, 'server'),
    atMs: numberOf(fields['atMs'], `${path}.atMs`),
  }
}
