// RTK Query: a base query that notes what it reads, and a reducer that refuses older entries.
//
//   baseQuery ──► meta.tidemark ──► action ──► reducer ──► entry.tidemark ──► persisted, rehydrated
//
// K1. The base query is the first guard: what it gives is what `unwrap()` and `onQueryStarted` get. An
//     answer that is older than what is held for the same arguments gives way to that, and lag is no error
//     of a query that shows something.
// K2. The reducer is the second, and the one gate of all actions: results, upserts, a rehydrated store. A
//     `merge` of the endpoints would be none: it sees no rehydration, and takes structural sharing away.
// K3. Versions are kept in the entry that they are of. So they are persisted and rehydrated with it, and the
//     reducer stays pure: the same actions give the same state.
// K4. What an entry shows no more stands in for nothing: a store that was reset at a sign-out has forgotten
//     its user, and what is held here must not bring it back (I11).
// K5. One more page is never turned away, since it replaces nothing.
//
// Nothing of Redux Toolkit is imported, and its types do not compile under `exactOptionalPropertyTypes`: what
// is looked at of its calls and actions is written down here.

import { parseCarried } from '../../client/carried-versions.ts'
import type { Client } from '../../client/client.ts'
import { createNewestData } from '../../client/newest-data.ts'
import { partsOf } from '../../client/parts.ts'
import { createTaggedData } from '../../client/tagged-data.ts'
import type { AnswerVersions, TaggedData } from '../../client/tagged-data.ts'
import { isTidemarkError } from '../../core/errors.ts'
import type { Versions } from '../../core/version.ts'

/** How the adapter finds the API in the store. */
export interface TidemarkRTKQueryOptions {
  /**
   * The `reducerPath` of the API.
   *
   * @default 'api'
   */
  readonly reducerPath?: string | undefined
}

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

/** The two guards of one API. */
export interface TidemarkRTKQuery {
  /** Makes the base query of the API, of a function that makes one which reads by the `fetchFn` given. */
  readonly baseQuery: <Q extends AnyBaseQuery>(make: (fetchFn: Client['fetch']) => Q) => Q
  /** Returns the reducer of the API, guarded: it takes the place of `api.reducer` in the store. */
  readonly reducer: <R extends (state: never, action: never) => unknown>(own: R) => R
}

// What is held of an API that asks for more than this is no help to it.
const keysMax = 1000

/**
 * Returns the guards by which no entry of an API goes back: not by a refetch that meets a lagging replica,
 * an upsert, or a persisted store.
 *
 * @throws {OptionsError} for a client that `createTidemark` has not made.
 * @example
 * ```ts
 * import { configureStore } from '@reduxjs/toolkit'
 * import { createApi, fetchBaseQuery } from '@reduxjs/toolkit/query'
 * import { createTidemark } from 'tidemark'
 * import { tidemarkRTKQuery } from 'tidemark/rtk-query'
 *
 * const baseUrl = 'https://api.example.com'
 * const tidemark = createTidemark({ origins: [baseUrl] })
 * const tide = tidemarkRTKQuery(tidemark)
 * const api = createApi({
 *   baseQuery: tide.baseQuery((fetchFn) => fetchBaseQuery({ baseUrl, fetchFn })),
 *   endpoints: (build) => ({ photo: build.query<unknown, string>({ query: (id) => `/photos/${id}` }) }),
 * })
 * const store = configureStore({
 *   reducer: { api: tide.reducer(api.reducer) },
 *   middleware: (own) => own().concat(api.middleware),
 * })
 * Object.keys(store.getState()) //=> ['api']
 * tidemark.close()
 * ```
 */
export function tidemarkRTKQuery(
  tidemark: Client,
  { reducerPath = 'api' }: TidemarkRTKQueryOptions = {},
): TidemarkRTKQuery {
  const tagged = createTaggedData(tidemark)
  const newest = createNewestData(tagged, keysMax)
  /** The answers of each run of an endpoint, which may read page after page. */
  const readBy = new WeakMap<AbortSignal, AnswerVersions>()
  const answersRead = new WeakMap<object, AnswerVersions>()

  return {
    baseQuery: <Q extends AnyBaseQuery>(make: (fetchFn: Client['fetch']) => Q) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- It takes and gives what the own one does.
      ((...call: Call) => callNoted(make, call)) as unknown as Q,
    reducer: <R extends (state: never, action: never) => unknown>(own: R) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The same.
      const reduceOwn = own as unknown as (state: unknown, action: unknown) => unknown
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The same.
      return ((state: unknown, action: unknown) => reduce(reduceOwn, state, action)) as unknown as R
    },
  }

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
    if (!isShown(api)) newest.forget(key) // K4
    const known = newest.of(key)
    if (result.error !== undefined) {
      if (!isUnavailable || known === undefined) return result
      return { data: known.data, meta: { ...result.meta, ...noteRead(api, known.answers, true) } } // K1
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

  function reduce(own: (state: unknown, action: unknown) => unknown, state: unknown, action: unknown): unknown {
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
    if (told?.isPage === true) return { ...is, tidemark: [...known, ...answers] } // K5
    if (was?.data === undefined || !tagged.isOlder(answers, known)) return { ...is, tidemark: answers } // K3
    return { ...is, data: was.data, tidemark: known } // K2
  }

  /** Reads the versions of an entry, which may have been persisted: what cannot be read is unknown (I4, I14). */
  function answersIn(carried: unknown): AnswerVersions {
    if (!Array.isArray(carried)) return []
    const known = answersRead.get(carried)
    if (known !== undefined) return known
    let answers: AnswerVersions = []
    try {
      answers = carried.map((versions) => parseCarried(partsOf(tidemark), versions))
    } catch (error) {
      if (!isTidemarkError(error, 'protocol')) throw error
    }
    answersRead.set(carried, answers)
    return answers
  }
}

/** What a base query is called with. */
type Call = [args: unknown, api: BaseQueryCall, extraOptions: unknown]

interface BaseQueryCall {
  readonly signal: AbortSignal
  readonly endpoint: string
  readonly type: 'query' | 'mutation'
  readonly queryCacheKey?: string | undefined
  readonly getState: () => unknown
}

interface Answered {
  readonly data?: unknown
  readonly error?: unknown
  readonly meta?: object | undefined
}

/** What is looked at of an entry of the API. */
interface Entry {
  readonly data?: unknown
  readonly tidemark?: unknown
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

function entriesOf(state: unknown): Readonly<Record<string, Entry | undefined>> | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The state of an API slice has them.
  return memberOf(state, 'queries') as Readonly<Record<string, Entry | undefined>> | undefined
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
