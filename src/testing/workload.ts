// One user at work: a page that looks again every 100 ms, and a change every second.
//
// W1. What is done next depends on the seed and on what writes answered, never on what reads
//     showed: a careful client and a careless one are asked for the same.
// W2. One thing after the other: a read that takes long delays what follows, and nothing is caught
//     up.

import { laggingApiOrigin } from './api/lagging-api.ts'
import { systemClock } from './determinism/clock.ts'
import type { Clock } from './determinism/clock.ts'
import { createRandom } from './determinism/random.ts'
import type { Random } from './determinism/random.ts'
import { createHistory } from './history/history.ts'
import type { HistoryRecorder } from './history/history.ts'
import { recordFetch } from './history/record-fetch.ts'
import type { RecordFetchOptions } from './history/record-fetch.ts'
import type { LogEntry } from './history/server-log.ts'

/** What a workload reads and writes. */
export type WorkloadResource = 'photos' | 'counter' | 'conversation'

/** How a workload goes. */
export interface WorkloadOptions {
  /** The client under test: the platform's `fetch`, that of a lagging API, or a wrapped one. */
  readonly fetch: typeof globalThis.fetch
  /** Where the API is. @default where a lagging API's own `fetch` finds it */
  readonly baseUrl?: string | undefined
  /** @default 1 */
  readonly seed?: number | string | undefined
  /** How many reads there are. @default 1000 */
  readonly reads?: number | undefined
  /** From the beginning of a read to the next, in milliseconds. @default 100 */
  readonly readIntervalMs?: number | undefined
  /** From a write to the next, in milliseconds. @default 1000 */
  readonly writeIntervalMs?: number | undefined
  /** What is read and written, in turns by chance. @default all three */
  readonly resources?: readonly WorkloadResource[] | undefined
  /** The clock that the API and the client go by. @default the machine's */
  readonly clock?: Clock | undefined
  /** Where it is recorded. @default a history of its own */
  readonly history?: HistoryRecorder | undefined
  /** Whose work it is. @default 'session-1' */
  readonly session?: string | undefined
  /** What the client says of its answers, as in {@link RecordFetchOptions}. */
  readonly explain?: RecordFetchOptions['explain']
  /** The log of the servers, as `log` of a lagging API tells it: taken over at the end. */
  readonly log?: (() => readonly LogEntry[]) | undefined
  /** Ends the workload before its last read. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Works on a lagging API for a while, and returns the history of it.
 *
 * @example
 * ```ts
 * import {
 *   checkGuarantees, createLaggingApi, createVirtualClock, runWorkload,
 * } from 'tidemark/testing'
 *
 * const clock = createVirtualClock()
 * const { now, sleep } = clock
 * const api = createLaggingApi({ seed: 1, now, sleep })
 * const history = await clock.run(() => runWorkload({ fetch: api.fetch, clock, reads: 200 }))
 *
 * checkGuarantees(history).reads //=> 200
 * ```
 */
export async function runWorkload(options: WorkloadOptions): Promise<HistoryRecorder> {
  const { clock = systemClock, reads = 1000, readIntervalMs = 100, signal } = options
  const { writeIntervalMs = 1000, history = createHistory(clock) } = options
  const user = sit(options, history)
  let nextReadMs = clock.now()
  let nextWriteMs = nextReadMs
  for (let count = 0; count < reads; count += 1) {
    if (signal?.aborted === true) break
    const idleMs = nextReadMs - clock.now()
    if (idleMs > 0) await clock.sleep(idleMs)
    const startMs = clock.now()
    nextReadMs = startMs + readIntervalMs // W2
    await user.read()
    if (startMs < nextWriteMs) continue
    nextWriteMs = startMs + writeIntervalMs
    await user.write()
  }
  if (options.log !== undefined) history.recordLog(options.log())
  return history
}

/** Sits a user down at the client. */
function sit(options: WorkloadOptions, history: HistoryRecorder): User {
  const { fetch, session, explain, baseUrl = laggingApiOrigin, seed = 1 } = options
  const { resources = ['photos', 'counter', 'conversation'] } = options
  return createUser({
    fetch: recordFetch(fetch, history, { session, explain }),
    baseUrl,
    random: createRandom(seed),
    resources,
  })
}

interface User {
  readonly read: () => Promise<void>
  readonly write: () => Promise<void>
}

interface Desk {
  readonly fetch: typeof globalThis.fetch
  readonly baseUrl: string
  readonly random: Random
  readonly resources: readonly WorkloadResource[]
}

function createUser({ fetch, baseUrl, random, resources }: Desk): User {
  const reading = random.substream('reads')
  const writing = random.substream('writes')
  const made: Made = { photos: [], deleted: [], messages: [] }

  /** Returns the identifier that the answer names, if the request succeeded and it names one. */
  const send = async ({ method, path, body }: Step): Promise<string | undefined> => {
    try {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
      const response = await fetch(`${baseUrl}${path}`, init)
      const text = await response.text()
      return response.ok && method === 'POST' ? /"id":"([^"]+)"/.exec(text)?.[1] : undefined
    } catch {
      // A network that failed, a client that gave up: recorded as such, and the user goes on.
      return undefined
    }
  }

  return {
    async read() {
      const resource = oneOf(reading, resources) ?? 'counter'
      await send({ method: 'GET', path: readPath(resource, made, reading) })
    },
    async write() {
      const step = writeStep(oneOf(writing, resources) ?? 'counter', made, writing)
      const id = await send(step)
      step.learn?.(id)
    },
  }
}

