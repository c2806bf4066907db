// One behaviour suite for every framework: what a user sees, whoever draws it.
//
// A driver is the least that a runtime needs to draw one caption, through the recipe of the docs. The
// suite watches the page itself: each caption that was ever in the document, in its order.

import { afterEach, describe, expect, test } from 'vitest'
import { createTidemark, memoryStorage, patchValue } from '../../src/index.ts'
import type { Mutation, Snapshot, Tidemark, TidemarkOptions, Watch } from '../../src/index.ts'
import { partsOf } from '../../src/client/exchanges/parts.ts'
import { createHealing } from '../../src/client/exchanges/healing.ts'
import { createReader } from '../../src/client/reads/reader.ts'
import { noOperations } from '../../src/observers/watches/operation-view.ts'
import { createWatches } from '../../src/observers/watches/watches.ts'

/** What is watched. */
export interface Photo {
  readonly title: string
}

/** A view that was drawn, and how it is taken away. */
export type Unmount = () => void | Promise<void>

/** A runtime that draws the caption of a photo into an element. */
export interface Driver {
  readonly name: string
  readonly mount: (photo: Watch<Photo>, into: HTMLElement) => Unmount | Promise<Unmount>
  /** Draws on a server, where the runtime has such a thing for browsers too. */
  readonly render?: (photo: Watch<Photo>) => string | Promise<string>
  /** Goes on with what was drawn on a server. Returns what it complained of, to be called at the end. */
  readonly hydrate?: (photo: Watch<Photo>, into: HTMLElement) => Hydrated | Promise<Hydrated>
}

/** A view that has taken over from a server. */
export interface Hydrated {
  readonly unmount: Unmount
  /** What the runtime found different from what the server had drawn. */
  readonly complaints: readonly unknown[]
}

/** What every driver draws. */
export function caption({ status, value, behind, pending, error }: Snapshot<Photo>): string {
  const marks = `${pending ? ' (saving)' : behind === false ? '' : ' (behind)'}${error === undefined ? '' : ' (failed)'}`
  return `${status === 'ready' ? value.title : status}${marks}`
}

const origin = 'https://api.test'
const url = `${origin}/photos/1`
const photoOf = (json: unknown): Photo => json as Photo

interface Answer {
  readonly v: number
  readonly title?: string
  readonly status?: number
}

interface Stage {
  readonly tidemark: Tidemark
  /** Lets the grace period of all that was left be over. */
  readonly passGrace: () => void
  readonly photo: Watch<Photo>
  /** Answers the next request, or the next one of a method; until then it waits. */
  readonly answer: (answer: Answer, method?: string) => Promise<void>
  readonly requests: string[]
}

const closing: (() => void)[] = []

const graceMs = 1234

function stageOf(where: 'page' | 'server' = 'page'): Stage {
  const requests: string[] = []
  const ofGrace = new Set<() => void>()
  const waiting: { method: string; resolve: (answer: Answer) => void }[] = []
  let onRequest: (() => void) | undefined
  const options: TidemarkOptions = {
    origins: [origin],
    storage: memoryStorage(),
    mirror: false,
    async fetch(input, init) {
      const { method, signal } = new Request(input, init)
      requests.push(method)
      const { v, title, status = 200 } = await new Promise<Answer>((resolve, reject) => {
        waiting.push({ method, resolve })
        signal.addEventListener('abort', () => reject(signal.reason))
        onRequest?.()
      })
      return Response.json({ title }, { status, headers: { 'data-version': `main;e="a";v="${v}"` } })
    },
    setTimer(callback, delayMs) {
      if (delayMs === graceMs) ofGrace.add(callback)
      const timer = delayMs === graceMs ? undefined : setTimeout(callback, delayMs)
      return () => {
        ofGrace.delete(callback)
        clearTimeout(timer)
      }
    },
  }
  const tidemark = where === 'page' ? createTidemark(options) : serverOf(options)
  closing.push(tidemark.close)
  return {
    tidemark,
    photo: tidemark.watch(url, { parse: photoOf, graceMs }),
    requests,
    passGrace() {
      for (const end of ofGrace) end()
      ofGrace.clear()
    },
    async answer(answer, method) {
      const next = (): number => waiting.findIndex((request) => request.method === (method ?? request.method))
      while (next() === -1) await new Promise<void>((resolve) => void (onRequest = resolve))
      for (const { resolve } of waiting.splice(next(), 1)) resolve(answer)
    },
  }
}

