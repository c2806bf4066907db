// What an app knows of its API: a few functions over a fetch, as apps write them.

import { createTidemark } from 'tidemark'
import type { Tidemark } from 'tidemark'

/** How often a page asks again, in milliseconds. */
export const pollMs = 200

/** A photo as the API has it. */
export interface Photo {
  readonly id: string
  readonly title: string
  readonly liked?: boolean
}

/** A page of the list. */
export interface PhotoPage {
  readonly items: readonly Photo[]
  readonly nextCursor?: string
}

/** The API, as functions. */
export type PhotoApi = ReturnType<typeof createPhotoApi>

/** Makes the functions, over any fetch. */
export function createPhotoApi(fetch: typeof globalThis.fetch) {
  async function ask<T>(path: string, init?: RequestInit): Promise<T> {
    const response = await fetch(`/api${path}`, init)
    if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${path} was answered with ${response.status}.`)
    document.documentElement.dataset['asked'] = String(Number(document.documentElement.dataset['asked'] ?? 0) + 1)
    return response.status === 204 ? (undefined as T) : ((await response.json()) as T)
  }
  const change = (id: string, fields: Partial<Photo>): Promise<Photo> =>
    ask(`/photos/${id}`, { method: 'PATCH', body: JSON.stringify(fields) })
  return {
    list: (cursor: string, signal: AbortSignal) =>
      ask<PhotoPage>(`/photos?limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`, { signal }),
    get: (id: string, signal: AbortSignal) => ask<Photo>(`/photos/${id}`, { signal }),
    create: (title: string) => ask<Photo>('/photos', { method: 'POST', body: JSON.stringify({ title }) }),
    edit: (id: string, title: string) => change(id, { title }),
    like: ({ id, liked }: Photo) => change(id, { liked: liked !== true }),
    remove: (id: string) => ask<void>(`/photos/${id}`, { method: 'DELETE' }),
  }
}

/** The wrapped fetch, where the address asks for it. */
export function wrappedFetch(): Tidemark | undefined {
  const options = new URLSearchParams(location.search)
  return options.has('tidemark') ? createTidemark({ rules: [{ match: '/api/*' }] }) : undefined
}
