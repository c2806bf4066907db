// Infinite queries: a version for each page, one floor for the listing.

import { InfiniteQueryObserver } from '@tanstack/query-core'
import type { InfiniteData } from '@tanstack/query-core'
import { expect, test } from 'vitest'
import { infiniteQueryOptions, setVersionedQueryData } from 'tidemark/tanstack-query'
import { withQueries } from './query-scene.ts'
import type { QueryScene } from './query-scene.ts'

const key = ['photos']
const at = (position: string) => ({
  versions: [{ scope: 'main@https://api.test', epoch: 'a', position }],
})

type Listing = InfiniteData<unknown, number>

const optionsOf = ({ read }: QueryScene) => ({
  queryKey: key,
  queryFn: ({ signal, pageParam }: { signal: AbortSignal; pageParam: number }) => read(`/photos?page=${pageParam}`)({ signal }),
  initialPageParam: 1,
  getNextPageParam: (_last: unknown, pages: unknown[]) => pages.length + 1,
})

const pagesOf = (scene: QueryScene): unknown => (scene.data(key) as Listing | undefined)?.pages

test('Q15: the old failure: a page that was pushed while the next was fetched is lost', withQueries({ isGoverned: false }, async (scene) => {
  scene.answer({ v: 5 })
  const observer = new InfiniteQueryObserver(scene.client, optionsOf(scene))
  observer.subscribe(() => undefined)
  await observer.refetch({ cancelRefetch: false })
  const fetching = observer.fetchNextPage()
  scene.client.setQueryData(key, (data: Listing | undefined) => ({ pages: ['pushed'], pageParams: data?.pageParams ?? [] }))
  await fetching
  expect(pagesOf(scene)).toEqual([{ v: 5 }, { v: 5 }])
}))

test('Q15: what was changed while the next page was fetched stays changed', withQueries({}, async (scene) => {
  scene.answer({ v: 5, e: 'a' })
  const observer = new InfiniteQueryObserver(scene.client, optionsOf(scene))
  observer.subscribe(() => undefined)
  await observer.refetch({ cancelRefetch: false })
  const fetching = observer.fetchNextPage()
  scene.client.setQueryData(key, (data: Listing | undefined) => ({ pages: ['pushed'], pageParams: data?.pageParams ?? [] }))
  await fetching
  expect(pagesOf(scene)).toEqual(['pushed', { v: 5 }])
}))

test('Q15: a page that is newer than the one that a refetch has brought stays', withQueries({ tidemark: { consistency: 'eventual' } }, async (scene) => {
  scene.answer({ v: 5, e: 'a' }, { v: 8, e: 'a' }, { v: 6, e: 'a' }, { v: 7, e: 'a' })
  const observer = new InfiniteQueryObserver(scene.client, optionsOf(scene))
  observer.subscribe(() => undefined)
  await observer.refetch({ cancelRefetch: false })
  await observer.fetchNextPage()
  expect(pagesOf(scene)).toEqual([{ v: 5 }, { v: 8 }])
  await observer.refetch()
  expect(pagesOf(scene)).toEqual([{ v: 6 }, { v: 8 }])
}))

test('R13: pages of one listing have one floor: the next is not before the one that led to it', withQueries({}, async (scene) => {
  scene.answer({ v: 8, e: 'a' }, { v: 5, e: 'a' }, { v: 8, e: 'a' })
  const observer = new InfiniteQueryObserver(scene.client, optionsOf(scene))
  observer.subscribe(() => undefined)
  await observer.refetch({ cancelRefetch: false })
  await observer.fetchNextPage()
  expect(pagesOf(scene)).toEqual([{ v: 8 }, { v: 8 }])
  expect(scene.requests.at(1)?.headers.get('min-version')).toBe('main;e="a";v="8"')
}))

test('Q15: pages that are dropped take their versions along', withQueries({}, async (scene) => {
  scene.answer({ v: 5, e: 'a' }, { v: 6, e: 'a' }, { v: 7, e: 'a' })
  const options = { ...optionsOf(scene), maxPages: 2, getNextPageParam: (_: unknown, __: unknown, last: number) => last + 1, getPreviousPageParam: () => undefined }
  const observer = new InfiniteQueryObserver(scene.client, options)
  observer.subscribe(() => undefined)
  await observer.refetch({ cancelRefetch: false })
  await observer.fetchNextPage()
  await observer.fetchNextPage()
  expect(scene.data(key)).toEqual({ pages: [{ v: 6 }, { v: 7 }], pageParams: [2, 3] })
}))

test('Q15: typed: a function that waits before it reads still has a version for each page', withQueries({}, async (scene) => {
  scene.answer({ v: 5, e: 'a' }, { v: 6, e: 'a' })
  const options = infiniteQueryOptions({
    queryKey: key,
    async queryFn({ fetch, pageParam }) {
      await scene.clock.sleep(1)
      const body: unknown = await (await fetch(`https://api.test/photos?page=${pageParam}`)).json()
      return body
    },
    initialPageParam: 1,
    getNextPageParam: (_last, pages) => pages.length + 1,
  })
  const observer = new InfiniteQueryObserver(scene.client, options)
  observer.subscribe(() => undefined)
  await observer.refetch({ cancelRefetch: false })
  await observer.fetchNextPage()
  const older: Listing = { pages: ['older', { v: 6 }], pageParams: [1, 2] }
  setVersionedQueryData(scene.client, key, older, at('4'))
  expect(pagesOf(scene)).toEqual([{ v: 5 }, { v: 6 }])
}))

test('S3: whoever asks for one more page is told when there is none to be had', withQueries({}, async (scene) => {
  scene.answer({ v: 5, e: 'a' })
  const observer = new InfiniteQueryObserver(scene.client, { ...optionsOf(scene), retry: false })
  observer.subscribe(() => undefined)
  await observer.refetch({ cancelRefetch: false })
  await scene.write(9)
  scene.answer({ v: 5, e: 'a' })
  const { isFetchNextPageError } = await observer.fetchNextPage()
  expect(isFetchNextPageError).toBe(true)
  expect(pagesOf(scene)).toEqual([{ v: 5 }])
}))
