// RTK Query over a scripted server: what the store shows, alone and with the adapter.

import { configureStore } from '@reduxjs/toolkit'
import type { Action } from '@reduxjs/toolkit'
import { createApi, fetchBaseQuery, retry } from '@reduxjs/toolkit/query'
import { describe, expect, test } from 'vitest'
import { tidemarkRTKQuery } from 'tidemark/rtk-query'
import { createVirtualClock } from '../../../src/testing/determinism/virtual-clock.ts'
import type { TidemarkOptions } from '../../../src/index.ts'
import { createScene, origin } from '../../client/scripted-server.ts'
import type { Scene } from '../../client/scripted-server.ts'

interface Options {
  readonly isGoverned?: boolean
  readonly tidemark?: TidemarkOptions
  readonly isRetried?: boolean
}

// `eventual`, so that what is refused is refused by the adapter and not by the wrapped fetch.
const eventual = { consistency: 'eventual' } as const
const rehydrate = 'persist/REHYDRATE'

// oxlint-disable-next-line typescript/explicit-function-return-type -- The types of an API are inferred.
function createPage(scene: Scene, { isGoverned = true, isRetried = false }: Options) {
  const own = (fetchFn: Scene['network']) => fetchBaseQuery({ baseUrl: origin, fetchFn })
  const tide = tidemarkRTKQuery(scene.tidemark)
  const governed = tide.baseQuery((fetchFn) => own(fetchFn))
  const retried = retry(governed, {
    retryCondition: (error, _args, { attempt }) => attempt <= 3 && !JSON.stringify(error).includes('VersionUnavailableError'),
  })
  const api = createApi({
    baseQuery: isGoverned ? (isRetried ? retried : governed) : own(scene.network),
    extractRehydrationInfo: (action: Action & { payload?: never }) =>
      action.type === rehydrate ? action.payload : undefined,
    endpoints: (build) => ({
      photo: build.query<unknown, string>({ query: (id) => `/photos/${id}` }),
      // With data made of the answer, as most apps have it.
      likes: build.query<{ likes: number }, string>({
        query: (id) => `/photos/${id}`,
        transformResponse: (photo: { v: number }) => ({ likes: photo.v }),
      }),
      photos: build.infiniteQuery<unknown, string, number>({
        infiniteQueryOptions: { initialPageParam: 1, getNextPageParam: (_page, pages) => pages.length + 1 },
        query: ({ pageParam }) => `/photos?page=${pageParam}`,
      }),
      like: build.mutation<unknown, string>({ query: (id) => ({ url: `/photos/${id}/likes`, method: 'POST' }) }),
    }),
  })
  const store = configureStore({
    reducer: { api: isGoverned ? tide.reducer(api.reducer) : api.reducer },
    middleware: (standard) => standard().concat(api.middleware),
    enhancers: (standard) => standard({ autoBatch: false }),
  })
  const frames: unknown[] = []
  /** Writes down what an entry shows, without repetitions. */
  const watch = (shown: () => unknown): void =>
    void store.subscribe(() => {
      const data = shown()
      if (JSON.stringify(data) !== JSON.stringify(frames.at(-1))) frames.push(data)
    })
  return { ...scene, api, store, frames, watch }
}

type Page = ReturnType<typeof createPage>

function onPage(options: Options, play: (page: Page) => Promise<void>): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    await clock.run(async () => {
      const scene = createScene(clock, options.tidemark ?? eventual)
      scene.answer({ v: 8, e: 'a' })
      await play(createPage(scene, options))
    })
  }
}

const v = (version: number): unknown => ({ v: version })
const again = { forceRefetch: true } as const

