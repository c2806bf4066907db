import { describe, expect, test } from 'vitest'
import { createTidemark, listOf, memoryStorage } from '../../src/index.ts'
import type { OpenStorage, Tidemark, TidemarkEvent, TidemarkOptions } from '../../src/index.ts'
import { memoryDisk } from '../../src/storage/memory-storage.ts'
import type { MemoryDisk } from '../../src/storage/memory-storage.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { timerOn } from './scripted-server.ts'

const url = 'https://api.test/photos/1'

/** A browser: one disk, one mirror, one server, and any number of pages, one after the other. */
interface Browser {
  readonly clock: VirtualClock
  readonly disk: MemoryDisk
  readonly mirror: Map<string, string>
  readonly events: TidemarkEvent[]
  readonly open: (options?: TidemarkOptions) => Tidemark
  /** The version that the server answers with, or `undefined` for none. */
  version: number
  requests: number
}

function inBrowser(play: (browser: Browser) => Promise<void>): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    const mirror = new Map<string, string>()
    const disk = memoryDisk()
    const events: TidemarkEvent[] = []
    const browser: Browser = {
      clock,
      disk,
      mirror,
      events,
      version: 5,
      requests: 0,
      open(options) {
        const tidemark = createTidemark({
          origins: ['https://api.test'],
          storage: memoryStorage({ disk }),
          mirror: {
            getItem: (name) => mirror.get(name) ?? null,
            setItem: (name, text) => void mirror.set(name, text),
            removeItem: (name) => void mirror.delete(name),
          },
          now: clock.now,
          random: () => 0.5,
          setTimer: timerOn(clock),
          async fetch() {
            await clock.sleep(10)
            browser.requests += 1
            const { version } = browser
            return Response.json({ version }, { headers: { 'data-version': `main;e="a";v="${version}"` } })
          },
          ...options,
        })
        tidemark.subscribe((event) => events.push(event))
        return tidemark
      },
    }
    await clock.run(() => play(browser))
  }
}

const read = async (tidemark: Tidemark): Promise<unknown> => (await tidemark.fetch(url)).json()

