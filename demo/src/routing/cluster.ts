// A small cluster in virtual time: a primary and four replicas, each at an address of its own, and one
// user who reads and writes. What a routing costs there, and what it saves.
//
// C1. One course of events for each client, seed and play, however busy the machine is.
//     So nobody sleeps but whom the reader waits for: a browser reads bodies in another queue than that by
//     which a virtual clock waits, and time would pass meanwhile.
// C2. The history checker counts violations, and the network counts requests: no client is asked.

import { createTidemark, memoryStorage } from 'tidemark'
import type { Level, Tidemark, TidemarkEvent } from 'tidemark'
import type { Endpoint } from 'tidemark/routing'
import {
  checkGuarantees,
  createHistory,
  createLaggingApi,
  createRandom,
  createVirtualClock,
  laggingApiOrigin,
  runWorkload,
} from 'tidemark/testing'
import type { Distribution, LaggingApi, VirtualClock } from 'tidemark/testing'
import type { Routing } from './choices.ts'

/** One request that reached the network. */
export interface Sent {
  readonly server: string
  readonly atMs: number
  readonly outcome: 'fresh' | 'behind' | 'failed' | 'aborted'
}

/** Something that goes wrong, or is done by others, before the next read after a moment. */
export interface Happening {
  readonly atMs: number
  readonly change: (api: LaggingApi) => unknown
}

/** What happens to a cluster. */
export interface Play {
  readonly reads: number
  readonly readIntervalMs: number
  readonly writeIntervalMs: number
  readonly lag: Distribution | readonly Distribution[]
  /** What servers do with what a read asks for. @default 'refuse' */
  readonly floors?: 'refuse' | 'ignore'
  /** How long a server takes to answer on average, in milliseconds: 10 each, unless it is named. */
  readonly slow?: Readonly<Record<string, number>>
  /** What goes wrong, by the clock. */
  readonly happens?: readonly Happening[]
}

/** Who reads: plain `fetch`, or Tidemark with a routing. */
export type Reader =
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'tidemark'
      readonly routing: (endpoints: readonly Endpoint[]) => Routing | undefined
      readonly level?: Level
    }

/** What is told while a play goes on. */
export interface Moment {
  readonly atMs: number
  readonly sent: readonly Sent[]
  readonly events: readonly TidemarkEvent[]
  /** The share of reads that goes to the primary because of lag, as decided. */
  readonly share: number
}

/** What a play came to. */
export interface PlayFigures {
  readonly reads: number
  readonly requests: number
  /** Answers that were behind what the read needed. */
  readonly behind: number
  /** The share of the requests for reads that went to the primary, from 0 to 1. */
  readonly toPrimary: number
  readonly p50: number
  readonly p99: number
  readonly failures: number
  readonly violations: number
}

/** The servers of the cluster, the primary first. */
export const servers = ['primary', 'replica-1', 'replica-2', 'replica-3', 'replica-4'] as const

const endpoints: readonly Endpoint[] = servers.map((name) => ({
  name,
  isPrimary: name === 'primary',
  url: `http://${name}.test`,
}))

const momentMs = 250

/** Plays, and tells each moment as it passes. */
export async function playCluster(
  play: Play,
  reader: Reader,
  tell: (moment: Moment) => void = () => undefined,
): Promise<PlayFigures> {
  const seed = 1
  const clock = createVirtualClock()
  const { now, sleep } = clock
  const api = createLaggingApi({ seed, replicas: servers.length - 1, now, sleep, floors: play.floors ?? 'refuse', lag: play.lag })
  const sent: Sent[] = []
  let reading = 0
  const isReading = (): boolean => reading > 0
  const network = createNetwork({ api, clock, seed, slow: play.slow ?? {}, sent, isReading })
  const events: TidemarkEvent[] = []
  const tidemark = reader.kind === 'plain' ? undefined : createReader(reader, { network, clock, seed })
  tidemark?.subscribe((event) => events.push(event))

  const latencies: number[] = []
  let failures = 0
  const due = [...(play.happens ?? [])]
  let toldAtMs = -momentMs
  const happen = async (): Promise<void> => {
    for (const { change } of due.splice(0, due.filter(({ atMs }) => atMs <= now()).length)) await change(api)
    if (now() - toldAtMs < momentMs) return
    toldAtMs = now()
    tell({ atMs: now(), sent, events, share: tidemark?.lag?.get().shareToPrimary ?? 0 })
    // What was told may be drawn before time goes on.
    await new Promise((resolve) => void setTimeout(resolve))
  }
  const timed: typeof fetch = async (input, init) => {
    const isRead = (init?.method ?? 'GET') === 'GET'
    await tidemark?.flush() // C1
    await happen()
    const begunMs = now()
    reading += 1
    try {
      const response = await (tidemark?.fetch ?? network)(input, init)
      await tidemark?.flush() // C1
      return response
    } catch (error) {
      if (isRead) failures += 1
      throw error
    } finally {
      reading -= 1
      if (isRead) latencies.push(now() - begunMs)
    }
  }

  const history = createHistory(clock)
  const { reads, readIntervalMs, writeIntervalMs } = play
  await clock.run(() => runWorkload({ fetch: timed, clock, seed, reads, readIntervalMs, writeIntervalMs, history }))
  const behind = events.filter(({ type }) => type === 'answer:shadowed').length
  const { violations } = checkGuarantees(history, { granularity: 'scope' }) // C2
  tidemark?.close()
  return {
    reads: latencies.length,
    requests: sent.length,
    behind: behind + sent.filter(({ outcome }) => outcome === 'behind').length,
    toPrimary: sent.filter(({ server }) => server === 'primary').length / sent.length,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    failures,
    violations: violations.length,
  }
}

