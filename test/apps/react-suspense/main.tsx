// One photo and a button, in React, that suspends, selects, and is edited in a transition.

import { QueryClient, QueryClientProvider, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { StrictMode, Suspense, useTransition } from 'react'
import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { createPhotoApi, wrappedFetch } from '../photo-api.ts'
import { photoMutation, photoQuery, titleOf } from '../one-photo.ts'

const tidemark = wrappedFetch()
const api = createPhotoApi(tidemark?.fetch ?? fetch)
const queryClient = new QueryClient(tidemark && tidemarkQueryConfig(tidemark)) // The one line.
const mutation = photoMutation(api, queryClient)

function Photo(): ReactNode {
  const { data: title } = useSuspenseQuery({ ...photoQuery(api), select: titleOf })
  const edit = useMutation(mutation, useQueryClient())
  const [, startTransition] = useTransition()
  return (
    <article data-photo="6">
      <h2 className="title">{title}</h2>
      <button onClick={() => startTransition(() => edit.mutate())}>Save</button>
    </article>
  )
}

const root = document.createElement('div')
document.body.append(root)
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Suspense fallback={<p>Loading</p>}>
        <Photo />
      </Suspense>
    </QueryClientProvider>
  </StrictMode>,
)