describe('after a reload', () => {
  test('I6: floors and values are there again', inBrowser(async (browser) => {
    const before = browser.open()
    expect(await read(before)).toEqual({ version: 5 })
    await before.flush()
    browser.version = 4
    expect(await read(browser.open())).toEqual({ version: 5 })
    expect(browser.requests).toBe(2)
  }))

  test('P2: the floor of a write survives a reload in the very next step, by the mirror', inBrowser(
    async (browser) => {
      await browser.open().fetch(url, { method: 'PUT' }) // No flush, and no time for one.
      browser.version = 4
      const after = browser.open({ storage: memoryStorage() })
      const reading = read(after)
      await browser.clock.sleep(60)
      browser.version = 5
      expect(await reading).toEqual({ version: 5 })
      expect(browser.requests).toBeGreaterThan(2)
    },
  ))

  test('I8: with no disk and no mirror, the session begins anew and says nothing false', inBrowser(
    async (browser) => {
      await read(browser.open({ storage: memoryStorage(), mirror: false }))
      browser.version = 4
      expect(await read(browser.open({ storage: memoryStorage(), mirror: false }))).toEqual({ version: 4 })
    },
  ))

  test('I8: the first answers are judged by the disk, without a mirror, if it comes in time', inBrowser(
    async (browser) => {
      const before = browser.open({ mirror: false })
      await read(before)
      await before.flush()
      browser.version = 4
      expect(await read(browser.open({ mirror: false, storage: slow(browser, 200) }))).toEqual({ version: 5 })
    },
  ))

  test('I8: no answer waits longer than a bound for a disk that hangs', inBrowser(async (browser) => {
    const tidemark = browser.open({ mirror: false, storage: slow(browser, 1e9) })
    const startedAt = browser.clock.now()
    const response = await tidemark.fetch(url)
    expect(await response.json()).toEqual({ version: 5 })
    expect(browser.clock.now() - startedAt).toBeLessThanOrEqual(400)
    // Nobody knows what the session had seen before, and it is not passed over in silence.
    expect(tidemark.explain(response)).toMatchObject({ achieved: 'unverified', why: expect.stringContaining('disk') })
  }))

  test('P1: the disk is waited for although the mirror calls itself complete: after a crash it is an older one', inBrowser(
    async (browser) => {
      browser.version = 4
      const before = browser.open()
      await read(before)
      await before.flush()
      const writtenBack = [...browser.mirror]
      browser.version = 5
      await read(before)
      await before.flush()
      // The browser is killed here, seconds before it would have written `localStorage` back.
      for (const [name, text] of writtenBack) browser.mirror.set(name, text)
      browser.version = 4
      expect(await read(browser.open({ storage: slow(browser, 200) }))).toEqual({ version: 5 })
    },
  ))

  test('I8: the floors of keys stand on the disk alone: levels that go by them wait for it', inBrowser(
    async (browser) => {
      const first = browser.open()
      await read(first)
      await first.flush()
      browser.version = 4
      const second = browser.open({ storage: slow(browser, 200) })
      const response = await second.fetch(url, { consistency: 'monotonic-reads' })
      expect(await response.json()).toEqual({ version: 5 })
    },
  ))

  test('R4: an answer that has waited for the disk is as old as when it came', inBrowser(async (browser) => {
    const rules = [{ match: '/photos/:id', maxAgeMs: 100 }]
    const tidemark = browser.open({ mirror: false, storage: slow(browser, 300), rules })
    await read(tidemark)
    await read(tidemark)
    expect(browser.requests).toBe(2)
    await read(tidemark)
    expect(browser.requests, 'and the second is young').toBe(2)
  }))

  test('H5: a key goes on in the history that another tab has entered', inBrowser(async (browser) => {
    const first = browser.open()
    await read(first)
    await first.flush()
    const answering = (version: string, servedBy: string) => async () =>
      Response.json({}, { headers: { 'data-version': `main;${version}`, 'served-by': servedBy } })
    const healed = browser.open({ fetch: answering('e="b";v="1"', 'db;primary') })
    await healed.loaded
    await (await healed.fetch('https://api.test/photos/2')).json()
    await healed.flush()
    const third = browser.open({ fetch: answering('e="a";v="3"', 'replica-1') })
    await third.loaded
    // A replica that has yet to hear of it may not answer for what was shown.
    const response = await third.fetch(url, { consistency: 'monotonic-reads', onUnavailable: 'serve-stale' })
    expect(third.explain(response)).toMatchObject({ achieved: 'behind' })
  }))

  test('D16: what comes late from the disk changes nothing that is newer', inBrowser(async (browser) => {
    const before = browser.open()
    await read(before)
    await before.flush()
    browser.version = 6
    const after = browser.open({ storage: slow(browser, 1000) })
    expect(await read(after)).toEqual({ version: 6 })
    await browser.clock.sleep(2000)
    browser.version = 5
    expect(await read(after)).toEqual({ version: 6 })
  }))
})

describe('I8: a disk that knows of a value and never tells it', () => {
  const budgetMs = 300
  const networkMs = 10
  const photos = listOf<{ readonly id: string }>({ item: '/photos/:id', includes: () => true, order: () => 0 })

  /** Reads on a page whose disk has what an earlier page has read there. Returns how long that took. */
  async function readLater(browser: Browser, path: string, options: TidemarkOptions): Promise<{ text: string; tookMs: number }> {
    const before = browser.open(options)
    await (await before.fetch(url)).text()
    await (await before.fetch(`https://api.test${path}`)).text()
    await before.flush()
    browser.version -= 1
    const after = browser.open({ ...options, storage: mute(browser) })
    await after.loaded
    const startedAt = browser.clock.now()
    const text = await after.fetch(`https://api.test${path}`, { budgetMs }).then(
      (response) => response.text(),
      (error: unknown) => String(error),
    )
    return { text, tookMs: browser.clock.now() - startedAt }
  }

  test('keeps no refused answer beyond the budget of its read', inBrowser(async (browser) => {
    const { text, tookMs } = await readLater(browser, '/photos/1', {})
    expect(text).toContain('after 3 attempts')
    expect(tookMs).toBeLessThanOrEqual(budgetMs + networkMs)
  }))

  test('keeps no read of a held value beyond the budget either, and leaves it time to ask', inBrowser(async (browser) => {
    const rules = [{ match: '/photos/:id', maxAgeMs: 60_000 }]
    const { tookMs } = await readLater(browser, '/photos/1', { rules })
    expect(tookMs).toBeLessThanOrEqual(budgetMs + networkMs)
    browser.requests = 0
    const generous = browser.open({ rules, storage: mute(browser) })
    browser.version += 1
    expect(await read(generous)).toEqual({ version: 5 })
    expect(browser.requests).toBe(1)
  }))

  test('keeps no list from being shown for what may lie over its rows', inBrowser(async (browser) => {
    const rules = [{ match: '/photos', list: photos }, { match: '/photos/:id' }]
    const fetch: TidemarkOptions['fetch'] = async (input) => {
      await browser.clock.sleep(networkMs)
      const { version } = browser
      const isList = new URL(new Request(input).url).pathname === '/photos'
      const row = { id: '1', version }
      // The list is of before the item: what the disk has of that may have to be laid over it.
      return Response.json(isList ? [row] : row, { headers: { 'data-version': `main;e="a";v="${version}"` } })
    }
    const { tookMs } = await readLater(browser, '/photos', { rules, fetch, consistency: 'eventual' })
    expect(tookMs).toBeLessThanOrEqual(budgetMs + networkMs)
  }))
})

