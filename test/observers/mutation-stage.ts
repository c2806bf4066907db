// A page with photos on an API that lags, in virtual time: what is painted, and what the server has.

import { createTidemark, memoryStorage, patchItem, patchValue } from '../../src/index.ts'
import type { Mutation, Tidemark, TidemarkOptions, Watch } from '../../src/index.ts'
import { createLaggingApi, laggingApiOrigin } from '../../src/testing/api/lagging-api.ts'
import type { LaggingApi } from '../../src/testing/api/lagging-api.ts'
import type { LaggingApiOptions } from '../../src/testing/api/lagging-options.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { timerOn } from '../client/scripted-server.ts'

/** A photo, as the API shows it. */
export interface Photo {
  readonly id: string
  readonly title?: string
  readonly likes?: number
  readonly liked?: boolean
}

/** What a request is answered with instead of what the API says, or `undefined`. */
export type Intervene = (request: Request) => Response | Error | undefined

/** A page on its stage. */
export interface MutationStage {
  readonly clock: VirtualClock
  readonly api: LaggingApi
  readonly tidemark: Tidemark
  /** The writes that reached the network, such as `PATCH /photos/1`. */
  readonly writes: string[]
  /** Answers in the place of the API from now on. */
  readonly intervene: (by: Intervene | undefined) => void
  readonly list: Watch<unknown>
  readonly photo: (id: string) => Watch<unknown>
}

/** What a stage is set with. */
export interface StageOptions {
  readonly lagMs?: number
  readonly api?: LaggingApiOptions
  readonly client?: Partial<TidemarkOptions>
}

/** Plays on a stage in virtual time. */
export function onMutationStage(
  options: StageOptions,
  play: (stage: MutationStage) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    await clock.run(async () => {
      const stage = createMutationStage(clock, options)
      await play(stage)
      stage.tidemark.close()
    })
  }
}

function createMutationStage(
  clock: VirtualClock,
  { lagMs = 0, api: apiOptions, client }: StageOptions,
): MutationStage {
  const { now, sleep } = clock
  const api = createLaggingApi({
    seed: 7,
    now,
    sleep,
    floors: 'ignore',
    lag: { kind: 'fixed', ms: lagMs },
    latency: { kind: 'fixed', ms: 20 },
    initial: { items: { photos: [{ title: 'Dune', likes: 5, liked: false }, { title: 'Sea', likes: 2 }] } },
    ...apiOptions,
  })
  const writes: string[] = []
  let by: Intervene | undefined
  const tidemark = createTidemark({
    origins: [laggingApiOrigin],
    rules: [
      { match: '/photos', affects: ['/photos/:id'] },
      { match: '/photos/:id', affects: ['/photos/:id'] },
    ],
    storage: memoryStorage(),
    mirror: false,
    now,
    random: () => 0.5,
    setTimer: timerOn(clock),
    async fetch(input, init) {
      const request = new Request(input, init)
      const { pathname } = new URL(request.url)
      if (request.method !== 'GET') writes.push(`${request.method} ${pathname}`)
      const instead = by?.(request)
      if (instead === undefined) return api.fetch(request)
      await sleep(20)
      if (instead instanceof Error) throw instead
      return instead
    },
    ...client,
  })
  return {
    clock,
    api,
    tidemark,
    writes,
    intervene(next) {
      by = next
    },
    list: tidemark.watch(`${laggingApiOrigin}/photos`),
    photo: (id) => tidemark.watch(`${laggingApiOrigin}/photos/${id}`),
  }
}

/** Notes each value that is painted, as `show` tells it, and only when it differs from the one before. */
export function painting<T>(watch: Watch<T>, show: (value: T | undefined) => string): string[] {
  const painted: string[] = []
  watch.subscribe(({ value, status }) => {
    const now = status === 'empty' ? 'nothing' : show(value)
    if (now !== painted.at(-1)) painted.push(now)
  })
  return painted
}

/** Tells the titles of a list. */
export function titlesOf(value: unknown): string {
  return itemsOf(value).map(({ title }) => title).join(', ')
}

/** Returns the photos of a list as it is shown. */
export function itemsOf(value: unknown): Photo[] {
  return (value as { items?: Photo[] } | undefined)?.items ?? []
}

/** Waits until what is painted has come to rest. */
export async function atRest(stage: MutationStage): Promise<void> {
  await stage.clock.sleep(20_000)
}

/** Changes the title of a photo. */
export function renaming({ tidemark }: MutationStage): Mutation<{ id: string; title: string }, unknown> {
  return tidemark.mutation({
    request: ({ id, title }: { id: string; title: string }) => ({
      url: `${laggingApiOrigin}/photos/${id}`,
      method: 'PATCH',
      json: { title },
    }),
    optimistic: ({ id, title }) => [
      patchValue(`/photos/${id}`, { title }),
      patchItem('/photos', id, { title }, { in: 'items' }),
    ],
  })
}
