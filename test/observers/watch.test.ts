import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Snapshot, TidemarkEvent, Watch } from '../../src/index.ts'
import { memoryDisk, memoryStorage } from '../../src/storage/memory-storage.ts'
import type { OpenStorage } from '../../src/storage/storage.ts'
import { inScene, origin } from '../client/scripted-server.ts'
import type { Scene } from '../client/scripted-server.ts'

interface Photo {
  readonly title: string
}

const photoOf = (json: unknown): Photo => {
  if (typeof json === 'object' && json !== null && 'title' in json && typeof json.title === 'string') {
    return { title: json.title }
  }
  throw new TypeError(`Not a photo: ${JSON.stringify(json)}`)
}

const at = (v: number, title = `at ${v}`) => ({ v, e: 'a', body: { title } })

/** Listens, and notes each snapshot in short. */
function noting<T>(watch: Watch<T>): { notes: string[]; leave: () => void } {
  const notes: string[] = []
  const leave = watch.subscribe((snapshot) => notes.push(inShort(snapshot)))
  return { notes, leave }
}

function inShort({ status, value, source, fetching, behind, error }: Snapshot<unknown>): string {
  const what = status === 'ready' ? `${JSON.stringify(value)} by ${source}` : status
  const marks = [fetching && 'fetching', behind && 'behind', error !== undefined && 'failed']
  return [what, ...marks].filter(Boolean).join(', ')
}

const photo = (scene: Scene) => scene.tidemark.watch(`${origin}/photos/1`, { parse: photoOf })
const readyAt = (v: number) => (snapshot: Snapshot<unknown>) =>
  !snapshot.fetching && snapshot.version?.[0]?.position === String(v)
const settled = ({ fetching }: Snapshot<unknown>) => !fetching

afterEach(() => vi.unstubAllGlobals())

