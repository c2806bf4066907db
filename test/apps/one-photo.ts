// One photo and a button: what the shorter apps have in common.

import { pollMs } from './photo-api.ts'
import type { Photo, PhotoApi } from './photo-api.ts'

const queryKey = ['photos', 'detail', '6']

/** The options of its query, as every binding takes them. */
export function photoQuery(api: PhotoApi) {
  return {
    queryKey,
    queryFn: ({ signal }: { signal: AbortSignal }) => api.get('6', signal),
    refetchInterval: pollMs,
  }
}

/** What is looked at of a client here: that of each binding. */
interface Client {
  readonly invalidateQueries: (filters: { queryKey: string[] }) => Promise<void>
  readonly setQueryData: (queryKey: string[], photo: Photo) => unknown
}

/** The options of its mutation, as the documentation of TanStack Query has them. */
export function photoMutation(api: PhotoApi, queryClient: Client) {
  let edits = Number(document.documentElement.dataset['saved'] ?? 0)
  return {
    mutationFn() {
      edits += 1
      return api.edit('6', `Six, edit ${edits}`)
    },
    onSuccess(photo: Photo) {
      queryClient.setQueryData(queryKey, photo)
      return queryClient.invalidateQueries({ queryKey })
    },
    onSettled: () => void (document.documentElement.dataset['saved'] = String(edits)),
  }
}

/** What is shown of it. */
export function titleOf(photo: Photo | undefined): string {
  return photo?.title ?? ''
}
