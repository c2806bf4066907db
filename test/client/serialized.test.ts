// Serialised writes: one after another, whatever happens to the one before, and in every tab.
import { describe, expect, test } from 'vitest'
import {
  createTidemark,
  headerWire,
  integer,
  isTidemarkError,
  memoryStorage,
  serialized,
} from '../../src/index.ts'
import type { Tidemark, TidemarkEvent, TidemarkOptions } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { createLocks } from './locks-in-memory.ts'
import type { LocksInMemory } from './locks-in-memory.ts'
import { origin } from './scripted-server.ts'

interface Sent {
  readonly path: string
  readonly body: string
  readonly minVersion: string | null
  readonly atMs: number
}

/** A server that takes as long as the path says, such as `/w/a?ms=30`, and counts versions up. */
interface Stage {
  readonly clock: VirtualClock
  readonly locks: LocksInMemory
  readonly sent: Sent[]
  readonly events: TidemarkEvent[]
  readonly open: (options?: Partial<TidemarkOptions>) => Tidemark
  readonly write: (tab: Tidemark, path: string, init?: RequestInit) => Promise<Response>
}

const startMs = 1_700_000_000_000

function onStage(play: (stage: Stage) => Promise<void>): () => Promise<void> {
  return async () => {
    const clock = createVirtualClock({ startMs })
    const locks = createLocks()
    const sent: Sent[] = []
    const events: TidemarkEvent[] = []
    let version = 0
    const open: Stage['open'] = (options) => {
      const tidemark = createTidemark({
        origins: [origin],
        storage: memoryStorage(),
        mirror: false,
        now: clock.now,
        random: () => 0.5,
        setTimer: clock.setTimer,
        rules: [{ match: '/w/*', scope: 'main', writes: serialized({ locks }) }],
        async fetch(input, init) {
          const request = new Request(input, init)
          const { pathname, searchParams } = new URL(request.url)
          const body = await request.text()
          const minVersion = request.headers.get('min-version')
          sent.push({ path: pathname, body, minVersion, atMs: clock.now() - startMs })
          await clock.sleep(Number(searchParams.get('ms') ?? 10), request.signal)
          if (searchParams.has('broken')) throw new TypeError('reset')
          version += 1
          const headers = { 'data-version': `main;e="a";v="${version}"` }
          return Response.json({ version }, { status: Number(searchParams.get('status') ?? 200), headers })
        },
        ...options,
      })
      tidemark.subscribe((event) => events.push(event))
      return tidemark
    }
    const write: Stage['write'] = (tab, path, init) =>
      tab.fetch(origin + path, { method: 'POST', ...init })
    await clock.run(() => play({ clock, locks, sent, events, open, write }))
  }
}

const pathsOf = (sent: readonly Sent[]): string[] => sent.map(({ path }) => path)

