// What TanStack Query persists by, both ways, on idb-keyval: one record for the whole client, and one for each query.

import { hashKey, QueryClient } from '@tanstack/query-core'
import { experimental_createQueryPersister, persistQueryClientRestore, persistQueryClientSave } from '@tanstack/query-persist-client-core'
import type { PersistedClient, PersistedQuery } from '@tanstack/query-persist-client-core'
import { clear, createStore, del, entries, get, set, setMany } from 'idb-keyval'
import { entityAt } from './entities.ts'
import type { Entity } from './entities.ts'

/** A client whose queries are stored. */
export interface PersistedQueries {
  readonly queryClient: QueryClient
  /** Fills an empty client, and its storage, with so many queries. */
  readonly fill: (count: number) => Promise<void>
  /** Changes one query, and stores what has to be. */
  readonly change: (entity: Entity) => Promise<void>
  /** Restores all into a new client, and returns how many there are. */
  readonly restore: () => Promise<number>
}

/** Returns the key of an entity's query. */
export function queryKeyOf(id: number): readonly [string, number] {
  return ['photos', id]
}

/** The whole client is one record, as the persister of TanStack's documentation for IndexedDB has it. */
export function wholeClient(): PersistedQueries {
  const queryClient = newQueryClient()
  const store = createStore('whole-client', 'rows')
  const persister = {
    persistClient: (client: PersistedClient) => set('client', client, store),
    restoreClient: () => get<PersistedClient>('client', store),
    removeClient: () => del('client', store),
  }
  // The persisters have a query-core of their own, whose classes are others to the type checker.
  const save = (): Promise<void> => persistQueryClientSave({ queryClient: queryClient as never, persister })
  return {
    queryClient,
    async fill(count) {
      fillAll(queryClient, count)
      await save()
    },
    async change(entity) {
      queryClient.setQueryData(queryKeyOf(entity.id), entity)
      await save()
    },
    async restore() {
      const restored = newQueryClient()
      await persistQueryClientRestore({ queryClient: restored as never, persister })
      return countAndForget(restored)
    },
  }
}

/** Each query is a record of its own. */
export function eachQuery(): PersistedQueries {
  const queryClient = newQueryClient()
  const store = createStore('each-query', 'rows')
  const persister = experimental_createQueryPersister<PersistedQuery>({
    storage: {
      getItem: (key) => get(key, store),
      setItem: (key, value) => set(key, value, store),
      removeItem: (key) => del(key, store),
      entries: () => entries(store),
    },
    serialize: (query) => query,
    deserialize: (query) => query,
  })
  return {
    queryClient,
    async fill(count) {
      fillAll(queryClient, count)
      await clear(store)
      const queries = queryClient.getQueryCache().getAll()
      await setMany(
        queries.map(({ queryKey, queryHash, state }) => [`tanstack-query-${queryHash}`, { buster: '', queryKey, queryHash, state }]),
        store,
      )
    },
    async change(entity) {
      const queryKey = queryKeyOf(entity.id)
      queryClient.setQueryData(queryKey, entity)
      // As the persister does once it has fetched. By key it looks at all queries first.
      const query = queryClient.getQueryCache().get(hashKey(queryKey))
      await persister.persistQuery(query as never)
    },
    async restore() {
      const restored = newQueryClient()
      await persister.restoreQueries(restored as never)
      return countAndForget(restored)
    },
  }
}

function newQueryClient(): QueryClient {
  // Nothing goes while it is measured: each query would have a timer otherwise.
  return new QueryClient({ defaultOptions: { queries: { gcTime: Infinity } } })
}

function fillAll(queryClient: QueryClient, count: number): void {
  for (let id = 0; id < count; id += 1) queryClient.setQueryData(queryKeyOf(id), entityAt(id, 1))
}

function countAndForget(restored: QueryClient): number {
  const { length } = restored.getQueryCache().getAll()
  restored.clear()
  return length
}