describe('flushes', () => {
  test('P3: what could not be written is written later, and the failure is told', inBrowser(
    async (browser) => {
      let failing = true
      const flaky: OpenStorage = (context) => {
        const storage = memoryStorage({ disk: browser.disk })(context)
        return {
          ...storage,
          async commit(batch) {
            if (failing) throw new Error('disk full')
            return storage.commit(batch)
          },
        }
      }
      const tidemark = browser.open({ storage: flaky })
      await read(tidemark)
      await browser.clock.sleep(300)
      expect(browser.events).toContainEqual(expect.objectContaining({ type: 'storage:degraded' }))
      failing = false
      await browser.clock.sleep(60_000)
      browser.mirror.clear()
      browser.version = 4
      expect(await read(browser.open())).toEqual({ version: 5 })
    },
  ))

  test('P8: what was seen is in the mirror when a flush begins, though the one before it never ends', inBrowser(
    async (browser) => {
      const hanging: OpenStorage = (context) => ({
        ...memoryStorage({ disk: browser.disk })(context),
        commit: () => new Promise(() => undefined),
      })
      const before = browser.open({ storage: hanging })
      await read(before)
      void before.flush()
      await browser.clock.sleep(1)
      browser.version = 7
      await before.fetch('https://api.test/photos/2')
      void before.flush() // As where the page is hidden: it gets no other turn.
      browser.version = 6
      const reading = read(browser.open())
      await browser.clock.sleep(60)
      browser.version = 7
      expect(await reading).toEqual({ version: 7 })
    },
  ))

  test('I2: a slow tab, flushing last, takes nothing back', inBrowser(async (browser) => {
    const slowTab = browser.open()
    await read(slowTab)
    browser.version = 9
    const fastTab = browser.open()
    await read(fastTab)
    await fastTab.flush()
    await slowTab.flush()
    browser.version = 5
    expect(await read(browser.open())).toEqual({ version: 9 })
    // And the slow tab has learned of it.
    expect(await read(slowTab)).toEqual({ version: 9 })
  }))

  test('I11: another principal finds nothing', inBrowser(async (browser) => {
    const alice = browser.open({ principal: 'alice' })
    await read(alice)
    await alice.flush()
    browser.version = 4
    expect(await read(browser.open({ principal: 'bob' }))).toEqual({ version: 4 })
  }))

  test('I14: a record that is no answer is told, and left out', inBrowser(async (browser) => {
    const before = browser.open()
    await read(before)
    await before.flush()
    for (const shelf of browser.disk.shelves.values()) shelf.values.set(url, [{ status: 'no' }])
    browser.version = 4
    const after = browser.open()
    const reading = read(after)
    await browser.clock.sleep(30)
    browser.version = 5
    expect(await reading).toEqual({ version: 5 })
    expect(browser.events).toContainEqual(expect.objectContaining({ type: 'record:unreadable' }))
  }))

  test('a closed client refuses, and its last changes are on disk', inBrowser(async (browser) => {
    const tidemark = browser.open()
    await read(tidemark)
    tidemark.close()
    await expect(tidemark.fetch(url)).rejects.toMatchObject({ code: 'closed' })
    browser.mirror.clear()
    browser.version = 4
    expect(await read(browser.open())).toEqual({ version: 5 })
  }))
})

/** A disk that answers each `load` late. */
function slow({ disk, clock }: Browser, ms: number): OpenStorage {
  return (context) => {
    const storage = memoryStorage({ disk })(context)
    return {
      ...storage,
      async load() {
        await clock.sleep(ms)
        return storage.load()
      },
    }
  }
}

/** A disk that tells what it knows of each value, and never the value. */
function mute({ disk }: Browser): OpenStorage {
  return (context) => ({ ...memoryStorage({ disk })(context), read: () => new Promise(() => undefined) })
}
