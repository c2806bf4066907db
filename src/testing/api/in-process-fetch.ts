// A `fetch` without a network, which behaves as the platform's does where code can tell.
//
// F1. An abort rejects with the reason of the signal, at once, while the server goes on: a write
//     that was aborted may have happened (lessons R17).
// F2. The body ends in that error, too, if it was not read by then. (Chromium 156 shows it to
//     readers of `body`; `json()` and its kin reject with a TypeError of theirs, for a body that a
//     script made.)

/** Answers a request, or rejects with a `TypeError` as for a network that failed. */
export type RequestHandler = (request: Request) => Promise<Response>

/** Makes a `fetch` that asks `handle`. A path alone is resolved against `baseUrl`. */
export function createInProcessFetch(
  handle: RequestHandler,
  baseUrl: string,
): typeof globalThis.fetch {
  return async (input, init) => {
    const isPath = typeof input === 'string' && input.startsWith('/')
    const request = new Request(isPath ? new URL(input, baseUrl) : input, init)
    const { signal } = request
    signal.throwIfAborted()
    const answering = handle(request)
    const response = await Promise.race([answering, abortOf(signal)])
    return withAbortableBody(response, signal)
  }
}

/** Rejects when the signal is aborted. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function withAbortableBody(response: Response, signal: AbortSignal): Response {
  const { body, status, statusText, headers } = response
  if (body === null) return response
  const reader = body.getReader()
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = (): void => controller.error(signal.reason) // F2
        signal.addEventListener('abort', end, { once: true })
      },
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return new Response(stream, { status, statusText, headers })
}