/** Changes the title of the photo. */
function renaming({ mutation }: Tidemark): Mutation<string, unknown> {
  return mutation({
    request: (title: string) => ({ url, method: 'PATCH', json: { title } }),
    optimistic: (title) => [patchValue('/photos/1', { title })],
  })
}

/** Makes a client as on a server, where there is no document: here there is one. */
function serverOf(options: TidemarkOptions): Tidemark {
  const tidemark = createTidemark(options)
  const page = { isPage: () => false, isVisible: () => true, listen: () => () => undefined }
  const parts = partsOf(tidemark)
  const read = createReader(parts, createHealing(parts))
  return { ...tidemark, ...createWatches({ parts, read }, { operations: noOperations, page }) }
}

interface Screen {
  readonly element: HTMLElement
  /** Resolves once the caption is on the page. */
  readonly shows: (text: string) => Promise<void>
  /** Every caption that was on the page, in its order. */
  readonly seen: string[]
}

function screenOf(html = ''): Screen {
  const element = document.createElement('div')
  element.innerHTML = html
  document.body.append(element)
  const seen: string[] = []
  let onSeen: (() => void) | undefined
  const look = (): void => {
    const text = element.textContent?.trim() ?? ''
    if (text !== '' && text !== seen.at(-1)) seen.push(text)
    onSeen?.()
  }
  const observer = new MutationObserver(look)
  observer.observe(element, { childList: true, characterData: true, subtree: true })
  closing.push(() => {
    observer.disconnect()
    element.remove()
  })
  look()
  return {
    element,
    seen,
    async shows(text) {
      while (element.textContent?.trim() !== text) await new Promise<void>((resolve) => void (onSeen = resolve))
      look()
    },
  }
}

async function frames(): Promise<void> {
  for (const _ of [1, 2]) await new Promise((resolve) => requestAnimationFrame(resolve))
}

