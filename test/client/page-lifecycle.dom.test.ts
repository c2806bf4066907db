// The life of a page, as happy-dom plays it. What a real browser says of it: `bfcache.page.test.ts`.
import { openDB } from 'idb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createTidemark, indexedDBStorage, memoryStorage, tabChannel } from '../../src/index.ts'
import type { OpenStorage, Tidemark, TidemarkEvent, TidemarkOptions } from '../../src/index.ts'
import { memoryDisk } from '../../src/storage/memory-storage.ts'

const origin = 'https://api.test'
const url = `${origin}/photos/1`
const scope = `main@${origin}`
const opened: Tidemark[] = []

interface Server {
  version: number
  requests: number
}

function open(server: Server, options: TidemarkOptions): { tidemark: Tidemark; events: TidemarkEvent[] } {
  const tidemark = createTidemark({
    origins: [origin],
    mirror: false,
    tabs: false,
    async fetch() {
      server.requests += 1
      const { version } = server
      return Response.json({ version }, { headers: { 'data-version': `main;e="a";v="${version}"` } })
    },
    ...options,
  })
  opened.push(tidemark)
  const events: TidemarkEvent[] = []
  tidemark.subscribe((event) => events.push(event))
  return { tidemark, events }
}

const read = async (tidemark: Tidemark): Promise<unknown> => (await tidemark.fetch(url)).json()
const floorOf = (tidemark: Tidemark): string | undefined => tidemark.session.floors().get(scope)?.read?.position
const show = (visibility: 'visible' | 'hidden'): void => {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility)
  document.dispatchEvent(new Event('visibilitychange'))
}
const pageEvent = (type: string, persisted: boolean): Event => Object.assign(new Event(type), { persisted })
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}

/** Counts what a storage is asked to write. */
function counting(inner: OpenStorage): { storage: OpenStorage; counts: { commits: number } } {
  const counts = { commits: 0 }
  const storage: OpenStorage = (context) => {
    const made = inner(context)
    return {
      ...made,
      commit(batch) {
        counts.commits += 1
        return made.commit(batch)
      },
    }
  }
  return { storage, counts }
}

afterEach(() => {
  for (const tidemark of opened.splice(0)) tidemark.close()
  vi.restoreAllMocks()
})

describe('leaving', () => {
  test.each([
    ['visibilitychange', () => show('hidden')],
    ['freeze', () => document.dispatchEvent(new Event('freeze'))],
    ['pagehide', () => globalThis.dispatchEvent(pageEvent('pagehide', true))],
  ] as const)('D14, D23: %s brings to the disk what is not there yet', async (_, leave) => {
    const { storage, counts } = counting(memoryStorage())
    const { tidemark } = open({ version: 5, requests: 0 }, { storage })
    await tidemark.loaded
    await read(tidemark)
    expect(counts.commits).toBe(0)
    leave()
    await turns()
    expect(counts).toEqual({ commits: 1 })
  })

  test('D14: nothing is left to `unload` and `beforeunload`: nobody listens to them', async () => {
    const added: string[] = []
    const spy = vi.spyOn(globalThis, 'addEventListener').mockImplementation((type: string) => void added.push(type))
    open({ version: 5, requests: 0 }, { storage: memoryStorage(), tabs: tabChannel() })
    spy.mockRestore()
    expect(added).toContain('pagehide')
    expect(added.filter((type) => /unload/.test(type))).toEqual([])
  })

  test('D22: no channel is open while the page is away, and it is opened again', () => {
    const channels: string[] = []
    const tabs = tabChannel({
      open: () => {
        channels.push('open')
        return { send: () => undefined, close: () => void channels.push('closed') }
      },
    })
    open({ version: 5, requests: 0 }, { storage: memoryStorage(), tabs })
    globalThis.dispatchEvent(pageEvent('pagehide', true))
    expect(channels).toEqual(['open', 'closed'])
    globalThis.dispatchEvent(pageEvent('pageshow', true))
    document.dispatchEvent(new Event('freeze'))
    document.dispatchEvent(new Event('resume'))
    expect(channels).toEqual(['open', 'closed', 'open', 'closed', 'open'])
  })

  test('D22, D23: what is under way when the page goes holds up nobody, and happens when it is back', async () => {
    const { tidemark, events } = open({ version: 5, requests: 0 }, { storage: indexedDBStorage({ name: 'away' }) })
    await tidemark.loaded
    await read(tidemark)
    let isFlushed = false
    const flushing = tidemark.flush().then(() => void (isFlushed = true))
    await turns()
    globalThis.dispatchEvent(pageEvent('pagehide', true))
    const stored = async (): Promise<number> => {
      const database = await openDB('away')
      const transaction = database.transaction([...database.objectStoreNames], 'readwrite')
      const count = await transaction.objectStore('meta').count()
      await transaction.done
      database.close()
      return count
    }
    expect(await stored(), 'while the page is away').toBe(0)
    expect(isFlushed).toBe(false)
    globalThis.dispatchEvent(pageEvent('pageshow', true))
    await flushing
    expect(await stored(), 'once it is back').toBe(1)
    expect(events.map(({ type }) => type)).not.toContain('storage:degraded')
  })

  test('D22: no connection is open while the page is away', async () => {
    const { tidemark } = open({ version: 5, requests: 0 }, { storage: indexedDBStorage({ name: 'gone' }) })
    await tidemark.loaded
    globalThis.dispatchEvent(pageEvent('pagehide', true))
    await turns()
    // A version change that nothing is in the way of: nobody holds a connection.
    const upgrading = indexedDB.open('gone', 2)
    const outcome = await new Promise((resolve) => {
      upgrading.addEventListener('success', () => resolve('opened'))
      upgrading.addEventListener('blocked', () => resolve('blocked'))
    })
    expect(outcome).toBe('opened')
    globalThis.dispatchEvent(pageEvent('pageshow', true))
  })
})

