// The way between a page and the API: what goes wrong there, and what a cache in front makes of it.
//
// N1. Every answer carries the truth in a header of the simulator's own: the state that it was made
//     from. It survives whatever happens to the header that the client goes by, and what is held keeps
//     it, so the judge never has to ask the client which version something was.
// N2. A page that is gone hears nothing any more, whatever the server does.
// N3. A cache in front knows addresses alone: it gives one user's copy for a strong read too. One that
//     honours modes passes on what asks for `no-cache` or `reload`, and keeps the new copy.
// N4. Where watches are judged, the truth stands in the body too: a watch shows no headers.
// N5. A request with a key that was answered before is answered the same again, and changes nothing: an
//     outbox stands on that. A history that ended takes its keys along.
// N6. Whose request it was that was answered stands in another header, where users sign out.

import { createRandom } from 'tidemark/testing'
import type { LaggingApi } from 'tidemark/testing'
import type { SimulatedClock } from './clock.ts'
import type { Epochs } from './epochs.ts'
import { actHeader } from './hooks.ts'
import { forever } from './forever.ts'
import type { World } from './plan.ts'

/** The header that tells the judge, and nobody else, which state an answer was made from. */
export const truthHeader = 'Sim-Truth'

/** The header that tells the judge, and nobody else, for which user an answer was made. */
export const userHeader = 'Sim-User'

/** One request of a page. */
export interface SentRequest {
  readonly page: string
  readonly path: string
  readonly method: string
  readonly sentAtMs: number
  endedAtMs: number | undefined
}

/** What was answered to a change that a mutation made. */
export interface ActAnswer {
  readonly isOk: boolean
  /** The state that it made, if the answer still told a version when it came. */
  readonly told: string | undefined
}

/** The network of a simulated world. */
export interface Network {
  /** The `fetch` of a page. `isGone` tells whether the page is. */
  readonly fetchOf: (page: () => string, isGone: () => boolean) => typeof globalThis.fetch
  readonly sent: readonly SentRequest[]
  /** What was answered to changes, by what {@link actHeader} calls them. */
  readonly acts: ReadonlyMap<string, ActAnswer>
  /** The changes that the API has made, in whatever history, whoever has heard of it. */
  readonly made: ReadonlySet<string>
  readonly setOnline: (isOnline: boolean) => void
  /** How many users have come and gone before the one that is signed in. */
  readonly user: () => number
  /** Signs the user out at the server, as an app does first: another is there from now on. */
  readonly nextUser: () => void
  /** Whether an answer has told this version to a user, or to one that came later. */
  readonly hasTold: (version: string, sinceUser: number) => boolean
  /** Ends all faults: for the time after the play. */
  readonly calm: () => void
}

/** What a network connects. */
export interface NetworkParts {
  readonly api: LaggingApi
  readonly clock: SimulatedClock
  readonly world: World
  readonly seed: number
  readonly epochs: Epochs
}

interface Copy {
  readonly status: number
  readonly headers: Headers
  readonly text: string | null
  readonly storedAtMs: number
  readonly expiresAtMs: number
}

