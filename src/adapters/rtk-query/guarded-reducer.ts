// The second guard: a reducer that refuses older entries.
//
// R1. It is the one gate of all actions: results, upserts, a rehydrated store. A `merge` of the endpoints would be
//     none: it sees no rehydration, and takes structural sharing away.
// R2. Versions are kept in the entry that they are of. So they are persisted and rehydrated with it, and the reducer
//     stays pure: the same actions give the same state.
// R3. One more page is never turned away, since it replaces nothing.

import { parseCarried } from '../../client/carried/carried-versions.ts'
import type { AnswerVersions, TaggedData } from '../../client/carried/tagged-data.ts'
import type { ClientParts } from '../../client/exchanges/parts.ts'
import { isTidemarkError } from '../../core/errors.ts'
import { entriesOf, memberOf } from './entries.ts'
import type { Entry } from './entries.ts'

type Reduce = (state: unknown, action: unknown) => unknown

/** Makes the guard that is put around the reducer of an API. */
export function createReducerGuard(tagged: TaggedData, parts: ClientParts): (own: Reduce) => Reduce {
  const answersRead = new WeakMap<object, AnswerVersions>()

  return (own) => (state, action) => reduce(own, state, action)

  function reduce(own: Reduce, state: unknown, action: unknown): unknown {
    const next = own(state, action)
    const before = entriesOf(state)
    const after = entriesOf(next)
    if (after === undefined || after === before) return next
    const told = toldBy(action, tagged)
    const entries = { ...after }
    for (const [key, is] of Object.entries(after)) {
      if (is !== before?.[key]) entries[key] = admitEntry(before?.[key], is, told.get(key))
    }
    return { ...Object(next), queries: entries }
  }

  /** Returns the entry that may stand: the new one, or the new one with the data that it had. */
  function admitEntry(was: Entry | undefined, is: Entry | undefined, told: Told | undefined): Entry | undefined {
    const carried = is?.tidemark === was?.tidemark ? undefined : is?.tidemark
    const answers = told?.answers ?? answersIn(carried)
    if (is === undefined || answers.length === 0) return is
    const known = answersIn(was?.tidemark)
    if (told?.isPage === true) return { ...is, tidemark: [...known, ...answers] } // R3
    if (was?.data === undefined || !tagged.isOlder(answers, known)) return { ...is, tidemark: answers } // R2
    return { ...is, data: was.data, tidemark: known } // R1
  }

  /** Reads the versions of an entry, which may have been persisted: what cannot be read is unknown (I4, I14). */
  function answersIn(carried: unknown): AnswerVersions {
    if (!Array.isArray(carried)) return []
    const known = answersRead.get(carried)
    if (known !== undefined) return known
    let answers: AnswerVersions = []
    try {
      answers = carried.map((versions) => parseCarried(parts, versions))
    } catch (error) {
      if (!isTidemarkError(error, 'protocol')) throw error
    }
    answersRead.set(carried, answers)
    return answers
  }
}

/** What an action says of an entry that it fills. */
interface Told {
  readonly answers: AnswerVersions | undefined
  readonly isPage: boolean
}

function toldBy(action: unknown, tagged: TaggedData): Map<string, Told> {
  const payload = memberOf(action, 'payload')
  const meta = memberOf(action, 'meta')
  const arg = memberOf(meta, 'arg')
  const key = memberOf(arg, 'queryCacheKey')
  if (typeof key === 'string' && memberOf(meta, 'requestStatus') === 'fulfilled') {
    const tidemark = memberOf(memberOf(meta, 'baseQueryMeta'), 'tidemark')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The base query has put it there.
    const answers = memberOf(tidemark, 'answers') as AnswerVersions | undefined
    return new Map([[key, { answers: answers ?? tagged.of(payload), isPage: memberOf(arg, 'direction') !== undefined }]])
  }
  const upserted: unknown[] = String(memberOf(action, 'type')).endsWith('/cacheEntriesUpserted') && Array.isArray(payload) ? payload : []
  return new Map(
    upserted.map((one) => [
      String(memberOf(memberOf(one, 'queryDescription'), 'queryCacheKey')),
      { answers: tagged.of(memberOf(one, 'value')), isPage: false },
    ]),
  )
}
