// The page of the soak: a tab that is open for an hour, and what is done in it. Driven from outside, leg by leg
// (`test/engines/soak.ts`).
//
// P1. All parts of the client that remember something are used as an app would: reads of items, lists, pages of
//     lists and searches, of which no two have the same address; watches that come and go; mutations with and
//     without an outbox; a signal that lives as long as the page. What exists is bounded, and is always others.
// P2. Time passes faster than on the wall, for the client and for the replicas alike. Disk and heap are real.
// P3. What was read and written leaves the page with each leg, so that the heap is the client's alone.

import {
  createTidemark,
  epochSeq,
  fallbackStorage,
  indexedDBStorage,
  insertItem,
  listOf,
  memoryStorage,
  outbox,
  patchItem,
  patchValue,
  putValue,
  removeItem,
} from 'tidemark'
import type { Snapshot, TidemarkEvent, Watch } from 'tidemark'
import { createHistory, createRandom, recordFetch } from 'tidemark/testing'
import type { HistoryRecorder, Operation } from 'tidemark/testing'

/** How much is done in one leg. */
export interface Leg {
  readonly reads: number
  readonly writes: number
  /** How long it lasts at least, in virtual milliseconds. */
  readonly lastsMs: number
}

/** What came of a leg. */
export interface LegReport {
  readonly operations: readonly Operation[]
  readonly reads: number
  readonly writes: number
  /** Reads that no source could answer within the budget. */
  readonly unavailable: number
  /** Anything that should not have happened. */
  readonly faults: readonly string[]
  /** How long it took, in virtual milliseconds. */
  readonly tookMs: number
}

/** What the page offers to whoever drives it. */
export interface SoakPage {
  readonly leg: (leg: Leg) => Promise<LegReport>
  /** How many records each store has, and how many bytes the origin takes. */
  readonly stored: () => Promise<Readonly<Record<string, number>>>
}

declare global {
  interface Window {
    soak: SoakPage
  }
}

interface Photo {
  readonly id: string
  readonly title: string
  readonly version: number
}

const asked = new URL(location.href).searchParams
/** How many times faster time passes here. */
const pace = Number(asked.get('pace'))
const random = createRandom(asked.get('seed') ?? '1')
const startedAt = Date.now()
const now = (): number => startedAt + performance.now() * pace // P2
const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms / pace))

const newestFirst = (left: { readonly id: string }, right: { readonly id: string }): number => Number(right.id) - Number(left.id)
const photos = listOf<Photo>({
  items: 'items',
  item: '/photos/:id',
  version: 'version',
  includes: (_, { url }) => !url.searchParams.has('q'),
  order: newestFirst,
  pages: { parameter: 'cursor', next: 'nextCursor' },
})

const tidemark = createTidemark({
  rules: [
    { match: '/photos', affects: ['/photos/:id'], list: photos },
    { match: '/photos/:id', affects: ['/photos/:id'], maxAgeMs: 500 },
  ],
  // Small enough for both bounds to be met within minutes.
  memoryBytesMax: 512 * 1024,
  storage: fallbackStorage(indexedDBStorage({ bytesMax: 2 ** 20 }), memoryStorage({ bytesMax: 2 ** 20 })),
  now,
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs / pace)
    return () => clearTimeout(timer)
  },
})

const kept = outbox()
const inItems = { in: 'items' } as const
const add = tidemark.mutation({
  name: 'add',
  outbox: kept,
  request: (title: string) => ({ url: '/photos', json: { title } }),
  optimistic: (title, { temporaryId: id }) => [
    putValue(`/photos/${id}`, { id, title }),
    insertItem('/photos?limit=20', { id, title }, { ...inItems, at: 'start' }),
  ],
})
const rename = tidemark.mutation({
  request: ({ id, title }: { readonly id: string; readonly title: string }) => ({ url: `/photos/${id}`, method: 'PATCH', json: { title } }),
  optimistic: ({ id, title }) => [patchValue(`/photos/${id}`, { title }), patchItem('/photos?limit=20', id, { title }, inItems)],
})
const remove = tidemark.mutation({
  name: 'remove',
  outbox: kept,
  request: (id: string) => ({ url: `/photos/${id}`, method: 'DELETE' }),
  optimistic: (id) => [removeItem('/photos?limit=20', id, inItems)],
})

