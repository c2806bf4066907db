// What a watch shows: the newest of its key that has come by, whoever brought it.
//
// S1. What arrives passes the gate (I5) before it is shown, so nobody who watches sees a key go back
//     within an epoch (I2), whatever the level of the reads.
// S2. What arrives of an epoch that the session is not in is not shown. What cannot be compared with what
//     is shown, though it is of the session's epoch, speaks of other scopes: it begins anew.
// S3. An answer without a version is shown only where a read has accepted it, and raises nothing (I4).
// S4. Equal bytes are the same value, by reference: a view need not be drawn anew.

import type { Entry, KeyState, Source } from '../../core/entry.ts'
import { admit } from '../../core/gate.ts'
import type { FormatOf, Version, Versions } from '../../core/version.ts'
import { decode, isSameBody } from './parsing.ts'
import type { Content, Parse } from './parsing.ts'

/** A floor that something does not cover. */
export interface Lack {
  readonly wanted: Version
  readonly got: Version | undefined
}

/** Something that may be shown. */
export interface Arriving {
  /** What it holds; `undefined` for a known absence. */
  readonly content: Content | undefined
  readonly versions: Versions | undefined
  readonly validatedAt: number
  readonly source: Source
  /** See `Tombstone`. */
  readonly isAfter?: boolean | undefined
  /** The floor that it does not cover, where it is shown all the same. */
  readonly lack?: Lack | undefined
}

/** Something that is shown. */
export interface Shown<T> extends Arriving {
  /** Its value; `undefined` for a known absence. */
  readonly parsed: Parsed<T> | undefined
}

/** A value, in a box of its own, since it may itself be `undefined`. */
export interface Parsed<T> {
  readonly value: T
}

/** What one watch shows. */
export interface Stage<T> {
  readonly shown: () => Shown<T> | undefined
  /**
   * Shows what arrives, unless it is older. Tells whether it is shown.
   *
   * @throws what the parser throws; then what was shown stays.
   */
  readonly offer: (arriving: Arriving) => boolean
  /** Shows nothing any more, and remembers how far it was. */
  readonly clear: () => void
  /** Goes along with a new history of a scope: what is shown stays until something of it comes. */
  readonly enter: (scope: string) => void
}

/** What {@link createStage} needs. */
export interface StageParts<T> {
  readonly formatOf: FormatOf
  readonly isOfEpoch: (version: Version) => boolean
  readonly parse: Parse<T>
}

/** Makes what one watch shows. */
export function createStage<T>({ formatOf, isOfEpoch, parse }: StageParts<T>): Stage<T> {
  // Without values: the gate asks of which version and kind an entry is, and not what it says.
  let gate: KeyState<undefined> | undefined
  let shown: Shown<T> | undefined

  function passes(arriving: Arriving): boolean {
    const { versions } = arriving
    if (versions === undefined) return true // S3
    if (!versions.every(isOfEpoch)) return false // S2
    const entry = entryOf(arriving, versions)
    let admission = admit(formatOf, gate, entry)
    if (admission.outcome === 'rejected' && admission.reason === 'foreign') {
      admission = admit(formatOf, undefined, entry) // S2
    }
    gate = admission.state
    return admission.outcome !== 'rejected' // S1
  }

  function parsed({ content }: Arriving): Parsed<T> | undefined {
    if (content === undefined) return undefined
    const known = shown?.content
    if (known !== undefined && isSameBody(known.body, content.body)) return shown?.parsed // S4
    return { value: parse(decode(content)) }
  }

  return {
    shown: () => shown,
    offer(arriving) {
      if (!passes(arriving)) return false
      shown = { ...arriving, parsed: parsed(arriving) }
      return true
    },
    clear() {
      gate &&= { ...gate, entry: undefined }
      shown = undefined
    },
    enter(scope) {
      if (gate?.floor.some((version) => version.scope === scope) === true) gate = undefined
    },
  }
}

function entryOf({ content, validatedAt, isAfter = false }: Arriving, versions: Versions): Entry<undefined> {
  return content === undefined
    ? { kind: 'tombstone', versions, isAfter, validatedAt }
    : { kind: 'value', versions, value: undefined, validatedAt }
}
