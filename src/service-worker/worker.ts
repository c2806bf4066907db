// The worker: session consistency for the requests that no code of the page makes.
//
//   fetch event ──not ours──────────────► the platform
//        └──ours──► the session of the page that asks ──► plan, judge, gate ──► the page
//                        ▲ floors, asked of the page meanwhile      └── floors, told to all pages
//
// W1. A request is governed once: in the page, or here (`route.ts`).
// W2. A page and the worker share one disk, and tell each other their floors as they rise. Where either is of
//     another release, or was just started, the disk alone carries them: that costs speed, not correctness (I8).
// W3. Each principal has a session of its own. A request is answered in that of the page that asks (I11).
// W4. What a server hides from us is given as it came, and that server is not asked for more again.

import { resolveOptions } from '../client/rules/options.ts'
import type { TidemarkOptions } from '../client/rules/options.ts'
import { isTidemarkError, OptionsError } from '../core/errors.ts'
import { createAsking } from './hand-over.ts'
import type { Floors } from './hand-over.ts'
import { parseMessage, printMessage } from './messages.ts'
import { isWorkerClient, isWorkerScope } from './platform.ts'
import type { WorkerFetchEvent, WorkerMessageEvent, WorkerScope } from './platform.ts'
import { isForWorker, readable } from './route.ts'
import { createWorkerSession } from './worker-session.ts'
import type { WorkerSession } from './worker-session.ts'

/** The options of {@link createServiceWorker}: those of a client, but for what the pages tell. */
export interface ServiceWorkerOptions extends Omit<TidemarkOptions, 'principal' | 'mirror'> {
  /**
   * Which requests are answered: `all` that are to a named origin, or `none` but those that are handed to
   * `answer`, as the route of `tidemark/workbox` does.
   *
   * @default 'all'
   */
  readonly answers?: 'all' | 'none' | undefined
  /**
   * How long the judging of an answer waits for the page that asks to tell its floors, in milliseconds.
   *
   * @default 100
   */
  readonly handOverMs?: number | undefined
  /** The global scope. @default globalThis */
  readonly scope?: WorkerScope | undefined
}

/** What a service worker does for session consistency. */
export interface TidemarkServiceWorker {
  /** Tells whether a request is to a named origin, and no client in a page governs it. */
  readonly governs: (request: Request) => boolean
  /** Answers a governed request, as {@link Client.fetch} does. */
  readonly answer: (event: Pick<WorkerFetchEvent, 'request' | 'clientId' | 'preloadResponse' | 'waitUntil'>) => Promise<Response>
}

/**
 * Governs the requests that no code of the page makes: images, third-party code, navigations. Call it
 * while the worker's script runs, since the browser takes listeners only then. Rules, wire and storage
 * should be those of the page's client. See docs/service-worker.md.
 *
 * @throws {OptionsError} outside a service worker, or naming the field, its value, and what is accepted.
 */
export function createServiceWorker(options: ServiceWorkerOptions = {}): TidemarkServiceWorker {
  const { answers = 'all', handOverMs = 100, scope = globalThis, ...clientOptions } = options
  if (!isWorkerScope(scope)) {
    throw new OptionsError({ field: 'scope', value: scope, accepted: 'the global scope of a service worker' })
  }
  const { clients } = scope
  const asking = createAsking(handOverMs)
  const sessions = new Map<string, WorkerSession>()
  const principals = new Map<string, string>()
  const hiding = new Set<string>()
  let lastPrincipal = ''
  const { origins } = resolveOptions(clientOptions)

  function sessionOf(principal: string): WorkerSession {
    const known = sessions.get(principal)
    if (known !== undefined) return known
    const session = createWorkerSession(clientOptions, principal, {
      onRaised: () => schedulePush(principal),
      onEnded: () => signOut(principal),
    })
    sessions.set(principal, session)
    return session
  }

  const due = new Set<string>()

  /** Tells the pages what was seen here, once for all that was seen in one step. */
  function schedulePush(principal: string): void {
    if (due.size === 0) queueMicrotask(() => void push())
    due.add(principal)
  }

  async function push(): Promise<void> {
    const told = [...due]
    due.clear()
    const pages = await clients.matchAll()
    for (const principal of told) {
      const token = sessions.get(principal)?.client.session.token()
      if (token === undefined) continue
      const message = printMessage({ kind: 'floors', principal, token })
      for (const page of pages) if (principals.get(page.id) === principal) page.postMessage(message, [])
    }
  }

  function take(id: string, { principal, token }: Floors): WorkerSession {
    principals.set(id, principal)
    if (principals.size > pagesMax) forgetOldest(principals)
    lastPrincipal = principal
    const session = sessionOf(principal)
    session.adopt(token)
    return session
  }

  async function askPage(id: string): Promise<void> {
    const page = id === '' ? undefined : await clients.get(id)
    const floors = page && (await asking.ask(page))
    if (floors !== undefined) take(id, floors)
  }

  async function askAll(): Promise<void> {
    const pages = await clients.matchAll()
    await Promise.all(pages.map(async ({ id }) => askPage(id)))
  }

  async function answer(event: Parameters<TidemarkServiceWorker['answer']>[0]): Promise<Response> {
    const { request, clientId, preloadResponse } = event
    const spoken = (clientId === '' ? askAll() : askPage(clientId)).catch(() => undefined)
    // Whose session it is has to be known before anything is sent. Mostly it is.
    if (!principals.has(clientId)) await spoken
    const session = sessionOf(principals.get(clientId) ?? lastPrincipal) // W3
    const { origin: ownOrigin } = globalThis.location
    const { origin } = new URL(request.url)
    try {
      return await session.answer(readable(request, ownOrigin), { spoken, preloaded: preloadResponse })
    } catch (error) {
      if (request.mode !== 'no-cors' || origin === ownOrigin || isTidemarkError(error)) throw error
      const response = await globalThis.fetch(request) // W4
      hiding.add(origin)
      return response
    } finally {
      event.waitUntil(session.client.flush())
    }
  }

  function governs(request: Request): boolean {
    const isHidden = request.mode === 'no-cors' && hiding.has(new URL(request.url).origin)
    return !isHidden && isForWorker(request, origins)
  }

  function onMessage({ data, source, ports }: WorkerMessageEvent): void {
    const message = parseMessage(data)
    if (message === undefined || !isWorkerClient(source)) return
    asking.heard(source.id)
    if (message.kind === 'floors') take(source.id, message)
    if (message.kind === 'sign-out') {
      signOut(message.principal)
      ports[0]?.postMessage(printMessage({ kind: 'signed-out' }))
    }
  }

  function signOut(principal: string): void {
    const session = sessions.get(principal)
    sessions.delete(principal)
    session?.end()
    for (const [id, known] of principals) if (known === principal) principals.delete(id)
    if (lastPrincipal === principal) lastPrincipal = ''
  }

  scope.addEventListener('message', onMessage)
  if (answers === 'all') {
    scope.addEventListener('fetch', (event) => {
      if (governs(event.request)) event.respondWith(answer(event))
    })
  }
  return { governs, answer }
}

const pagesMax = 256

function forgetOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key)
    return
  }
}
