// A simulated browser: its tabs, the page in each, and what outlives them.
//
// B1. Pages of one browser share the disk, the mirror and the clock, and nothing else.
// B2. A page that is gone does nothing any more: its timers stand still, its network is deaf, and what
//     it had handed to the disk follows the disk's own rule.

import { createTidemark, epochSeq, integer, fallbackStorage, jsonVersion, memoryStorage } from 'tidemark'
import type { OpenStorage, Rule, Tidemark, TidemarkEvent, TidemarkOptions, VersionFormat } from 'tidemark'
import { createRandom, laggingApiOrigin } from 'tidemark/testing'
import type { HistoryRecorder } from 'tidemark/testing'
import type { SimulatedClock } from './clock.ts'
import { createSimulatedDisk } from './disk.ts'
import type { Leaving, SimulatedDisk } from './disk.ts'
import { createHooks } from './hooks.ts'
import type { Hooks } from './hooks.ts'
import { createKeepings } from './keeping.ts'
import { createPlace } from './knowledge.ts'
import type { Known, Lesson } from './knowledge.ts'
import type { Network } from './network.ts'
import type { World } from './plan.ts'

/** A page: one client, from its loading to its end. */
export interface Page {
  /** Its name, such as `tab-2/0`. */
  readonly name: string
  readonly client: Tidemark
  /** Where the world has hooks. */
  readonly hooks: Hooks | undefined
  readonly isGone: () => boolean
  /** Resolves when the page is gone. */
  readonly gone: Promise<void>
  /** Notes that the user heard of a write. */
  readonly noteAcknowledged: () => void
  /** Notes that another session was adopted. */
  readonly noteAdopted: (from: Page) => void
  /** What a token tells: all that the page has seen, done, and learned. */
  readonly knowledge: () => Known
}

/** A browser with some tabs. */
export interface Browser {
  /** The page that is in a tab now. */
  readonly pageOf: (tab: number) => Page
  readonly reload: (tab: number, how: 'hide' | 'crash') => Promise<void>
  readonly pages: readonly Page[]
  readonly lessons: readonly Lesson[]
  /** The changes that outboxes have kept. */
  readonly kept: ReadonlySet<string>
  readonly disk: SimulatedDisk
  readonly jump: (byMs: number) => void
  readonly calm: () => void
}

/** What a browser needs. */
export interface BrowserParts {
  readonly seed: number
  readonly world: World
  readonly clock: SimulatedClock
  readonly network: Network
  readonly history: HistoryRecorder
  /** Which client the pages run: ours, or none. */
  readonly contender: 'plain' | 'tidemark'
  readonly onEvent: (page: string, event: TidemarkEvent) => void
}

/** So long the judging of the first answers waits for the disk (design, I8). */
const floorsWithinMs = 400

