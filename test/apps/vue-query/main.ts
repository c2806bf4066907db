// The same app in Vue. With `?tidemark` the one line is in, and reads go by the wrapped fetch.

import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import type { QueryClientConfig } from '@tanstack/vue-query'
import { tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { createApp, h } from 'vue'
import { createPhotoApi, wrappedFetch } from '../photo-api.ts'
import { createPhotosApp } from './app.ts'

const tidemark = wrappedFetch()
// vue-query names the release of query-core that it was built with, whose types are others than ours.
const config = (tidemark && tidemarkQueryConfig(tidemark)) as QueryClientConfig | undefined
const queryClient = new QueryClient(config) // The one line.

const App = createPhotosApp(createPhotoApi(tidemark?.fetch ?? fetch))
const root = document.createElement('div')
document.body.append(root)
createApp({ render: () => h(App) }).use(VueQueryPlugin, { queryClient }).mount(root)
