// The app of `../react-query/app.tsx`, in Vue: it knows nothing of Tidemark either.

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import type { InfiniteData, QueryClient } from '@tanstack/vue-query'
import { defineComponent, h, ref } from 'vue'
import type { Component, VNode } from 'vue'
import { pollMs } from '../photo-api.ts'
import type { Photo, PhotoApi, PhotoPage } from '../photo-api.ts'

type Listing = InfiniteData<PhotoPage, string>

const listKey = ['photos', 'list']
const detailKey = (id: string): string[] => ['photos', 'detail', id]

/** Makes the whole app. */
export function createPhotosApp(api: PhotoApi): Component {
  const List = createList(api)
  const Detail = createDetail(api)
  return defineComponent(() => {
    const open = ref<string>()
    return () =>
      h('main', [
        h(List, { onOpen: (id: string) => (open.value = id) }),
        open.value === undefined ? undefined : h(Detail, { key: open.value, id: open.value }),
      ])
  })
}

function createList(api: PhotoApi): Component {
  const setup = ({ onOpen }: { onOpen: (id: string) => void }): (() => VNode) => {
    const queryClient = useQueryClient()
    const { data, fetchNextPage, hasNextPage } = useInfiniteQuery({
      queryKey: listKey,
      queryFn: ({ pageParam, signal }) => api.list(pageParam, signal),
      initialPageParam: '',
      getNextPageParam: ({ nextCursor }: PhotoPage) => nextCursor,
      refetchInterval: pollMs,
    })
    const refetch = (): Promise<void> => queryClient.invalidateQueries({ queryKey: listKey })
    const create = useMutation({ mutationFn: api.create, onSuccess: refetch })
    const remove = useMutation({ mutationFn: api.remove, onSuccess: refetch })
    const like = useMutation({
      mutationFn: api.like,
      async onMutate(photo: Photo) {
        await queryClient.cancelQueries({ queryKey: ['photos'] })
        const before = queryClient.getQueryData<Listing>(listKey)
        setLiked(queryClient, photo)
        return { before }
      },
      onError: (_error, _photo, context) => void queryClient.setQueryData(listKey, context?.before),
      onSettled: () => queryClient.invalidateQueries({ queryKey: ['photos'] }),
    })
    const row = (photo: Photo): VNode =>
      h('li', { key: photo.id, 'data-photo': photo.id }, [
        h('span', { class: 'title' }, photo.title),
        button(photo.liked === true ? '♥' : '♡', () => like.mutate(photo)),
        button('Open', () => onOpen(photo.id)),
        button('Delete', () => remove.mutate(photo.id)),
      ])
    return () =>
      h('section', [
        button('Create', () => create.mutate('New, edit 0')),
        hasNextPage.value ? button('More', () => void fetchNextPage()) : undefined,
        h('ul', data.value?.pages.flatMap(({ items }) => items).map(row)),
      ])
  }
  return defineComponent(setup, { props: ['onOpen'] })
}

function setLiked(queryClient: QueryClient, { id, liked }: Photo): void {
  const change = (photo: Photo): Photo => (photo.id === id ? { ...photo, liked: liked !== true } : photo)
  queryClient.setQueryData<Listing>(
    listKey,
    (list) => list && { ...list, pages: list.pages.map((page) => ({ ...page, items: page.items.map(change) })) },
  )
  queryClient.setQueryData<Photo>(detailKey(id), (photo) => photo && change(photo))
}

function createDetail(api: PhotoApi): Component {
  const setup = ({ id }: { id: string }): (() => VNode) => {
    const queryClient = useQueryClient()
    const { data } = useQuery({
      queryKey: detailKey(id),
      queryFn: ({ signal }) => api.get(id, signal),
      refetchInterval: pollMs,
    })
    const title = ref('')
    const done = ref(0)
    const onSettled = (): void => void (done.value += 1)
    const edit = useMutation({
      mutationFn: () => api.edit(id, title.value),
      onSuccess(photo) {
        queryClient.setQueryData(detailKey(id), photo)
        return queryClient.invalidateQueries({ queryKey: ['photos'] })
      },
    })
    const refresh = useMutation({ mutationFn: () => queryClient.invalidateQueries({ queryKey: detailKey(id) }) })
    return () =>
      data.value === undefined
        ? h('p', 'Loading')
        : h('article', { 'data-photo': id, 'data-done': done.value }, [
            h('h2', { class: 'title' }, data.value.title),
            h('p', data.value.liked === true ? '♥' : '♡'),
            h('input', { onInput: ({ target }: InputEvent) => (title.value = (target as HTMLInputElement).value) }),
            button('Save', () => edit.mutate(undefined, { onSettled })),
            button('Refresh', () => refresh.mutate(undefined, { onSettled })),
          ])
  }
  return defineComponent(setup, { props: ['id'] })
}

function button(name: string, onClick: () => void): VNode {
  return h('button', { onClick }, name)
}