describe('in one page', () => {
  test('O9: each write leaves after the answer of the one before, in the order of calls', onStage(
    async ({ open, write, sent }) => {
      const tab = open()
      await Promise.all(['/w/a?ms=30', '/w/b?ms=5', '/w/c'].map((path) => write(tab, path)))
      expect(sent.map(({ path, atMs }) => [path, atMs])).toEqual([['/w/a', 0], ['/w/b', 30], ['/w/c', 35]])
    },
  ))

  test('S3: the floor that one write raised goes with the next', onStage(async ({ open, write, sent }) => {
    const tab = open()
    await Promise.all([write(tab, '/w/a'), write(tab, '/w/b'), write(tab, '/w/c')])
    expect(sent.map(({ minVersion }) => minVersion)).toEqual([
      null,
      'main;e="a";v="1"',
      'main;e="a";v="2"',
    ])
  }))

  test.each(['/w/a?broken', '/w/a?status=500', '/w/a?status=409'])(
    'Z2: %s does not keep the next one back',
    (path) =>
      onStage(async ({ open, write, sent }) => {
        const tab = open()
        const [first, second] = await Promise.allSettled([write(tab, path), write(tab, '/w/b')])
        expect(first.status).toBe(path.includes('broken') ? 'rejected' : 'fulfilled')
        expect(second.status).toBe('fulfilled')
        expect(sent.map(({ atMs }) => atMs)).toEqual([0, 10])
      })(),
  )

  test('Z2: a waiting write that is aborted is never sent, and keeps nobody back', onStage(
    async ({ open, write, sent }) => {
      const tab = open()
      const leaving = new AbortController()
      const first = write(tab, '/w/a')
      const second = write(tab, '/w/b', { signal: leaving.signal })
      const third = write(tab, '/w/c')
      leaving.abort(new Error('changed my mind'))
      await expect(second).rejects.toThrow('changed my mind')
      await Promise.all([first, third])
      expect(pathsOf(sent)).toEqual(['/w/a', '/w/c'])
    },
  ))

  test('Z2: a write that was aborted before it was called has no place', onStage(
    async ({ open, write, sent }) => {
      const tab = open()
      await expect(write(tab, '/w/a', { signal: AbortSignal.abort('no') })).rejects.toBe('no')
      await write(tab, '/w/b')
      expect(pathsOf(sent)).toEqual(['/w/b'])
    },
  ))

  test('Z2: an abort on its way ends the turn', onStage(async ({ open, write, sent, clock }) => {
    const tab = open()
    const leaving = new AbortController()
    const first = write(tab, '/w/a?ms=1000', { signal: leaving.signal })
    const failed = expect(first).rejects.toThrow('gone')
    const second = write(tab, '/w/b')
    await clock.sleep(5)
    leaving.abort(new Error('gone'))
    await Promise.all([failed, second])
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 5])
  }))

  test('I7: a wait is bounded, and its error says what was in the way', onStage(
    async ({ open, write, sent, locks, clock }) => {
      const tab = open({
        rules: [{ match: '/w/*', scope: 'main', writes: serialized({ locks, waitMs: 100 }) }],
      })
      const first = write(tab, '/w/a?ms=500')
      const second = write(tab, '/w/b').catch((error: unknown) => error)
      await clock.sleep(50)
      const third = write(tab, '/w/c').catch((error: unknown) => error)
      const error = await second
      expect(clock.now() - startMs).toBe(100)
      expect(isTidemarkError(error, 'write-not-sent')).toBe(true)
      expect(String(error)).toContain(
        'POST https://api.test/w/b was not sent: writes to main@https://api.test go one after another, ' +
          'and 1 earlier of this page had no answer within 100 ms. Call it again, or raise `waitMs`.',
      )
      await third
      await first
      await write(tab, '/w/d')
      expect(pathsOf(sent)).toEqual(['/w/a', '/w/d'])
    },
  ))

  test('false waits for as long as it takes', onStage(async ({ open, write, sent, locks }) => {
    const tab = open({
      rules: [{ match: '/w/*', scope: 'main', writes: serialized({ locks, waitMs: false }) }],
    })
    await Promise.all([write(tab, '/w/a?ms=3600000'), write(tab, '/w/b')])
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 3_600_000])
  }))

  test('W5: what the caller changes while the write waits changes nothing', onStage(
    async ({ open, write, sent }) => {
      const tab = open()
      const body = new URLSearchParams({ title: 'as called' })
      const init: RequestInit = { body, headers: { 'x-kept': 'yes' } }
      const both = [write(tab, '/w/a'), write(tab, '/w/b', init)]
      body.set('title', 'changed')
      await Promise.all(both)
      expect(sent[1]?.body).toBe('title=as+called')
    },
  ))

  test('O9: scopes do not wait for each other', onStage(async ({ open, write, sent, locks }) => {
    const writes = serialized({ locks })
    const tab = open({ rules: [{ match: '/w/:album/*', scope: 'album/:album', writes }] })
    await Promise.all(['/w/x/1?ms=50', '/w/y/1', '/w/x/2'].map((path) => write(tab, path)))
    expect(sent.map(({ path, atMs }) => [path, atMs])).toEqual([
      ['/w/x/1', 0],
      ['/w/y/1', 0],
      ['/w/x/2', 50],
    ])
  }))

  test('Z1: rules that name one scope share one order', onStage(async ({ open, write, sent, locks }) => {
    const tab = open({
      rules: [
        { match: '/w/a/*', scope: 'main', writes: serialized({ locks }) },
        { match: '/w/b/*', scope: 'main', writes: serialized({ locks }) },
      ],
    })
    await Promise.all(['/w/a/1', '/w/b/1', '/w/a/2'].map((path) => write(tab, path)))
    expect(pathsOf(sent)).toEqual(['/w/a/1', '/w/b/1', '/w/a/2'])
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 10, 20])
  }))

  test('without a scope, the writes to an origin are in one order', onStage(
    async ({ open, write, sent, locks }) => {
      const tab = open({ rules: [{ match: '/w/*', writes: serialized({ locks }) }] })
      await Promise.all([write(tab, '/w/a'), write(tab, '/w/b')])
      expect(sent.map(({ atMs }) => atMs)).toEqual([0, 10])
    },
  ))

  test('reads, and writes by other rules, wait for nothing', onStage(async ({ open, write, sent }) => {
    const tab = open()
    await Promise.all([write(tab, '/w/a'), tab.fetch(`${origin}/w/b`), write(tab, '/other')])
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 0, 0])
  }))

  test('a wait that is no time is refused', () => {
    expect(() => serialized({ waitMs: Number.NaN })).toThrow('`waitMs` is NaN. Accepted: milliseconds')
    const rules = [{ match: '/w', writes: 'serialized' as never }]
    expect(() => createTidemark({ origins: [origin], rules })).toThrow('`rules[0].writes` is "serialized"')
  })
})

