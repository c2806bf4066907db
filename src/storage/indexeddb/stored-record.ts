// Stored records: what stands in the database, and how it is read back.
//
// The database holds three stores. Keys begin with the principal, so that one range is one principal.
//
//   floor   [principal]          the account: schema, generation, and since when all rows are to be known
//   meta    [principal, number]  a row of the journal: floors of scopes, and what is known of keys but their values;
//                                and the values themselves where a commit brought few and small ones
//   value   [principal, number]  a pack: the values that one commit brought
//   value   [principal, key]     a value that is large, or came alone, in a box
//
// What stands there may come from an older or newer version of this library, from a script of another
// party on the same origin, or from a disk that failed. So it is read as a stranger's (I14).
//
// R1. A record is rebuilt field by field from own properties, or refused whole with a `ProtocolError`.
// R2. Texts and lists are bounded, and versions are asked of the format of their scope.
// R3. The schema is a field and not the version of the database, which is fixed for ever: two versions
//     of this library share the database of one browser (lessons D5, D24).
//
// Rows are read whenever a page begins, and what is known of a key is the most of them. So there it is one flat list,
// and versions are scope, epoch and position, one after the other. 0 stands for the floor once more:
//
//   [key, [scope, epoch, position, …], versions or 0, validatedAt, bytes, usedAt, pack, of]     a value
//   [key, [scope, epoch, position, …], versions or 0, validatedAt, isAfter]                      a tombstone
//   [key, [scope, epoch, position, …]]                                                           a floor alone
//   [key]                                                                                        nothing any more
//
// R4. Schema 1 had a record a key, at `meta [principal, key]`, and one a scope, at `floor [principal, scope]`. Its
//     values stood in boxes as they do now. What is left of it is carried over with the first write.

import { ProtocolError } from '../../core/errors.ts'
import { epochOf } from '../../core/session.ts'
import type { ScopeFloors } from '../../core/session.ts'
import { parseVersion } from '../../core/version.ts'
import type { FormatOf, Version, Versions } from '../../core/version.ts'
import type { KeyMeta } from '../storage.ts'

/** The number of the shape that records have. */
export const schema = 2

/** The longest text accepted in a record, in characters. */
const textLengthMax = 8192
/** The most versions accepted in a record. */
const versionsMax = 256

/** What is kept once for each principal. */
export interface Account {
  readonly schema: number
  /** A number drawn when the account was made: a clear ends it, and the next account has another. */
  readonly generation: number
  /** Whoever has not known all rows before this number has to read all of them anew. */
  readonly base: number
}

/** A row of the journal: what one commit changed, or what several rows before it said and still holds. */
export interface Row {
  readonly floors: readonly (readonly [scope: string, floors: ScopeFloors])[]
  readonly keys: readonly KeyRecord[]
}

/** What a row says of a key: what is known of it, or nothing any more; and where its value stands. */
export type KeyRecord = readonly [key: string, meta: KeyMeta | undefined, place?: PackPlace | undefined]

/**
 * Where a value stands that is not in a box of its own: the pack, and how many values that had at first. Of 0 stands for
 * a value in the row that has this number.
 */
export type PackPlace = readonly [pack: number, of: number]

/** A row as it was found. */
export interface FoundRow extends Row {
  /** Scopes and keys of which it said something that cannot be understood. */
  readonly brokenScopes: readonly string[]
  readonly brokenKeys: readonly string[]
  /** Whether it is known of what it spoke: else it may have replaced anything that was said before it. */
  readonly isLegible: boolean
}

/**
 * Reads an account. Of one of another schema only what all have in common.
 *
 * @throws {ProtocolError} when it is not one.
 */
export function decodeAccount(raw: unknown): Account {
  const account = { schema: number(raw, 'schema'), generation: number(raw, 'generation'), base: 0 }
  return account.schema === schema ? { ...account, base: number(raw, 'base') } : account
}

/** Told of what cannot be understood of a row or a pack, by its name. */
export type Report = (record: string, cause: unknown) => void

/** Reads a row, and reports what cannot be understood of it. */
export function decodeRow(formatOf: FormatOf, raw: unknown, report: Report): FoundRow {
  const floors: [string, ScopeFloors][] = []
  const keys: KeyRecord[] = []
  const brokenScopes: string[] = []
  const brokenKeys: string[] = []
  let isLegible = true

  function each(name: 'floors' | 'keys', take: (name: string, record: readonly unknown[]) => void): void {
    const records = field(raw, name)
    if (!isList(records)) return blur(name, 'a list')
    for (const record of records) {
      const [known] = isList(record) ? record : []
      if (isList(record) && typeof known === 'string') take(known, record)
      else blur(name, 'records with names')
    }
  }

  function blur(name: string, expected: string): void {
    isLegible = false
    report(`row without ${expected}`, new ProtocolError({ what: 'stored row', text: name, expected }))
  }

  each('floors', (scope, [, said]) => {
    try {
      floors.push([scope, decodeFloors(formatOf, scope, said)])
    } catch (cause) {
      report(`floor ${scope}`, cause)
      brokenScopes.push(scope)
    }
  })
  each('keys', (key, record) => {
    try {
      keys.push(decodeKey(formatOf, key, record))
    } catch (cause) {
      report(`meta ${key}`, cause)
      brokenKeys.push(key)
    }
  })
  return { floors, keys, brokenScopes, brokenKeys, isLegible }
}

/**
 * Reads a pack: values by key, each in a box. What cannot be understood of it is reported by its name.
 *
 * @throws {ProtocolError} when it is none at all.
 */
