// Wires of one header: a version comes in a header of the answer, and goes, if at all, in one of the
// request. Most vocabularies that exist are no more than that.

import type { VersionFormat } from '../version.ts'
import { sentLengthMax } from './protocol.ts'
import { askInHeaders, problemIn, servedByIn } from './tidemark-wire.ts'
import { headerText } from './wire.ts'
import type { Attachment, Carrying, Evidence, Wire, WireRequest } from './wire.ts'

/** What a wire of one header is. */
export interface HeaderWireOptions {
  readonly name: string
  /** The header of the answer, such as `x-d1-bookmark`. */
  readonly response: string
  /** The header of the request. Without one, no floor travels. */
  readonly request?: string | undefined
  /** The format of what the header holds. */
  readonly format: VersionFormat
  /**
   * What the positions prove.
   *
   * @default 'version'
   */
  readonly evidence?: Evidence | undefined
  /** The name of the scope that the header speaks of, where no rule names one. */
  readonly scope: (request: WireRequest) => string
  /** The value of the request's header that asks for the primary, such as `first-primary`. */
  readonly primary?: string | undefined
}

/** Makes a wire of one header. */
export function headerWire(options: HeaderWireOptions): Wire {
  const { name, response, request: header, format, evidence = 'version', primary } = options
  const scopeOf = (request: WireRequest): string => request.scope ?? options.scope(request)
  return {
    name,
    evidence,
    format,
    asksPrimary: header !== undefined && primary !== undefined,
    scopesOf: (request) => [scopeOf(request)],
    versionsIn(answer) {
      const text = headerText(answer, response)
      return text === undefined ? undefined : [{ scope: scopeOf(answer.request), ...format.parse(text) }]
    },
    refusalIn: problemIn,
    sourceIn: servedByIn,
    attach(carrying) {
      if (header === undefined) return askLevel(carrying)
      const [floor] = carrying.floors
      return askInHeader(carrying, { header, text: floor && format.print(floor), primary })
    },
  }
}

/** The scope of a resource: its path, whatever its query. */
export function resourceScope({ url }: WireRequest): string {
  return url.pathname
}

/** Asks for a level, and for nothing else: the floor has no place to travel in. */
export function askLevel(carrying: Carrying): Attachment | undefined {
  return askInHeaders({ ...carrying, floors: [] })
}

/** A header of the request, what the floor is in it, and what asks for the primary. */
export interface HeaderOffer {
  readonly header: string
  readonly text: string | undefined
  readonly primary?: string | undefined
}

/** Asks in one header for a floor, or for the primary. A floor that is too long stays at home. */
export function askInHeader(
  { request, asksPrimary }: Carrying,
  { header, text, primary }: HeaderOffer,
): Attachment | undefined {
  const isTooLong = text !== undefined && text.length > sentLengthMax
  const isPrimarys = request.kind === 'read' && (asksPrimary || isTooLong)
  // The primary covers every floor, so the value that asks for it can take the place of one.
  const value = (isPrimarys ? primary : undefined) ?? (isTooLong ? undefined : text)
  return value === undefined ? undefined : { headers: [[header, value]] }
}
