// Tagged data: how new the plain values of an application are, for the adapters of caches that know
// when a value came, and not how new it is.
//
// D1. A value is as of each answer that it was made of. It is older than another only where each of its
//     answers is before or equal to each of the other's, and one is before: whatever cannot be related
//     is not older, since an answer was judged when it arrived.
// D2. What is not tagged is not guessed (I4). Primitives cannot be tagged.
// D3. Tags are of one client, and live as long as the objects (lessons Q25).

import { compareAnswers } from '../../core/version.ts'
import type { Versions } from '../../core/version.ts'
import type { Client } from '../client.ts'
import type { Testimony } from '../events/witness.ts'
import { partsOf } from '../exchanges/parts.ts'

/** The versions of the answers that a value was made of, at least one. */
export type AnswerVersions = readonly Versions[]

/** Tells how new values are. */
export interface TaggedData {
  /**
   * Calls `work`, and notes the answers of the reads that it begins by the wrapped fetch before it first
   * waits. Calls `onResult` with them and with what came of it, before anyone else has it.
   */
  readonly note: <T>(work: () => T | Promise<T>, onResult: (result: T, answers: AnswerVersions) => void) => Promise<T>
  /** Returns the wrapped `fetch` for one piece of work, whose answers are told, of reads and writes alike. */
  readonly fetchFor: (onAnswer: (versions: Versions) => void) => Client['fetch']
  /** Tags an object; the tag of a primitive, or of no answers, is lost (D2). */
  readonly tag: (value: unknown, answers: AnswerVersions) => void
  readonly of: (value: unknown) => AnswerVersions | undefined
  readonly isOlder: (left: AnswerVersions, right: AnswerVersions) => boolean
}

/**
 * Makes the tags of the values that come by one client.
 *
 * @throws {OptionsError} for anything that `createTidemark` has not made.
 */
export function createTaggedData(client: Client): TaggedData {
  const { witnesses, scopes } = partsOf(client)
  const tags = new WeakMap<object, AnswerVersions>()

  return {
    async note(work, onResult) {
      const answers: Versions[] = []
      const result = await witnesses.during((testimony) => {
        if ('report' in testimony && testimony.report.versions !== undefined) answers.push(testimony.report.versions)
      }, work)
      onResult(result, answers)
      return result
    },
    fetchFor(onAnswer) {
      const tell = (testimony: Testimony): void => {
        const versions = 'report' in testimony ? testimony.report.versions : testimony.caused
        if (versions !== undefined) onAnswer(versions)
      }
      return (input, init) => witnesses.during(tell, () => client.fetch(input, init))
    },
    tag(value, answers) {
      if (isObject(value) && answers.length > 0) tags.set(value, answers)
    },
    of: (value) => (isObject(value) ? tags.get(value) : undefined),
    isOlder(left, right) {
      const orders = left.flatMap((one) => right.map((other) => compareAnswers(scopes.formatOf, one, other)))
      return orders.includes('before') && orders.every((order) => order === 'before' || order === 'equal') // D1
    },
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
