// A simulated browser: its tabs, the page in each, and what outlives them.
//
// B1. Pages of one browser share the disk, the mirror and the clock, and nothing else.
// B2. A page that is gone does nothing any more: its timers stand still, its network is deaf, and what
//     it had handed to the disk follows the disk's own rule.

import { createTidemark, epochSeq, integer, fallbackStorage, jsonVersion, memoryStorage, tabChannel } from 'tidemark'
import type { OpenStorage, Rule, Tidemark, TidemarkEvent, TidemarkOptions, VersionFormat } from 'tidemark'
import { createRandom, laggingApiOrigin } from 'tidemark/testing'
import type { HistoryRecorder } from 'tidemark/testing'
import { createChannels } from './channel.ts'
import type { SimulatedClock } from './clock.ts'
import { createSimulatedDisk } from './disk.ts'
import type { HandedOver, Leaving, SimulatedDisk } from './disk.ts'
import { createHooks } from './hooks.ts'
import type { Hooks } from './hooks.ts'
import { createKeepings } from './keeping.ts'
import { createPlace } from './knowledge.ts'
import type { Known, Lesson } from './knowledge.ts'
import type { Network } from './network.ts'
import type { World } from './plan.ts'

/** A page: one client, from its loading to its end. */
export interface Page {
  /** Its name, such as `tab-2/0`; with each session that begins in it another, such as `tab-2/0~1`. */
  readonly name: string
  /** The first user of whom its session may know anything: nothing of those before. */
  readonly sinceUser: number
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
  /** Signs the user out, at the server first, and then in the page. */
  readonly signOut: (page: Page) => Promise<void>
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
  /** What tokens told those who have brought it to the disk: of scopes, and not of single keys. */
  const tokensOnDisk = createPlace()
  const onMirror = createPlace()
  const mirror = createMirror(parts, onMirror.close)
  const lessons: Lesson[] = []
  const openChannel = createChannels(world, clock, seed)
  const pages: Page[] = []
  const current: OpenPage[] = []
  let jumpedMs = 0
  /** How many sign-outs have begun, and how many are under way. What a session before them knew they wipe. */
  let signOuts = 0
  let wiping = 0
  let wipedUser = 0

  /** While a page begins the session after its own sign-out. */
  let isSigningOut = false

  const onDiskNow = (): OnDisk => ({ own: onDisk.known(), ofTokens: tokensOnDisk.known() })
  const stepNow = (): number => history.invoke().step

