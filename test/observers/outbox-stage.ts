// Pages that share a disk and its locks, a server that keeps idempotency keys, and crashes at any step.

import { createTidemark, memoryStorage, outbox, patchValue } from '../../src/index.ts'
import type { Mutation, OpenOutboxStore, OpenStorage, OutboxStore, Tidemark, TidemarkEvent, Watch } from '../../src/index.ts'
import { memoryOutboxStore } from '../../src/storage/outbox-store.ts'
import { memoryDisk } from '../../src/storage/memory-storage.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { createLocks } from '../client/locks-in-memory.ts'
import type { LocksInMemory } from '../client/locks-in-memory.ts'
import { timerOn } from '../client/scripted-server.ts'

/** Where the only server is. */
export const origin = 'https://api.test'

/** The steps of a call at which a page may die. */
export const steps = [
  'before it is kept',
  'once it is kept',
  'before it is sent',
  'once the server has it',
  'before its answer is kept',
  'once its answer is kept',
] as const

/** One of {@link steps}. */
export type Step = (typeof steps)[number]

/** A page. */
export interface Page {
  readonly tidemark: Tidemark
  readonly rename: Mutation<string, unknown>
  readonly photo: Watch<unknown>
  readonly events: TidemarkEvent[]
  readonly store: OutboxStore
}

/** What all pages share. */
export interface OutboxStage {
  readonly clock: VirtualClock
  readonly locks: LocksInMemory
  /** What the server has applied, in order. */
  readonly applied: string[]
  /** The requests that were sent: the page, the key, and the title. */
  readonly sent: { readonly page: string; readonly key: string | null; readonly title: string; readonly atMs: number }[]
  /** What is answered instead, or thrown, for the next requests, before the server looks at them. */
  readonly instead: (Response | Error)[]
  /** How many requests are at the server now, and were at most. */
  readonly load: { now: number; most: number }
  readonly openPage: (name: string, options?: PageOptions) => Page
}

/** What a page is opened with. */
export interface PageOptions {
  readonly crashAt?: Step
  /** What wraps the store. */
  readonly wrap?: (store: OutboxStore) => OutboxStore
  readonly locks?: false
  /** Whether the disk of values and floors never answers. */
  readonly isHanging?: true
}

/** Plays in virtual time. */
export function onOutboxStage(play: (stage: OutboxStage) => Promise<void>): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    await clock.run(() => play(createStage(clock)))
  }
}

const hangingStorage: OpenStorage = (context) => ({ ...memoryStorage()(context), load: () => new Promise(() => undefined) })

function createStage(clock: VirtualClock): OutboxStage {
  const startMs = clock.now()
  const disk = memoryDisk()
  const stored = memoryOutboxStore()
  const locks = createLocks()
  const answers = new Map<string, number>()
  const titles = ['Dune']
  const stage: OutboxStage = {
    clock,
    locks,
    applied: [],
    sent: [],
    instead: [],
    load: { now: 0, most: 0 },
    openPage,
  }

  function answer(version: number): Response {
    const headers = { 'data-version': `main;e="a";v="${version}"` }
    return Response.json({ id: 1, title: titles[version] }, { headers })
  }

  async function serve(page: string, request: Request): Promise<Response> {
    if (request.method === 'GET') return answer(titles.length - 1)
    const key = request.headers.get('idempotency-key')
    const { title } = (await request.json()) as { title: string }
    stage.sent.push({ page, key, title, atMs: clock.now() - startMs })
    stage.load.now += 1
    stage.load.most = Math.max(stage.load.most, stage.load.now)
    await clock.sleep(20)
    stage.load.now -= 1
    const instead = stage.instead.shift()
    if (instead instanceof Error) throw instead
    if (instead !== undefined) return instead
    const known = key === null ? undefined : answers.get(key)
    if (known !== undefined) return answer(known)
    titles.push(title)
    stage.applied.push(title)
    if (key !== null) answers.set(key, titles.length - 1)
    return answer(titles.length - 1)
  }

  function openPage(name: string, { crashAt, wrap, locks: shared, isHanging }: PageOptions = {}): Page {
    let isDead = false
    const forever = new Promise<never>(() => undefined)
    /** A dead page hears of nothing any more. */
    const step = async (at: Step): Promise<void> => {
      if (at === crashAt) isDead = true
      if (isDead) await forever
    }
    const opening: OpenOutboxStore = (context) => {
      const inner = stored(context)
      const store: OutboxStore = {
        load: () => (isDead ? forever : inner.load()),
        async add(record) {
          await step('before it is kept')
          await inner.add(record)
          await step('once it is kept')
        },
        async answer(id, answered) {
          await step('before its answer is kept')
          await inner.answer(id, answered)
          await step('once its answer is kept')
        },
        remove: (id) => (isDead ? forever : inner.remove(id)),
        clear: () => (isDead ? forever : inner.clear()),
        close: () => undefined,
      }
      return wrap?.(store) ?? store
    }
    const tidemark = createTidemark({
      origins: [origin],
      rules: [{ match: '/photos/:id', affects: ['/photos/:id'] }],
      storage: isHanging ? hangingStorage : memoryStorage({ disk }),
      mirror: false,
      now: clock.now,
      random: () => 0.5,
      setTimer: timerOn(clock),
      async fetch(input, init) {
        const request = new Request(input, init)
        const isWrite = request.method !== 'GET'
        if (isWrite) await step('before it is sent')
        const response = await serve(name, request)
        if (isWrite) await step('once the server has it')
        return response
      },
    })
    const events: TidemarkEvent[] = []
    tidemark.subscribe((event) => events.push(event))
    const rename = tidemark.mutation({
      name: 'rename',
      outbox: outbox({ store: opening, locks: shared ?? locks }),
      request: (title: string) => ({ url: `${origin}/photos/1`, method: 'PATCH', json: { title } }),
      optimistic: (title) => [patchValue('/photos/1', { title })],
    })
    const photo = tidemark.watch(`${origin}/photos/1`)
    return {
      tidemark,
      rename,
      photo,
      events,
      store: stored({ principal: '', onUnreadable: () => undefined }),
    }
  }

  return stage
}

/** Tells the title that a watch shows. */
export function titleIn({ value }: { readonly value: unknown }): string {
  return String((value as { title?: string } | undefined)?.title)
}
