// Dehydrated state: what a server has read for one page, as JSON in that page, by version.
//
// D1. State belongs to one client, which a server makes for one request: nothing here is global (I11).
// D2. It comes from outside: it is parsed strictly and whole before anything of it is taken, and bounded
//     (I14). No origin that was not named, and no principal but one's own, gets in (I11, I12).
// D3. Each entry passes the gate: where the page knows something newer, that stands (I5). What it says was
//     on the screen, so it raises the read floors like any answer that was shown.
// D4. An answer without a version is not carried: whoever hydrates it could not say how old it is.

import type { Entry } from '../../core/entry.ts'
import { ProtocolError } from '../../core/errors.ts'
import { fingerprint } from '../../core/fingerprint.ts'
import { parseVersion } from '../../core/version.ts'
import type { Version, Versions } from '../../core/version.ts'
import { represent, sizeOf } from '../../transport/representation.ts'
import type { Representation } from '../../transport/representation.ts'
import type { ClientParts } from '../exchanges/parts.ts'

/** What a server hands to its page: plain JSON. See docs/frameworks.md for how to embed it. */
export interface DehydratedState {
  readonly tidemark: 1
  /** A fingerprint of whose session it is. */
  readonly principal: string
  readonly entries: readonly DehydratedEntry[]
}

/** One entry of a {@link DehydratedState}: with `url`, `type` and `text`, a value; without, an absence. */
export interface DehydratedEntry {
  readonly key: string
  readonly versions: Versions
  readonly validatedAt: number
  /** Whether the value may reach the disk of the page. */
  readonly isDurable: boolean
  readonly url?: string
  /** The content type of `text`. */
  readonly type?: string
  readonly text?: string
}

/** An entry under its key. */
export interface HydratedEntry {
  readonly key: string
  readonly entry: Entry<Representation>
}

const entriesMax = 10_000
const versionsMax = 64
const textLengthMax = 8192

/** Returns what is held in memory, as far as it is text. */
export function dehydrate({ held, options }: ClientParts): DehydratedState {
  const entries = [...held.slots()].flatMap(([key, { entry, isDurable }]) => {
    const found = entry && dehydrated(entry)
    return found === undefined ? [] : [{ key, isDurable, ...found }]
  })
  return { tidemark: 1, principal: fingerprint(options.principal), entries }
}

type Dehydrated = Omit<DehydratedEntry, 'key' | 'isDurable'>

function dehydrated(entry: Entry<Representation>): Dehydrated | undefined {
  const { versions, validatedAt } = entry
  if (entry.kind === 'tombstone') return entry.isAfter ? undefined : { versions, validatedAt }
  const { url, headers, body } = entry.value
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? ''
  try {
    return { versions, validatedAt, url, type, text: new TextDecoder('utf-8', { fatal: true }).decode(body) }
  } catch {
    return undefined // No text: it would not survive JSON.
  }
}

/**
 * Takes over what a server has read, as far as nothing newer is known, and returns all that it has shown.
 *
 * @throws {ProtocolError} when it is malformed, too large, or another principal's. Then nothing is taken.
 */
export function hydrate(parts: ClientParts, state: unknown): readonly HydratedEntry[] {
  const found = parseState(parts, state)
  for (const { key, entry, isDurable } of found) {
    parts.held.admitEntry(key, entry, { source: 'ssr', isDurable })
    parts.held.recordShown(key, entry.versions) // D3
  }
  return found
}

function parseState(parts: ClientParts, state: unknown): (HydratedEntry & { isDurable: boolean })[] {
  const { tidemark, principal, entries } = recordOf(state, 'state')
  if (tidemark !== 1) refuse('state', tidemark, 'one that `dehydrate` of this version has made')
  if (principal !== fingerprint(parts.options.principal)) refuse('state', principal, 'one of this principal')
  if (!Array.isArray(entries) || entries.length > entriesMax) {
    refuse('entries', entries, `a list of at most ${entriesMax}`)
  }
  let bytes = 0
  return entries.map((each: unknown) => {
    const found = parseEntry(parts, each)
    if (found.entry.kind === 'value') bytes += sizeOf(found.entry.value)
    if (bytes > parts.options.memoryBytesMax) {
      refuse('state', bytes, `at most ${parts.options.memoryBytesMax} bytes, as \`memoryBytesMax\` says`)
    }
    return found
  })
}

function parseEntry(parts: ClientParts, each: unknown): HydratedEntry & { isDurable: boolean } {
  const { key, versions, validatedAt, isDurable, url, type, text } = recordOf(each, 'entry')
  const { now, valueBytesMax } = parts.options
  if (!isText(key)) return refuse('key', key, 'a text')
  if (typeof validatedAt !== 'number' || !(validatedAt >= 0)) return refuse('validatedAt', validatedAt, 'a time')
  if (typeof isDurable !== 'boolean') return refuse('isDurable', isDurable, 'true or false')
  // The clock of the server may be ahead of ours: no value is from the future.
  const facts = { versions: parseVersions(parts, versions), validatedAt: Math.min(validatedAt, now()) }
  if (text === undefined) return { key, isDurable, entry: { kind: 'tombstone', isAfter: false, ...facts } }
  if (typeof text !== 'string' || text.length > valueBytesMax) {
    return refuse('text', text, `a text of at most ${valueBytesMax} characters`)
  }
  if (!isText(type) || !/^[\t -~]*$/.test(type)) return refuse('type', type, 'a content type')
  if (!isText(url) || ![key, url].some((address) => isAddressOf(parts, address, key))) {
    return refuse('url', url, `the address, on a named origin, of what has the key "${key}"`) // D2
  }
  const body = new TextEncoder().encode(text).buffer
  const made = represent(new Response(null, { headers: { 'content-type': type } }), body)
  return { key, isDurable, entry: { kind: 'value', value: { ...made, url }, ...facts } }
}

function isAddressOf({ classify }: ClientParts, address: string, key: string): boolean {
  return URL.canParse(address) && classify(new URL(address), undefined)?.key === key
}

function parseVersions({ held, scopes, options }: ClientParts, versions: unknown): Versions {
  if (!Array.isArray(versions) || versions.length === 0 || versions.length > versionsMax) {
    return refuse('versions', versions, `a list of 1 to ${versionsMax}`)
  }
  const parsed = versions.map((each: unknown): Version => {
    const { scope, epoch, position } = recordOf(each, 'version')
    if (!isText(scope) || !isText(epoch) || !isText(position)) return refuse('version', each, 'three texts')
    const isNamed = [...options.origins].some((origin) => scope.endsWith(`@${origin}`))
    if (!isNamed) return refuse('scope', scope, 'one of a named origin') // D2
    return parseVersion(scopes.formatOf, { scope, epoch, position })
  })
  return held.session.inKnownEpochs(parsed)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= textLengthMax
}

function recordOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return refuse(name, value, 'an object')
  return { ...value }
}

function refuse(name: string, value: unknown, expected: string): never {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : typeof value
  throw new ProtocolError({ what: `dehydrated ${name}`, text, expected })
}
