// The worker of the tests, as an app would write it: it takes over at once, and uses navigation preload.

import { createServiceWorker } from 'tidemark/service-worker'
import { clientsClaim, takeOver } from './life.ts'

const counting = takeOver()
clientsClaim()
createServiceWorker({
  rules: [{ match: '/images/:id', key: 'image/:id' }],
  fetch: (input, init) => counting.count(fetch(input, init)),
})