/** Makes the network of a world. */
export function createNetwork({ api, clock, world, seed, epochs }: NetworkParts): Network {
  const random = createRandom(seed).substream('network')
  const sent: SentRequest[] = []
  const copies = new Map<string, Copy>()
  const acts = new Map<string, ActAnswer>()
  const made = new Set<string>()
  const answered = new Map<string, Promise<Response>>()
  /** By version, as clients call it: the last user to whom it was told. */
  const lastTold = new Map<string, number>()
  let user = 0
  let isOnline = true
  let isCalm = false

  const orderedName = (name: string): string => String(epochs.indexOf(name) ?? name)
  const realName = (name: string): string =>
    world.epochs === 'ordered' ? (epochs.nameAt(Number(name)) ?? name) : name

  const happens = (ofHundred: number): boolean =>
    ofHundred > 0 && random.next() * 100 < ofHundred && !isCalm

  async function askApi(url: string, init: RequestInit): Promise<Response> {
    const fails = happens(world.networkErrors) ? random.next() : 1
    if (!isOnline || fails < 0.5) return lose()
    const { method, headers, body } = init
    const request = new Request(url, { method: method ?? 'GET', headers: headers ?? {}, body: body ?? null })
    const asked = request.headers.get('Min-Version')
    // Who tells no epoch reads none either.
    if (world.epochs === 'untold') request.headers.delete('Min-Version')
    else if (asked !== null) request.headers.set('Min-Version', rename(asked, realName))
    const askedBy = String(user)
    const response = await handleOnce(request)
    const act = request.headers.get(actHeader)
    if (act !== null && response.ok) made.add(act)
    if (!isOnline || fails < 1) return lose()
    const truth = response.headers.get('Data-Version')
    if (truth !== null) response.headers.set(truthHeader, truth) // N1
    if (world.signOuts) response.headers.set(userHeader, askedBy) // N6
    spoil(response.headers)
    return world.hooks !== 'none' && truth !== null && response.ok && !isCalm ? withTruth(response, truth) : response
  }

  /** Lets the API handle a request, unless it has handled one with the same key (N5). */
  async function handleOnce(request: Request): Promise<Response> {
    const key = request.headers.get('Idempotency-Key')
    if (key === null) return api.handle(request)
    const inHistory = `${epochs.count()} ${key}`
    const first = answered.get(inHistory)
    const handling = first ?? api.handle(request)
    answered.set(inHistory, handling)
    let isDone = false
    try {
      const response = await handling
      isDone = response.ok
      return response.clone()
    } finally {
      // Only what has changed something is not done again: not what was refused, nor what never arrived.
      if (!isDone) answered.delete(inHistory)
    }
  }

  async function lose(): Promise<never> {
    await clock.sleep(world.latencyMs)
    throw new TypeError('Failed to fetch: the network is down.')
  }

  function spoil(headers: Headers): void {
    if (headers.get('Data-Version') === null) return
    const told = headers.get(truthHeader) ?? ''
    if (world.epochs === 'untold') headers.set('Data-Version', told.replace(/;e="[^"]*"/, ''))
    if (world.epochs === 'ordered') headers.set('Data-Version', rename(told, orderedName))
    if (happens(world.versionsLost)) headers.delete('Data-Version')
    else if (happens(world.versionsGarbled)) headers.set('Data-Version', 'main;v=')
  }

  async function askCache(url: string, init: RequestInit): Promise<Response> {
    const { cdn } = world
    const isRead = (init.method ?? 'GET') === 'GET'
    if (cdn === undefined || isCalm || !isRead) return askApi(url, init)
    const copy = copies.get(url)
    const isAskedAnew = cdn.honoursModes && (init.cache === 'no-cache' || init.cache === 'reload')
    if (copy !== undefined && copy.expiresAtMs > clock.now() && !isAskedAnew) {
      await clock.sleep(world.latencyMs / 4)
      const age = String(Math.floor((clock.now() - copy.storedAtMs) / 1000))
      const headers = new Headers(copy.headers)
      headers.set('Age', age) // As every cache has to (RFC 9111, section 5.1).
      return new Response(copy.text, { status: copy.status, headers })
    }
    const response = await askApi(url, init)
    const { status, headers } = response
    if (status !== 200 && status !== 404) return response
    const text = await response.text()
    const storedAtMs = clock.now()
    copies.set(url, { status, headers, text, storedAtMs, expiresAtMs: storedAtMs + cdn.ttlMs })
    return new Response(text, { status, headers })
  }

  function noteTold({ headers }: Response): void {
    if (!world.signOuts) return
    const whose = Number(headers.get(userHeader))
    for (const version of versionsIn(headers.get('Data-Version'))) lastTold.set(version, Math.max(whose, lastTold.get(version) ?? 0))
  }

  function noteAct({ headers }: RequestInit, response: Response): void {
    const act = new Headers(headers).get(actHeader)
    if (act === null) return
    const isTold = isToldIn(response)
    acts.set(act, { isOk: response.ok, told: isTold ? (response.headers.get(truthHeader) ?? undefined) : undefined })
  }

  return {
    sent,
    acts,
    made,
    user: () => user,
    nextUser: () => void (user += 1),
    hasTold: (version, sinceUser) => (lastTold.get(version) ?? -1) >= sinceUser,
    setOnline: (next) => void (isOnline = next),
    calm() {
      isCalm = true
      isOnline = true
    },
    fetchOf: (page, isGone) => async (input, init = {}) => {
      if (isGone()) return forever() // N2
      const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url
      const { signal } = init
      signal?.throwIfAborted()
      const path = new URL(url).pathname
      const entry: SentRequest = { page: page(), path, method: init.method ?? 'GET', sentAtMs: clock.now(), endedAtMs: undefined }
      sent.push(entry)
      try {
        const response = await unlessAborted(askCache(url, init), signal ?? undefined)
        noteAct(init, response)
        noteTold(response)
        return isGone() ? await forever() : response
      } catch (error) {
        if (isGone()) return await forever()
        throw error
      } finally {
        entry.endedAtMs = clock.now()
      }
    },
  }
}

/** Returns an answer whose body tells the truth as well (N4). */
async function withTruth(response: Response, told: string): Promise<Response> {
  const { status, headers } = response
  const text = await response.text()
  const isObject = text.endsWith('}')
  const body = isObject ? text.replace(/\}$/, `,"truth":${JSON.stringify(told)}}`) : text
  return new Response(text === '' ? null : body, { status, headers })
}

/** Returns the body as the API gave it. */
export function withoutTruth(text: string): string {
  return text.replace(/,"truth":"(?:[^"\\]|\\.)*"\}$/, '}')
}

/** Tells whether an answer told its version in a way that can be understood. */
export function isToldIn({ headers }: Response): boolean {
  return /;v="\d+"$/.test(headers.get('Data-Version') ?? '')
}

/** Returns the versions of an answer, each as epoch and position. */
function versionsIn(text: string | null): string[] {
  return [...(text ?? '').matchAll(/(?:;e="([^"]*)")?;v="(\d+)"/g)].map(([, epoch = '', position]) => `${epoch}:${position}`)
}

/** Returns versions as they travel, with another name for each epoch. */
function rename(versions: string, nameOf: (epoch: string) => string): string {
  return versions.replace(/;e="([^"]*)"/g, (_, epoch: string) => `;e="${nameOf(epoch)}"`)
}

function unlessAborted<T>(answering: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answering
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    answering.then(resolve, reject)
  })
}