/** Makes a browser, with a page in each tab. */
export function createBrowser(parts: BrowserParts): Browser {
  const { seed, world, clock, history } = parts
  const random = createRandom(seed).substream('clients')
  const disk = createSimulatedDisk(world, clock, seed)
  const keepings = createKeepings(world, clock, seed)
  const onDisk = createPlace()
  const onMirror = createPlace()
  const mirror = createMirror(parts, onMirror.close)
  const lessons: Lesson[] = []
  const pages: Page[] = []
  const current: OpenPage[] = []
  let jumpedMs = 0

  const stepNow = (): number => history.invoke().step

  function openPage(name: string): OpenPage {
    let leaving: Leaving = 'here'
    let leave: () => void = () => undefined
    const gone = new Promise<void>((resolve) => void (leave = resolve))
    const openedAtMs = clock.now()
    const openedAtStep = stepNow()
    const onDiskAtFirst = onDisk.known()
    const adopted: Known = new Map()
    const heard = createPlace()
    const learn = (way: Lesson['way'], atStep: number, known: ReadonlyMap<string, number>): void => {
      heard.learnAll(known)
      lessons.push({ page: name, atStep, way, known })
    }
    const isGone = (): boolean => leaving !== 'here'
    const mirrorAll = (upToStep: number): void => {
      onMirror.learn(name, upToStep)
      onMirror.learnAll(adopted)
    }
    if (mirror !== undefined) learn('mirror', openedAtStep, onMirror.known())

    const user = {
      leaving: () => leaving,
      onHandedOver() {
        const step = stepNow()
        mirrorAll(step) // The mirror is written before the disk.
        return step
      },
      onApplied(step: number) {
        onDisk.learn(name, step)
        onDisk.learnAll(adopted)
      },
      onCommitted(batch: { readonly floors: ReadonlyMap<string, unknown>; readonly resets: ReadonlyMap<string, unknown> }) {
        // What the disk knew better of the scopes in the batch, the page has now been told.
        if (world.versions === 'wire' && batch.floors.size + batch.resets.size > 0) learn('commit', stepNow(), onDisk.known())
      },
      onLoaded() {
        // The first answers have waited for what stood there when the page was opened.
        if (clock.now() - openedAtMs <= floorsWithinMs) learn('loading', openedAtStep, onDiskAtFirst)
        learn('loading', stepNow(), onDisk.known())
        mirrorAll(stepNow())
        onMirror.learnAll(onDisk.known())
      },
    }
    const client = createTidemark({
      ...optionsOf(parts, storageOf(world, disk.open(user))),
      mirror: mirror ?? false,
      fetch: parts.network.fetchOf(name, isGone),
      now: () => clock.now() + jumpedMs,
      random: () => random.next(),
      setTimer: (callback, delayMs) =>
        clock.setTimer(() => {
          if (!isGone()) callback() // B2
        }, delayMs),
    })
    client.subscribe((event) => {
      if (!isGone()) parts.onEvent(name, event)
    })
    const keeping = world.hooks === 'kept' ? keepings.of({ isGone, gone }) : undefined
    const page: Page = {
      name,
      hooks: world.hooks === 'none' ? undefined : createHooks(client, keeping),
      client: parts.contender === 'plain' ? { ...client, fetch: parts.network.fetchOf(name, isGone) } : client,
      isGone,
      gone,
      noteAcknowledged() {
        // With the versions of one write come the floors of its scopes, and of no other.
        if (world.versions === 'wire') mirrorAll(stepNow())
      },
      noteAdopted(from) {
        const known = from.knowledge()
        for (const [other, step] of known) adopted.set(other, Math.max(step, adopted.get(other) ?? 0))
        learn('token', stepNow(), known)
        mirrorAll(stepNow())
      },
      knowledge: () => new Map(heard.known()).set(name, stepNow()),
    }
    pages.push(page)
    return {
      page,
      async leave(how) {
        if (how === 'hide') {
          void client.flush()
          // The page is told that it is hidden, and gets one turn more.
          await clock.sleep(0)
        }
        leaving = how === 'hide' ? 'hidden' : 'crashed'
        leave()
      },
    }
  }

  for (let tab = 0; tab < world.tabs; tab += 1) current.push(openPage(`tab-${tab + 1}/0`))

  return {
    pages,
    lessons,
    kept: keepings.kept,
    disk,
    pageOf: (tab) => (current[tab] ?? current[0]!).page,
    async reload(tab, how) {
      const { page, leave } = current[tab] ?? current[0]!
      await leave(how)
      const [name, count] = page.name.split('/')
      current[tab] = openPage(`${name}/${Number(count) + 1}`)
    },
    jump: (byMs) => void (jumpedMs += byMs),
    calm() {
      disk.calm()
      mirror?.calm()
    },
  }
}

interface OpenPage {
  readonly page: Page
  readonly leave: (how: 'hide' | 'crash') => Promise<void>
}

type Mirror = Exclude<TidemarkOptions['mirror'], false | undefined> & { readonly calm: () => void }

/** A mirror that is kept, or one that is full at times: then it promises nothing any more. */
function createMirror({ world, seed }: BrowserParts, onFailure: () => void): Mirror | undefined {
  if (world.mirror === 'none') return undefined
  const random = createRandom(seed).substream('mirror')
  const texts = new Map<string, string>()
  let isCalm = false
  return {
    getItem: (name) => texts.get(name) ?? null,
    setItem(name, text) {
      if (world.mirror === 'failing' && !isCalm && random.next() < 0.2) {
        onFailure()
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
      }
      texts.set(name, text)
    },
    removeItem: (name) => void texts.delete(name),
    calm: () => void (isCalm = true),
  }
}

function storageOf({ disk }: World, open: OpenStorage): OpenStorage {
  return disk === 'plain' ? open : fallbackStorage(open, memoryStorage())
}

function optionsOf({ world }: BrowserParts, storage: OpenStorage): TidemarkOptions {
  const { memoryBytesMax, onUnavailable, budgetMs } = world
  const rules = rulesOf(world)
  const format = world.epochs === 'ordered' ? orderedEpochs : epochSeq
  return { origins: [laggingApiOrigin], storage, rules, format, memoryBytesMax, onUnavailable, budgetMs }
}

/** As the default, where epochs are numbers. */
const orderedEpochs: VersionFormat = { ...epochSeq, compareEpochs: integer.comparePositions }

function rulesOf({ rules, versions }: World): readonly Rule[] {
  const reuse = rules.includes('reuse') ? { maxAgeMs: 100, staleWhileRevalidateMs: 400 } : {}
  const affects = rules.includes('affects')
  const inBody = versions === 'body' ? { versions: jsonVersion('version') } : {}
  // Two addresses of one row: what the one has caused, the other has to show.
  const ofCounter = versions === 'body' ? { ...inBody, scope: 'likes' } : {}
  if (rules.length === 0 && versions === 'wire') return []
  return [
    { match: '/photos/:id', ...reuse, ...inBody, ...(affects && { affects: ['/photos/:id'] }) },
    { match: '/photos', ...(affects && { affects: ['/photos/:id'] }) },
    { match: '/counters/likes', ...reuse, ...ofCounter },
    { match: '/counters/likes/increment', ...ofCounter, ...(affects && { affects: ['/counters/likes'] }) },
  ]
}
