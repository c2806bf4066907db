// What the user sees, frame by frame, in Chromium: at no lag does anything go back but what was refused.
//
// Each scenario is played at each lag on a page of its own, all at once, by a page with mutations and by one
// that does what is usually done: show the guess, write, read again. The second is what proves the judge.

import { beforeAll, describe, expect, test } from 'vitest'
import { createTidemark, insertItem, memoryStorage, patchItem, patchValue, putValue, removeItem } from '../../src/index.ts'
import { createLaggingApi, laggingApiOrigin as origin } from '../../src/testing/api/lagging-api.ts'
import type { Fetch } from '../../src/index.ts'

interface Photo {
  readonly id: string
  readonly title: string
}

/** What a page lets its user do. Each resolves once the screen has come to rest. */
interface Page {
  readonly rename: (title: string) => void
  readonly create: (title: string) => void
  readonly remove: () => void
  /** Resolves once what is on the screen is what the server has. */
  readonly rest: () => Promise<void>
  readonly close: () => void
}

interface World {
  readonly fetch: Fetch
  readonly id: string
  readonly screen: HTMLElement
  readonly newest: () => Promise<string>
}

const inItems = { in: 'items' } as const
const photosOf = (json: unknown): readonly Photo[] => (json as { items: Photo[] }).items
const textOf = (photos: readonly Photo[]): string => photos.map(({ title }) => title).join(', ')

async function frames(count: number): Promise<void> {
  for (let frame = 0; frame < count; frame += 1) await new Promise((resolve) => requestAnimationFrame(resolve))
}

async function untilShown({ screen, newest }: World): Promise<void> {
  while (screen.textContent !== (await newest())) await frames(1)
}

/** A page with mutations. */
async function ours(world: World): Promise<Page> {
  const { id, fetch, screen } = world
  const tidemark = createTidemark({
    origins: [origin],
    rules: [{ match: '/photos', affects: ['/photos/:id'] }, { match: '/photos/:id', affects: ['/photos/:id'] }],
    storage: memoryStorage(),
    mirror: false,
    fetch,
  })
  const list = tidemark.watch('/photos', { parse: photosOf })
  const leave = list.subscribe(({ value }) => {
    if (value !== undefined) screen.textContent = textOf(value)
  })
  await list.until(({ status }) => status === 'ready')
  const rename = tidemark.mutation({
    request: (title: string) => ({ url: `/photos/${id}`, method: 'PATCH', json: { title } }),
    optimistic: (title) => [patchValue(`/photos/${id}`, { title }), patchItem('/photos', id, { title }, inItems)],
  })
  const create = tidemark.mutation({
    request: (title: string) => ({ url: '/photos', json: { title } }),
    optimistic: (title, { temporaryId }) => [
      insertItem('/photos', { id: temporaryId, title }, { ...inItems, at: 'start' }),
      putValue(`/photos/${temporaryId}`, { id: temporaryId, title }),
    ],
  })
  const remove = tidemark.mutation({
    request: () => ({ url: `/photos/${id}`, method: 'DELETE' }),
    optimistic: () => [removeItem('/photos', id, inItems)],
  })
  const atRest = async (): Promise<void> => {
    await list.until(({ pending, behind, fetching }) => !pending && behind === false && !fetching)
    await untilShown(world)
  }
  return {
    rename: (title) => void rename.mutate(title).acknowledged.catch(() => undefined),
    create: (title) => void create.mutate(title),
    remove: () => void remove.mutate(undefined),
    rest: atRest,
    close() {
      leave()
      tidemark.close()
    },
  }
}

/** What is usually done: the guess is shown, the write is sent, and its success or failure reads again. */
async function usual(world: World): Promise<Page> {
  const { id, fetch, screen } = world
  let photos: readonly Photo[] = []
  const show = (next: readonly Photo[]): void => {
    photos = next
    screen.textContent = textOf(photos)
  }
  const read = async (): Promise<void> => {
    const response = await fetch(`${origin}/photos`)
    show(photosOf(await response.json()))
  }
  await read()
  const write = (path: string, init: RequestInit): void => void fetch(`${origin}${path}`, init).then(read, read)
  return {
    rename(title) {
      show(photos.map((photo) => (photo.id === id ? { ...photo, title } : photo)))
      write(`/photos/${id}`, { method: 'PATCH', body: JSON.stringify({ title }) })
    },
    create(title) {
      show([{ id: 'guessed', title }, ...photos])
      write('/photos', { method: 'POST', body: JSON.stringify({ title }) })
    },
    remove() {
      show(photos.filter((photo) => photo.id !== id))
      write(`/photos/${id}`, { method: 'DELETE' })
    },
    async rest() {
      while (screen.textContent !== (await world.newest())) {
        await frames(3)
        await read()
      }
    },
    close: () => undefined,
  }
}

