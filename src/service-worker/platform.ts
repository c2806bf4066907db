// The parts of a service worker that are used here, by their shapes: the types of the platform for pages and
// for workers cannot both be named in one program.

/** A `fetch` event. */
export interface WorkerFetchEvent {
  readonly request: Request
  /** The page that asks; `''` for a navigation. */
  readonly clientId: string
  readonly preloadResponse?: Promise<unknown> | undefined
  readonly respondWith: (response: Promise<Response>) => void
  readonly waitUntil: (promise: Promise<unknown>) => void
}

/** A page that the worker serves. */
export interface WorkerClient {
  readonly id: string
  readonly postMessage: (message: unknown, transfer: Transferable[]) => void
}

/** A message from a page. */
export interface WorkerMessageEvent {
  readonly data: unknown
  readonly source: unknown
  readonly ports: readonly MessagePort[]
}

/** The global scope of a service worker. */
export interface WorkerScope {
  readonly clients: {
    readonly get: (id: string) => Promise<WorkerClient | undefined>
    readonly matchAll: () => Promise<readonly WorkerClient[]>
  }
  readonly addEventListener: {
    (type: 'fetch', listener: (event: WorkerFetchEvent) => void): void
    (type: 'message', listener: (event: WorkerMessageEvent) => void): void
  }
}

/** Tells whether a global scope is that of a service worker. */
export function isWorkerScope(scope: unknown): scope is WorkerScope {
  return typeof scope === 'object' && scope !== null && 'clients' in scope && 'registration' in scope
}

/** Tells whether a value is a page that can be told something. */
export function isWorkerClient(source: unknown): source is WorkerClient {
  return typeof source === 'object' && source !== null && 'id' in source && 'postMessage' in source
}