describe.each([
  ['out of the back/forward cache', () => globalThis.dispatchEvent(pageEvent('pageshow', true))],
  ['after a sleep', () => document.dispatchEvent(new Event('resume'))],
] as const)('coming back %s', (_, comeBack) => {
  test('D20: what other tabs have brought to the disk is learned, though no message told of it', async () => {
    const disk = memoryDisk()
    const server = { version: 5, requests: 0 }
    const here = open(server, { storage: memoryStorage({ disk }) })
    await here.tidemark.loaded
    await read(here.tidemark)
    await here.tidemark.flush()
    const there = open({ version: 9, requests: 0 }, { storage: memoryStorage({ disk }) })
    await there.tidemark.loaded
    await read(there.tidemark)
    await there.tidemark.flush()
    comeBack()
    await turns()
    expect(floorOf(here.tidemark)).toBe('9')
    server.version = 6
    expect(await read(here.tidemark), 'and judged by').toEqual({ version: 9 })
  })

  test('D20: nothing that is held counts as vouched for, and floors stay', async () => {
    const server = { version: 5, requests: 0 }
    const { tidemark } = open(server, { storage: memoryStorage(), rules: [{ match: '/photos/:id', maxAgeMs: 60_000 }] })
    await tidemark.loaded
    await read(tidemark)
    await read(tidemark)
    expect(server.requests).toBe(1)
    comeBack()
    await read(tidemark)
    expect(server.requests).toBe(2)
    expect(floorOf(tidemark)).toBe('5')
  })

  test('P2: a sign-out that was slept through is found out', async () => {
    const disk = memoryDisk()
    const server = { version: 5, requests: 0 }
    const [here, there] = [1, 2].map(() => open(server, { storage: memoryStorage({ disk }) }))
    await here?.tidemark.loaded
    await there?.tidemark.loaded
    await read(here!.tidemark)
    await here?.tidemark.flush()
    await there?.tidemark.session.signOut()
    comeBack()
    await turns()
    expect(here?.tidemark.session.floors().size).toBe(0)
    expect(here?.events).toContainEqual(expect.objectContaining({ reason: 'signed-out-elsewhere' }))
  })

  test('what is watched is read again', async () => {
    const server = { version: 5, requests: 0 }
    const { tidemark } = open(server, { storage: memoryStorage() })
    const photo = tidemark.watch(url)
    photo.listen(() => undefined)
    await photo.until(({ fetching, status }) => status === 'ready' && !fetching)
    server.version = 6
    comeBack()
    const shown = await photo.until(({ version }) => version?.[0]?.position === '6')
    expect(shown.status).toBe('ready')
  })
})

test('P2: a sign-out in another tab is heard by its mark', async () => {
  localStorage.clear()
  const disk = memoryDisk()
  const [here, there] = [1, 2].map(() =>
    open({ version: 5, requests: 0 }, { storage: memoryStorage({ disk }), mirror: localStorage }),
  )
  await read(here!.tidemark)
  await there?.tidemark.session.signOut()
  globalThis.dispatchEvent(Object.assign(new Event('storage'), { key: 'tidemark:sign-outs' }))
  expect(here?.tidemark.session.floors().size).toBe(0)
})

test('D2: a page that is seen again probes the disk before somebody needs it', async () => {
  const disk = memoryDisk()
  const here = open({ version: 5, requests: 0 }, { storage: memoryStorage({ disk }) })
  await here.tidemark.loaded
  await read(here.tidemark)
  await here.tidemark.flush()
  const there = open({ version: 9, requests: 0 }, { storage: memoryStorage({ disk }) })
  await there.tidemark.loaded
  await read(there.tidemark)
  await there.tidemark.flush()
  show('visible')
  await turns()
  expect(floorOf(here.tidemark)).toBe('9')
})
