// Wires of opaque tokens: the server hands out a text, takes it back, and alone knows what it means.

import { ProtocolError } from '../errors.ts'
import { askInHeader, askLevel } from './header-wire.ts'
import { problemIn, servedByIn } from './tidemark-wire.ts'
import { numberTokens, tokenOf, tokenOrder } from './token-order.ts'
import { headerText } from './wire.ts'
import type { Wire, WireRequest } from './wire.ts'

/** What a wire of tokens is. */
export interface TokenWireOptions {
  readonly name: string
  /** The header of the answer, such as `upstash-sync-token`. */
  readonly response: string
  /** The header of the request. Without one, the token tells answers apart, and does not travel. */
  readonly request?: string | undefined
  /** The name of the scope that the token is of, where no rule names one. */
  readonly scope: (request: WireRequest) => string
  /**
   * Returns the canonical text of what an answer brings.
   *
   * @throws {ProtocolError} when it is none.
   */
  readonly parse?: ((text: string) => string) | undefined
  /** Returns what is kept, of what was held and what was received: without it, the latter. */
  readonly merge?: ((held: string, received: string) => string) | undefined
  /** Writes what is kept into the request's header: without it, as it is. */
  readonly print?: ((token: string) => string) | undefined
}

/** Makes a wire of tokens. All that it brings is reported as `unverified`. */
export function tokenWire(options: TokenWireOptions): Wire {
  const { name, response, request: header, merge } = options
  const { parse = (text) => parseToken(response, text), print = (token) => token } = options
  // Tokens of two vocabularies are never taken for each other, whatever a rule calls their scope.
  const scopeOf = (request: WireRequest): string => `${name} ${request.scope ?? options.scope(request)}`
  return {
    name,
    evidence: 'token',
    format: tokenOrder,
    asksPrimary: false,
    scopesOf: (request) => [scopeOf(request)],
    versionsIn(answer) {
      const text = headerText(answer, response)
      if (text === undefined) return undefined
      return [{ scope: scopeOf(answer.request), epoch: '', position: parse(text) }]
    },
    refusalIn: problemIn,
    sourceIn: servedByIn,
    attach(carrying) {
      if (header === undefined) return askLevel(carrying)
      const [floor] = carrying.floors
      return askInHeader(carrying, { header, text: floor && print(tokenOf(floor.position)) })
    },
    depart: (departure) => numberTokens(departure, scopeOf(departure.request), merge),
  }
}

/** The longest token that is taken, in characters: a longer one could never be sent back. */
export const tokenLengthMax = 1024

function parseToken(header: string, text: string): string {
  if (text.length <= tokenLengthMax && /^[\x20-\x7e]+$/.test(text)) return text
  const expected = `a token of at most ${tokenLengthMax} printable ASCII characters`
  throw new ProtocolError({ what: header, text, expected })
}
