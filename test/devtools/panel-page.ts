// The page of the panel's tests and pictures: an API that lags, in the page, and a client that is shown.

import { createTidemark, memoryStorage } from 'tidemark'
import type { Tidemark } from 'tidemark'
import { defineDevtools } from 'tidemark/devtools'
import type { TidemarkDevtoolsElement } from 'tidemark/devtools'
import { createLaggingApi } from 'tidemark/testing'

/** What a program that drives the page may do. */
export interface PanelPage {
  readonly tidemark: Tidemark
  readonly panel: TidemarkDevtoolsElement
  /** Writes and reads, as somebody does who edits photos. */
  readonly act: (turns: number) => Promise<void>
  /** Begins reads at a rate, for a while, and returns how long each frame took, in milliseconds. */
  readonly load: (readsPerSecond: number, forMs: number) => Promise<readonly number[]>
}

const api = createLaggingApi({
  seed: 7,
  lag: [{ kind: 'fixed', ms: 40 }, { kind: 'fixed', ms: 180 }, { kind: 'fixed', ms: 420 }],
  latency: { kind: 'uniform', fromMs: 10, toMs: 40 },
  floors: 'ignore',
  initial: { items: { photos: ['Boat', 'Dune', 'Pier'].map((title) => ({ title })) } },
})
const base = 'http://lagging.test'
const tidemark = createTidemark({ origins: [base], storage: memoryStorage(), fetch: api.fetch })

// The property is set first, as by an app whose panel is loaded later.
const panel = document.createElement('tidemark-devtools') as TidemarkDevtoolsElement
panel.tidemark = tidemark
if (location.search === '?docked') panel.setAttribute('docked', '')
const main = document.createElement('main')
const heading = document.createElement('h1')
heading.textContent = 'Photos'
main.append(heading)
document.body.append(main)
main.append(panel)
defineDevtools()

async function read(path: string): Promise<void> {
  const response = await tidemark.fetch(base + path)
  await response.text()
}

async function act(turns: number): Promise<void> {
  for (let turn = 1; turn <= turns; turn += 1) {
    const id = 1 + (turn % 3)
    const body = JSON.stringify({ title: `edit ${turn}` })
    const headers = { 'content-type': 'application/json' }
    await tidemark.fetch(`${base}/photos/${id}`, { method: 'PATCH', body, headers })
    await Promise.all([read(`/photos/${id}`), read('/photos'), read(`/photos/${1 + ((turn + 1) % 3)}`)])
  }
}

async function load(readsPerSecond: number, forMs: number): Promise<readonly number[]> {
  const frames: number[] = []
  const reads: Promise<unknown>[] = []
  const startedAt = performance.now()
  let last = startedAt
  let begun = 0
  await new Promise<void>((resolve) => {
    const onFrame = (now: number): void => {
      frames.push(now - last)
      last = now
      const due = Math.floor(((now - startedAt) / 1000) * readsPerSecond)
      for (; begun < due; begun += 1) reads.push(read(`/photos/${1 + (begun % 3)}`).catch(() => undefined))
      if (now - startedAt < forMs) requestAnimationFrame(onFrame)
      else resolve()
    }
    requestAnimationFrame(onFrame)
  })
  await Promise.all(reads)
  return frames
}

const page: PanelPage = { tidemark, panel, act, load }
Object.assign(globalThis, { panelPage: page })