describe('in several tabs', () => {
  test('Z1: tabs take turns by the lock of the scope', onStage(async ({ open, write, sent }) => {
    const [one, other] = [open(), open()]
    await Promise.all([write(one, '/w/a?ms=30'), write(other, '/w/b'), write(one, '/w/c')])
    expect(sent).toHaveLength(3)
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 30, 40])
    expect(pathsOf(sent).indexOf('/w/a')).toBeLessThan(pathsOf(sent).indexOf('/w/c'))
  }))

  test('P1: principals do not wait for each other', onStage(async ({ open, write, sent }) => {
    const [one, other] = [open({ principal: 'ann' }), open({ principal: 'bob' })]
    await Promise.all([write(one, '/w/a?ms=30'), write(other, '/w/b')])
    expect(sent.map(({ atMs }) => atMs)).toEqual([0, 0])
  }))

  test('no lock is left behind', onStage(async ({ open, write, locks, clock }) => {
    const [one, other] = [open(), open()]
    const leaving = new AbortController()
    const waiting = [write(one, '/w/a?broken'), write(other, '/w/b', { signal: leaving.signal })]
    await clock.sleep(1)
    expect(locks.heldNames()).toHaveLength(1)
    leaving.abort()
    await Promise.allSettled(waiting)
    await clock.sleep(1)
    expect(locks.heldNames()).toEqual([])
    expect(locks.waitingCount()).toBe(0)
  }))

  test('Z3: without locks the order is kept within the page, and that is told once', onStage(
    async ({ open, write, sent, events }) => {
      const rules = [{ match: '/w/*', scope: 'main', writes: serialized({ locks: false }) }]
      const [one, other] = [open({ rules }), open({ rules })]
      await Promise.all([write(one, '/w/a'), write(one, '/w/b'), write(other, '/w/c')])
      expect(sent.map(({ path, atMs }) => [path, atMs])).toEqual([['/w/a', 0], ['/w/c', 0], ['/w/b', 10]])
      expect(events.filter(({ type }) => type === 'write:confined')).toHaveLength(2)
    },
  ))

  test('Z3: locks that are refused are told with their cause', onStage(
    async ({ open, write, sent, events }) => {
      const cause = new DOMException('denied', 'SecurityError')
      const locks = { request: () => Promise.reject(cause) } as Pick<LockManager, 'request'>
      const tab = open({ rules: [{ match: '/w/*', scope: 'main', writes: serialized({ locks }) }] })
      await Promise.all([write(tab, '/w/a'), write(tab, '/w/b')])
      expect(sent.map(({ atMs }) => atMs)).toEqual([0, 10])
      expect(events).toContainEqual(expect.objectContaining({ type: 'write:confined', cause }))
    },
  ))

  test('T2: writes to several scopes cannot stop each other for good', onStage(
    async ({ open, write, sent, locks }) => {
      // A wire that knows by the request alone which scopes a write touches: `/w/x+y` touches two.
      const versions = {
        ...headerWire({ name: 'pairs', response: 'data-version', format: integer, scope: () => 'main' }),
        scopesOf({ url }: { url: URL }): readonly [string, ...string[]] {
          const [first = '', ...others] = (url.pathname.split('/').at(-1) ?? '').split('+')
          return [first, ...others]
        },
      }
      const rules = [{ match: '/w/*', versions, writes: serialized({ locks }) }]
      const [one, other] = [open({ rules }), open({ rules })]
      const paths = ['/w/x+y', '/w/y+z', '/w/z+x', '/w/y', '/w/x']
      await Promise.all(paths.flatMap((path) => [write(one, path), write(other, path)]))
      expect(sent).toHaveLength(10)
    },
  ))
})
