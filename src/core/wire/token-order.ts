// Tokens in the order of requests: the only order that is known of them (lessons V7).
//
// A token of the server's (a sync token, an `ETag`) cannot be compared with another. But the client
// knows which of its requests it sent first, and an answer that was asked for after all that the session
// has seen can do no harm that the server's own promise does not allow. So a token is kept under a
// number: that of its request. The number is a Lamport clock: above every number that the scope's floors
// had when the request left, in whatever tab they were raised.
//
// O1. A read is numbered when it leaves, a write when it is acknowledged: a read that left before the
//     acknowledgement cannot know of the write, and is asked again.
// O2. An answer without a token clears nothing (lessons V3): what is held goes on under the new number.
// O3. Numbers never travel. What is sent is the token, as it came.
// O4. Nothing is proven: every answer of such a wire is reported as `unverified`.

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'
import type { Departure, Settle } from './wire.ts'

/** Positions such as `12~jtqGc1I4=`: the number of the request, and the token. */
export const tokenOrder: VersionFormat = {
  name: 'token-order',
  parse: (text) => ({ epoch: '', position: parseNumbered(text) }),
  print: ({ position }) => position,
  parsePosition: parseNumbered,
  comparePositions: compareNumbered,
  joinPositions: (left, right) => (compareNumbered(left, right) === 'before' ? right : left),
}

/** Returns the token of a position, as it came (O3). */
export function tokenOf(position: string): string {
  return position.slice(position.indexOf('~') + 1)
}

function numberOf(position: string): number {
  return Number.parseInt(position, 10)
}

/**
 * Numbers the tokens of one scope.
 *
 * @param merge returns what is sent from now on, where more than the token received last is.
 */
export function numberTokens(
  { request, floorIn, numberAbove }: Departure,
  scope: string,
  merge: (held: string, received: string) => string = (_, received) => received,
): Settle {
  const nextNumber = (): number => numberAbove(numberOf(floorIn(scope)?.position ?? '0'))
  const leftAs = nextNumber()
  return (versions) => {
    const floor = floorIn(scope)
    const held = floor && tokenOf(floor.position)
    const received = versions?.[0]?.position
    const isMerged = held !== undefined && received !== undefined
    const token = isMerged ? merge(held, received) : (received ?? held) // O2
    if (token === undefined) return undefined
    const number = request.kind === 'write' ? nextNumber() : leftAs // O1
    return [{ scope, epoch: '', position: `${number}~${token}` }]
  }
}

// Merged tokens may be longer than any that is received.
const lengthMax = 8192

function parseNumbered(text: string): string {
  if (text.length <= lengthMax && /^[1-9]\d{0,14}~[\x20-\x7e]+$/.test(text)) return text
  const expected = `a number, "~" and a token, together at most ${lengthMax} characters`
  throw new ProtocolError({ what: 'numbered token', text, expected })
}

function compareNumbered(left: string, right: string): Order {
  if (left === right) return 'equal'
  const [ours, theirs] = [numberOf(left), numberOf(right)]
  // Of two tabs that numbered alike, either may stand: the text decides, so that all decide the same.
  if (ours === theirs) return tokenOf(left) < tokenOf(right) ? 'before' : 'after'
  return ours < theirs ? 'before' : 'after'
}
