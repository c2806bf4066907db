// One photo and a button, in Solid, without its compiler.

import { createMutation, createQuery, QueryClient, QueryClientProvider } from '@tanstack/solid-query'
import { createComponent } from 'solid-js'
import type { JSX } from 'solid-js'
import h from 'solid-js/h'
import { render } from 'solid-js/web'
import { tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { createPhotoApi, wrappedFetch } from '../photo-api.ts'
import { photoMutation, photoQuery, titleOf } from '../one-photo.ts'

const tidemark = wrappedFetch()
const api = createPhotoApi(tidemark?.fetch ?? fetch)
// The bindings name a release of query-core of their own, whose types are others than ours.
const queryClient = new QueryClient((tidemark && tidemarkQueryConfig(tidemark)) as never) // The one line.

function Photo(): JSX.Element {
  const photo = createQuery(() => photoQuery(api))
  const edit = createMutation(() => photoMutation(api, queryClient))
  // What `h` gives is drawn when it is called, as what a compiled template gives is at once.
  return h('article', { 'data-photo': '6' }, [
    h('h2', { class: 'title' }, () => titleOf(photo.data)),
    h('button', { onClick: () => edit.mutate() }, 'Save'),
  ])()
}

render(
  () =>
    createComponent(QueryClientProvider, {
      client: queryClient,
      get children() {
        return createComponent(Photo, {})
      },
    }),
  document.body,
)
