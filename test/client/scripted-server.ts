// A server that answers as it is told, and remembers what it was asked: for tests of the wire.

import { createTidemark, memoryStorage } from '../../src/index.ts'
import type { Tidemark, TidemarkEvent, TidemarkOptions } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'

/** What a scripted answer says. */
export interface Scripted {
  readonly status?: number
  readonly body?: unknown
  readonly v?: number | string
  readonly e?: string
  readonly headers?: Record<string, string>
  readonly servedBy?: string
  /** The body, where it comes in its own time. */
  readonly stream?: ReadableStream<Uint8Array>
}

/** A client over a scripted server, in virtual time. */
export interface Scene {
  readonly clock: VirtualClock
  readonly tidemark: Tidemark
  /** The requests that reached the server, oldest first. */
  readonly requests: Request[]
  readonly events: TidemarkEvent[]
  /** Answers the next requests, in their order; the last one for ever. */
  readonly answer: (...answers: (Scripted | Error)[]) => void
  readonly get: (path: string, init?: Parameters<Tidemark['fetch']>[1]) => Promise<Response>
  readonly body: (path: string, init?: Parameters<Tidemark['fetch']>[1]) => Promise<unknown>
  readonly post: (path: string, init?: RequestInit) => Promise<Response>
  readonly eventTypes: () => string[]
  /** The server without a client before it. */
  readonly network: typeof globalThis.fetch
}

/** The origin of the scripted server. */
export const origin = 'https://api.test'

/** Makes a scene, and runs it in virtual time. */
export function inScene(
  options: TidemarkOptions,
  play: (scene: Scene) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    await clock.run(() => play(createScene(clock, options)))
  }
}

/** Makes a timer on a virtual clock. */
export function timerOn(clock: VirtualClock): NonNullable<TidemarkOptions['setTimer']> {
  return (callback, delayMs) => {
    const controller = new AbortController()
    clock.sleep(delayMs, controller.signal).then(callback, () => undefined)
    return () => controller.abort()
  }
}

/** Makes a scene on a clock. */
export function createScene(clock: VirtualClock, options: TidemarkOptions): Scene {
  const requests: Request[] = []
  const events: TidemarkEvent[] = []
  let script: (Scripted | Error)[] = []
  const network: Scene['network'] = async (input, init) => {
    const request = new Request(input, init)
    requests.push(request)
    await clock.sleep(10, request.signal)
    const next = script.length > 1 ? script.shift() : script[0]
    if (next === undefined) throw new Error('The script of the server is empty.')
    if (next instanceof Error) throw next
    return respond(next, request)
  }
  const tidemark = createTidemark({
    origins: [origin],
    storage: memoryStorage(),
    mirror: false,
    now: clock.now,
    random: () => 0.5,
    setTimer: timerOn(clock),
    fetch: network,
    ...options,
  })
  tidemark.subscribe((event) => events.push(event))
  const get: Scene['get'] = (path, init) => tidemark.fetch(origin + path, init)
  return {
    clock,
    tidemark,
    requests,
    events,
    answer: (...answers) => {
      script = answers
    },
    get,
    body: async (path, init) => (await get(path, init)).json(),
    post: (path, init) => tidemark.fetch(origin + path, { method: 'POST', ...init }),
    network,
    eventTypes: () => events.map(({ type }) => type),
  }
}

function respond({ status = 200, body, v, e, headers, servedBy, stream }: Scripted, request: Request): Response {
  const all = new Headers(headers)
  if (v !== undefined) all.set('data-version', `main${e === undefined ? '' : `;e="${e}"`};v="${v}"`)
  if (servedBy !== undefined) all.set('served-by', servedBy)
  const isEmpty = [204, 205, 304].includes(status)
  const response = isEmpty || stream !== undefined
    ? new Response(stream ?? null, { status, headers: all })
    : Response.json(body ?? { v }, { status, headers: all })
  Object.defineProperty(response, 'url', { value: request.url })
  return response
}
