// Wires: how versions travel between a client and one kind of backend.
//
// A wire is only text and decisions: which part of an answer is a version, how a floor is written into
// a request, what a refusal looks like. Our own (docs/protocol.md) is one of several; the vocabularies
// that exist already, from D1 bookmarks to Kubernetes, stand beside it in `wire-presets/`.
//
// Not every vocabulary can prove an order. What a wire is worth is told by its evidence, and nothing of
// what it cannot prove is reported as kept (lessons S5, V7, W16).

import type { Version, VersionFormat, Versions } from '../version.ts'
import type { ServedBy, VersionProblem } from './protocol.ts'

/**
 * What the positions of a wire prove.
 *
 * - `version`: an order. What covers its floor is fresh.
 * - `hint`: an order too coarse, or by a clock too weak, to rely on. An earlier answer is discarded and
 *   asked for again, once; a later one is served, and both are reported as `unverified`.
 * - `token`: nothing, but the server makes sense of it. Answers are applied in the order in which they
 *   were asked for (lessons V7), and reported as `unverified`.
 */
export type Evidence = 'version' | 'hint' | 'token'

/** A request, as far as a wire looks at it. */
export interface WireRequest {
  readonly kind: 'read' | 'write'
  /** Its address as the app gave it. */
  readonly url: URL
  /** The scope that a rule names for it, if one does. */
  readonly scope: string | undefined
}

/** The headers of an answer. */
export interface HeaderReader {
  readonly get: (name: string) => string | null
}

/** An answer, as far as a wire looks at it. */
export interface WireAnswer {
  readonly request: WireRequest
  readonly status: number
  readonly headers: HeaderReader
  /** The JSON of its body, once the wire has said `'in-body'`. Until then `undefined`. */
  readonly document: unknown
  /** What the wire had attached to the request. */
  readonly attached: Attachment | undefined
}

/** What a request may carry. */
export interface Carrying {
  readonly request: WireRequest
  /** The floors that it touches, under the wire's own names for the scopes. */
  readonly floors: Versions
  /** The name of the level: `'strong'` also where the primary is asked for another reason. */
  readonly level: string
  readonly asksPrimary: boolean
  /** What is left of the read's budget, in milliseconds. */
  readonly waitMs: number
  /** How old the answer may be, in milliseconds. */
  readonly maxStalenessMs: number | undefined
}

/** What a wire adds to a request. */
export interface Attachment {
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined
  /** Parameters of the query; `undefined` takes one away. */
  readonly query?: readonly (readonly [name: string, value: string | undefined])[] | undefined
}

/**
 * How versions travel.
 *
 * 1. `versionsIn` must return `undefined` for what is absent or empty: unknown, and not zero (I4). It
 *    must throw a {@link ProtocolError} for what is there and not understood.
 * 2. `refusalIn` must decide by status and by codes made for machines, never by text (lessons W18).
 * 3. Both may answer `'in-body'`, once: they are asked again with the JSON of the body, or with none
 *    where it was too long, or no JSON.
 * 4. `attach` must add nothing where there is no floor and the primary is not asked for, so that an
 *    unchanged backend sees unchanged requests. It is called anew for each attempt (lessons W3).
 * 5. `attach` must not cut a floor. One that is too long (`sentLengthMax`) stays at home whole, and the
 *    primary is asked where it can be (lessons W7).
 * 6. `scopesOf` must give reads and writes of one line of history one name, and two lines two names
 *    (lessons V20). Where it is missing, answers name their scopes, and `touches` may narrow which of
 *    those known at the origin a request is about.
 * 7. `name` and the names of scopes must stay as they are: floors on disk are found by them.
 *
 * A wire may rely on `attach` being called in the last step before the request leaves, and on floors in
 * the canonical text of its format. It may not assume that its parameters and headers arrive.
 */
export interface Wire {
  /** What the wire is called in messages, such as `'d1'`. */
  readonly name: string
  readonly evidence: Evidence
  /** The format of its positions. Without one it is the client's. */
  readonly format?: VersionFormat | undefined
  /** Whether `attach` can ask for the primary. */
  readonly asksPrimary: boolean
  /** The scopes of a request: the first is the one that each answer has to speak of. */
  readonly scopesOf?: ((request: WireRequest) => readonly [string, ...string[]]) | undefined
  readonly touches?: ((request: WireRequest, scope: string) => boolean) | undefined
  /** The versions in an answer, under the wire's own names for the scopes. */
  readonly versionsIn: (answer: WireAnswer) => Versions | 'in-body' | undefined
  /** The refusal that an answer is, if it is one: not yet, or never. */
  readonly refusalIn?: ((answer: WireAnswer) => VersionProblem | 'in-body' | undefined) | undefined
  /** Who answered, as far as the answer tells. */
  readonly sourceIn?: ((answer: WireAnswer) => ServedBy | undefined) | undefined
  readonly attach?: ((carrying: Carrying) => Attachment | undefined) | undefined
  /** Called as a request leaves, where what its answer says depends on when it was asked. */
  readonly depart?: ((departure: Departure) => Settle) | undefined
}

/** What a wire may know as a request leaves, and later, as its answer arrives. */
export interface Departure {
  readonly request: WireRequest
  /** The floors that the request touches: those that were given to `attach`. */
  readonly floors: Versions
  /** The floor of the session in a scope, at the moment of the call. */
  readonly floorIn: (scope: string) => Version | undefined
  /** Returns a whole number above the one given, and above all that this client has given out. */
  readonly numberAbove: (number: number) => number
}

/** Returns what an answer says in the end, given what stands in it, and who it is from. */
export type Settle = (
  versions: Versions | undefined,
  servedBy: ServedBy | undefined,
) => Versions | undefined

/** Returns the text of a header, or `undefined` where it is absent or empty (lessons V3). */
export function headerText({ headers }: WireAnswer, name: string): string | undefined {
  const text = headers.get(name)?.trim()
  return text === '' ? undefined : text
}

/** Tells whether an answer declares its body to be JSON, of whatever kind. */
export function isJson(answer: WireAnswer): boolean {
  return /^application\/([\w.+-]+\+)?json$/.test(mediaTypeOf(answer))
}

/** Returns the media type of an answer, without parameters. */
export function mediaTypeOf({ headers }: WireAnswer): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  return type.trim().toLowerCase()
}

/** Returns what stands at a path of names in JSON, or `undefined` where nothing does. */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  let value = document
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = Reflect.get(value, name)
  }
  return value
}
