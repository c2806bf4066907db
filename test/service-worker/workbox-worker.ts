// A worker of Workbox: what Tidemark governs is a route of it, and all else has other routes.

import { createServiceWorker } from 'tidemark/service-worker'
import { governedRoute } from 'tidemark/workbox'
import { clientsClaim } from 'workbox-core'
import { registerRoute, setDefaultHandler } from 'workbox-routing'
import { NetworkOnly } from 'workbox-strategies'
import { takeOver } from './life.ts'

const counting = takeOver()
clientsClaim()
const worker = createServiceWorker({
  answers: 'none',
  rules: [{ match: '/images/:id', key: 'image/:id' }],
  fetch: (input, init) => counting.count(fetch(input, init)),
})
const { match, handler } = governedRoute(worker)
registerRoute(match, handler)
setDefaultHandler(new NetworkOnly())
