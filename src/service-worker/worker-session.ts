// One principal's session in the worker: a client as in a page, over the same disk.
//
// S1. It is the client of the page's floor, and no copy of it: plan, judge and gate are the same code.
// S2. An answer of the network is judged after those pages have spoken that were asked meanwhile.
// S3. After a sign-out nothing is answered from it, and what is in flight fails (I11). The disk tells of one too,
//     that another page has made.

import { createClient } from '../client/client.ts'
import type { Client } from '../client/client.ts'
import type { TidemarkOptions } from '../client/rules/options.ts'

/** A session in the worker. */
export interface WorkerSession {
  readonly client: Client
  /** Answers a request, judged by what pages tell that are asked meanwhile. */
  readonly answer: (request: Request, source: AnswerSource) => Promise<Response>
  /** Takes the floors of a page. */
  readonly adopt: (token: string) => void
  readonly end: () => void
}

/** What a request may be answered with, besides the network. */
export interface AnswerSource {
  /** Resolves when the page that asks has spoken, or will not. Never rejects. */
  readonly spoken: Promise<unknown>
  /** What the browser has asked for already, of a navigation. */
  readonly preloaded?: Promise<unknown> | undefined
}

/** What is called when a session has seen more than before, and when its user has signed out elsewhere. */
export interface SessionListeners {
  readonly onRaised: () => void
  readonly onEnded: () => void
}

/** Makes the session of a principal. */
export function createWorkerSession(
  options: TidemarkOptions,
  principal: string,
  { onRaised, onEnded }: SessionListeners,
): WorkerSession {
  const { fetch: network = (input, init) => globalThis.fetch(input, init) } = options
  const speaking = new Set<Promise<unknown>>()
  const preloads = new Map<string, Promise<unknown>>()
  let isEnded = false

  const client = createClient({
    ...options,
    principal,
    async fetch(input, init) {
      const preloaded = takePreload(input)
      const response = await preloaded
      const answer = response instanceof Response ? response : await network(input, init)
      await Promise.all(speaking) // S2
      return answer
    },
  })
  const stop = client.subscribe((event) => {
    if (event.type === 'floor:raised') onRaised()
    if (event.type === 'session:ended') onEnded()
  })

  function takePreload(input: RequestInfo | URL): Promise<unknown> | undefined {
    const url = typeof input === 'object' && 'url' in input ? input.url : String(input)
    const preloaded = preloads.get(url)
    preloads.delete(url) // Asked again, it is asked of the network.
    return preloaded?.catch(() => undefined)
  }

  return {
    client,
    async answer(request, { spoken, preloaded }) {
      speaking.add(spoken)
      void spoken.then(() => speaking.delete(spoken))
      if (preloaded !== undefined) preloads.set(request.url, preloaded)
      try {
        const response = await client.fetch(request)
        if (!isEnded) return response
        await response.body?.cancel()
        return Response.error() // S3
      } finally {
        preloads.delete(request.url)
      }
    },
    adopt(token) {
      try {
        client.session.adopt(token)
      } catch {
        // Malformed, or another principal's: the floors stay, and the disk has more.
      }
    },
    end() {
      isEnded = true
      stop()
      client.close()
    },
  }
}
