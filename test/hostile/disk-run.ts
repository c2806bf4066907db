// One run on a bad disk: the real client in some tabs, in virtual time, on an IndexedDB that fails by seed, and with
// a channel between the tabs that does as well.
//
// The network is a good one: what fails there is the business of `test/simulation`. Judged is what each page was
// shown, over reloads too where a mirror is kept, and how long each read took.

import { IDBFactory } from 'fake-indexeddb'
import { createTidemark, fallbackStorage, indexedDBStorage, memoryStorage, tabChannel } from '../../src/index.ts'
import type { OpenTabs, Rule, Tidemark, TidemarkOptions } from '../../src/index.ts'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import { createHistory } from '../../src/testing/history/history.ts'
import { createLaggingApi, laggingApiOrigin } from '../../src/testing/api/lagging-api.ts'
import { createRandom } from '../../src/testing/determinism/random.ts'
import type { Random } from '../../src/testing/determinism/random.ts'
import { culpritOf } from '../../src/testing/judge/violation.ts'
import { recordFetch } from '../../src/testing/history/record-fetch.ts'
import { createSimulatedClock } from '../simulation/clock.ts'
import type { SimulatedClock } from '../simulation/clock.ts'
import { unreliableChannel } from './unreliable-channel.ts'
import { engineAtRest, isBusy, unreliableIndexedDB } from './unreliable-indexeddb.ts'
import type { Engine, Trouble, UnreliableIndexedDB } from './unreliable-indexeddb.ts'

/** What a run came to. */
export interface DiskRun {
  readonly reads: number
  readonly writes: number
  readonly reloads: number
  readonly troubles: readonly Trouble[]
  /** The longest read, in virtual milliseconds. */
  readonly slowestMs: number
  /** Guarantees that were broken, reads over budget, errors that are none of ours. */
  readonly violations: readonly string[]
}

const budgetMs = 2000
const latencyMs = 20
/** The first answer's way, and the wait for the floors. */
const networkMs = latencyMs + 400
const stepsOfTab = 12
/** More turns of the event loop than any transaction takes. */
const turnsMax = 200

interface World {
  readonly tabs: number
  readonly ofHundred: number
  readonly mirror: 'kept' | 'failing' | 'none'
  readonly rules: readonly Rule[]
  readonly isCleared: boolean
}

function worldOf(random: Random): World {
  const pick = <T>(choices: readonly [T, ...T[]]): T => choices[random.below(choices.length)] ?? choices[0]
  const reuse = { maxAgeMs: 200, staleWhileRevalidateMs: 400 }
  return {
    tabs: pick([1, 2, 2, 3]),
    ofHundred: pick([3, 10, 30, 70]),
    mirror: pick(['kept', 'kept', 'failing', 'none']),
    rules: pick([[], [{ match: '/photos/:id', ...reuse }, { match: '/counters/likes', ...reuse }]]),
    isCleared: random.next() < 0.1,
  }
}

/** Runs a seed. The global timers are those of the run until it has ended, since storages go by them. */
export async function runOnBadDisk(seed: number): Promise<DiskRun> {
  const random = createRandom(seed)
  const world = worldOf(random.substream('world'))
  const engine = engineAtRest()
  // An open that waits for a deletion, which waits for a frozen tab, ends when time goes on, if ever.
  let turns = 0
  const clock = createSimulatedClock(1_000_000, () => {
    turns = isBusy(engine) && turns < turnsMax ? turns + 1 : 0
    return turns > 0
  })
  const { setTimeout: realSet, clearTimeout: realClear } = globalThis
  Object.assign(globalThis, {
    setTimeout: (callback: () => void, delayMs = 0) => clock.setTimer(callback, delayMs),
    clearTimeout: (cancel: (() => void) | undefined) => cancel?.(),
  })
  try {
    return await clock.run(() => play({ seed, random, world, clock, engine }))
  } finally {
    Object.assign(globalThis, { setTimeout: realSet, clearTimeout: realClear })
  }
}

interface Stage {
  readonly seed: number
  readonly random: Random
  readonly world: World
  readonly clock: SimulatedClock
  readonly engine: Engine
}

interface Page {
  readonly fetch: typeof globalThis.fetch
  readonly leave: () => Promise<void>
}

