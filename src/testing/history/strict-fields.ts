// Reading values that come from outside, strictly: each refusal names the place and what was expected.

import { ProtocolError } from '../../core/errors.ts'

/** The fields of an object that was checked to be one. */
export type Fields = Readonly<Record<string, unknown>>

/** Returns an object, if it has no fields but those known. */
export function object(value: unknown, path: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail(path, value, 'an object')
  }
  const unknown = Object.keys(value).find((field) => !known.includes(field))
  if (unknown !== undefined) fail(path, unknown, `no fields but ${known.join(', ')}`)
  return { ...value }
}

/** Returns an array. */
export function list(value: unknown, path: string): readonly unknown[] {
  return Array.isArray(value) ? value : fail(path, value, 'an array')
}

/** Returns a field that is a text. */
export function textIn(fields: Fields, path: string, name: string): string {
  const value = fields[name]
  return typeof value === 'string' ? value : fail(`${path}.${name}`, value, 'a text')
}

/** Returns a field that is a text, if it is there. */
export function optionalText(fields: Fields, path: string, name: string): string | undefined {
  return fields[name] === undefined ? undefined : textIn(fields, path, name)
}

/** Returns a field that is `true` or `false`. */
export function booleanIn(fields: Fields, path: string, name: string): boolean {
  const value = fields[name]
  return typeof value === 'boolean' ? value : fail(`${path}.${name}`, value, 'true or false')
}

/** Returns a field that is a position: a whole number as a text. */
export function positionIn(fields: Fields, path: string, name: string): string {
  const value = textIn(fields, path, name)
  if (/^(0|[1-9]\d{0,38})$/.test(value)) return value
  return fail(`${path}.${name}`, value, 'a position: 1 to 39 digits, no leading zero')
}

/** Returns a field that is a position, if it is there. */
export function optionalPosition(fields: Fields, path: string, name: string): string | undefined {
  return fields[name] === undefined ? undefined : positionIn(fields, path, name)
}

/** Returns a finite number. */
export function numberOf(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return fail(path, value, 'a number')
}

/** Returns a whole number of 0 or more. */
export function whole(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  return fail(path, value, 'a whole number of 0 or more')
}

/** Returns a field, or none: what was not told is left out and not `undefined`. */
export function optional<Name extends string, T>(
  name: Name,
  value: T | undefined,
): { readonly [Key in Name]?: T } {
  const fields: { [Key in Name]?: T } = {}
  if (value !== undefined) fields[name] = value
  return fields
}

/** Refuses a value. */
export function fail(what: string, value: unknown, expected: string): never {
  throw new ProtocolError({ what, text: JSON.stringify(value) ?? 'undefined', expected })
}