describe('a first value', () => {
  test('nothing is read until somebody listens', inScene({}, async (scene) => {
    expect(photo(scene).get()).toMatchObject({ status: 'empty', fetching: false, value: undefined })
    expect(scene.requests).toEqual([])
  }))

  test('B6: it has a field for each question, and is frozen', inScene({}, async (scene) => {
    scene.answer(at(5))
    const snapshot = await photo(scene).until(settled)
    expect(snapshot).toEqual({
      status: 'ready',
      value: { title: 'at 5' },
      version: [{ scope: `main@${origin}`, epoch: 'a', position: '5' }],
      source: 'network',
      fetching: false,
      behind: false,
      pending: false,
      validatedAt: scene.clock.now(),
      error: undefined,
    })
    expect(Object.isFrozen(snapshot)).toBe(true)
  }))

  test('B3: it is one notification for each turn', inScene({}, async (scene) => {
    scene.answer(at(5))
    const watch = photo(scene)
    const { notes } = noting(watch)
    await watch.until(settled)
    expect(notes).toEqual(['empty, fetching', '{"title":"at 5"} by network'])
  }))

  test('I8: what is held is shown at once, and asked for anew', inScene({}, async (scene) => {
    scene.answer(at(5), at(6))
    await scene.body('/photos/1')
    const watch = photo(scene)
    const { notes } = noting(watch)
    await watch.until(readyAt(6))
    expect(notes).toEqual(['{"title":"at 5"} by memory, fetching', '{"title":"at 6"} by network'])
  }))

  test('a young held value is not asked for where a rule says so', inScene(
    { rules: [{ match: '/photos/:id', maxAgeMs: 1000 }] },
    async (scene) => {
      scene.answer(at(5))
      await scene.body('/photos/1')
      const { notes } = noting(photo(scene))
      await scene.clock.sleep(50)
      expect(scene.requests).toHaveLength(1)
      expect(notes.at(-1)).toBe('{"title":"at 5"} by memory')
    },
  ))

  test('S1: a held value below the floor of the session is not shown for a first one', inScene({}, async (scene) => {
    scene.answer(at(5), { status: 201, v: 9, e: 'a' }, at(9))
    await scene.body('/photos/1')
    await scene.post('/photos')
    expect(photo(scene).get().status).toBe('empty')
    const { notes } = noting(photo(scene))
    await photo(scene).until(settled)
    expect(notes).toEqual(['empty, fetching', '{"title":"at 9"} by network'])
  }))

  test('and is shown, marked, where the app takes stale values', inScene({}, async (scene) => {
    scene.answer(at(5), { status: 201, v: 9, e: 'a' }, at(9))
    await scene.body('/photos/1')
    await scene.post('/photos')
    const watch = scene.tidemark.watch(`${origin}/photos/1`, { onUnavailable: 'serve-stale' })
    expect(inShort(watch.get())).toBe('{"title":"at 5"} by memory, behind')
  }))

  test('a strong watch shows nothing that nobody was asked for', inScene({}, async (scene) => {
    scene.answer(at(5), at(5))
    await scene.body('/photos/1')
    const watch = scene.tidemark.watch(`${origin}/photos/1`, { consistency: 'strong' })
    expect(watch.get().status).toBe('empty')
    expect((await watch.until(settled)).source).toBe('network')
  }))

  test('a bound on staleness bounds what is shown', inScene({}, async (scene) => {
    scene.answer(at(5))
    await scene.body('/photos/1')
    await scene.clock.sleep(500)
    const watch = (maxStalenessMs: number) =>
      scene.tidemark.watch(`${origin}/photos/1`, { consistency: { maxStalenessMs } })
    expect([watch(1000).get().status, watch(100).get().status]).toEqual(['ready', 'empty'])
  }))

  test('H2: of an age that nobody can tell, since the clock was set back, nothing is young enough', async () => {
    let setBackMs = 0
    await inScene({ now: () => 1_700_000_000_000 - setBackMs }, async (scene) => {
      scene.answer(at(5))
      await scene.body('/photos/1')
      setBackMs = 5000
      const bounded = scene.tidemark.watch(`${origin}/photos/1`, { consistency: { maxStalenessMs: 1000 } })
      expect([bounded.get().status, photo(scene).get().status]).toEqual(['empty', 'ready'])
    })()
  })

  test('a stored value that may not be shown is not read from the disk again for being told of it', async () => {
    const reads: string[] = []
    const disk = memoryDisk()
    const counting: OpenStorage = (context) => {
      const storage = memoryStorage({ disk })(context)
      return {
        ...storage,
        read(key) {
          reads.push(key)
          // From microtask to microtask it would never end, and no timer could end it.
          if (reads.length > 20) throw new Error('The disk is read without an end.')
          return storage.read(key)
        },
      }
    }
    await inScene({ storage: counting, memoryBytesMax: 0 }, async (scene) => {
      scene.answer(at(5), at(5), { status: 201, v: 9, e: 'a' }, new TypeError('The network is gone.'))
      await scene.body('/photos/1')
      await scene.tidemark.flush()
      await scene.body('/photos/2') // Memory lets go of the other.
      await scene.post('/photos')
      const watch = photo(scene)
      watch.listen(() => undefined)
      await watch.until(settled)
      expect(watch.get().value).toBeUndefined()
    })()
    expect(reads.length, 'when it is listened to, and for the read').toBe(2)
  })

  test('an API without versions is watched as well', inScene({}, async (scene) => {
    scene.answer({ body: { title: 'plain' } }, { body: { title: 'other' } })
    const watch = photo(scene)
    watch.listen(() => undefined)
    expect(await watch.until(settled)).toMatchObject({ value: { title: 'plain' }, version: undefined })
    await watch.refresh()
    expect(watch.get()).toMatchObject({ value: { title: 'other' }, version: undefined, behind: false })
  }))
})