/** Looks at an element in each frame, and returns what was seen, in its order. */
function watchFrames(screen: HTMLElement): { readonly seen: string[]; readonly stop: () => void } {
  const seen: string[] = []
  let frame = 0
  const look = (): void => {
    const text = screen.textContent ?? ''
    if (text !== '' && text !== seen.at(-1)) seen.push(text)
    frame = requestAnimationFrame(look)
  }
  look()
  return { seen, stop: () => cancelAnimationFrame(frame) }
}

interface Scenario {
  readonly name: string
  readonly play: (page: Page) => void
  /** What is answered in the place of the API: a refusal of the nth write. */
  readonly refuses?: number
  readonly expected: readonly string[]
}

const scenarios: readonly Scenario[] = [
  { name: 'an edit', play: (page) => page.rename('Moor'), expected: ['Sea, Dune', 'Sea, Moor'] },
  { name: 'a creation', play: (page) => page.create('Moor'), expected: ['Sea, Dune', 'Moor, Sea, Dune'] },
  { name: 'a deletion', play: (page) => page.remove(), expected: ['Sea, Dune', 'Sea'] },
  {
    name: 'an edit and a creation at once',
    play(page) {
      page.rename('Moor')
      page.create('Heath')
    },
    expected: ['Sea, Dune', 'Heath, Sea, Moor'],
  },
  {
    name: 'three edits, quickly',
    play: (page) => ['Moor', 'Heath', 'Fen'].forEach((title) => page.rename(title)),
    expected: ['Sea, Dune', 'Sea, Fen'],
  },
  {
    name: 'an edit that is refused, which alone may go back',
    play: (page) => page.rename('Moor'),
    refuses: 1,
    expected: ['Sea, Dune', 'Sea, Moor', 'Sea, Dune'],
  },
  {
    name: 'three edits, the second refused',
    play: (page) => ['Moor', 'Heath', 'Fen'].forEach((title) => page.rename(title)),
    refuses: 2,
    expected: ['Sea, Dune', 'Sea, Fen'],
  },
]

async function play({ play: act, refuses }: Scenario, lagMs: number, open: typeof ours): Promise<string[]> {
  const api = createLaggingApi({
    lag: { kind: 'fixed', ms: lagMs },
    latency: { kind: 'fixed', ms: 20 },
    floors: 'ignore',
    initial: { items: { photos: [{ title: 'Dune' }, { title: 'Sea' }] } },
  })
  let writes = 0
  const fetch: Fetch = async (input, init) => {
    const request = new Request(input, init)
    if (request.method !== 'GET' && (writes += 1) === refuses) {
      await frames(3) // A refusal takes its way too, and the guess is painted meanwhile.
      return Response.json({}, { status: 422 })
    }
    return api.fetch(request)
  }
  const newest = async (): Promise<string> => {
    const response = await api.handle(new Request(`${origin}/photos`), { server: 'primary' })
    return textOf(photosOf(await response.json()))
  }
  const first = await api.handle(new Request(`${origin}/photos`), { server: 'primary' })
  const id = photosOf(await first.json()).find(({ title }) => title === 'Dune')?.id ?? ''
  const screen = document.createElement('p')
  document.body.append(screen)
  const page = await open({ fetch, id, screen, newest })
  const { seen, stop } = watchFrames(screen)
  await frames(1)
  act(page)
  await page.rest()
  await frames(2)
  stop()
  page.close()
  screen.remove()
  return seen
}

const lags = [0, 100, 500, 2000]
const played = new Map<string, Promise<string[]>>()
const nameOf = ({ name }: Scenario, lagMs: number, who: string): string => `${who}, ${name}, ${lagMs}`

beforeAll(() => {
  for (const scenario of scenarios) {
    for (const lagMs of lags) {
      played.set(nameOf(scenario, lagMs, 'ours'), play(scenario, lagMs, ours))
      played.set(nameOf(scenario, lagMs, 'usual'), play(scenario, lagMs, usual))
    }
  }
})

describe.each(lags)('O2: at a lag of %i ms, frame by frame', (lagMs) => {
  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_, scenario) => {
    expect(await played.get(nameOf(scenario, lagMs, 'ours'))).toEqual(scenario.expected)
  })
})

test('the usual way flickers, so the frames can tell', async () => {
  // At the greatest lag alone: on a busy machine a read comes later than 100 ms after its write, and finds it.
  const lagMs = Math.max(...lags)
  for (const scenario of scenarios.slice(0, 3)) {
    const seen = (await played.get(nameOf(scenario, lagMs, 'usual'))) ?? []
    expect(seen.length, `${scenario.name}: ${seen.join(' | ')}`).toBeGreaterThan(scenario.expected.length)
  }
})