describe('a refetch that meets a lagging replica', () => {
  const refetch = async ({ answer, api, store, watch }: Page): Promise<unknown> => {
    watch(() => api.endpoints.photo.select('7')(store.getState()).data)
    await store.dispatch(api.endpoints.photo.initiate('7'))
    answer({ v: 2, e: 'a' })
    return store.dispatch(api.endpoints.photo.initiate('7', again)).unwrap()
  }

  test('C2: the old failure: alone, the past is shown', onPage({ isGoverned: false }, async (page) => {
    expect(await refetch(page)).toEqual(v(2))
    expect(page.frames).toEqual([v(8), v(2)])
  }))

  test('C2: with the adapter, the held value stays, for whoever awaits it too', onPage({}, async (page) => {
    expect(await refetch(page)).toEqual(v(8))
    expect(page.requests).toHaveLength(2)
    expect(page.frames).toEqual([v(8)])
  }))

  test('C2: so does what was made of it', onPage({}, async ({ answer, api, store }) => {
    await store.dispatch(api.endpoints.likes.initiate('7'))
    answer({ v: 2, e: 'a' })
    const { data } = await store.dispatch(api.endpoints.likes.initiate('7', again))
    expect(data).toEqual({ likes: 8 })
  }))

  test('C2: newer values are shown, and a new epoch', onPage({}, async ({ answer, api, store }) => {
    for (const newer of [{ v: 9, e: 'a' }, { v: 1, e: 'b' }]) {
      await store.dispatch(api.endpoints.photo.initiate('7', again))
      answer(newer)
      const { data } = await store.dispatch(api.endpoints.photo.initiate('7', again))
      expect(data).toEqual(v(newer.v))
    }
  }))

  test('Q7: lag is no error of a query that shows something', onPage({ tidemark: {} }, async ({ answer, api, store, post }) => {
    await store.dispatch(api.endpoints.photo.initiate('7'))
    answer({ status: 201, v: 9, e: 'a' }, { v: 8, e: 'a' })
    await post('/photos')
    const { data, isError } = await store.dispatch(api.endpoints.photo.initiate('7', again))
    expect([data, isError]).toEqual([v(8), false])
  }))

  test('W19: where nothing is to be shown it is one, and `retry` can be told to leave it', onPage({ tidemark: {}, isRetried: true }, async (page) => {
    page.answer({ status: 201, v: 9, e: 'a' }, { v: 8, e: 'a' })
    await page.post('/photos')
    const { error } = await page.store.dispatch(page.api.endpoints.photo.initiate('7'))
    expect(JSON.stringify(error)).toContain('VersionUnavailableError')
    const asked = page.requests.length - 1
    await expect(page.get('/other')).rejects.toThrow('No source of')
    expect(page.requests.length - 1 - asked).toBe(asked)
  }))

  test('I11: a store that was reset shows nothing of before', onPage({}, async ({ answer, api, store }) => {
    await store.dispatch(api.endpoints.photo.initiate('7'))
    store.dispatch(api.util.resetApiState())
    answer({ v: 2, e: 'a' })
    const { data } = await store.dispatch(api.endpoints.photo.initiate('7', again))
    expect(data).toEqual(v(2))
  }))
})