describe('the same arguments', () => {
  test('B1: give the same watch, others another', inScene({}, async ({ tidemark }) => {
    const url = `${origin}/photos/1`
    const watch = tidemark.watch(url)
    expect(tidemark.watch(new URL(url))).toBe(watch)
    expect(tidemark.watch(new Request(url))).not.toBe(tidemark.watch(`${origin}/photos/2`))
    expect(tidemark.watch('/photos/1')).toBe(watch)
    expect(tidemark.watch(url, { graceMs: 1000 })).toBe(watch)
    expect(tidemark.watch(url, { parse: photoOf })).toBe(tidemark.watch(url, { parse: photoOf }))
    expect(tidemark.watch(url, { parse: photoOf })).not.toBe(watch)
    expect(tidemark.watch(url, { headers: { accept: 'text/csv' } })).not.toBe(watch)
    expect(tidemark.watch(url, { intervalMs: 1000 })).not.toBe(watch)
  }))

  test('a key that a rule names leads to its resource', inScene(
    { rules: [{ match: '/photos/:id', key: 'photo/:id' }] },
    async ({ tidemark }) => {
      expect(tidemark.watch('photo/a b')).toBe(tidemark.watch('/photos/a%20b'))
      expect(() => tidemark.watch('album/7')).toThrow('or a key that a rule names')
    },
  ))

  test('what is no read of a named origin is refused', inScene({}, async ({ tidemark }) => {
    expect(() => tidemark.watch('https://elsewhere.test/x')).toThrow(
      '`target` is "https://elsewhere.test/x". Accepted: a URL or path on https://api.test, or a key',
    )
    expect(() => tidemark.watch({ url: `${origin}/x`, method: 'POST' })).toThrow('only reads can be watched')
  }))

  test.each([
    [{ intervalMs: 0 }, '`intervalMs` is 0'],
    [{ graceMs: -1 }, '`graceMs` is -1'],
    [{ revalidateOn: ['blur'] }, '`revalidateOn` is an array of 1'],
    [{ parse: {} }, '`parse` is an object'],
    [{ parser: photoOf }, '`parser` is a function. Accepted: only parse, headers'],
    [{ consistency: 'sesion' }, '`init.consistency` is "sesion"'],
  ])('refuses %j', (options, message) =>
    inScene({}, async ({ tidemark }) => {
      // What a program without types may pass.
      expect(() => tidemark.watch(`${origin}/x`, options as object)).toThrow(message)
    })(),
  )
})

describe('updates', () => {
  test('B2: a lagging answer changes nothing on screen', inScene({}, async (scene) => {
    scene.answer(at(5), at(4), at(6))
    const watch = photo(scene)
    const { notes } = noting(watch)
    await watch.until(readyAt(5))
    await watch.refresh()
    await watch.refresh()
    expect(notes).toEqual([
      'empty, fetching',
      '{"title":"at 5"} by network',
      '{"title":"at 5"} by network, fetching',
      '{"title":"at 5"} by network',
      '{"title":"at 5"} by network, fetching',
      '{"title":"at 6"} by network',
    ])
  }))

  test('I2: nobody who watches sees the past, at the level eventual either', inScene({}, async (scene) => {
    scene.answer(at(5), at(4))
    const watch = scene.tidemark.watch(`${origin}/photos/1`, { consistency: 'eventual', parse: photoOf })
    watch.listen(() => undefined)
    await watch.until(readyAt(5))
    expect((await watch.refresh()).value).toEqual({ title: 'at 5' })
  }))

  test('whoever else reads the same brings it here', inScene({}, async (scene) => {
    scene.answer(at(5), at(7))
    const watch = photo(scene)
    watch.listen(() => undefined)
    await watch.until(readyAt(5))
    await scene.body('/photos/1')
    expect(watch.get()).toMatchObject({ value: { title: 'at 7' }, source: 'network' })
  }))

  test('I5: a pushed value is shown in the same step, an older one never', inScene({}, async (scene) => {
    scene.answer(at(5))
    const watch = photo(scene)
    watch.listen(() => undefined)
    await watch.until(readyAt(5))
    scene.tidemark.session.admit(`${origin}/photos/1`, { title: 'pushed' }, 'a:8')
    expect(watch.get()).toMatchObject({ value: { title: 'pushed' }, source: 'push' })
    scene.tidemark.session.admit(`${origin}/photos/1`, { title: 'late' }, 'a:7')
    expect(watch.get().value).toEqual({ title: 'pushed' })
  }))

  test('an equal value is the same reference, though it was vouched for anew', inScene({}, async (scene) => {
    scene.answer(at(5), at(6, 'at 5'))
    const watch = photo(scene)
    watch.listen(() => undefined)
    const first = await watch.until(readyAt(5))
    const second = await watch.refresh()
    expect(second).not.toBe(first)
    expect(second.value).toBe(first.value)
  }))

  test('I9: a deletion is absence, and a late answer does not undo it', inScene({}, async (scene) => {
    scene.answer(at(5), { status: 404, v: 7, e: 'a' }, at(6))
    const watch = photo(scene)
    watch.listen(() => undefined)
    await watch.until(readyAt(5))
    await watch.refresh()
    expect(watch.get()).toMatchObject({ status: 'absent', value: undefined, error: undefined })
    await watch.refresh()
    expect(watch.get().status).toBe('absent')
  }))

  test('what the app deletes is absent in the step of the answer', inScene({}, async (scene) => {
    scene.answer(at(5), { status: 204, v: 7, e: 'a' })
    const watch = photo(scene)
    watch.listen(() => undefined)
    await watch.until(readyAt(5))
    await scene.tidemark.fetch(`${origin}/photos/1`, { method: 'DELETE' })
    expect(watch.get()).toMatchObject({ status: 'absent', behind: false, fetching: false })
  }))

  test('an interval reads again and again, until nobody listens', inScene({}, async (scene) => {
    scene.answer(at(5))
    const watch = scene.tidemark.watch(`${origin}/photos/1`, { intervalMs: 100, graceMs: 0 })
    const leave = watch.listen(() => undefined)
    await scene.clock.sleep(335)
    leave()
    const count = scene.requests.length
    await scene.clock.sleep(1000)
    expect([count, scene.requests.length]).toEqual([4, 4])
  }))
})

