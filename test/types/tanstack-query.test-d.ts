// What TanStack Query's own helpers infer is what ours infer: each claim is made of both.

import { QueryClient, skipToken } from '@tanstack/query-core'
import type { DataTag, InfiniteData } from '@tanstack/query-core'
import {
  infiniteQueryOptions as theirInfinite,
  queryOptions as theirs,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useSuspenseInfiniteQuery,
  useSuspenseQuery,
} from '@tanstack/react-query'
import type { mutationOptions as TheirMutation, UseMutationResult } from '@tanstack/react-query'
import { describe, expectTypeOf, test } from 'vitest'
import type { Tidemark } from 'tidemark'
import {
  infiniteQueryOptions,
  mutationOptions,
  queryOptions,
  setVersionedQueryData,
  tidemarkQueryConfig,
} from 'tidemark/tanstack-query'

interface Photo {
  readonly id: string
  readonly likes: number
}

declare const client: QueryClient
declare const tidemark: Tidemark
declare const photo: Photo
declare const read: () => Promise<Photo>
declare const readPage: (page: number) => Promise<Photo[]>
declare const write: (title: string) => Promise<Photo>

const queryKey = ['photo', 7]

describe('queryOptions', () => {
  const ours = queryOptions({ queryKey, queryFn: read })
  const their = theirs({ queryKey, queryFn: read })

  test('a key is tagged with the data of its query', () => {
    expectTypeOf(ours.queryKey).toEqualTypeOf(their.queryKey)
    expectTypeOf(client.getQueryData(ours.queryKey)).toEqualTypeOf<Photo | undefined>()
    client.setQueryData(ours.queryKey, (held) => {
      expectTypeOf(held).toEqualTypeOf<Photo | undefined>()
      return held
    })
    // @ts-expect-error a photo is no number.
    client.setQueryData(ours.queryKey, 7)
  })

  test('hooks know the data, with and without suspense, as do loaders', () => {
    expectTypeOf(useQuery(ours).data).toEqualTypeOf<Photo | undefined>()
    expectTypeOf(useQuery(ours)).toEqualTypeOf(useQuery(their))
    expectTypeOf(useSuspenseQuery(ours).data).toEqualTypeOf<Photo>()
    expectTypeOf(useSuspenseQuery(ours)).toEqualTypeOf(useSuspenseQuery(their))
    expectTypeOf(client.fetchQuery(ours)).toEqualTypeOf<Promise<Photo>>()
    expectTypeOf(client.ensureQueryData(ours)).toEqualTypeOf<Promise<Photo>>()
    // @ts-expect-error without suspense there may be no data yet.
    void useQuery(ours).data.likes
  })

  test('what is selected is what hooks give, and the key keeps what is stored', () => {
    const selected = queryOptions({ queryKey, queryFn: read, select: ({ likes }) => likes })
    expectTypeOf(useQuery(selected).data).toEqualTypeOf<number | undefined>()
    expectTypeOf(useSuspenseQuery(selected).data).toEqualTypeOf<number>()
    expectTypeOf(client.getQueryData(selected.queryKey)).toEqualTypeOf<Photo | undefined>()
    // @ts-expect-error `select` is given a photo, which has no title.
    queryOptions({ queryKey, queryFn: read, select: ({ title }) => title })
  })

  test('what begins with data is never without', () => {
    const value = queryOptions({ queryKey, queryFn: read, initialData: photo })
    const made = queryOptions({ queryKey, queryFn: read, initialData: () => photo })
    const perhaps = queryOptions({ queryKey, queryFn: read, initialData: (): Photo | undefined => photo })
    expectTypeOf(useQuery(value).data).toEqualTypeOf<Photo>()
    expectTypeOf(useQuery(made).data).toEqualTypeOf<Photo>()
    expectTypeOf(useQuery(perhaps).data).toEqualTypeOf<Photo | undefined>()
    expectTypeOf(useQuery(value)).toEqualTypeOf(useQuery(theirs({ queryKey, queryFn: read, initialData: photo })))
    // @ts-expect-error a photo is no number.
    queryOptions({ queryKey, queryFn: read, initialData: 7 })
  })

  test('a query may be skipped', () => {
    const skipped = queryOptions({ queryKey, queryFn: photo.likes > 0 ? read : skipToken })
    expectTypeOf(useQuery(skipped).data).toEqualTypeOf<Photo | undefined>()
    expectTypeOf(client.getQueryData(skipped.queryKey)).toEqualTypeOf<Photo | undefined>()
    // @ts-expect-error what may be skipped cannot suspend.
    useSuspenseQuery(skipped)
  })

  test('the function is given its key, its signal, and a fetch', () => {
    queryOptions({
      queryKey: ['photo', 7] as const,
      queryFn: async (context) => {
        expectTypeOf(context.queryKey).toEqualTypeOf<readonly ['photo', 7]>()
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
        expectTypeOf(context.fetch).toEqualTypeOf<Tidemark['fetch']>()
        return photo
      },
    })
    // @ts-expect-error the context of a plain query has no fetch: theirs would not bring it.
    theirs({ queryKey, queryFn: async ({ fetch }) => fetch('/photos/7') })
  })

  test('what is misspelt, or missing, is refused', () => {
    // @ts-expect-error it is `staleTime`.
    queryOptions({ queryKey, queryFn: read, stallTime: 1000 })
    // @ts-expect-error a function is what these options are for.
    queryOptions({ queryKey })
    // @ts-expect-error a query has a key.
    queryOptions({ queryFn: read })
  })
})