describe('what comes by other ways', () => {
  const shown = ({ api, store }: Page): unknown => api.endpoints.photo.select('7')(store.getState()).data

  /** Sets the reply of a write, at version 9, while an answer at version 8 is on its way. */
  const overtake = async (page: Page, upsert: (reply: unknown) => Promise<unknown>): Promise<void> => {
    const { answer, api, store } = page
    await store.dispatch(api.endpoints.photo.initiate('7'))
    const stale = store.dispatch(api.endpoints.photo.initiate('7', again))
    answer({ v: 8, e: 'a' }, { v: 9, e: 'a' })
    const { data } = await store.dispatch(api.endpoints.like.initiate('7'))
    await stale
    await upsert(data)
    expect(shown(page)).toEqual(v(9))
    answer({ v: 8, e: 'a' })
    await store.dispatch(api.endpoints.photo.initiate('7', again))
  }

  test('C2: the old failure: alone, a reply that was set is overwritten by the past', onPage({ isGoverned: false }, async (page) => {
    await overtake(page, async (reply) => page.store.dispatch(page.api.util.upsertQueryData('photo', '7', reply)))
    expect(shown(page)).toEqual(v(8))
  }))

  test('C2: with the adapter, it stays: by upsertQueryData', onPage({}, async (page) => {
    await overtake(page, async (reply) => page.store.dispatch(page.api.util.upsertQueryData('photo', '7', reply)))
    expect(shown(page)).toEqual(v(9))
  }))

  test('C2: and by upsertQueryEntries', onPage({}, async (page) => {
    await overtake(page, async (value) =>
      page.store.dispatch(page.api.util.upsertQueryEntries([{ endpointName: 'photo', arg: '7', value }])))
    expect(shown(page)).toEqual(v(9))
  }))

  test('C2: an older reply is not set over a newer answer', onPage({}, async (page) => {
    const { answer, api, store } = page
    const { data: reply } = await store.dispatch(api.endpoints.like.initiate('7'))
    answer({ v: 9, e: 'a' })
    await store.dispatch(api.endpoints.photo.initiate('7'))
    await store.dispatch(api.util.upsertQueryData('photo', '7', reply))
    expect(shown(page)).toEqual(v(9))
    store.dispatch(api.util.upsertQueryEntries([{ endpointName: 'photo', arg: '7', value: reply }]))
    expect(shown(page)).toEqual(v(9))
  }))

  test('I4: what the app sets itself is shown, until the next answer', onPage({}, async (page) => {
    const { api, store } = page
    await store.dispatch(api.endpoints.photo.initiate('7'))
    store.dispatch(api.util.updateQueryData('photo', '7', () => ({ own: true })))
    expect(shown(page)).toEqual({ own: true })
    await store.dispatch(api.endpoints.photo.initiate('7', again))
    expect(shown(page)).toEqual(v(8))
  }))

  /** Persists the store at version 8, and rehydrates it after version 9 was shown. */
  const rehydrateLater = async (page: Page): Promise<void> => {
    const { answer, api, store } = page
    await store.dispatch(api.endpoints.photo.initiate('7'))
    const persisted: unknown = JSON.parse(JSON.stringify(store.getState().api))
    answer({ v: 9, e: 'a' })
    await store.dispatch(api.endpoints.photo.initiate('7', again))
    store.dispatch({ type: rehydrate, payload: persisted })
  }

  test('C2: the old failure: alone, a rehydrated store replaces what is newer', onPage({ isGoverned: false }, async (page) => {
    await rehydrateLater(page)
    expect(shown(page)).toEqual(v(8))
  }))

  test('C2: with the adapter, it does not', onPage({}, async (page) => {
    await rehydrateLater(page)
    expect(shown(page)).toEqual(v(9))
  }))

  test('R2: versions are rehydrated with their data', onPage({}, async (page) => {
    const { answer, api, store } = page
    await store.dispatch(api.endpoints.photo.initiate('7'))
    const persisted: unknown = JSON.parse(JSON.stringify(store.getState().api))
    store.dispatch(api.util.resetApiState())
    store.dispatch({ type: rehydrate, payload: persisted })
    answer({ v: 2, e: 'a' })
    await store.dispatch(api.endpoints.photo.initiate('7', again))
    expect(shown(page)).toEqual(v(8))
  }))

  test('I14: versions that cannot be read are no versions', onPage({}, async (page) => {
    const { answer, api, store } = page
    await store.dispatch(api.endpoints.photo.initiate('7'))
    const text = JSON.stringify(store.getState().api).replaceAll('"position":"8"', '"position":"eight"')
    store.dispatch(api.util.resetApiState())
    store.dispatch({ type: rehydrate, payload: JSON.parse(text) })
    expect(shown(page)).toEqual(v(8))
    answer({ v: 9, e: 'a' })
    await store.dispatch(api.endpoints.photo.initiate('7', again))
    expect(shown(page)).toEqual(v(9))
  }))
})

describe('pages', () => {
  const readPages = async ({ answer, api, store }: Page): Promise<unknown> => {
    const pages = api.endpoints.photos
    await store.dispatch(pages.initiate('all'))
    await store.dispatch(pages.initiate('all', { direction: 'forward' }))
    answer({ v: 2, e: 'a' })
    const { data } = await store.dispatch(pages.initiate('all', again))
    return data?.pages
  }

  test('Q15: the old failure: alone, pages go back', onPage({ isGoverned: false }, async (page) => {
    expect(await readPages(page)).toEqual([v(2), v(2)])
  }))

  test('Q15: with the adapter, none does', onPage({}, async (page) => {
    expect(await readPages(page)).toEqual([v(8), v(8)])
    expect(page.requests).toHaveLength(4)
  }))

  test('R3: one more page is shown, though it is older', onPage({}, async ({ answer, api, store }) => {
    const pages = api.endpoints.photos
    await store.dispatch(pages.initiate('all'))
    answer({ v: 2, e: 'a' })
    const { data } = await store.dispatch(pages.initiate('all', { direction: 'forward' }))
    expect(data?.pages).toEqual([v(8), v(2)])
  }))
})
