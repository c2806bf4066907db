// Versions: how the states of a scope are named, compared and joined.
//
// A version is three texts: the scope (which line of history), the epoch (which incarnation of that
// line), and the position (the place on it). A format knows positions, and may know how epochs
// follow each other. It never sees both at once, so no format can compare positions across epochs:
// that fault, the commonest of its family, has no place to be written (lessons V5, V15).
//
// V1. `compareVersions` is antisymmetric and transitive on before, equal and after.
// V2. Versions of two scopes or of two epochs are `foreign`, whatever their positions.
// V3. `joinVersions` is commutative, associative and idempotent within an epoch, and covers both.

import { ProtocolError } from './errors.ts'

/** How one version stands to another. Only the first three rank the two. */
export type Order = 'before' | 'equal' | 'after' | 'concurrent' | 'foreign'

/** A place on a line of history: an epoch, and a position within it. */
export interface Point {
  /** The incarnation of the history, or `''` where the source tells none. */
  readonly epoch: string
  /** The place within the epoch, in the canonical text of its format. */
  readonly position: string
}

/** A state of one scope, such as `{ scope: 'photos', epoch: '7f3a', position: '42' }`. */
export interface Version extends Point {
  /** The line of history within which positions compare: a database, a shard, one resource. */
  readonly scope: string
  /**
   * What an answer may show at most, where that is more than the position, which is what it surely
   * covers: a replica went on applying while it was read. An answer is judged by its position, and
   * raises the read floor as far as this.
   */
  readonly upTo?: string | undefined
}

/** What one answer reports: a version for each scope that it speaks of, none twice. */
export type Versions = readonly Version[]

/**
 * How the versions of a scope are read, compared, joined and printed.
 *
 * 1. `parse` and `parsePosition` must throw a {@link ProtocolError} for a text that they do not
 *    understand to the last character, such as `"12abc"` or `""`. They never fall back to a default.
 * 2. `parsePosition` must return one canonical text for all spellings of a position, and return a
 *    canonical text unchanged.
 * 3. `comparePositions` must answer for `left`. Swapping the operands swaps `before` and `after` and
 *    nothing else.
 * 4. `joinPositions` must return the least position that covers both operands, the same for either
 *    order. It is never asked about positions of two epochs, nor about `foreign` ones.
 * 5. `print` must undo `parse`: parsing what it printed gives an equal point.
 * 6. `compareEpochs`, where epochs follow each other, must be a total order of the texts that
 *    `parse` gives as epochs, and answer `foreign` for others. The epoch `''` names none, so it is
 *    foreign to all of them. Without `compareEpochs`, epochs are unordered.
 *
 * A caller may rely on a join covering what was joined. It may not assume that two positions are
 * ordered, that their texts sort, or that a joined position was ever seen.
 */
export interface VersionFormat {
  /** What the format is called in messages and on disk, such as `'integer'`. */
  readonly name: string
  readonly parse: (text: string) => Point
  readonly print: (point: Point) => string
  readonly parsePosition: (text: string) => string
  readonly comparePositions: (left: string, right: string) => Order
  readonly joinPositions: (left: string, right: string) => string
  readonly compareEpochs?: ((left: string, right: string) => Order) | undefined
}

/** Tells the format of a scope. One scope has one format for ever: a mix falls back to text order. */
export type FormatOf = (scope: string) => VersionFormat

/** Compares two versions: the answer is for `left`. */
export function compareVersions(formatOf: FormatOf, left: Version, right: Version): Order {
  if (left === right) return 'equal'
  if (left.scope !== right.scope || left.epoch !== right.epoch) return 'foreign' // V2
  if (left.position === right.position) return 'equal'
  return formatOf(left.scope).comparePositions(left.position, right.position)
}

/** Tells whether `left` is `equal` to `right` or `after` it. */
export function covers(formatOf: FormatOf, left: Version, right: Version): boolean {
  const order = compareVersions(formatOf, left, right)
  return order === 'equal' || order === 'after'
}

/**
 * Returns the least version that covers both, or `undefined` where none does: they are of two scopes,
 * or of two epochs, and which epoch goes on is decided in `epoch.ts`.
 */
export function joinVersions(
  formatOf: FormatOf,
  left: Version,
  right: Version,
): Version | undefined {
  switch (compareVersions(formatOf, left, right)) {
    case 'equal':
    case 'after':
      return left
    case 'before':
      return right
    case 'concurrent': {
      const position = formatOf(left.scope).joinPositions(left.position, right.position)
      return { scope: left.scope, epoch: left.epoch, position }
    }
    case 'foreign':
      return undefined
  }
}

/** Returns the version that an answer reports for a scope. */
export function versionIn(versions: Versions, scope: string): Version | undefined {
  return versions.find((version) => version.scope === scope)
}

/**
 * Compares two answers over the scopes that both speak of: the answer is for `left`.
 *
 * The order is that of the product: `before` only where no scope says `after`, and so on. Without a
 * common scope, or with a `foreign` pair in any, the two say nothing about each other.
 */
export function compareAnswers(formatOf: FormatOf, left: Versions, right: Versions): Order {
  let order: Order | undefined
  for (const version of left) {
    const other = versionIn(right, version.scope)
    if (other === undefined) continue
    order = combine(order, compareVersions(formatOf, version, other))
    if (order === 'foreign') return order
  }
  return order ?? 'foreign'
}

function combine(soFar: Order | undefined, next: Order): Order {
  if (soFar === undefined || soFar === 'equal' || next === 'foreign') return next
  if (next === 'equal' || next === soFar) return soFar
  return 'concurrent'
}

/** Prints versions for messages and events, such as `photos 7f3a:42, users 9`. */
export function describeVersions(versions: Versions): string {
  return versions.map(describeVersion).join(', ')
}

/** Prints a version for messages and events, such as `photos 7f3a:42`. */
export function describeVersion({ scope, epoch, position }: Version): string {
  return `${scope} ${epoch === '' ? position : `${epoch}:${position}`}`
}

/**
 * Returns a version in canonical form, from parts that came from outside.
 *
 * @throws {ProtocolError} when the position is not one of the scope's format, or the epoch has more
 * than 128 characters, or any that a header cannot hold.
 */
export function parseVersion(formatOf: FormatOf, parts: Version): Version {
  const position = formatOf(parts.scope).parsePosition(parts.position)
  // An epoch is compared as text, so any is good that can travel in `Min-Version`. The primes that we
  // add ourselves (`epoch.ts`, E4) come back from disk and from other tabs.
  if (parts.epoch.length > epochLengthMax || !/^[\x20-\x7e]*\u2032*$/.test(parts.epoch)) {
    throw new ProtocolError({
      what: `epoch of "${parts.scope}"`,
      text: parts.epoch,
      expected: `at most ${epochLengthMax} printable ASCII characters`,
    })
  }
  return { scope: parts.scope, epoch: parts.epoch, position }
}

/** The longest epoch accepted from outside, in characters. */
export const epochLengthMax = 128
