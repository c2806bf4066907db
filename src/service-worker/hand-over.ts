// Asking a page for its floors, while the request for it is under way.
//
// A page tells the worker each time its floors rise, but nothing orders that message before the request of an
// image that follows it. So the page is asked as the request arrives, and the answer of the network is judged
// once the page has spoken.
//
// O1. No request waits for a page (I8): only the judging does, and no longer than a bound.
// O2. A page that has not answered is not asked again before it speaks of itself.

import { parseMessage, printMessage } from './messages.ts'
import type { WorkerMessage } from './messages.ts'
import type { WorkerClient } from './platform.ts'

/** What a page has answered: its principal and its floors. */
export type Floors = Extract<WorkerMessage, { kind: 'floors' }>

/** Makes the asking of pages. */
export function createAsking(boundMs: number): {
  readonly ask: (page: WorkerClient) => Promise<Floors | undefined>
  /** Notes that a page has spoken. */
  readonly heard: (id: string) => void
} {
  const silent = new Set<string>()
  return {
    heard: (id) => void silent.delete(id),
    async ask(page) {
      if (silent.has(page.id)) return undefined // O2
      const channel = new MessageChannel()
      try {
        const found = await new Promise<Floors | undefined>((resolve) => {
          channel.port1.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
            const message = parseMessage(data)
            if (message?.kind === 'floors') resolve(message)
          })
          channel.port1.start()
          setTimeout(resolve, boundMs) // O1
          page.postMessage(printMessage({ kind: 'ask' }), [channel.port2])
        })
        if (found === undefined) silent.add(page.id)
        return found
      } finally {
        channel.port1.close()
      }
    },
  }
}
