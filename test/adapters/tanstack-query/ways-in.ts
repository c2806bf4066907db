// Every way by which a value comes into a query, as a table: `ways-in.test.ts` sends a value of each
// standing through each of them. A query shows a value when a way begins.

import {
  dehydrate,
  experimental_streamedQuery as streamedQuery,
  hydrate,
  InfiniteQueryObserver,
  MutationObserver,
  notifyManager,
  QueryClient,
  QueryObserver,
} from '@tanstack/query-core'
import type { DehydratedState, QueryKey, QueryObserverOptions } from '@tanstack/query-core'
import { broadcastQueries, persistQueries, setVersionedQueryData, tidemarkQueryConfig } from 'tidemark/tanstack-query'
import type { Scripted } from '../../client/scripted-server.ts'
import type { Version } from '../../../src/index.ts'
import type { QueryScene } from './query-scene.ts'

/** The query that shows a value. */
export const key: QueryKey = ['photo', 1]
const hash = '["photo",1]'
const path = '/photos/1'

/** A value on its way. */
export interface Arriving {
  readonly data: unknown
  readonly version: Version
  /** The same as an answer of the server. */
  readonly answer: Scripted
  /** What the server answers besides. */
  readonly held: Scripted
}

/** A place in which values of a query are painted. */
export interface Stage extends QueryScene {
  /** Paints what a further observer of the query shows from now on. One paints from the beginning. */
  readonly show: (options?: Partial<QueryObserverOptions>) => QueryObserver
  /** Removes the query, and all that observe it: the page has been left. */
  readonly leave: () => void
  /** Notes a value as painted. */
  readonly paint: (data: unknown) => void
}

/** Brings a value, and returns once it has come or was turned away. */
export type WayIn = (stage: Stage, arriving: Arriving) => Promise<unknown>

/** Ways by which an answer comes: the wrapped fetch has judged it already. */
export const answered: Readonly<Record<string, WayIn>> = {
  refetch: (stage, { answer }) => {
    stage.answer(answer)
    return stage.show().refetch()
  },
  invalidateQueries: (stage, { answer }) => {
    stage.answer(answer)
    return stage.client.invalidateQueries({ queryKey: key })
  },
  async fetchQuery(stage, { answer }) {
    stage.answer(answer)
    stage.paint(await stage.client.fetchQuery({ queryKey: key, queryFn: stage.read(path) }))
  },
  prefetchQuery(stage, { answer }) {
    stage.answer(answer)
    return stage.client.prefetchQuery({ queryKey: key, queryFn: stage.read(path) })
  },
  async ensureQueryData(stage, { answer }) {
    stage.answer(answer)
    const options = { queryKey: key, queryFn: stage.read(path), revalidateIfStale: true }
    stage.paint(await stage.client.ensureQueryData(options))
  },
  async suspense(stage, { answer }) {
    stage.answer(answer)
    const observer = stage.show()
    const options = stage.client.defaultQueryOptions({ queryKey: key, queryFn: stage.read(path), suspense: true })
    stage.paint((await observer.fetchOptimistic(options)).data)
  },
  async select(stage, { answer }) {
    stage.answer(answer)
    // What is selected is a new object each time, of which nothing is known.
    const observer = stage.show({ select: (data: unknown) => ({ ...(data as object) }) })
    await observer.refetch()
  },
  async 'a page of an infinite query'(stage, { answer, held }) {
    const observer = new InfiniteQueryObserver(stage.client, {
      queryKey: ['photos'],
      queryFn: stage.read(path),
      initialPageParam: 1,
      getNextPageParam: () => undefined,
      staleTime: Infinity,
    })
    observer.subscribe(notifyManager.batchCalls(() => stage.paint(observer.getCurrentResult().data?.pages[0])))
    stage.answer(held)
    await observer.refetch({ cancelRefetch: false })
    stage.answer(answer)
    await observer.refetch()
  },
}