  function openPage(name: string): OpenPage {
    let leaving: Leaving = 'here'
    let leave: () => void = () => undefined
    const gone = new Promise<void>((resolve) => void (leave = resolve))
    const adopted: Known = new Map()
    const heard = createPlace()
    const learn = (way: Lesson['way'], atStep: number, known: ReadonlyMap<string, number>): void => {
      heard.learnAll(known)
      lessons.push({ page: session.name, atStep, way, known })
    }
    const learnFromDisk = (way: Lesson['way'], atStep: number, known = onDiskNow()): void => {
      learn(way, atStep, known.own)
      learn('token', atStep, known.ofTokens)
    }
    const isGone = (): boolean => leaving !== 'here'
    let sessions = 0
    let session = beginSession()
    function beginSession(): Session {
      // While others are wiping, it may begin on what is yet to be wiped, and ends with that.
      const isFounded = wiping === 0 || isSigningOut
      return {
        name: sessions === 0 ? name : `${name}~${sessions}`,
        begunAtMs: clock.now(),
        begunAtStep: stepNow(),
        onDiskAtFirst: onDiskNow(),
        sinceUser: isFounded ? parts.network.user() : wipedUser,
        signOuts: isFounded ? signOuts : -1,
      }
    }
    const keeps = (): boolean => session.signOuts === signOuts && wiping === 0
    const mirrorAll = (upToStep: number): void => {
      if (!keeps()) return
      onMirror.learn(session.name, upToStep)
      onMirror.learnAll(adopted)
    }
    if (mirror !== undefined) learn('mirror', session.begunAtStep, onMirror.known())

    const user = {
      leaving: () => leaving,
      onHandedOver() {
        const step = stepNow()
        mirrorAll(step) // The mirror is written before the disk.
        return { step, adopted: new Map(adopted) }
      },
      onApplied(handedOver: HandedOver) {
        if (!keeps()) return
        onDisk.learn(session.name, handedOver.step)
        tokensOnDisk.learnAll(handedOver.adopted)
      },
      onCommitted(batch: { readonly floors: ReadonlyMap<string, unknown>; readonly resets: ReadonlyMap<string, unknown> }) {
        // What the disk knew better of the scopes in the batch, the page has now been told.
        if (world.versions === 'wire' && batch.floors.size + batch.resets.size > 0) learnFromDisk('commit', stepNow())
      },
      onLoaded() {
        const { begunAtMs, begunAtStep, onDiskAtFirst } = session
        // The first answers have waited for what stood there when the session began.
        if (clock.now() - begunAtMs <= floorsWithinMs) learnFromDisk('loading', begunAtStep, onDiskAtFirst)
        learnFromDisk('loading', stepNow())
        mirrorAll(stepNow())
        for (const place of [onDisk, tokensOnDisk]) onMirror.learnAll(place.known())
      },
    }
    const client = createTidemark({
      ...optionsOf(parts, storageOf(world, disk.open(user))),
      mirror: mirror ?? false,
      fetch: parts.network.fetchOf(() => session.name, isGone),
      ...(world.channel !== 'none' && { tabs: tabChannel({ open: openChannel(isGone) }) }),
      now: () => clock.now() + jumpedMs,
      random: () => random.next(),
      setTimer: (callback, delayMs) =>
        clock.setTimer(() => {
          if (!isGone()) callback() // B2
        }, delayMs),
    })
    client.subscribe((event) => {
      if (isGone()) return
      parts.onEvent(session.name, event)
      if (event.type !== 'session:ended') return
      sessions += 1
      session = beginSession()
      adopted.clear()
      heard.forget()
    })
    const keeping = world.hooks === 'kept' ? keepings.of({ isGone, gone }) : undefined
    const page: Page = {
      get name() {
        return session.name
      },
      get sinceUser() {
        return session.sinceUser
      },
      hooks: world.hooks === 'none' ? undefined : createHooks(client, keeping),
      client: parts.contender === 'plain' ? { ...client, fetch: parts.network.fetchOf(() => name, isGone) } : client,
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
      knowledge: () => new Map(heard.known()).set(session.name, stepNow()),
    }
    pages.push(page)
    return {
      page,
      async leave(how) {
        if (how === 'hide') {
          void client.flush()
          mirrorAll(stepNow()) // However slow the disk.
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
      const [name, count = ''] = page.name.split('/')
      current[tab] = openPage(`${name}/${Number.parseInt(count) + 1}`)
    },
    async signOut(page) {
      parts.network.nextUser()
      const user = parts.network.user()
      signOuts += 1
      wiping += 1
      for (const place of [onDisk, tokensOnDisk, onMirror]) place.forget()
      isSigningOut = true
      const signingOut = page.client.session.signOut()
      isSigningOut = false
      try {
        await signingOut
      } finally {
        wiping -= 1
        if (wiping === 0) wipedUser = user
      }
    },
    jump: (byMs) => void (jumpedMs += byMs),
    calm() {
      disk.calm()
      mirror?.calm()
    },
  }
}

/** What the disk knows. */
interface OnDisk {
  readonly own: ReadonlyMap<string, number>
  readonly ofTokens: ReadonlyMap<string, number>
}

interface Session {
  readonly name: string
  readonly begunAtMs: number
  readonly begunAtStep: number
  readonly onDiskAtFirst: OnDisk
  readonly sinceUser: number
  /** How many sign-outs had begun when it began; none where nothing of it is kept. */
  readonly signOuts: number
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
