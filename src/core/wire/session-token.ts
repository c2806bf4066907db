// Session tokens: a session's floors as one text, for a deep link, another device, or a page rendered on
// a server.
//
//   tm1;p="1x9k2", "main@https://api.example.com";e="7f3a";r="45";w="42", …
//
// A list of structured fields (RFC 9651), so it is ASCII and can stand in a header as it is; in a URL,
// encode it. The first item names the format of the text and, by a fingerprint, the principal; each
// other one a scope, its epoch, and the positions of the read floor and the write floor.
//
// K1. A token holds floors only, and never a value (lessons P10).
// K2. It only ever raises floors: one that is lower changes nothing. So a token can be taken in any
//     order, any number of times, and a forged one costs at most some requests to the primary.
// K3. It is bounded. Over the bound read floors are left out before write floors, and it says `;part`.

import { ProtocolError } from '../errors.ts'
import type { ScopeFloors } from '../session.ts'
import { parseVersion } from '../version.ts'
import type { FormatOf, Version } from '../version.ts'
import { parseList, printList } from './structured-field.ts'
import type { BareItem, Item } from './structured-field.ts'

/** The longest token that is made or taken, in characters. */
export const tokenLengthMax = 4096

/** What a token says. */
export interface SessionToken {
  /** A fingerprint of whose session it is. */
  readonly principal: string
  readonly floors: ReadonlyMap<string, ScopeFloors>
}

/** Prints a token. */
export function printSessionToken({ principal, floors }: SessionToken): string {
  const head: Item = { bare: token, parameters: new Map([['p', stringOf(principal)]]) }
  const whole = printList([head, ...[...floors].map(([scope, known]) => itemOf(scope, known))])
  if (whole.length <= tokenLengthMax) return whole
  const items: Item[] = [{ ...head, parameters: new Map([...head.parameters, ['part', isTrue]]) }]
  let length = printList(items).length
  for (const [scope, { write }] of floors) {
    if (write === undefined) continue
    const item = itemOf(scope, { write })
    length += ', '.length + printList([item]).length
    if (length > tokenLengthMax) break // K3
    items.push(item)
  }
  return printList(items)
}

/**
 * Reads a token.
 *
 * @throws {ProtocolError} when it is malformed, too long, or of a later format.
 */
export function parseSessionToken(formatOf: FormatOf, text: string): SessionToken {
  if (text.length > tokenLengthMax) {
    throw new ProtocolError({ what, text, expected: `at most ${tokenLengthMax} characters` })
  }
  const [head, ...items] = parseList(what, text)
  const principal = head?.parameters.get('p')
  if (head?.bare.value !== 'tm1' || principal?.kind !== 'string') {
    throw new ProtocolError({ what, text, expected: 'a text that begins with tm1;p="…"' })
  }
  const floors = new Map<string, ScopeFloors>()
  for (const { bare, parameters } of items) {
    const scope = textOf(bare)
    const epoch = parameters.get('e')
    const versionAt = (position: BareItem | undefined): Version | undefined =>
      position && parseVersion(formatOf, {
        scope,
        epoch: epoch === undefined ? '' : textOf(epoch),
        position: textOf(position),
      })
    floors.set(scope, { read: versionAt(parameters.get('r')), write: versionAt(parameters.get('w')) })
  }
  return { principal: principal.value, floors }
}

const what = 'session token'
const token: BareItem = { kind: 'token', value: 'tm1' }
const isTrue: BareItem = { kind: 'boolean', value: true }

function itemOf(scope: string, { read, write }: ScopeFloors): Item {
  const parameters = new Map<string, BareItem>()
  // The floors of a scope stand in one epoch (`session.ts`, F4).
  const epoch = (read ?? write)?.epoch ?? ''
  if (epoch !== '') parameters.set('e', stringOf(epoch))
  if (read !== undefined) parameters.set('r', stringOf(read.position))
  if (write !== undefined) parameters.set('w', stringOf(write.position))
  return { bare: stringOf(scope), parameters }
}

/** Scopes are named by apps, and epochs may wear primes: neither has to be ASCII. */
function stringOf(text: string): BareItem {
  return { kind: 'string', value: encodeURI(text) }
}

function textOf(bare: BareItem): string {
  const encoded = String(bare.value)
  try {
    if (bare.kind === 'string') return decodeURI(encoded)
  } catch {
    // As malformed as any other item that is not one of ours.
  }
  throw new ProtocolError({ what, text: encoded, expected: 'a quoted string of encoded text' })
}
