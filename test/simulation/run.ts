// One run of the whole client in virtual time: a seeded API, a user at work, reloads in between.
//
// What is run is the client itself, and not a model of it. A seed decides everything: how many
// replicas there are and how late, what the server does with floors, how often the page is reloaded,
// and what of the browser's storage is there. The same seed plays the same run.

import { createTidemark, memoryStorage } from 'tidemark'
import type { Tidemark, TidemarkEvent, TidemarkOptions } from 'tidemark'
import {
  checkGuarantees,
  createHistory,
  createLaggingApi,
  createRandom,
  createVirtualClock,
  laggingApiOrigin,
  runWorkload,
} from 'tidemark/testing'
import type { FloorPolicy, GuaranteeReport, Random, VirtualClock } from 'tidemark/testing'
import { memoryDisk } from '../../src/storage/memory-storage.ts'

/** Which client is run. */
export type Contender = 'plain' | 'tidemark'

/** What is not left to the seed. */
export interface RunOptions {
  readonly seed: number
  readonly contender: Contender
  readonly reads?: number
}

/** What a run came to. */
export interface RunResult {
  readonly seed: number
  readonly world: World
  readonly byKey: GuaranteeReport
  readonly byScope: GuaranteeReport
  readonly requests: number
  /** Reads that ended with an error instead of an answer. */
  readonly failures: number
  readonly reloads: number
  /** How often each event was told. */
  readonly events: ReadonlyMap<string, number>
}

/** What a seed makes of the world. */
export interface World {
  readonly replicas: number
  readonly meanLagMs: number
  readonly floors: FloorPolicy
  readonly latencyMs: number
  /** How many reads a page lives for. */
  readonly readsPerPage: number
  readonly storage: 'disk and mirror' | 'disk' | 'mirror'
}

/** Runs one seed. */
export async function runSeed({ seed, contender, reads = 300 }: RunOptions): Promise<RunResult> {
  const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
  const random = createRandom(seed)
  const world = worldOf(random.substream('world'))
  const { now, sleep } = clock
  const api = createLaggingApi({
    seed,
    replicas: world.replicas,
    lag: { kind: 'exponential', meanMs: world.meanLagMs },
    latency: { kind: 'uniform', fromMs: 0, toMs: world.latencyMs },
    floors: world.floors,
    now,
    sleep,
  })
  let requests = 0
  let failures = 0
  const network: typeof globalThis.fetch = (input, init) => {
    requests += 1
    return api.fetch(input, init)
  }
  const events = new Map<string, number>()
  const browser = createBrowser({ clock, world, network, random: random.substream('client') })
  const history = createHistory(clock)
  const client = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    if (contender === 'plain') return network(input, init)
    const page = await browser.page((event) => {
      events.set(event.type, (events.get(event.type) ?? 0) + 1)
    })
    try {
      return await page.fetch(input, init)
    } catch (error) {
      failures += 1
      throw error
    }
  }
  await clock.run(() => runWorkload({ fetch: client, clock, seed, reads, history }))
  return {
    seed,
    world,
    byKey: checkGuarantees(history),
    byScope: checkGuarantees(history, { granularity: 'scope' }),
    requests,
    failures,
    reloads: browser.reloads(),
    events,
  }
}

function worldOf(random: Random): World {
  const oneOf = <T>(choices: readonly [T, ...T[]]): T => choices[random.below(choices.length)] ?? choices[0]
  return {
    replicas: 1 + random.below(5),
    meanLagMs: oneOf([50, 200, 200, 500]),
    floors: oneOf(['ignore', 'wait-then-primary', 'refuse']),
    latencyMs: oneOf([0, 20, 100]),
    readsPerPage: oneOf([25, 100, 1000]),
    storage: oneOf(['disk and mirror', 'disk', 'mirror']),
  }
}

interface BrowserParts {
  readonly clock: VirtualClock
  readonly world: World
  readonly network: typeof globalThis.fetch
  readonly random: Random
}

interface Browser {
  /** Returns the page of now: reloaded, if the last one has lived its time. */
  readonly page: (listener: (event: TidemarkEvent) => void) => Promise<Tidemark>
  readonly reloads: () => number
}

function createBrowser({ clock, world, network, random }: BrowserParts): Browser {
  const disk = memoryDisk()
  const texts = new Map<string, string>()
  const hasDisk = world.storage !== 'mirror'
  const mirror: TidemarkOptions['mirror'] = {
    getItem: (name) => texts.get(name) ?? null,
    setItem: (name, text) => void texts.set(name, text),
    removeItem: (name) => void texts.delete(name),
  }
  let page: Tidemark | undefined
  let requestsOfPage = 0
  let reloads = -1

  return {
    reloads: () => Math.max(0, reloads),
    async page(listener) {
      requestsOfPage += 1
      if (page !== undefined && requestsOfPage <= world.readsPerPage) return page
      // What a page does when it is hidden for the last time.
      await page?.flush()
      reloads += 1
      requestsOfPage = 1
      page = createTidemark({
        origins: [laggingApiOrigin],
        storage: hasDisk ? memoryStorage({ disk }) : memoryStorage(),
        mirror: world.storage === 'disk' ? false : mirror,
        fetch: network,
        now: clock.now,
        random: () => random.next(),
        setTimer(callback, delayMs) {
          const controller = new AbortController()
          clock.sleep(delayMs, controller.signal).then(callback, () => undefined)
          return () => controller.abort()
        },
      })
      page.subscribe(listener)
      return page
    },
  }
}