describe('own writes and expectations', () => {
  const write = { status: 201, v: 9, e: 'a' }

  test('S1: an own write marks what does not show it, and reads it again', inScene({}, async (scene) => {
    scene.answer(at(5), write, at(9))
    const watch = photo(scene)
    const { notes } = noting(watch)
    await watch.until(readyAt(5))
    await scene.post('/photos')
    expect(watch.get().behind).toMatchObject({ wanted: { position: '9' }, got: { position: '5' } })
    await watch.until(readyAt(9))
    expect(notes.slice(2)).toEqual([
      '{"title":"at 5"} by network, fetching, behind',
      '{"title":"at 9"} by network',
    ])
  }))

  test('O7: what the answer of the write has brought is not asked for again', inScene(
    { rules: [{ match: '/photos/:id', affects: ['/photos/:id'] }] },
    async (scene) => {
      scene.answer(at(5), { ...at(9), status: 200 })
      const watch = photo(scene)
      const { notes } = noting(watch)
      await watch.until(readyAt(5))
      await scene.tidemark.fetch(`${origin}/photos/1`, { method: 'PUT' })
      await scene.clock.sleep(100)
      expect(scene.requests.map(({ method }) => method)).toEqual(['GET', 'PUT'])
      expect(notes.slice(2)).toEqual(['{"title":"at 9"} by network'])
    },
  ))

  test('O11: a write during the first load is not lost', inScene({}, async (scene) => {
    scene.answer({ body: { title: 'before' } }, { status: 201 }, { body: { title: 'after' } })
    const watch = photo(scene)
    watch.listen(() => undefined)
    await Promise.resolve() // The read has left.
    await scene.post('/photos')
    await watch.until(({ value }) => value?.title === 'after', { timeoutMs: 1000 })
    await scene.clock.sleep(1000)
    expect(scene.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET'])
  }))

  test('a write of another scope is none of its business', inScene(
    { rules: [{ match: '/users/*', scope: 'users' }] },
    async (scene) => {
      scene.answer(at(5), { status: 200, headers: { 'data-version': 'users;e="a";v="3"' } })
      const watch = photo(scene)
      watch.listen(() => undefined)
      await watch.until(readyAt(5))
      await scene.tidemark.fetch(`${origin}/users/1`, { method: 'PUT' })
      await scene.clock.sleep(100)
      expect(scene.requests).toHaveLength(2)
      expect(watch.get()).toMatchObject({ behind: false, fetching: false })
    },
  ))

  test('but what lies above or below it in the path is read again', inScene({}, async (scene) => {
    scene.answer(at(5), { status: 200, headers: { 'data-version': 'row-1;e="a";v="3"' } }, at(6))
    const watch = scene.tidemark.watch(`${origin}/photos`)
    watch.listen(() => undefined)
    await watch.until(readyAt(5))
    await scene.tidemark.fetch(`${origin}/photos/1`, { method: 'PUT' })
    await watch.until(readyAt(6))
  }))

  test('R7: an expected version marks, and is fetched', inScene({}, async (scene) => {
    scene.answer(at(5), at(8))
    const watch = photo(scene)
    watch.listen(() => undefined)
    await watch.until(readyAt(5))
    scene.tidemark.session.expect('main', 'a:8')
    expect(watch.get()).toMatchObject({ behind: { wanted: { position: '8' } }, fetching: true })
    await watch.until(readyAt(8))
    expect(watch.get().behind).toBe(false)
  }))

  test('V11: an expectation that is wrong ends, and its mark with it', inScene({}, async (scene) => {
    scene.answer(at(5))
    const watch = photo(scene)
    watch.listen(() => undefined)
    await watch.until(readyAt(5))
    scene.tidemark.session.expect('main', 'a:8', { forMs: 20_000 })
    await watch.until(({ error }) => error !== undefined)
    expect(watch.get()).toMatchObject({ status: 'ready', value: { title: 'at 5' } })
    expect(watch.get().behind).not.toBe(false)
    await watch.until(({ behind, fetching }) => behind === false && !fetching, { timeoutMs: 60_000 })
    expect(watch.get().error).toBeUndefined()
  }))

  test('what was merely seen elsewhere outdates nothing that is shown', inScene({}, async (scene) => {
    scene.answer(at(5), at(9))
    const watch = photo(scene)
    watch.listen(() => undefined)
    await watch.until(readyAt(5))
    await scene.body('/photos/2')
    await scene.clock.sleep(100)
    expect(watch.get()).toMatchObject({ behind: false, fetching: false, value: { title: 'at 5' } })
  }))
})

describe('I13: a new epoch', () => {
  test('is entered with what was shown still on screen, marked, until its own comes', inScene({}, async (scene) => {
    scene.answer(at(5), { v: 2, e: 'b', servedBy: 'primary' }, { v: 2, e: 'b', body: { title: 'restored' }, servedBy: 'primary' })
    const watch = photo(scene)
    const { notes } = noting(watch)
    await watch.until(readyAt(5))
    await scene.tidemark.fetch(`${origin}/photos/2`, { method: 'PUT' })
    await watch.until(({ value, fetching }) => value?.title === 'restored' && !fetching)
    expect(notes.slice(2)).toEqual([
      '{"title":"at 5"} by network, fetching, behind',
      '{"title":"restored"} by network',
    ])
    expect(scene.eventTypes()).toContain('epoch:reset')
  }))
})

describe('B5: errors are state', () => {
  test('a failed read keeps the value, says why, and tries again, ever later', inScene({}, async (scene) => {
    scene.answer(at(5), { status: 500, v: 5, e: 'a' }, new TypeError('offline'), at(6))
    const watch = photo(scene)
    const { notes } = noting(watch)
    await watch.until(readyAt(5))
    await watch.refresh()
    expect(watch.get().error).toMatchObject({ code: 'transport', facts: { status: 500, url: `${origin}/photos/1` } })
    await watch.until(readyAt(6))
    expect(notes.slice(3)).toEqual([
      '{"title":"at 5"} by network, failed',
      '{"title":"at 5"} by network, fetching, failed',
      '{"title":"at 5"} by network, failed',
      '{"title":"at 5"} by network, fetching, failed',
      '{"title":"at 6"} by network',
    ])
  }))

  test('I7: it does not try for ever', inScene({}, async (scene) => {
    scene.answer(new TypeError('offline'))
    const watch = photo(scene)
    watch.listen(() => undefined)
    await scene.clock.sleep(3_600_000)
    expect(scene.requests).toHaveLength(6)
    expect(watch.get()).toMatchObject({ status: 'error', value: undefined, fetching: false })
  }))

  test('refresh never rejects', inScene({}, async (scene) => {
    scene.answer(new TypeError('offline'))
    expect(await photo(scene).refresh()).toMatchObject({ status: 'error', error: { message: 'offline' } })
  }))

  test('what the parser refuses is an error beside what was shown', inScene({}, async (scene) => {
    scene.answer(at(5), { v: 6, e: 'a', body: { name: 'no title' } }, at(7))
    const watch = photo(scene)
    watch.listen(() => undefined)
    await watch.until(readyAt(5))
    await watch.refresh()
    expect(watch.get()).toMatchObject({
      value: { title: 'at 5' },
      error: { message: 'Not a photo: {"name":"no title"}' },
    })
    await watch.until(readyAt(7))
    expect(watch.get()).toMatchObject({ value: { title: 'at 7' }, error: undefined })
  }))

  test('a schema is asked, and its first issue is told', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a', body: { title: 7 } })
    const watch = scene.tidemark.watch(`${origin}/photos/1`, {
      parse: {
        '~standard': {
          version: 1,
          vendor: 'sample',
          validate: () => ({ issues: [{ message: 'is no text', path: ['title'] }, { message: 'other' }] }),
        },
      },
    })
    expect((await watch.refresh()).error).toMatchObject({
      code: 'protocol',
      message: 'Malformed value: "title: is no text, and 1 more". Expected what its schema (sample) accepts.',
    })
  }))

  test('a closed client reads no more, whatever was planned', inScene({}, async (scene) => {
    scene.answer(at(5))
    const watch = scene.tidemark.watch(`${origin}/photos/1`, { intervalMs: 100 })
    watch.listen(() => undefined)
    await scene.clock.sleep(115)
    scene.tidemark.close()
    await scene.clock.sleep(1000)
    expect(watch.get()).toMatchObject({ status: 'ready', fetching: false })
    expect(scene.requests).toHaveLength(2)
  }))

  test('a closed client is an error too', inScene({}, async (scene) => {
    scene.tidemark.close()
    expect((await photo(scene).refresh()).error).toMatchObject({ code: 'closed' })
  }))
})

