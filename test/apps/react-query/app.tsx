// An app of the usual shape, as TanStack Query's documentation has it: a list that is loaded page by page,
// the details of one, create, edit, delete, and an optimistic toggle. It knows nothing of Tidemark.

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { pollMs } from '../photo-api.ts'
import type { Photo, PhotoApi, PhotoPage } from '../photo-api.ts'

type Listing = InfiniteData<PhotoPage, string>

const listKey = ['photos', 'list']
const detailKey = (id: string): string[] => ['photos', 'detail', id]

/** The whole app. */
export function App({ api }: { api: PhotoApi }): ReactNode {
  const [open, setOpen] = useState<string>()
  return (
    <main>
      <List api={api} onOpen={setOpen} />
      {open === undefined ? null : <Detail key={open} api={api} id={open} />}
    </main>
  )
}

function List({ api, onOpen }: { api: PhotoApi; onOpen: (id: string) => void }): ReactNode {
  const queryClient = useQueryClient()
  const { data, fetchNextPage, hasNextPage } = useInfiniteQuery({
    queryKey: listKey,
    queryFn: ({ pageParam, signal }) => api.list(pageParam, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: pollMs,
  })
  const refetch = () => queryClient.invalidateQueries({ queryKey: listKey })
  const create = useMutation({ mutationFn: api.create, onSuccess: refetch })
  const remove = useMutation({ mutationFn: api.remove, onSuccess: refetch })
  const like = useMutation({
    mutationFn: api.like,
    async onMutate(photo) {
      await queryClient.cancelQueries({ queryKey: ['photos'] })
      const before = queryClient.getQueryData<Listing>(listKey)
      setLiked(queryClient, photo)
      return { before }
    },
    onError: (_error, _photo, context) => void queryClient.setQueryData(listKey, context?.before),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['photos'] }),
  })
  return (
    <section>
      <button onClick={() => create.mutate('New, edit 0')}>Create</button>
      {hasNextPage ? <button onClick={() => void fetchNextPage()}>More</button> : null}
      <ul>
        {data?.pages.flatMap(({ items }) => items).map((photo) => (
          <li key={photo.id} data-photo={photo.id}>
            <span className="title">{photo.title}</span>
            <button onClick={() => like.mutate(photo)}>{photo.liked === true ? '♥' : '♡'}</button>
            <button onClick={() => onOpen(photo.id)}>Open</button>
            <button onClick={() => remove.mutate(photo.id)}>Delete</button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function setLiked(queryClient: QueryClient, { id, liked }: Photo): void {
  const change = (photo: Photo): Photo => (photo.id === id ? { ...photo, liked: liked !== true } : photo)
  queryClient.setQueryData<Listing>(
    listKey,
    (list) => list && { ...list, pages: list.pages.map((page) => ({ ...page, items: page.items.map(change) })) },
  )
  queryClient.setQueryData<Photo>(detailKey(id), (photo) => photo && change(photo))
}

function Detail({ api, id }: { api: PhotoApi; id: string }): ReactNode {
  const queryClient = useQueryClient()
  const { data } = useQuery({
    queryKey: detailKey(id),
    queryFn: ({ signal }) => api.get(id, signal),
    refetchInterval: pollMs,
  })
  const [title, setTitle] = useState('')
  const [done, setDone] = useState(0)
  const onSettled = (): void => setDone(done + 1)
  const edit = useMutation({
    mutationFn: () => api.edit(id, title),
    onSuccess(photo) {
      queryClient.setQueryData(detailKey(id), photo)
      return queryClient.invalidateQueries({ queryKey: ['photos'] })
    },
  })
  const refresh = useMutation({ mutationFn: () => queryClient.invalidateQueries({ queryKey: detailKey(id) }) })
  if (data === undefined) return <p>Loading</p>
  return (
    <article data-photo={data.id} data-done={done}>
      <h2 className="title">{data.title}</h2>
      <p>{data.liked === true ? '♥' : '♡'}</p>
      <input value={title} onChange={(event) => setTitle(event.target.value)} />
      <button onClick={() => edit.mutate(undefined, { onSettled })}>Save</button>
      <button onClick={() => refresh.mutate(undefined, { onSettled })}>Refresh</button>
    </article>
  )
}