interface NetworkParts {
  readonly api: LaggingApi
  readonly clock: VirtualClock
  readonly seed: number
  readonly slow: Readonly<Record<string, number>>
  /** Whether the client is still at work on something that it was asked for. */
  readonly isReading: () => boolean
  /** Takes every request of a read. */
  readonly sent: Sent[]
}

/** Carries requests to the servers: by address, or by chance where the address is that of the API. */
function createNetwork({ api, clock, seed, slow, sent, isReading }: NetworkParts): typeof fetch {
  const chance = createRandom(`${seed}/network`)
  const balance = chance.substream('balance')
  const draws = new Map(servers.map((name) => [name as string, chance.substream(name).next]))
  return async (input, init) => {
    const request = new Request(new URL(String(input instanceof Request ? input.url : input), laggingApiOrigin), init)
    const url = new URL(request.url)
    const named = servers.find((name) => url.hostname === `${name}.test`)
    const isRead = request.method === 'GET'
    const server = named ?? (isRead ? (servers[1 + balance.below(servers.length - 1)] ?? 'primary') : 'primary')
    const atMs = clock.now()
    const note = (outcome: Sent['outcome']): void => {
      if (isRead) sent.push({ server, atMs, outcome })
    }
    const meanMs = slow[server]
    const draw = draws.get(server)?.() ?? 0
    try {
      await clock.sleep(meanMs === undefined ? 10 : -Math.log(1 - draw) * meanMs, request.signal)
      const there = new Request(new URL(url.pathname + url.search, laggingApiOrigin), request)
      const response = await api.handle(there, { server })
      void settle(clock, isReading)
      note(response.status === 503 || response.status === 409 ? 'behind' : 'fresh')
      return response
    } catch (error) {
      note(request.signal.aborted ? 'aborted' : 'failed')
      throw error
    }
  }
}

function createReader(
  { routing, level }: Extract<Reader, { kind: 'tidemark' }>,
  { network, clock, seed }: { readonly network: typeof fetch; readonly clock: VirtualClock; readonly seed: number },
): Tidemark {
  const chosen = routing(endpoints)
  return createTidemark({
    origins: [laggingApiOrigin],
    ...(chosen === undefined ? {} : { routing: chosen }),
    consistency: level,
    storage: memoryStorage(),
    mirror: false,
    now: clock.now,
    random: createRandom(`${seed}/client`).next,
    setTimer: clock.setTimer,
    fetch: network,
  })
}

// The page reads an answer, and a copy of it; before that the client may read it several times.
const bodiesMin = 3
const bodiesMax = 12

/** Lets time stand until an answer was read, whatever timers run: who is due now comes first. */
async function settle(clock: VirtualClock, isReading: () => boolean): Promise<void> {
  const settled = new AbortController()
  const read = async (): Promise<void> => {
    for (let count = 0; count < (isReading() ? bodiesMax : bodiesMin); count += 1) await new Response('{}').clone().text()
    settled.abort()
  }
  void read()
  while (!settled.signal.aborted) await clock.sleep(0)
}

/** Returns a percentile by nearest rank, or 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0
}