describe('B4: it runs while somebody listens', () => {
  test('leaving aborts the read, once the grace period is over', inScene({}, async (scene) => {
    scene.answer(at(5))
    const watch = scene.tidemark.watch(`${origin}/photos/1`, { graceMs: 5 })
    watch.listen(() => undefined)()
    await scene.clock.sleep(8)
    expect(scene.requests[0]?.signal.aborted).toBe(true)
    expect(watch.get()).toMatchObject({ status: 'empty', fetching: false, error: undefined })
  }))

  test('a strict mount, which comes, leaves and comes again, asks once', inScene({}, async (scene) => {
    scene.answer(at(5))
    const watch = photo(scene)
    watch.listen(() => undefined)()
    watch.listen(() => undefined)
    await watch.until(settled)
    expect(scene.requests).toHaveLength(1)
  }))

  test('A2: nothing listens to the client when nobody listens to a watch', inScene({}, async (scene) => {
    scene.answer(at(5), at(6))
    const watch = scene.tidemark.watch(`${origin}/photos/1`, { graceMs: 0 })
    const leave = watch.listen(() => undefined)
    await watch.until(settled)
    leave()
    scene.tidemark.session.expect('main', 'a:6')
    await scene.clock.sleep(1000)
    expect(scene.requests).toHaveLength(1)
  }))
})