/** What a user knows of, from the answers to writes alone. */
const ids = Array.from({ length: Number(asked.get('photos')) }, (_, index) => String(index + 1))
const gone: string[] = []
const route = new AbortController()
const living = ids.length
const faults: string[] = []
let epoch = ''
let unavailable = 0
let history = createHistory({ now })

tidemark.subscribe((event: TidemarkEvent) => {
  if (event.type === 'storage:degraded') faults.push(`${event.reason} ${String(event.cause)}`)
  if (event.type === 'record:unreadable') faults.push(`${event.record} ${String(event.cause)}`)
  if (event.type === 'write:acknowledged') epoch = event.versions?.[0]?.epoch ?? epoch
})
addEventListener('error', ({ message }) => faults.push(message))
addEventListener('unhandledrejection', ({ reason }) => faults.push(String(reason)))

function recorded(into: HistoryRecorder): typeof fetch {
  return recordFetch(tidemark.fetch, into, { session: 'tab' })
}

const pick = (among: readonly string[]): string => {
  // People look at what is new more often than at anything else.
  const place = Math.floor(random.next() ** 2 * among.length)
  return among[among.length - 1 - place] ?? '1'
}

async function readOnce(): Promise<void> {
  const which = random.next()
  if (which < 0.2) return look(`/photos/${pick(ids)}`)
  if (which < 0.25) return look('/photos?limit=20')
  const path = pathOf(which)
  const signal = random.next() < 0.3 ? route.signal : undefined
  try {
    await (await recorded(history)(path, signal && { signal })).text()
  } catch (error) {
    notice(error)
  }
}

function pathOf(which: number): string {
  if (which < 0.55) return `/photos/${pick(ids)}`
  if (which < 0.6) return `/photos/${pick(gone)}`
  if (which < 0.75) return '/photos?limit=20'
  if (which < 0.85) return `/photos?limit=5&q=${random.below(2 ** 31)}`
  return `/counters/${random.below(10)}`
}

/** Shows something for a moment, as a component does that comes and goes. */
async function look(path: string): Promise<void> {
  const invoked = history.invoke()
  const watch: Watch<unknown> = tidemark.watch(path)
  const leave = watch.listen(() => undefined)
  try {
    const snapshot = await watch.until(({ fetching, status }) => status !== 'empty' && !fetching, { timeoutMs: 60_000 })
    note(path, invoked, snapshot)
  } catch (error) {
    notice(error)
  } finally {
    leave()
  }
}

/** Records what a watch shows, where nothing optimistic is in it. */
function note(path: string, invoked: ReturnType<HistoryRecorder['invoke']>, snapshot: Snapshot<unknown>): void {
  const { value, pending, behind, version } = snapshot
  if (pending || behind !== false || path.includes('?') || !isPhoto(value)) return
  const [asOf] = version ?? []
  history.recordRead({
    session: 'tab',
    scope: 'main',
    invoked,
    key: path,
    collection: '/photos',
    epoch: asOf?.epoch ?? '',
    asOf: asOf?.position,
    seen: { kind: 'value', position: String(value.version) },
  })
}

async function writeOnce(): Promise<void> {
  const which = random.next()
  try {
    if (which < 0.15) await (await recorded(history)(`/counters/${random.below(10)}/increment`, { method: 'POST' })).text()
    else if (which < 0.5) await change(pick(ids))
    else if (ids.length < living || which < 0.75) await create()
    else await destroy()
  } catch (error) {
    notice(error)
  }
}

