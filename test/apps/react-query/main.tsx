// The app with its client. With `?tidemark` the one line is in, and reads go by the wrapped fetch.

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { createPhotoApi, wrappedFetch } from '../photo-api.ts'
import { App } from './app.tsx'

const tidemark = wrappedFetch()
const queryClient = new QueryClient(tidemark && tidemarkQueryConfig(tidemark)) // The one line.

const root = document.createElement('div')
document.body.append(root)
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App api={createPhotoApi(tidemark?.fetch ?? fetch)} />
    </QueryClientProvider>
  </StrictMode>,
)
