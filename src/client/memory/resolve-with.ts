// A rule's word on concurrent values: the app's own function, over the JSON of both.
//
// R1. Only answers of one selection are merged: what two tokens or two languages selected are not two
//     versions of one thing (keeping.ts, K3).
// R2. What is not JSON, and what the function fails on, stays unresolved: the held value stands, as it
//     does without a resolver. The failure is reported as an uncaught error of the page.

import { resolveConcurrent } from '../../core/concurrency.ts'
import type { Content } from '../../core/concurrency.ts'
import type { Entry, KeyState } from '../../core/entry.ts'
import { OptionsError } from '../../core/errors.ts'
import { compareAnswers } from '../../core/version.ts'
import type { FormatOf, Versions } from '../../core/version.ts'
import { readWhole } from '../../transport/body.ts'
import { represent, responseFrom } from '../../transport/representation.ts'
import type { Representation } from '../../transport/representation.ts'
import type { Answer } from '../../transport/versioned-fetch.ts'
import { reportUncaught } from '../events/uncaught.ts'

/** How the values under a key become one where they are concurrent. See {@link resolveWith}. */
export interface Concurrency {
  readonly name: string
  /** Returns the state in which both are one, or `undefined` where they stay apart. */
  readonly resolve: (
    formatOf: FormatOf,
    state: KeyState<Representation>,
    incoming: Entry<Representation>,
  ) => KeyState<Representation> | undefined
  /**
   * Reads an answer whole, so that it can be merged, and returns an equal one; `undefined` where it is
   * not concurrent with what is held.
   */
  readonly read: (answer: Answer, against: Against) => Promise<Answer | undefined>
}

/** What an answer is held against. */
export interface Against {
  readonly formatOf: FormatOf
  readonly entry: Entry<Representation> | undefined
  readonly bytesMax: number
}

/** The versions of two concurrent values. */
export interface ConcurrentVersions {
  readonly held: Versions
  readonly arrived: Versions
  /** The least versions that cover both: those at which the result is held. */
  readonly joined: Versions
}

/**
 * Makes one value of two that are concurrent: `undefined` stands for an absence, in what comes in and in
 * what goes out. It has to be commutative, associative and idempotent, or tabs will differ.
 */
export type ResolveValues = (held: unknown, arrived: unknown, versions: ConcurrentVersions) => unknown

/**
 * Lets the app merge concurrent values, as they are met where versions are partially ordered (version
 * vectors, GTID sets). For the field `concurrent` of a rule. The result is held, and shown, at the join of
 * both versions. Without it the held value stands until an answer covers both. See docs/writes.md.
 *
 * @throws {OptionsError} when `resolve` is not a function.
 * @example
 * ```ts
 * import { createTidemark, headerVersion, resolveWith, versionVector } from 'tidemark'
 *
 * const union = resolveWith((held, arrived) => [...new Set([held, arrived].flat())])
 * const versions = headerVersion('X-Vector', versionVector)
 * const tidemark = createTidemark({
 *   origins: ['https://api.example.com'],
 *   rules: [{ match: '/tags/:id', versions, concurrent: union }],
 * })
 * typeof tidemark.fetch //=> 'function'
 * ```
 */
export function resolveWith(resolve: ResolveValues): Concurrency {
  if (typeof resolve !== 'function') {
    throw new OptionsError({ field: 'resolve', value: resolve, accepted: 'a function of two values' })
  }
  return {
    name: 'resolveWith',
    resolve: (formatOf, state, incoming) =>
      resolveConcurrent(formatOf, { state, incoming }, (held, arrived, joined) =>
        merge({ held, arrived, joined }, resolve),
      ),
    async read(answer, { formatOf, entry, bytesMax }) {
      const { versions, problem, response } = answer
      if (entry === undefined || versions === undefined || problem !== undefined) return undefined
      if (compareAnswers(formatOf, versions, entry.versions) !== 'concurrent') return undefined
      const read = await readWhole(response, bytesMax)
      if (read.kind === 'rest') return { ...answer, response: read.response } // R2
      const representation = represent(response, read.body)
      return { ...answer, response: responseFrom(representation), representation }
    },
  }
}

interface Pair {
  readonly held: Entry<Representation>
  readonly arrived: Entry<Representation>
  readonly joined: Versions
}

function merge(
  { held, arrived, joined }: Pair,
  resolve: ResolveValues,
): Content<Representation> | undefined {
  const [ours, theirs] = [representationOf(held), representationOf(arrived)]
  if (ours && theirs && ours.selection !== theirs.selection) return undefined // R1
  const basis = theirs ?? ours
  if (basis === undefined) return { kind: 'tombstone' }
  const versions = { held: held.versions, arrived: arrived.versions, joined }
  try {
    const merged = resolve(jsonOf(ours), jsonOf(theirs), versions)
    return merged === undefined ? { kind: 'tombstone' } : { kind: 'value', value: withJson(basis, merged) }
  } catch (error) {
    reportUncaught(error)
    return undefined // R2
  }
}

function representationOf(entry: Entry<Representation>): Representation | undefined {
  return entry.kind === 'value' ? entry.value : undefined
}

function jsonOf(representation: Representation | undefined): unknown {
  return representation && JSON.parse(new TextDecoder().decode(representation.body))
}

/** Headers that speak of the very bytes or of the version that came with them. */
const ofTheOriginal = new Set([
  'content-encoding',
  'content-length',
  'data-version',
  'digest',
  'content-digest',
  'repr-digest',
  'etag',
  'last-modified',
])

function withJson(basis: Representation, value: unknown): Representation {
  const headers = basis.headers.filter(([name]) => !ofTheOriginal.has(name))
  return { ...basis, headers, body: new TextEncoder().encode(JSON.stringify(value)).buffer }
}