async function play({ seed, random, world, clock, engine }: Stage): Promise<DiskRun> {
  const { now, sleep, setTimer } = clock
  const api = createLaggingApi({
    seed,
    now,
    sleep,
    lag: { kind: 'exponential', meanMs: 400 },
    latency: { kind: 'fixed', ms: latencyMs },
  })
  const history = createHistory({ now })
  const tabs = tabChannel({ open: unreliableChannel({ random: random.substream('channel'), ofHundred: world.ofHundred, setTimer }) })
  const below = new IDBFactory()
  const mirror = mirrorOf(world.mirror, random.substream('mirror'))
  const troubles: Trouble[] = []
  const violations: string[] = []
  const made: string[] = []
  /** Whoever clears the data of a site signs out, which is told: what comes then is another session. */
  const ended = new Set<string>()
  const counts = { reads: 0, writes: 0, reloads: 0, slowestMs: 0 }
  let isOver = false

  function openPage(tab: number, page: number): Page {
    const draws = random.substream(`tab-${tab}/${page}`)
    const disk = unreliableIndexedDB(below, {
      engine,
      random: draws.substream('disk'),
      ofHundred: world.ofHundred,
      setTimer,
      onTrouble: (trouble) => troubles.push(trouble),
      isCalm: () => isOver,
    })
    let isGone = false
    const setTimerOfPage: typeof setTimer = (callback, delayMs) =>
      setTimer(() => {
        if (!isGone) callback()
      }, delayMs)
    const client = openClient({ draws, disk, world, mirror, tabs, now, setTimer: setTimerOfPage, api: api.fetch })
    // Without a mirror only the disk knows what earlier pages have seen, and it may have lost it.
    const isOneSession = world.mirror === 'kept' && !world.isCleared
    const session = isOneSession ? `tab-${tab}` : `tab-${tab}/${page}`
    client.subscribe(({ type }) => {
      if (type !== 'session:ended') return
      ended.add(session)
      if (!world.isCleared) violations.push(`${session}: the session ended, and nobody had asked for it`)
    })
    return {
      fetch: recordFetch(client.fetch, history, { session }),
      async leave() {
        void client.flush()
        await sleep(0)
        isGone = true
        disk.leave()
      },
    }
  }

  async function use(page: Page, draws: Random): Promise<void> {
    const startedAt = now()
    const isRead = draws.next() < 0.7
    const which = draws.next()
    const [method, path, body] = isRead ? readOf(made, which) : writeOf(made, which)
    try {
      const response = await page.fetch(laggingApiOrigin + path, { method, ...(body && { body }) })
      const text = await response.text()
      const id = method === 'POST' && path === '/photos' ? /"id":"([^"]+)"/.exec(text)?.[1] : undefined
      if (id !== undefined) made.push(id)
    } catch (error) {
      if (!(error as { isTidemarkError?: boolean }).isTidemarkError) violations.push(`${method} ${path}: ${String(error)}`)
    }
    counts[isRead ? 'reads' : 'writes'] += 1
    if (isRead) counts.slowestMs = Math.max(counts.slowestMs, now() - startedAt)
  }

  async function work(tab: number): Promise<void> {
    const draws = random.substream(`user of ${tab}`)
    let page = openPage(tab, 0)
    for (let step = 0; step < stepsOfTab; step += 1) {
      // oxlint-disable no-await-in-loop
      const what = draws.next()
      if (what < 0.12) {
        await page.leave()
        counts.reloads += 1
        page = openPage(tab, counts.reloads)
      } else if (what < 0.2) await sleep(draws.next() * 3000)
      else await use(page, draws)
      if (world.isCleared && step === 6 && tab === 0) {
        below.deleteDatabase('tidemark')
        mirror?.clear()
      }
      // oxlint-enable no-await-in-loop
    }
    await page.leave()
  }

  await Promise.all(Array.from({ length: world.tabs }, (_, tab) => work(tab)))
  isOver = true
  // What pages have left behind comes to its end by the timers of this run.
  await sleep(60_000)
  const report = checkGuarantees(history, { liveness: { budgetMs, networkMs } })
  const kept = report.violations.filter((violation) => !ended.has(culpritOf(violation).session))
  violations.push(...kept.map(({ message }) => message))
  return { ...counts, troubles, violations }
}

interface ClientParts {
  readonly draws: Random
  readonly disk: UnreliableIndexedDB
  readonly world: World
  readonly now: () => number
  readonly setTimer: SimulatedClock['setTimer']
  readonly mirror: Mirror | undefined
  readonly tabs: OpenTabs
  readonly api: typeof globalThis.fetch
}

function openClient({ draws, disk, world, mirror, tabs, now, setTimer, api }: ClientParts): Tidemark {
  return createTidemark({
    origins: [laggingApiOrigin],
    rules: world.rules,
    budgetMs,
    storage: fallbackStorage(indexedDBStorage({ indexedDB: disk.factory }), memoryStorage()),
    mirror: mirror ?? false,
    tabs,
    fetch: api,
    now,
    random: () => draws.next(),
    setTimer,
  })
}

type Mirror = Exclude<TidemarkOptions['mirror'], false | undefined> & { readonly clear: () => void }

function mirrorOf(kind: World['mirror'], random: Random): Mirror | undefined {
  if (kind === 'none') return undefined
  const texts = new Map<string, string>()
  return {
    getItem: (name) => texts.get(name) ?? null,
    setItem(name, text) {
      if (kind === 'failing' && random.next() < 0.3) throw new DOMException('Full.', 'QuotaExceededError')
      texts.set(name, text)
    },
    removeItem: (name) => void texts.delete(name),
    clear: () => texts.clear(),
  }
}

type Asked = readonly [method: string, path: string, body?: string]

function readOf(made: readonly string[], which: number): Asked {
  const photo = made[Math.floor(which * made.length)]
  if (which < 0.4 || photo === undefined) return ['GET', which < 0.2 ? '/photos' : '/counters/likes']
  return ['GET', `/photos/${photo}`]
}

function writeOf(made: string[], which: number): Asked {
  const photo = made[Math.floor(which * made.length)]
  if (which < 0.3) return ['POST', '/counters/likes/increment']
  if (which < 0.6 || photo === undefined) return ['POST', '/photos', '{"title":"Dune"}']
  if (which < 0.9) return ['PATCH', `/photos/${photo}`, `{"title":"Dune ${which}"}`]
  made.splice(made.indexOf(photo), 1)
  return ['DELETE', `/photos/${photo}`]
}
