// A user who makes, changes and deletes photos, and looks at the list of them, on an API that lags.
import { describe, expect, test } from 'vitest'
import { createTidemark, listOf, memoryStorage } from '../../src/index.ts'
import type { Fetch, ReadReport } from '../../src/index.ts'
import { createLaggingApi, laggingApiOrigin } from '../../src/testing/api/lagging-api.ts'
import type { LaggingApiOptions } from '../../src/testing/api/lagging-options.ts'
import { createRandom } from '../../src/testing/determinism/random.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { timerOn } from './scripted-server.ts'

interface Photo {
  readonly id: string
  readonly title: string
}

const list = listOf<Photo>({
  items: 'items',
  item: '/photos/:id',
  version: 'version',
  includes: () => true,
  order: (left, right) => Number(right.id) - Number(left.id),
  pages: { parameter: 'cursor', next: 'nextCursor' },
})

interface Outcome {
  /** How many lists were not exactly what the user had made. */
  wrong: number
  /** How many had something laid over them. */
  overlaid: number
  fresh: number
  requests: number
}

type Client = 'plain' | 'tidemark' | 'tidemark with lists'

async function work(client: Client, seed: number, more: LaggingApiOptions = {}): Promise<Outcome> {
  const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
  const { now, sleep } = clock
  const api = createLaggingApi({ seed, now, sleep, floors: 'ignore', lag: { kind: 'exponential', meanMs: 300 }, ...more })
  const outcome: Outcome = { wrong: 0, overlaid: 0, fresh: 0, requests: 0 }
  const network: Fetch = (input, init) => {
    outcome.requests += 1
    return api.fetch(input, init)
  }
  const tidemark = createTidemark({
    origins: [laggingApiOrigin],
    rules: [
      { match: '/photos', affects: ['/photos/:id'], ...(client === 'tidemark with lists' && { list }) },
      { match: '/photos/:id', affects: ['/photos/:id'] },
    ],
    storage: memoryStorage(),
    mirror: false,
    fetch: network,
    now,
    random: () => 0.5,
    setTimer: timerOn(clock),
  })
  const fetch = client === 'plain' ? network : tidemark.fetch
  const random = createRandom(seed)
  const photos = new Map<string, string>()

  async function write(): Promise<void> {
    const [id] = [...photos.keys()].slice(random.below(photos.size + 1))
    const title = `Dune ${random.below(1000)}`
    const kind = random.next()
    if (id === undefined || kind < 0.5) {
      const response = await fetch(`${laggingApiOrigin}/photos`, { method: 'POST', body: JSON.stringify({ title }) })
      const made: Photo = await response.json()
      photos.set(made.id, title)
    } else if (kind < 0.8) {
      await fetch(`${laggingApiOrigin}/photos/${id}`, { method: 'PATCH', body: JSON.stringify({ title }) })
      photos.set(id, title)
    } else {
      await fetch(`${laggingApiOrigin}/photos/${id}`, { method: 'DELETE' })
      photos.delete(id)
    }
  }

  async function look(): Promise<void> {
    const shown: string[] = []
    let cursor: string | undefined
    do {
      const query: string = `?limit=4${cursor === undefined ? '' : `&cursor=${cursor}`}`
      const response = await fetch(`${laggingApiOrigin}/photos${query}`)
      note(tidemark.explain(response))
      const page: { items: Photo[]; nextCursor?: string } = await response.json()
      shown.push(...page.items.map(({ id, title }) => `${id} ${title}`))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    const expected = [...photos].toReversed().map(([id, title]) => `${id} ${title}`)
    if (shown.join() !== expected.join()) outcome.wrong += 1
  }

  function note(report: ReadReport | undefined): void {
    if (report?.overlaid !== undefined) outcome.overlaid += 1
    if (report?.achieved === 'fresh') outcome.fresh += 1
  }

  await clock.run(async () => {
    for (let step = 0; step < 60; step += 1) {
      if (step % 3 === 0) await write()
      await look()
      await sleep(100)
    }
  })
  tidemark.close()
  return outcome
}

describe('a list of what one user makes, changes and deletes', () => {
  test.each([1, 2, 3, 4, 5])('R11: plain fetch loses and revives rows, Tidemark never does (seed %i)', async (seed) => {
    const plain = await work('plain', seed)
    expect(plain.wrong).toBeGreaterThan(10)
    const ours = await work('tidemark with lists', seed)
    expect(ours.wrong).toBe(0)
    expect(ours.overlaid).toBeGreaterThan(10)
    expect(ours.fresh).toBeGreaterThan(60)
  })

  test('R11: with what is laid over it, a list needs fewer requests than by waiting for a replica', async () => {
    const [waiting, overlaying] = [await work('tidemark', 7), await work('tidemark with lists', 7)]
    expect([waiting.wrong, overlaying.wrong]).toEqual([0, 0])
    expect(overlaying.requests).toBeLessThan(waiting.requests)
  })

  test('R11: so it is where the server waits for floors, and where it refuses', async () => {
    expect((await work('tidemark with lists', 8, { floors: 'wait-then-primary' })).wrong).toBe(0)
    expect((await work('tidemark with lists', 9, { floors: 'refuse' })).wrong).toBe(0)
  })
})