async function create(): Promise<void> {
  const invoked = history.invoke()
  const title = `Photo ${random.below(2 ** 31)}`
  const made = await add.mutate(title).acknowledged
  if (!isPhoto(made)) return void faults.push(`No photo was made: ${JSON.stringify(made)}`)
  ids.push(made.id)
  wrote(made, invoked)
}

async function change(id: string): Promise<void> {
  const invoked = history.invoke()
  const changed = await rename.mutate({ id, title: `Photo ${random.below(2 ** 31)}` }).acknowledged
  if (isPhoto(changed)) wrote(changed, invoked)
}

function wrote({ id, version }: Photo, invoked: ReturnType<HistoryRecorder['invoke']>): void {
  const outcome = 'acknowledged' as const
  const facts = { session: 'tab', scope: 'main', key: `/photos/${id}`, collection: '/photos', isDelete: false, outcome }
  history.recordWrite({ ...facts, invoked, epoch, position: String(version) })
}

async function destroy(): Promise<void> {
  const [id] = ids.splice(random.below(ids.length), 1)
  if (id === undefined) return
  gone.push(id)
  if (gone.length > 50) gone.shift()
  // By the one way what it made is recorded, by the other it is kept until it was sent.
  if (random.next() < 0.5) await recorded(history)(`/photos/${id}`, { method: 'DELETE' })
  else await remove.mutate(id).acknowledged
}

/** Notes what went wrong, unless that is how the client says that replicas were too slow. */
function notice(error: unknown): void {
  const { name = '', status } = error as { name?: string; status?: number }
  if (name === 'VersionUnavailableError') unavailable += 1
  // What somebody else has deleted meanwhile cannot be changed any more.
  else if (status !== 404) faults.push(String(error))
}

function isPhoto(value: unknown): value is Photo {
  return typeof value === 'object' && value !== null && 'id' in value && 'version' in value
}

async function leg({ reads, writes, lastsMs }: Leg): Promise<LegReport> {
  const startedAtMs = now()
  history = createHistory({ now })
  unavailable = 0
  const left = { reads, writes }
  const work = async (): Promise<void> => {
    while (left.reads + left.writes > 0) {
      const isWrite = random.next() * (left.reads + left.writes) < left.writes
      left[isWrite ? 'writes' : 'reads'] -= 1
      // oxlint-disable-next-line no-await-in-loop
      await (isWrite ? writeOnce() : readOnce())
    }
  }
  await Promise.all(Array.from({ length: 16 }, work))
  // A user does not read without a pause.
  await sleep(Math.max(0, startedAtMs + lastsMs - now()))
  await tidemark.flush()
  const { operations } = history
  history = createHistory({ now }) // P3
  return { operations, reads, writes, unavailable, faults: faults.splice(0), tookMs: now() - startedAtMs }
}

async function stored(): Promise<Record<string, number>> {
  const { usage = 0 } = await navigator.storage.estimate()
  const fail = (what: string, cause: unknown): never => {
    throw new Error(what, { cause })
  }
  const context = { formatOf: () => epochSeq, principal: '', now: Date.now, onDegraded: fail, onUnreadable: fail }
  const storage = indexedDBStorage()(context)
  const { keys } = await storage.load()
  storage.close()
  const value = [...keys.values()].filter(({ held }) => held?.kind === 'value').length
  return { meta: keys.size, value, ...(await recordsOf('tidemark-outbox', ['record'])), bytes: usage }
}

function recordsOf(name: string, stores: readonly string[]): Promise<Record<string, number>> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name)
    opening.addEventListener('error', () => reject(opening.error))
    opening.addEventListener('success', () => {
      const database = opening.result
      const transaction = database.transaction(stores)
      const counts = stores.map((store) => transaction.objectStore(store).count())
      transaction.addEventListener('complete', () => {
        database.close()
        resolve(Object.fromEntries(stores.map((store, index) => [store, counts[index]?.result ?? 0])))
      })
    })
  })
}

window.soak = { leg, stored }
