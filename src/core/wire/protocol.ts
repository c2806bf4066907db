// Our wire (docs/protocol.md): the four headers, what they mean, and the two refusals.
//
//   request   Min-Version: main;e="7f3a";v="42"          one member a scope
//             Read-Consistency: session;wait=120         the level, and the milliseconds left
//   response  Data-Version: main;e="7f3a";v="45"         the as-of of what answered; with u="46",
//                                                        it may show as much as that
//             Served-By: replica-2;lag=120               for diagnosis: who, and how far behind
//
// Positions are quoted strings, because integers of structured fields end at 15 digits (lessons W2).
// This file reads and writes text. Whether a position is one of its format is asked by `version.ts`.
//
// P1. A text over its cap, or malformed anywhere, is refused whole: no floor comes of half a header.
// P2. An absent header is `undefined` and never an empty list: unknown is not zero (I4).

import { ProtocolError } from '../errors.ts'
import { remembered } from '../remembered.ts'
import type { Version, Versions } from '../version.ts'
import { parseList, printName, printString } from './structured-field.ts'
import type { BareItem, Item } from './structured-field.ts'

/** The names of our headers, as they are printed. */
export const headerNames = {
  minVersion: 'Min-Version',
  readConsistency: 'Read-Consistency',
  dataVersion: 'Data-Version',
  servedBy: 'Served-By',
} as const

/** The longest header that is sent, in characters. Proxies have limits of their own (lessons W7). */
export const sentLengthMax = 1024
/** The longest header that is read, in characters. */
export const receivedLengthMax = 8192

/** The greatest integer of a structured field (RFC 9651, section 3.3.1). */
const integerMax = 999_999_999_999_999

/** The `type` of a problem document (RFC 9457): the source does not yet cover what was asked. */
export const behindProblem = 'urn:tidemark:problem:behind'
/** The `type` of a problem document: the history that was asked for has ended. */
export const neverProblem = 'urn:tidemark:problem:never'

/**
 * Reads `Min-Version` or `Data-Version`, such as `main;e="7f3a";v="42"`.
 *
 * @throws {ProtocolError} when it is malformed, too long, or names a scope twice.
 */
export function parseVersionList(header: string, text: string): Versions {
  return header === headerNames.dataVersion ? dataVersions(text) : parseVersions(header, text)
}

const dataVersions = remembered((text) => parseVersions(headerNames.dataVersion, text))

function parseVersions(header: string, text: string): Versions {
  const versions: Version[] = []
  for (const item of parseCapped(header, text)) {
    const scope = nameOf(header, text, item.bare)
    if (versions.some((version) => version.scope === scope)) {
      throw new ProtocolError({ what: header, text, expected: `the scope "${scope}" once` })
    }
    const upTo = stringParameter(header, text, item, 'u')
    const version = {
      scope,
      epoch: stringParameter(header, text, item, 'e') ?? '',
      position: stringParameter(header, text, item, 'v') ?? missing(header, text, 'v'),
      ...(upTo === undefined ? {} : { upTo }),
    }
    versions.push(Object.freeze(version))
  }
  return Object.freeze(versions)
}

/** Prints versions for `Min-Version` or `Data-Version`. */
export function printVersionList(versions: Versions): string {
  return versions.map(printVersion).join(', ')
}

function printVersion({ scope, epoch, position, upTo }: Version): string {
  const e = epoch === '' ? '' : `;e=${printString(epoch)}`
  const u = upTo === undefined ? '' : `;u=${printString(upTo)}`
  return `${printName(scope)}${e};v=${printString(position)}${u}`
}

/** What `Read-Consistency` says: the level by name, and what is left of the read's budget. */
export interface ReadConsistency {
  /** `'eventual' | 'monotonic-reads' | 'read-your-writes' | 'session' | 'strong'`, or a later one. */
  readonly level: string
  /** How long the server may wait for a version, in milliseconds. */
  readonly waitMs?: number | undefined
  /** How old an answer may be, in milliseconds. */
  readonly maxStalenessMs?: number | undefined
}

/**
 * Reads `Read-Consistency`, such as `session;wait=120`.
 *
 * @throws {ProtocolError} when it is malformed or too long.
 */
export function parseReadConsistency(text: string): ReadConsistency {
  const header = headerNames.readConsistency
  const item = onlyItem(header, text)
  return {
    level: nameOf(header, text, item.bare),
    waitMs: millisecondsParameter(header, text, item, 'wait'),
    maxStalenessMs: millisecondsParameter(header, text, item, 'max-staleness'),
  }
}

