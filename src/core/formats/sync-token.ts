// Synchronisation tokens of Azure App Configuration: under each id an opaque value and a sequence
// number, such as `jtqGc1I4=MDoyOA==;sn=28`.
//
// S1. Ids are compared each on its own, by the sequence number: of each id the text of the highest is
//     kept. A newer token of one id includes its older ones, and says nothing of another id.
// S2. The value is opaque and goes back as it came. It holds `=`, so the first `=` ends the id.
// S3. One id and number with two values are two histories: foreign, and never joined.
//
// The service takes the tokens back without their numbers: whoever sends them cuts off `;sn=`.

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'
import { compareDecimals, isDecimalUpTo, u64Max } from './integer.ts'
import { compareComponents, joinComponents, withinLength } from './partial-order.ts'

/** Versions such as `"jtqGc1I4=MDoyOA==;sn=28"`; several ids stand with commas between. */
export const syncToken: VersionFormat = {
  name: 'sync-token',
  parse: (text) => ({ epoch: '', position: parseTokens(text) }),
  print: ({ position }) => position,
  parsePosition: parseTokens,
  comparePositions: (left, right) =>
    compareComponents(readTokens(left), readTokens(right), compareTokens),
  joinPositions: (left, right) =>
    printTokens(joinComponents(readTokens(left), readTokens(right), joinTokens)),
}

interface Token {
  readonly value: string
  readonly sequence: string
}

const what = 'sync token'
const shape = /^([!-+\--:<>-~]{1,128})=([!-+\--:<-~]{1,1024});sn=(\d{1,20})$/

function parseTokens(text: string): string {
  return printTokens(readTokens(withinLength(what, text)))
}

function readTokens(text: string): Map<string, Token> {
  const tokens = new Map<string, Token>()
  // Several headers of one name reach a page as one, with a comma and a blank between.
  for (const part of text.split(/,[ \t]*/)) {
    const [, id, value, sequence] = shape.exec(part) ?? [] // S2
    if (id === undefined || value === undefined || sequence === undefined) {
      return refuse(text, 'an id, a value and a sequence number, as "jtqGc1I4=MDoyOA==;sn=28"')
    }
    if (!isDecimalUpTo(u64Max, sequence)) refuse(text, 'a number of 64 bits, no leading zero')
    if (tokens.has(id)) refuse(text, `the id "${id}" once`)
    tokens.set(id, { value, sequence })
  }
  return tokens
}

function printTokens(tokens: ReadonlyMap<string, Token>): string {
  const sorted = [...tokens].toSorted(([left], [right]) => (left < right ? -1 : 1))
  const parts = sorted.map(([id, { value, sequence }]) => `${id}=${value};sn=${sequence}`)
  return withinLength(what, parts.join(','))
}

function compareTokens(left: Token, right: Token): Order {
  const order = compareDecimals(left.sequence, right.sequence)
  return order === 'equal' && left.value !== right.value ? 'foreign' : order // S3
}

function joinTokens(left: Token, right: Token): Token {
  return compareTokens(left, right) === 'before' ? right : left // S1
}

function refuse(text: string, expected: string): never {
  throw new ProtocolError({ what, text, expected })
}