/** The same, where a query holds nothing that an answer could be compared with: the floors alone keep these. */
export const floored: Readonly<Record<string, WayIn>> = {
  async 'ensureQueryData of a query that was removed'(stage, { answer }) {
    stage.answer(answer)
    stage.leave()
    stage.paint(await stage.client.ensureQueryData({ queryKey: key, queryFn: stage.read(path) }))
  },
  async 'a chunk of a stream'(stage, { answer, held }) {
    const streamFn = async function* (context: { signal: AbortSignal }): AsyncGenerator {
      yield await stage.read(path)(context)
    }
    const observer = new QueryObserver<unknown[]>(stage.client, {
      queryKey: ['stream'],
      queryFn: streamedQuery({ streamFn, refetchMode: 'replace' }),
      staleTime: Infinity,
    })
    observer.subscribe(notifyManager.batchCalls(() => stage.paint(observer.getCurrentResult().data?.[0])))
    stage.answer(held)
    await observer.refetch({ cancelRefetch: false })
    stage.answer(answer)
    await observer.refetch()
  },
}

/** Ways by which a value comes that no answer has brought. */
export const elsewhere: Readonly<Record<string, WayIn>> = {
  async setVersionedQueryData({ client }, { data, version }) {
    setVersionedQueryData(client, key, data, { versions: [version] })
  },
  async 'setQueryData of what another query holds'(stage, arriving) {
    stage.client.setQueryData(key, seed(stage, arriving))
  },
  async 'query.setState'(stage, arriving) {
    stage.client.getQueryCache().find({ queryKey: key })?.setState({ data: seed(stage, arriving) })
  },
  async initialData(stage, arriving) {
    const initialData = seed(stage, arriving)
    stage.answer(arriving.held)
    stage.leave()
    stage.show({ initialData })
  },
  async 'hydrate, by a clock that is ahead'({ client }, arriving) {
    hydrate(client, dehydrated(arriving))
  },
  async 'hydrate of a promise'(stage, arriving) {
    const { queries, mutations } = dehydrated(arriving)
    const [query] = queries
    if (query === undefined) throw new Error('Nothing was dehydrated.')
    const { data, ...state } = query.state
    const promise = stage.clock.sleep(5).then(() => data)
    const pending = { ...query, state: { ...state, data: undefined, status: 'pending', dataUpdatedAt: 0 } as const, promise }
    // A promise is awaited by a query that has no data, and the value comes while it is under way.
    stage.leave()
    hydrate(stage.client, { mutations, queries: [pending] })
    stage.answer(arriving.held)
    stage.show()
  },
  async 'rollback to a snapshot'(stage, arriving) {
    const previous = seed(stage, arriving)
    const mutation = new MutationObserver(stage.client, {
      mutationFn: () => Promise.reject(new Error('The write failed.')),
      onMutate: () => ({ previous }),
      onError: (_error, _variables, context) => void stage.client.setQueryData(key, context?.previous),
    })
    await mutation.mutate().catch(() => undefined)
  },
  async broadcastQueries(stage, arriving) {
    let receive = (_message: unknown): void => undefined
    const stop = broadcastQueries(stage.client, {
      channel: (_name, onMessage) => {
        receive = onMessage
        return { send: () => undefined, close: () => undefined }
      },
    })
    const { data, version } = arriving
    receive({ tidemark: 1, queryHash: hash, updatedAt: Date.now() + 5000, data, low: [version], high: [version] })
    stop()
  },
  async persistQueries(stage, arriving) {
    const other = new QueryClient(tidemarkQueryConfig(stage.tidemark))
    const stops = [persistQueries(other)]
    setVersionedQueryData(other, key, arriving.data, { versions: [arriving.version] })
    stops.push(persistQueries(stage.client))
    stage.answer(arriving.held)
    stage.leave()
    stage.show()
    await stage.clock.sleep(500)
    for (const stop of stops) stop()
    other.clear()
  },
}

/** Returns the value as another query may hold it: with a version for the query on the stage. */
export function seed({ client }: Stage, { data, version }: Arriving): unknown {
  return client.getDefaultOptions().hydrate?.deserializeData?.(enveloped(data, version))
}

/** Data as a server sends it, with its version for the query on the stage. */
function enveloped(data: unknown, version: Version): unknown {
  return { tidemark: 1, data, tags: [[hash, [version], [version]]] }
}

/** What a server dehydrates. */
function dehydrated({ data, version }: Arriving): DehydratedState {
  const ahead = new QueryClient()
  ahead.setQueryData(key, enveloped(data, version), { updatedAt: Date.now() + 5000 })
  const state = dehydrate(ahead)
  ahead.clear()
  return state
}