/** Prints `Read-Consistency`. */
export function printReadConsistency(consistency: ReadConsistency): string {
  const { level, maxStalenessMs, waitMs } = consistency
  return `${printName(level)}${milliseconds('max-staleness', maxStalenessMs)}${milliseconds('wait', waitMs)}`
}

/** What `Served-By` says: a diagnosis, which no guarantee rests on but the heal of an epoch. */
export interface ServedBy {
  readonly name: string
  /** How far behind the primary the source knew itself to be, in milliseconds. */
  readonly lagMs?: number | undefined
  /** Whether the source says of itself that it takes the writes. */
  readonly isPrimary: boolean
}

/**
 * Reads `Served-By`, such as `replica-2;lag=120` or `db-1;primary`.
 *
 * @throws {ProtocolError} when it is malformed or too long.
 */
export function parseServedBy(text: string): ServedBy {
  const header = headerNames.servedBy
  const item = onlyItem(header, text)
  return {
    name: nameOf(header, text, item.bare),
    lagMs: millisecondsParameter(header, text, item, 'lag'),
    isPrimary: item.parameters.get('primary')?.value === true,
  }
}

/** Prints `Served-By`. */
export function printServedBy({ name, lagMs, isPrimary }: ServedBy): string {
  return `${printName(name)}${milliseconds('lag', lagMs)}${isPrimary ? ';primary' : ''}`
}

/** A refusal by version: not yet (503), or never in this history (409). */
export interface VersionProblem {
  readonly kind: 'behind' | 'never'
  /** When to ask again, in milliseconds, as exactly as the server knows. */
  readonly retryAfterMs?: number | undefined
}

/**
 * Reads the JSON of a problem document, or returns `undefined` where it is not one of ours.
 *
 * The `type` decides and never the status or the text: a proxy's 503 is not "behind" (lessons W18).
 */
export function readProblem(document: unknown): VersionProblem | undefined {
  if (typeof document !== 'object' || document === null || !('type' in document)) return undefined
  const { type } = document
  if (type !== behindProblem && type !== neverProblem) return undefined
  const hint = 'retryAfterMs' in document ? document.retryAfterMs : undefined
  const isUsable = typeof hint === 'number' && hint >= 0 && Number.isFinite(hint)
  return {
    kind: type === behindProblem ? 'behind' : 'never',
    retryAfterMs: isUsable ? hint : undefined,
  }
}

function parseCapped(header: string, text: string): Item[] {
  if (text.length > receivedLengthMax) {
    const expected = `at most ${receivedLengthMax} characters`
    throw new ProtocolError({ what: header, text, expected }) // P1
  }
  return parseList(header, text)
}

function onlyItem(header: string, text: string): Item {
  const [item, ...others] = parseCapped(header, text)
  if (item === undefined || others.length > 0) {
    throw new ProtocolError({ what: header, text, expected: 'one item' })
  }
  return item
}

function nameOf(header: string, text: string, bare: BareItem): string {
  if ((bare.kind === 'token' || bare.kind === 'string') && bare.value !== '') return bare.value
  throw new ProtocolError({ what: header, text, expected: 'a name as token or string' })
}

function stringParameter(
  header: string,
  text: string,
  item: Item,
  key: string,
): string | undefined {
  const parameter = item.parameters.get(key)
  if (parameter === undefined) return undefined
  if (parameter.kind === 'string' && parameter.value !== '') return parameter.value
  // The empty text would read as "no epoch" or as a position: neither was said (lessons V3).
  throw new ProtocolError({ what: header, text, expected: `"${key}" as a quoted string` })
}

function missing(header: string, text: string, key: string): never {
  throw new ProtocolError({ what: header, text, expected: `a parameter "${key}"` })
}

function millisecondsParameter(
  header: string,
  text: string,
  item: Item,
  key: string,
): number | undefined {
  const parameter = item.parameters.get(key)
  if (parameter === undefined) return undefined
  if (parameter.kind === 'integer' && parameter.value >= 0) return parameter.value
  throw new ProtocolError({ what: header, text, expected: `"${key}" as milliseconds` })
}

/** Prints a parameter. What is no number says nothing: as text it would be a token, and spoil the whole header. */
function milliseconds(key: string, value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return ''
  return `;${key}=${Math.min(Math.max(0, Math.round(value)), integerMax)}`
}
