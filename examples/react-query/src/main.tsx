import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { Photos } from './photos.tsx'
import { tidemark } from './tidemark.ts'

const queryClient = new QueryClient(tidemarkQueryConfig(tidemark))
const root = document.querySelector('#root')
if (root === null) throw new Error('index.html has no element with the id "root".')

createRoot(root).render(
  <QueryClientProvider client={queryClient}>
    <Photos />
  </QueryClientProvider>,
)
