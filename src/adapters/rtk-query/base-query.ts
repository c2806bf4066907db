// The first guard: a base query that notes what it reads.
//
// B1. What it gives is what `unwrap()` and `onQueryStarted` get: an answer that is older than what is held for the same
//     arguments gives way to that, and lag is no error of a query that shows something.
// B2. What an entry shows no more stands in for nothing: a store that was reset at a sign-out has forgotten its user,
//     and what is held here must not bring it back (I11).

import { createNewestData } from '../../client/carried/newest-data.ts'
import type { AnswerVersions, TaggedData } from '../../client/carried/tagged-data.ts'
import type { Client } from '../../client/client.ts'
import { isTidemarkError } from '../../core/errors.ts'
import type { Versions } from '../../core/version.ts'
import { entriesOf, memberOf } from './entries.ts'

/** What the meta of a base query has besides. */
export interface TidemarkMeta {
  readonly tidemark: {
    /** The versions of the answers that the result was made of. */
    readonly answers: AnswerVersions
    /** Whether something newer exists, and could not be had. */
    readonly isBehind: boolean
  }
}

/** A base query, whatever its types are. */
export type AnyBaseQuery = (args: never, api: never, extraOptions: never) => unknown

/** What a base query is called with. */
export type Call = [args: unknown, api: BaseQueryCall, extraOptions: unknown]

/** What is looked at of the API that a base query is given. */
export interface BaseQueryCall {
  readonly signal: AbortSignal
  readonly endpoint: string
  readonly type: 'query' | 'mutation'
  readonly queryCacheKey?: string | undefined
  readonly getState: () => unknown
}

/** What a base query answers. */
export interface Answered {
  readonly data?: unknown
  readonly error?: unknown
  readonly meta?: object | undefined
}

// What is held of an API that asks for more than this is no help to it.
const keysMax = 1000

/** Makes what is called instead of each base query. */
export function createNotedCall(
  tagged: TaggedData,
  reducerPath: string,
): (make: (fetchFn: Client['fetch']) => AnyBaseQuery, call: Call) => Promise<Answered> {
  const newest = createNewestData(tagged, keysMax)
  /** The answers of each run of an endpoint, which may read page after page. */
  const readBy = new WeakMap<AbortSignal, AnswerVersions>()

  return callNoted

  async function callNoted(make: (fetchFn: Client['fetch']) => AnyBaseQuery, call: Call): Promise<Answered> {
    const answers: Versions[] = []
    let isUnavailable = false
    const noted = tagged.fetchFor((versions) => void answers.push(versions))
    const fetchFn: Client['fetch'] = async (input, init) => {
      try {
        return await noted(input, init)
      } catch (error) {
        isUnavailable ||= isTidemarkError(error, 'version-unavailable')
        throw error
      }
    }
    const [args, api, extraOptions] = call
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It is called as Redux Toolkit has called ours.
    const own = make(fetchFn) as (...call: Call) => Answered | Promise<Answered>
    const result = await own(args, api, extraOptions)
    if (api.type !== 'query') {
      tagged.tag(result.data, answers)
      return result
    }
    const key = `${api.endpoint} ${JSON.stringify(args)}`
    if (!isShown(api)) newest.forget(key) // B2
    const known = newest.of(key)
    if (result.error !== undefined) {
      if (!isUnavailable || known === undefined) return result
      return { data: known.data, meta: { ...result.meta, ...noteRead(api, known.answers, true) } } // B1
    }
    const data = newest.admit(key, result.data, answers)
    const isBehind = data !== result.data
    const read = isBehind && known !== undefined ? known.answers : answers
    return { ...result, data, meta: { ...result.meta, ...noteRead(api, read, isBehind) } }
  }

  function isShown({ queryCacheKey = '', getState }: BaseQueryCall): boolean {
    return entriesOf(memberOf(getState(), reducerPath))?.[queryCacheKey]?.data !== undefined
  }

  function noteRead({ signal }: BaseQueryCall, answers: AnswerVersions, isBehind: boolean): TidemarkMeta {
    const all = [...(readBy.get(signal) ?? []), ...answers]
    readBy.set(signal, all)
    return { tidemark: { answers: all, isBehind } }
  }
}
