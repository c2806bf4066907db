// Structured fields (RFC 9651), as far as our headers need them: a list of items with parameters.
//
// Parsing is strict, as section 4.2 asks: one wrong character and the whole field is refused, since
// half a list of versions would be a floor that was never seen. Inner lists, which no header of ours
// uses, are refused too. A published parser is the oracle in the tests.

import { ProtocolError } from '../errors.ts'

/** A bare item. Tokens and strings are kept apart, since they print differently. */
export type BareItem =
  | { readonly kind: 'token' | 'string' | 'binary' | 'display'; readonly value: string }
  | { readonly kind: 'integer' | 'decimal' | 'date'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }

/** An item with its parameters: of a repeated parameter the last stands, as the RFC asks. */
export interface Item {
  readonly bare: BareItem
  readonly parameters: ReadonlyMap<string, BareItem>
}

/**
 * Reads a list of items. The empty text is the empty list.
 *
 * @throws {ProtocolError} when the text is not one, to the last character.
 */
export function parseList(what: string, text: string): Item[] {
  const cursor = createCursor(what, text)
  const items: Item[] = []
  cursor.skip(/ */y)
  while (!cursor.isAtEnd()) {
    items.push(parseItem(cursor))
    cursor.skip(/[ \t]*/y)
    if (cursor.isAtEnd()) break
    cursor.expect(/,[ \t]*/y, 'a comma between members')
    if (cursor.isAtEnd()) cursor.fail('a member after the comma')
  }
  return items
}

/** Prints a list of items. */
export function printList(items: readonly Item[]): string {
  return items.map(printItem).join(', ')
}

function printItem({ bare, parameters }: Item): string {
  const tail = [...parameters].map(([key, value]) =>
    value.kind === 'boolean' && value.value ? `;${key}` : `;${key}=${printBare(value)}`,
  )
  return printBare(bare) + tail.join('')
}

/** Makes a bare item of a text: a token where the grammar allows it, else a quoted string. */
export function tokenOrString(text: string): BareItem {
  return { kind: tokenPattern.test(text) ? 'token' : 'string', value: text }
}

/** Prints a name: as a token where the grammar allows it, else as a quoted string. */
export function printName(text: string): string {
  return tokenPattern.test(text) ? text : printString(text)
}

/**
 * Prints a quoted string.
 *
 * @throws {ProtocolError} when it has a character that none may have.
 */
export function printString(text: string): string {
  if (stringPattern.test(text)) return `"${text.replace(/["\\]/g, '\\$&')}"`
  const expected = 'printable ASCII characters only'
  throw new ProtocolError({ what: 'structured field string', text, expected })
}

const tokenPattern = /^[A-Za-z*][!#$%&'*+\-.^_`|~\w:/]*$/
const stringPattern = /^[\x20-\x7e]*$/

function printBare(bare: BareItem): string {
  switch (bare.kind) {
    case 'string':
      return printString(bare.value)
    case 'boolean':
      return bare.value ? '?1' : '?0'
    case 'date':
      return `@${bare.value}`
    case 'binary':
      return `:${bare.value}:`
    case 'display':
      return `%"${bare.value}"`
    case 'decimal':
      // Without a fraction it would come back as an integer.
      return Number.isInteger(bare.value) ? bare.value.toFixed(1) : String(bare.value)
    case 'token':
    case 'integer':
      return String(bare.value)
  }
}

interface Cursor {
  isAtEnd(): boolean
  /** Takes what the sticky pattern matches here, or `undefined`. */
  take(pattern: RegExp): RegExpExecArray | undefined
  skip(pattern: RegExp): void
  expect(pattern: RegExp, expected: string): RegExpExecArray
  fail(expected: string): never
}

function createCursor(what: string, text: string): Cursor {
  let index = 0
  const cursor: Cursor = {
    isAtEnd: () => index >= text.length,
    take(pattern) {
      pattern.lastIndex = index
      const match = pattern.exec(text) ?? undefined
      index += match?.[0].length ?? 0
      return match
    },
    skip: (pattern) => void cursor.take(pattern),
    expect: (pattern, expected) => cursor.take(pattern) ?? cursor.fail(expected),
    fail(expected) {
      throw new ProtocolError({ what, text, expected: `${expected} at character ${index}` })
    },
  }
  return cursor
}

function parseItem(cursor: Cursor): Item {
  const bare = parseBare(cursor)
  const parameters = new Map<string, BareItem>()
  while (cursor.take(/; */y)) {
    const [key] = cursor.expect(/[a-z*][a-z0-9_\-.*]*/y, 'a parameter name')
    const value: BareItem = cursor.take(/=/y)
      ? parseBare(cursor)
      : { kind: 'boolean', value: true }
    parameters.set(key, value) // The last of a repeated parameter stands, in the place of the first.
  }
  return { bare, parameters }
}

function parseBare(cursor: Cursor): BareItem {
  const number = cursor.take(/(-?\d{1,12}\.\d{1,3}|-?\d{1,15})(?![\d.])/y)
  if (number) {
    const kind = number[0].includes('.') ? 'decimal' : 'integer'
    return { kind, value: Number(number[0]) }
  }
  const string = cursor.take(/"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y)
  if (string) return { kind: 'string', value: string[0].slice(1, -1).replace(/\\(.)/g, '$1') }
  const token = cursor.take(/[A-Za-z*][!#$%&'*+\-.^_`|~\w:/]*/y)
  if (token) return { kind: 'token', value: token[0] }
  const boolean = cursor.take(/\?[01]/y)
  if (boolean) return { kind: 'boolean', value: boolean[0] === '?1' }
  return parseForeign(cursor)
}

/**
 * Reads an item of the kinds that no header of ours uses, but that can stand in parameters which we
 * do not know. They are checked as the RFC asks, and kept in the text that they came in.
 */
function parseForeign(cursor: Cursor): BareItem {
  const date = cursor.take(/@-?\d{1,15}(?![\d.])/y)
  if (date) return { kind: 'date', value: Number(date[0].slice(1)) }
  const binary = cursor.take(
    /:(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?:/y,
  )
  if (binary) return { kind: 'binary', value: binary[0].slice(1, -1) }
  const display = cursor.take(/%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"/y)
  if (!display) return cursor.fail('an item')
  const value = display[0].slice(2, -1)
  if (!isUtf8(value)) cursor.fail('UTF-8 in the display string that ends')
  return { kind: 'display', value }
}

function isUtf8(percentEncoded: string): boolean {
  try {
    decodeURIComponent(percentEncoded)
    return true
  } catch {
    return false
  }
}