describe('infiniteQueryOptions', () => {
  const paged = { queryKey: ['photos'], initialPageParam: 1, getNextPageParam: () => 2 }
  const ours = infiniteQueryOptions({ ...paged, queryFn: async ({ pageParam }) => readPage(pageParam) })
  const their = theirInfinite({ ...paged, queryFn: async ({ pageParam }) => readPage(pageParam) })

  test('the key is tagged with pages, which hooks give', () => {
    expectTypeOf(ours.queryKey).toEqualTypeOf<DataTag<string[], InfiniteData<Photo[]>, Error>>()
    expectTypeOf(ours.queryKey).toEqualTypeOf(their.queryKey)
    expectTypeOf(useInfiniteQuery(ours)).toEqualTypeOf(useInfiniteQuery(their))
    expectTypeOf(useSuspenseInfiniteQuery(ours).data).toEqualTypeOf<InfiniteData<Photo[]>>()
  })

  test('the function is given the parameter of its page, and a fetch', () => {
    infiniteQueryOptions({
      ...paged,
      async queryFn({ pageParam, fetch }) {
        expectTypeOf(pageParam).toEqualTypeOf<number>()
        expectTypeOf(fetch).toEqualTypeOf<Tidemark['fetch']>()
        return readPage(pageParam)
      },
    })
    // @ts-expect-error a page is asked for by what `getNextPageParam` returns.
    infiniteQueryOptions({ queryKey: ['photos'], queryFn: () => readPage(1), initialPageParam: 1 })
  })

  test('what begins with data is never without, and what is selected is given', () => {
    const queryFn = () => readPage(1)
    const initialData = { pages: [[photo]], pageParams: [1] }
    expectTypeOf(useInfiniteQuery(infiniteQueryOptions({ ...paged, queryFn, initialData })).data).toEqualTypeOf<
      InfiniteData<Photo[]>
    >()
    const select = ({ pages }: InfiniteData<Photo[]>) => pages.length
    expectTypeOf(useInfiniteQuery(infiniteQueryOptions({ ...paged, queryFn, select })).data).toEqualTypeOf<
      number | undefined
    >()
  })
})

describe('mutationOptions', () => {
  const ours = mutationOptions({ mutationFn: write, touches: (title) => [['photo', title.length]] })

  test('variables, reply and context are inferred', () => {
    expectTypeOf(useMutation(ours)).toEqualTypeOf<UseMutationResult<Photo, Error, string>>()
    expectTypeOf(ours).toExtend<ReturnType<typeof TheirMutation<Photo, Error, string>>>()
    mutationOptions({
      async mutationFn(title: string, { fetch }) {
        expectTypeOf(fetch).toEqualTypeOf<Tidemark['fetch']>()
        return write(title)
      },
      onMutate: (title) => ({ before: title.length }),
      onError(_error, title, result) {
        expectTypeOf(title).toEqualTypeOf<string>()
        expectTypeOf(result).toEqualTypeOf<{ before: number } | undefined>()
      },
      onSuccess: (reply) => expectTypeOf(reply).toEqualTypeOf<Photo>(),
    })
  })

  test('what it touches is a list of keys', () => {
    // @ts-expect-error `photos` is no key: it is `[['photos']]`.
    mutationOptions({ mutationFn: write, touches: ['photos'] })
    // @ts-expect-error the variables are a title, which has no id.
    mutationOptions({ mutationFn: write, touches: ({ id }) => [['photo', id]] })
  })
})

describe('the configuration', () => {
  test('it is one of a QueryClient, around one', () => {
    expectTypeOf(new QueryClient(tidemarkQueryConfig(tidemark))).toEqualTypeOf<QueryClient>()
    tidemarkQueryConfig(tidemark, { defaultOptions: { queries: { staleTime: 1000 } } })
    // @ts-expect-error it is `defaultOptions`.
    tidemarkQueryConfig(tidemark, { options: {} })
    // @ts-expect-error a wrapped fetch is no client.
    tidemarkQueryConfig(tidemark.fetch)
  })

  test('data with a version is of one type', () => {
    const { queryKey: key } = queryOptions({ queryKey, queryFn: read })
    expectTypeOf(setVersionedQueryData(client, key, photo, { versions: [] })).toEqualTypeOf<Photo | undefined>()
    // @ts-expect-error without versions it is `client.setQueryData`.
    setVersionedQueryData(client, key, photo, {})
  })
})
