// The life of the tests' workers: they take over at once, and tell how many requests they have sent.

interface LifeEvent {
  readonly waitUntil: (work: Promise<unknown>) => void
}

interface WorkerGlobal {
  readonly skipWaiting: () => Promise<void>
  readonly clients: { readonly claim: () => Promise<void> }
  readonly registration: { readonly navigationPreload: { readonly enable: () => Promise<void> } }
  readonly addEventListener: {
    (type: 'install' | 'activate', listener: (event: LifeEvent) => void): void
    (type: 'message', listener: (event: MessageEvent<unknown>) => void): void
  }
}

const worker = globalThis as unknown as WorkerGlobal

/** Lets a worker take over at once, and counts what passes. */
export function takeOver(): { readonly count: <T>(passing: T) => T } {
  let sent = 0
  worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()))
  worker.addEventListener('activate', (event) => event.waitUntil(worker.registration.navigationPreload.enable()))
  worker.addEventListener('message', ({ data, ports }) => {
    if (data === 'count') ports[0]?.postMessage(sent)
  })
  return {
    count(passing) {
      sent += 1
      return passing
    },
  }
}

/** Lets a worker control the pages that are open. */
export function clientsClaim(): void {
  worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()))
}
