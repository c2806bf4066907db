// Stored records: what stands in the database, and how it is read back.
//
// The database holds three stores. Keys begin with the principal, so that one range is one principal.
//
//   floor   [principal]          the account: schema, generation, bytes of all values
//   floor   [principal, scope]   the floors of a scope
//   meta    [principal, key]     what is known of a key, without its value
//   value   [principal, key]     the value in a box
//
// What stands there may come from an older or newer version of this library, from a script of another
// party on the same origin, or from a disk that failed. So it is read as a stranger's (I14).
//
// R1. A record is rebuilt field by field from own properties, or refused whole with a `ProtocolError`.
// R2. Texts and lists are bounded, and versions are asked of the format of their scope.
// R3. The schema is a field and not the version of the database, which is fixed for ever: two versions
//     of this library share the database of one browser (lessons D5, D24).

import { ProtocolError } from '../core/errors.ts'
import { epochOf } from '../core/session.ts'
import type { ScopeFloors } from '../core/session.ts'
import { parseVersion } from '../core/version.ts'
import type { FormatOf, Version, Versions } from '../core/version.ts'
import type { HeldMeta, KeyMeta } from './storage.ts'

/** The number of the shape that records have. */
export const schema = 1

/** The longest text accepted in a record, in characters. */
const textLengthMax = 8192
/** The most versions accepted in a record. */
const versionsMax = 256

/** What is kept once for each principal. */
export interface Account {
  readonly schema: number
  /** A number drawn when the account was made: a clear ends it, and the next account has another. */
  readonly generation: number
  /** The bytes of all values. */
  readonly bytes: number
}

/**
 * Reads an account.
 *
 * @throws {ProtocolError} when it is not one.
 */
export function decodeAccount(raw: unknown): Account {
  return {
    schema: number(raw, 'schema'),
    generation: number(raw, 'generation'),
    bytes: number(raw, 'bytes'),
  }
}

/**
 * Reads the floors of a scope.
 *
 * @throws {ProtocolError} when they are not floors of that scope, in one epoch.
 */
export function decodeFloors(formatOf: FormatOf, scope: string, raw: unknown): ScopeFloors {
  const [read, write] = ['read', 'write'].map((name) => {
    const version = field(raw, name)
    return version === undefined ? undefined : decodeVersion(formatOf, version)
  })
  const floors = { read, write }
  const epoch = epochOf(floors)
  for (const version of [read, write]) {
    if (version && version.scope !== scope) refuse('scope', scope)
    if (version && version.epoch !== epoch) refuse('epoch', 'the same in both floors')
  }
  if (epoch === undefined) refuse('floors', 'a read or a write floor')
  return floors
}

/**
 * Reads what is known of a key.
 *
 * @throws {ProtocolError} when it is not that.
 */
export function decodeMeta(formatOf: FormatOf, raw: unknown): KeyMeta {
  const held = field(raw, 'held')
  return {
    floor: decodeVersions(formatOf, field(raw, 'floor')),
    held: held === undefined ? undefined : decodeHeld(formatOf, held),
  }
}

/**
 * Reads the box of a value.
 *
 * @throws {ProtocolError} when it is not one.
 */
export function decodeBox(raw: unknown): readonly [unknown] {
  return Array.isArray(raw) && raw.length === 1 ? [raw[0]] : refuse('value', 'a box of one')
}

function decodeHeld(formatOf: FormatOf, raw: unknown): HeldMeta {
  const versions = decodeVersions(formatOf, field(raw, 'versions'))
  const validatedAt = number(raw, 'validatedAt')
  const kind = field(raw, 'kind')
  if (kind === 'value') {
    const bytes = number(raw, 'bytes')
    return { kind, versions, validatedAt, bytes, usedAt: number(raw, 'usedAt') }
  }
  const isAfter = field(raw, 'isAfter')
  if (kind !== 'tombstone' || typeof isAfter !== 'boolean') refuse('entry', 'a value or tombstone')
  return { kind, versions, isAfter, validatedAt }
}

function decodeVersions(formatOf: FormatOf, raw: unknown): Versions {
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > versionsMax) {
    refuse('versions', `a list of 1 to ${versionsMax}`)
  }
  const versions = raw.map((version) => decodeVersion(formatOf, version))
  if (new Set(versions.map(({ scope }) => scope)).size < raw.length) refuse('scope', 'each once')
  return versions
}

function decodeVersion(formatOf: FormatOf, raw: unknown): Version {
  const [scope, epoch, position] = [text(raw, 'scope'), text(raw, 'epoch'), text(raw, 'position')]
  return parseVersion(formatOf, { scope, epoch, position })
}

function text(raw: unknown, name: string): string {
  const value = field(raw, name)
  const isText = typeof value === 'string' && value.length <= textLengthMax
  return isText ? value : refuse(name, `a text of at most ${textLengthMax} characters`)
}

function number(raw: unknown, name: string): number {
  const value = field(raw, name)
  const isGood = typeof value === 'number' && value >= 0 && value < Infinity
  return isGood ? value : refuse(name, 'a number, 0 or more')
}

/** Returns an own property: a page whose `Object.prototype` was tampered with adds no fields. */
function field(raw: unknown, name: string): unknown {
  const isObject = typeof raw === 'object' && raw !== null
  return isObject ? Object.getOwnPropertyDescriptor(raw, name)?.value : undefined
}

function refuse(what: string, expected: string): never {
  throw new ProtocolError({ what: 'stored record', text: what, expected })
}
