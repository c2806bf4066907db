// One photo and a button, in Svelte.

import { QueryClient } from '@tanstack/svelte-query'
import { mount } from 'svelte'
import { tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { createPhotoApi, wrappedFetch } from '../photo-api.ts'
import App from './app.svelte'

const tidemark = wrappedFetch()
// The bindings name a release of query-core of their own, whose types are others than ours.
const queryClient = new QueryClient((tidemark && tidemarkQueryConfig(tidemark)) as never) // The one line.
queryClient.mount()

mount(App, {
  target: document.body,
  props: { api: createPhotoApi(tidemark?.fetch ?? fetch), queryClient },
})