/** Asserts the behaviour of a driver. */
export function behavesAsOthers({ name, mount, render, hydrate }: Driver): void {
  describe(name, () => {
    afterEach(() => {
      for (const close of closing.splice(0)) close()
    })

    test('draws a first value, and each newer one', async () => {
      const { photo, answer } = stageOf()
      const screen = screenOf()
      const unmount = await mount(photo, screen.element)
      await screen.shows('empty')
      await answer({ v: 5, title: 'Boat' })
      await screen.shows('Boat')
      const refreshing = photo.refresh()
      await answer({ v: 6, title: 'Ship' })
      await refreshing
      await screen.shows('Ship')
      expect(screen.seen).toEqual(['empty', 'Boat', 'Ship'])
      await unmount()
    })

    test('I2: never draws the past, when a replica lags', async () => {
      const { photo, answer } = stageOf()
      const screen = screenOf()
      const unmount = await mount(photo, screen.element)
      await answer({ v: 5, title: 'Boat' })
      await screen.shows('Boat')
      const refreshing = photo.refresh()
      await answer({ v: 4, title: 'Bo' })
      await refreshing
      const again = photo.refresh()
      await answer({ v: 6, title: 'Ship' })
      await again
      await screen.shows('Ship')
      expect(screen.seen.slice(-2)).toEqual(['Boat', 'Ship'])
      await unmount()
    })

    test('marks what is behind an own write, until it is not', async () => {
      const { tidemark, photo, answer } = stageOf()
      const screen = screenOf()
      const unmount = await mount(photo, screen.element)
      await answer({ v: 5, title: 'Boat' })
      await screen.shows('Boat')
      const writing = tidemark.fetch(`${origin}/photos`, { method: 'POST' })
      await answer({ v: 9 })
      await writing
      await screen.shows('Boat (behind)')
      await answer({ v: 9, title: 'Ship' })
      await screen.shows('Ship')
      expect(screen.seen.slice(-3)).toEqual(['Boat', 'Boat (behind)', 'Ship'])
      await unmount()
    })

    test('B5: draws a failure beside the value, and goes on', async () => {
      const { photo, answer } = stageOf()
      const screen = screenOf()
      const unmount = await mount(photo, screen.element)
      await answer({ v: 5, title: 'Boat' })
      await screen.shows('Boat')
      const refreshing = photo.refresh()
      await answer({ v: 5, status: 500 })
      await refreshing
      await screen.shows('Boat (failed)')
      const again = photo.refresh()
      await answer({ v: 6, title: 'Ship' })
      await again
      await screen.shows('Ship')
      await unmount()
    })

    test('B4: asks once when it is drawn, and nothing when it is gone', async () => {
      const { tidemark, photo, answer, requests, passGrace } = stageOf()
      const screen = screenOf()
      const unmount = await mount(photo, screen.element)
      await answer({ v: 5, title: 'Boat' })
      await screen.shows('Boat')
      await unmount()
      await frames() // Some runtimes leave only after they have painted.
      passGrace()
      tidemark.session.expect('main', 'a:9')
      await frames()
      expect(requests).toEqual(['GET'])
    })

    test('O2: draws a change at once, and never the past, until a read shows it', async () => {
      const { tidemark, photo, answer } = stageOf()
      const screen = screenOf()
      const unmount = await mount(photo, screen.element)
      await answer({ v: 5, title: 'Boat' })
      await screen.shows('Boat')
      const { acknowledged, settled } = renaming(tidemark).mutate('Ship')
      await screen.shows('Ship (saving)')
      await answer({ v: 6, title: 'Ship' })
      await acknowledged
      await answer({ v: 5, title: 'Boat' }) // Of a replica that lags.
      await frames()
      await answer({ v: 6, title: 'Ship' })
      expect(await settled).toBe('settled')
      await screen.shows('Ship')
      expect(screen.seen.slice(-3)).toEqual(['Boat', 'Ship (saving)', 'Ship'])
      await unmount()
    })

    test('I10: draws what is there without a change that is refused', async () => {
      const { tidemark, photo, answer } = stageOf()
      const screen = screenOf()
      const unmount = await mount(photo, screen.element)
      await answer({ v: 5, title: 'Boat' })
      await screen.shows('Boat')
      const { acknowledged } = renaming(tidemark).mutate('Ship')
      await screen.shows('Ship (saving)')
      const refreshing = photo.refresh()
      await answer({ v: 5, status: 422 })
      await expect(acknowledged).rejects.toMatchObject({ facts: { status: 422 } })
      await answer({ v: 6, title: 'Bark' }) // What others have made of it meanwhile.
      await refreshing
      await screen.shows('Bark')
      expect(screen.seen.filter((text) => text.startsWith('Ship'))).toEqual(['Ship (saving)'])
      await unmount()
    })

    test('O9: a change that fails takes itself away, and not what came after it', async () => {
      const { tidemark, photo, answer } = stageOf()
      const screen = screenOf()
      const unmount = await mount(photo, screen.element)
      await answer({ v: 5, title: 'Boat' })
      await screen.shows('Boat')
      const rename = renaming(tidemark)
      const calls = ['Ship', 'Bark', 'Brig'].map((title) => rename.mutate(title))
      await screen.shows('Brig (saving)')
      const ends = Promise.allSettled(calls.map(({ settled }) => settled))
      await answer({ v: 6, title: 'Ship' }, 'PATCH')
      await answer({ v: 6, status: 409 }, 'PATCH')
      await answer({ v: 7, title: 'Brig' }, 'PATCH')
      const reading = photo.refresh()
      await answer({ v: 7, title: 'Brig' }, 'GET')
      await reading
      expect((await ends).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      await screen.shows('Brig')
      expect(screen.seen.slice(-3)).toEqual(['Boat', 'Brig (saving)', 'Brig'])
      await unmount()
    })

    if (render === undefined || hydrate === undefined) return

    test('B7: goes on with what a server has drawn, without drawing it anew', async () => {
      const server = stageOf('server')
      const reading = server.photo.until(({ status }) => status === 'ready')
      await server.answer({ v: 5, title: 'Boat' })
      await reading
      const html = await render(server.photo)
      expect(html).toContain('Boat')
      const page = stageOf()
      page.tidemark.hydrate(JSON.parse(JSON.stringify(server.tidemark.dehydrate())))
      const screen = screenOf(html)
      const drawn = screen.element.firstElementChild
      const hydrated = await hydrate(page.photo, screen.element)
      await page.answer({ v: 6, title: 'Ship' })
      await screen.shows('Ship')
      expect(screen.seen).toEqual(['Boat', 'Ship'])
      expect(screen.element.firstElementChild).toBe(drawn)
      expect(hydrated.complaints).toEqual([])
      await hydrated.unmount()
    })
  })
}
