// What another tab of the user has done, as a watch shows it: two clients over one disk.

import { afterEach, describe, expect, test, vi } from 'vitest'
import { createTidemark, memoryStorage } from '../../src/index.ts'
import type { Snapshot, Tidemark, TidemarkEvent, WatchOptions } from '../../src/index.ts'
import { memoryDisk } from '../../src/storage/memory-storage.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { timerOn } from '../client/scripted-server.ts'

const origin = 'https://api.test'

interface Tabs {
  /** The tab that the user is in. */
  readonly here: Tidemark
  /** The other one, which watches. */
  readonly there: Tidemark
  /** What the other tab has asked the server for. */
  readonly asked: string[]
  readonly events: TidemarkEvent[]
  /** Brings what one tab knows to the disk, and from there to the other. */
  readonly meet: () => Promise<void>
  readonly watch: (path: string, options?: Pick<WatchOptions, 'revalidateOn'>) => () => Snapshot<unknown>
  readonly until: (get: () => Snapshot<unknown>, position: string) => Promise<void>
}

function inTabs(play: (tabs: Tabs) => Promise<void>): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    const disk = memoryDisk()
    let version = 5
    const asked: string[] = []
    const open = (onRead: (path: string) => void): Tidemark =>
      createTidemark({
        origins: [origin],
        storage: memoryStorage({ disk }),
        mirror: false,
        now: clock.now,
        random: () => 0.5,
        setTimer: timerOn(clock),
        async fetch(input, init) {
          const { method, url } = new Request(input, init)
          await clock.sleep(10)
          if (method === 'GET') onRead(new URL(url).pathname)
          else version += 1
          return Response.json({ version }, { headers: { 'data-version': `main;e="a";v="${version}"` } })
        },
      })
    await clock.run(async () => {
      const here = open(() => undefined)
      const there = open((path) => asked.push(path))
      const events: TidemarkEvent[] = []
      there.subscribe((event) => events.push(event))
      await play({
        here,
        there,
        asked,
        events,
        async meet() {
          await here.flush()
          await there.flush()
        },
        watch(path, options) {
          const watch = there.watch(origin + path, options)
          watch.listen(() => undefined)
          return watch.get
        },
        async until(get, position) {
          while (get().fetching || get().version?.[0]?.position !== position) await clock.sleep(1)
        },
      })
      here.close()
      there.close()
    })
  }
}

afterEach(() => vi.unstubAllGlobals())

describe('a write of another tab', () => {
  test('marks what does not show it, and it is read again', inTabs(async ({ here, asked, events, meet, watch, until }) => {
    const photo = watch('/photos/1')
    await until(photo, '5')
    await here.fetch(`${origin}/photos`, { method: 'POST' })
    await meet()
    expect(photo()).toMatchObject({ behind: { wanted: { position: '6' } }, value: { version: 5 } })
    expect(events).toContainEqual(expect.objectContaining({ type: 'session:adopted' }))
    await until(photo, '6')
    expect(photo()).toMatchObject({ behind: false, value: { version: 6 }, source: 'network' })
    expect(asked).toEqual(['/photos/1', '/photos/1'])
  }))

  test('O7: what that tab has brought to the disk is shown, and not asked for', inTabs(async ({ here, asked, meet, watch, until }) => {
    const photo = watch('/photos/1')
    await until(photo, '5')
    await here.fetch(`${origin}/photos`, { method: 'POST' })
    await (await here.fetch(`${origin}/photos/1`)).json()
    await meet()
    await until(photo, '6')
    expect(photo()).toMatchObject({ behind: false, value: { version: 6 } })
    expect(asked).toEqual(['/photos/1'])
  }))

  test('is not read for by a page that nobody sees, until somebody does', () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
    vi.stubGlobal('document', page)
    const show = (state: string): void => {
      page.visibilityState = state
      page.dispatchEvent(new Event('visibilitychange'))
    }
    const network = new EventTarget()
    vi.stubGlobal('addEventListener', network.addEventListener.bind(network))
    vi.stubGlobal('removeEventListener', network.removeEventListener.bind(network))
    return inTabs(async ({ here, there, asked, watch, until }) => {
      const photo = watch('/photos/1', { revalidateOn: [] })
      await until(photo, '5')
      await here.fetch(`${origin}/photos`, { method: 'POST' })
      await here.flush()
      show('hidden')
      await there.flush()
      expect(photo().behind).toMatchObject({ wanted: { position: '6' } })
      expect(photo().fetching).toBe(false)
      show('visible')
      await until(photo, '6')
      expect(asked).toEqual(['/photos/1', '/photos/1'])
    })()
  })
})