describe('the page comes back', () => {
  const stubPage = (): { show: (state: string) => void; online: () => void } => {
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
    const page = new EventTarget()
    vi.stubGlobal('document', document)
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    return {
      show(state) {
        document.visibilityState = state
        document.dispatchEvent(new Event('visibilitychange'))
      },
      online: () => page.dispatchEvent(new Event('online')),
    }
  }

  test('into sight, or into the network: it reads again, unless told not to', async () => {
    const page = stubPage()
    await inScene({}, async (scene) => {
      scene.answer(at(5))
      const both = photo(scene)
      const neither = scene.tidemark.watch(`${origin}/photos/2`, { revalidateOn: [] })
      const leaves = [both, neither].map((watch) => watch.listen(() => undefined))
      const read = async (): Promise<string[]> => {
        await scene.clock.sleep(100)
        return scene.requests.splice(0).map(({ url }) => new URL(url).pathname)
      }
      expect(await read()).toEqual(['/photos/1', '/photos/2'])
      page.show('hidden')
      expect(await read()).toEqual([])
      page.show('visible')
      expect(await read()).toEqual(['/photos/1'])
      page.online()
      expect(await read()).toEqual(['/photos/1'])
      for (const leave of leaves) leave()
      await scene.clock.sleep(2000)
      page.online()
      expect(await read()).toEqual([])
    })()
  })

  test('an interval asks nothing while nobody sees the page', async () => {
    const page = stubPage()
    await inScene({}, async (scene) => {
      scene.answer(at(5))
      const options = { intervalMs: 100, revalidateOn: [] } as const
      scene.tidemark.watch(`${origin}/photos/1`, options).listen(() => undefined)
      await scene.clock.sleep(50)
      page.show('hidden')
      await scene.clock.sleep(1000)
      expect(scene.requests).toHaveLength(1)
      page.show('visible')
      await scene.clock.sleep(150)
      expect(scene.requests.length).toBeGreaterThan(1)
    })()
  })
})

test('every kind of event reaches the one subscription', inScene({}, async (scene) => {
  scene.answer(at(5))
  await scene.body('/photos/1')
  scene.tidemark.session.expect('main', 'a:9')
  scene.tidemark.session.adopt(scene.tidemark.session.token())
  scene.tidemark.close()
  const told: TidemarkEvent['type'][] = ['entry:admitted', 'expectation:raised', 'session:adopted', 'client:closed']
  expect(scene.eventTypes()).toEqual(expect.arrayContaining(told))
}))