export function decodePack(raw: unknown, report: Report): Map<string, readonly [unknown]> {
  if (!isList(raw)) refuse('pack', 'a list')
  const boxes = new Map<string, readonly [unknown]>()
  for (const pair of raw) {
    const [key, ...box] = isList(pair) ? pair : []
    try {
      if (typeof key !== 'string') refuse('pack', 'values under keys')
      boxes.set(key, decodeBox(box))
    } catch (cause) {
      report(`value ${typeof key === 'string' ? key : 'without a key'}`, cause)
    }
  }
  return boxes
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
 * Reads what a row says of a key.
 *
 * @throws {ProtocolError} when it cannot be understood.
 */
export function decodeKey(formatOf: FormatOf, key: string, record: readonly unknown[]): KeyRecord {
  const [, said, list, at, what, used, pack, of] = record
  if (record.length === 1) return [key, undefined]
  const floor = decodeVersions(formatOf, said)
  if (record.length === 2) return [key, { floor, held: undefined }]
  const versions = list === 0 ? floor : decodeVersions(formatOf, list)
  const validatedAt = size('validatedAt', at)
  if (typeof what === 'boolean') return [key, { floor, held: { kind: 'tombstone', versions, isAfter: what, validatedAt } }]
  const held = { kind: 'value', versions, validatedAt, bytes: size('bytes', what), usedAt: size('usedAt', used) } as const
  return [key, { floor, held }, pack === undefined ? undefined : [size('pack', pack), size('of', of)]]
}

/** Returns a row as it is stored, with the values that stand in it. */
export function encodeRow({ floors, keys }: Row, values?: unknown): unknown {
  return { floors, keys: keys.map(encodeKey), values }
}

/** Returns the pack that stands in a row, if there is one. */
export function packInRow(raw: unknown): unknown {
  return field(raw, 'values')
}

function encodeKey([key, meta, place]: KeyRecord): unknown[] {
  if (meta === undefined) return [key]
  const floor = flat(meta.floor)
  if (meta.held === undefined) return [key, floor]
  const { held } = meta
  const versions = flat(held.versions)
  const isSame = versions.length === floor.length && versions.every((part, index) => part === floor[index])
  const record = [key, floor, isSame ? 0 : versions, held.validatedAt]
  if (held.kind === 'tombstone') return [...record, held.isAfter]
  return [...record, held.bytes, held.usedAt, ...(place ?? [])]
}

function flat(versions: Versions): string[] {
  return versions.flatMap(({ scope, epoch, position }) => [scope, epoch, position])
}

/**
 * Reads what schema 1 told of a key.
 *
 * @throws {ProtocolError} when it cannot be understood.
 */
export function decodeFormerKey(formatOf: FormatOf, key: string, raw: unknown): KeyRecord {
  const held = field(raw, 'held')
  const floor = formerVersions(field(raw, 'floor'))
  if (held === undefined) return decodeKey(formatOf, key, [key, floor])
  const [kind, isAfter, bytes] = ['kind', 'isAfter', 'bytes'].map((name) => field(held, name))
  const isTombstone = kind === 'tombstone' && typeof isAfter === 'boolean'
  if (!isTombstone && (kind !== 'value' || typeof bytes !== 'number')) refuse('entry', 'a value or tombstone')
  const record = [key, floor, formerVersions(field(held, 'versions')), field(held, 'validatedAt')]
  return decodeKey(formatOf, key, isTombstone ? [...record, isAfter] : [...record, bytes, field(held, 'usedAt')])
}

function formerVersions(raw: unknown): unknown {
  return isList(raw) ? raw.flatMap(partsOf) : raw
}

function partsOf(version: unknown): unknown[] {
  return ['scope', 'epoch', 'position'].map((name) => field(version, name))
}

/**
 * Reads the box of a value.
 *
 * @throws {ProtocolError} when it is not one.
 */
export function decodeBox(raw: unknown): readonly [unknown] {
  return Array.isArray(raw) && raw.length === 1 ? [raw[0]] : refuse('value', 'a box of one')
}

function decodeVersions(formatOf: FormatOf, raw: unknown): Versions {
  if (!isList(raw) || raw.length === 0 || raw.length % 3 > 0 || raw.length > 3 * versionsMax) {
    refuse('versions', `a list of 1 to ${versionsMax}`)
  }
  const versions: Version[] = []
  for (let at = 0; at < raw.length; at += 3) {
    const [scope, epoch, position] = [text('scope', raw[at]), text('epoch', raw[at + 1]), text('position', raw[at + 2])]
    versions.push(parseVersion(formatOf, { scope, epoch, position }))
  }
  const isOnce = versions.length === 1 || new Set(versions.map(({ scope }) => scope)).size === versions.length
  return isOnce ? versions : refuse('scope', 'each once')
}

function decodeVersion(formatOf: FormatOf, raw: unknown): Version {
  const [scope, epoch, position] = partsOf(raw)
  return parseVersion(formatOf, { scope: text('scope', scope), epoch: text('epoch', epoch), position: text('position', position) })
}

function text(name: string, value: unknown): string {
  const isText = typeof value === 'string' && value.length <= textLengthMax
  return isText ? value : refuse(name, `a text of at most ${textLengthMax} characters`)
}

function number(raw: unknown, name: string): number {
  return size(name, field(raw, name))
}

function size(name: string, value: unknown): number {
  const isGood = typeof value === 'number' && value >= 0 && value < Infinity
  return isGood ? value : refuse(name, 'a number, 0 or more')
}

/** Returns an own property: a page whose `Object.prototype` was tampered with adds no fields. */
function field(raw: unknown, name: string): unknown {
  return typeof raw === 'object' && raw !== null && Object.hasOwn(raw, name) ? Reflect.get(raw, name) : undefined
}

function isList(raw: unknown): raw is readonly unknown[] {
  return Array.isArray(raw)
}

function refuse(what: string, expected: string): never {
  throw new ProtocolError({ what: 'stored record', text: what, expected })
}
