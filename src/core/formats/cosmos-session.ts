// Session tokens of Azure Cosmos DB: for each partition key range the configuration version, the global
// LSN, and in accounts with several write regions the LSN of each, such as `4:2#512#1=509#3=498`.
//
// C1. Within a range the configuration version comes first: it counts up when regions are added or
//     removed, or fail over, and a newer one replaces the older, its LSNs with it. It may be -1.
// C2. At one version global and regional LSNs are compared each on its own. A region that one token
//     lacks is behind in it (O1): Cosmos' own clients call that an error, and two tokens that name
//     different regions are concurrent here.
// C3. Ranges are compared each on its own too. One that is not named is unknown, and covers nothing.
//     After a split the old range is never named again, so a floor of several ranges would wait for
//     it for ever: give each range a scope of its own.
// C4. Tokens grow with ranges and regions, up to what no server takes in a header: they are bounded.
//
// A version that is newer because a failover lost writes covers them all the same. Only an epoch that
// the failover changes can tell (lessons V5).

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'
import { byNumber, compareDecimals, integer } from './integer.ts'
import { compareComponents, joinComponents, withinLength } from './partial-order.ts'

/** Versions such as `"0:-1#30"`, or of two ranges, `"0:-1#30,4:2#512#1=509#3=498"`. */
export const cosmosSession: VersionFormat = {
  name: 'cosmos-session',
  parse: (text) => ({ epoch: '', position: parseTokens(text) }),
  print: ({ position }) => position,
  parsePosition: parseTokens,
  comparePositions: (left, right) =>
    compareComponents(readTokens(left), readTokens(right), compareTokens), // C3
  joinPositions: (left, right) =>
    printTokens(joinComponents(readTokens(left), readTokens(right), joinTokens)),
}

/** What one range is known to have. */
interface Token {
  readonly version: string
  /** The LSN of each region under its id, and the global one under the empty text. */
  readonly lsns: ReadonlyMap<string, string>
}

const what = 'Cosmos session token'
const shape = /^(\d{1,10}):(-1|\d{1,19})#(\d{1,19}(?:#\d{1,10}=\d{1,19})*)$/

function parseTokens(text: string): string {
  return printTokens(readTokens(withinLength(what, text)))
}

function readTokens(text: string): Map<string, Token> {
  const tokens = new Map<string, Token>()
  for (const part of text.split(',')) {
    const [, range, version, lsns] = shape.exec(part) ?? []
    if (range === undefined || version === undefined || lsns === undefined || /\b0\d/.test(part)) {
      return refuse(text, 'range, version and LSNs without leading zeros, as "4:2#512#1=509#3=498"')
    }
    if (tokens.has(range)) refuse(text, `the range ${range} once`)
    tokens.set(range, { version, lsns: readLsns(text, lsns) })
  }
  return tokens
}

function readLsns(text: string, lsns: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const lsn of lsns.split('#')) {
    const [value = '', region = ''] = lsn.split('=').toReversed()
    if (found.has(region)) refuse(text, `the region ${region} once`)
    found.set(region, value)
  }
  return found
}

function printTokens(tokens: ReadonlyMap<string, Token>): string {
  const ranges = [...tokens].toSorted(([left], [right]) => byNumber(left, right))
  const parts = ranges.map(([range, { version, lsns }]) => {
    // The empty text is the shortest, so the global LSN comes first.
    const sorted = [...lsns].toSorted(([left], [right]) => byNumber(left, right))
    return `${range}:${version}${sorted.map(printLsn).join('')}`
  })
  return withinLength(what, parts.join(',')) // C4
}

function printLsn([region, lsn]: readonly [string, string]): string {
  return region === '' ? `#${lsn}` : `#${region}=${lsn}`
}

function compareTokens(left: Token, right: Token): Order {
  if (left.version === right.version) {
    return compareComponents(left.lsns, right.lsns, compareDecimals) // C2
  }
  if (left.version === '-1') return 'before'
  return right.version === '-1' ? 'after' : compareDecimals(left.version, right.version) // C1
}

function joinTokens(left: Token, right: Token): Token {
  if (left.version === right.version) {
    const lsns = joinComponents(left.lsns, right.lsns, integer.joinPositions)
    return { version: left.version, lsns } // C2
  }
  return compareTokens(left, right) === 'before' ? right : left // C1
}

function refuse(text: string, expected: string): never {
  throw new ProtocolError({ what, text, expected })
}
