// `tidemark/service-worker`: the same guarantees for requests that no code of the page makes.

export { createServiceWorker } from './worker.ts'
export type { ServiceWorkerOptions, TidemarkServiceWorker } from './worker.ts'
export { directFetch, linkServiceWorker } from './page-link.ts'
export type { ServiceWorkerLink } from './page-link.ts'
export type { WorkerClient, WorkerFetchEvent, WorkerMessageEvent, WorkerScope } from './platform.ts'