/** What the user knows to exist: identifiers, the oldest first. */
interface Made {
  readonly photos: string[]
  readonly deleted: string[]
  readonly messages: string[]
}

interface Step {
  readonly method: string
  readonly path: string
  readonly body?: Readonly<Record<string, string>>
  /** What the user knows once it is done. */
  readonly learn?: (id: string | undefined) => void
}

const counterPath = '/counters/likes'
const conversationPath = '/conversations/guests/messages'

function oneOf<T>(random: Random, choices: readonly T[]): T | undefined {
  return choices[random.below(choices.length)]
}

function readPath(resource: WorkloadResource, made: Made, random: Random): string {
  // One draw for each question, whatever the answers are (W1).
  const kind = random.next()
  const which = random.next()
  if (resource === 'counter') return counterPath
  if (resource === 'conversation') return conversationPath
  // People look at what they have just made more often than at anything else.
  const recent = which < 0.5 ? made.photos.at(-1) : undefined
  const photo = recent ?? made.photos[Math.floor(which * made.photos.length)]
  const gone = made.deleted.at(-1)
  if (kind < 0.1 && gone !== undefined) return `/photos/${gone}`
  return kind < 0.5 && photo !== undefined ? `/photos/${photo}` : '/photos'
}

function writeStep(resource: WorkloadResource, made: Made, random: Random): Step {
  const kind = random.next()
  const which = random.next()
  switch (resource) {
    case 'counter':
      return { method: 'POST', path: `${counterPath}/increment` }
    case 'conversation': {
      const last = made.messages.at(-1)
      const body = { text: 'Hello', ...(kind < 0.5 && last !== undefined ? { replyTo: last } : {}) }
      const learn = noteIn(made.messages)
      return { method: 'POST', path: conversationPath, body, learn }
    }
    case 'photos': {
      const photo = made.photos[Math.floor(which * made.photos.length)]
      if (photo === undefined || kind < 0.4) {
        const body = { title: 'Dune' }
        return { method: 'POST', path: '/photos', body, learn: noteIn(made.photos) }
      }
      const path = `/photos/${photo}`
      const title = `Dune ${Math.floor(which * 1000)}`
      if (kind < 0.85 || made.photos.length < 3) return { method: 'PATCH', path, body: { title } }
      const learn = (): void => {
        made.photos.splice(made.photos.indexOf(photo), 1)
        made.deleted.push(photo)
      }
      return { method: 'DELETE', path, learn }
    }
  }
}

function noteIn(ids: string[]): (id: string | undefined) => void {
  return (id) => {
    if (id !== undefined) ids.push(id)
  }
}
