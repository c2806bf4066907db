// Lists: what a list shows whose source is behind what the session has made, changed and deleted.
import { describe, expect, test } from 'vitest'
import { createTidemark, integer, jsonVersion, listOf, memoryOutboxStore, memoryStorage, outbox as outboxOf, VersionUnavailableError } from '../../src/index.ts'
import type { ListOptions, Rule, TidemarkOptions } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { inScene, timerOn } from './scripted-server.ts'
import type { Scene, Scripted } from './scripted-server.ts'

interface Photo {
  readonly id: string
  readonly title?: string
  readonly album?: string
  readonly at: number
  readonly version?: number
}

const photo = (id: string, at: number, more: Partial<Photo> = {}): Photo => ({ id, at, ...more })
const placed: Pick<ListOptions<Photo>, 'includes' | 'order'> = {
  includes: ({ album }, { url }) => (url.searchParams.get('album') ?? album) === album,
  order: (left, right) => right.at - left.at || left.id.localeCompare(right.id),
}
const rulesWith = (list: Partial<ListOptions<Photo>>, more: Partial<Rule> = {}): TidemarkOptions => ({
  rules: [
    { match: '/photos', affects: ['/photos/:id'], list: listOf<Photo>({ item: '/photos/:id', items: 'items', ...list }), ...more },
    { match: '/photos/:id', affects: ['/photos/:id'] },
    { match: '/imports' },
  ],
})
const list = (v: number, items: readonly unknown[], more: Scripted = {}): Scripted => ({
  v,
  e: 'a',
  body: { items },
  ...more,
  headers: { 'content-type': 'application/json', etag: '"old"', ...more.headers },
})
const made = (v: number, body: Photo): Scripted => ({ status: 201, v, e: 'a', body })

/** Plays a list read at 5, then a creation at 7, so that lists at 6 are behind. */
async function create(scene: Scene, path = '/photos'): Promise<void> {
  scene.answer(list(5, [photo('1', 10), photo('2', 5)]))
  await scene.body(path)
  scene.answer(made(7, photo('3', 20)))
  await scene.post(path, { body: '{}' })
}
const idsOf = async (response: Response): Promise<string[]> => {
  const { items }: { items: Photo[] } = await response.json()
  return items.map(({ id }) => id)
}
const write = (scene: Scene, method: string, path: string): Promise<Response> =>
  scene.tidemark.fetch(`https://api.test${path}`, { method, body: method === 'DELETE' ? null : '{}' })

describe('own writes, in a list that is behind them', () => {
  test('R11: an own creation is in the list, which is fresh by that', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer(list(6, [photo('1', 10), photo('2', 5)]))
    const response = await scene.get('/photos')
    expect(await idsOf(response)).toEqual(['3', '1', '2'])
    expect(scene.tidemark.explain(response)).toMatchObject({
      achieved: 'fresh',
      attempts: 1,
      versions: [{ position: '6' }],
      want: { position: '7' },
      overlaid: { replaced: 0, added: 1, hidden: 0 },
      why: 'the own writes that it lacked were laid over it',
    })
  }))

  test('R11: an own change is, and an own deletion is hidden', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer({ v: 8, e: 'a', body: photo('1', 10, { title: 'New' }) }, { status: 204, v: 9, e: 'a' })
    await write(scene, 'PATCH', '/photos/1')
    await write(scene, 'DELETE', '/photos/2')
    scene.answer(list(6, [photo('1', 10), photo('2', 5)]))
    const response = await scene.get('/photos')
    expect(await response.json()).toEqual({ items: [photo('3', 20), photo('1', 10, { title: 'New' })] })
    expect(scene.tidemark.explain(response)?.overlaid).toEqual({ replaced: 1, added: 1, hidden: 1 })
  }))

  test('R11: a list that covers the writes is shown as it is, to the byte', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer(list(7, [photo('1', 10)]))
    const response = await scene.get('/photos')
    expect(await idsOf(response)).toEqual(['1'])
    expect(response.headers.get('etag')).toBe('"old"')
    expect(scene.tidemark.explain(response)?.overlaid).toBeUndefined()
  }))

  test('R11: a list that another query asks for has what belongs in it', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer(made(8, photo('4', 30, { album: 'a' })))
    await scene.post('/photos', { body: '{}' })
    scene.answer(list(6, [photo('9', 25, { album: 'a' })]))
    expect(await idsOf(await scene.get('/photos?album=a'))).toEqual(['4', '9'])
  }))

  test('R11: no header of the old body stays', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer(list(6, [photo('1', 10)], { headers: { 'content-length': '37', digest: 'x', 'x-own': '1' } }))
    const { headers } = await scene.get('/photos')
    expect(['etag', 'content-length', 'digest'].map((name) => headers.get(name))).toEqual([null, null, null])
    expect([headers.get('x-own'), headers.get('data-version')]).toEqual(['1', 'main;e="a";v="6"'])
  }))

  test('O1: what is held is what the server gave, laid over each time anew', inScene(rulesWith(placed, { maxAgeMs: 1000 }), async (scene) => {
    await create(scene)
    expect(await idsOf(await scene.get('/photos'))).toEqual(['3', '1', '2'])
    scene.answer(made(8, photo('4', 30)))
    await scene.post('/photos', { body: '{}' })
    const response = await scene.get('/photos')
    expect(await idsOf(response)).toEqual(['4', '3', '1', '2'])
    expect(scene.tidemark.explain(response)).toMatchObject({ source: 'memory', achieved: 'fresh', overlaid: { added: 2 } })
  }))
})

describe('what a list has to cover by itself', () => {
  const theirs = async () => Response.json({}, { headers: { 'data-version': 'main;e="a";v="10"' } })
  const refused = async (scene: Scene, path = '/photos'): Promise<void> => {
    await expect(scene.get(path, { budgetMs: 50 })).rejects.toThrow(VersionUnavailableError)
  }

  test('R11: where membership and order are not declared, a list that lacks a creation is behind', inScene(rulesWith({}), async (scene) => {
    await create(scene)
    scene.answer(list(6, [photo('1', 10)]))
    await refused(scene)
    const response = await scene.get('/photos', { budgetMs: 50, onUnavailable: 'serve-stale' })
    expect(await idsOf(response)).toEqual(['1'])
    expect(scene.tidemark.explain(response)?.achieved).toBe('behind')
  }))

  test('R11: there too, a list that lacks no more than deletions is fresh', inScene(rulesWith({}), async (scene) => {
    scene.answer(list(5, [photo('1', 10), photo('2', 5)]), { status: 204, v: 7, e: 'a' })
    await scene.body('/photos')
    await write(scene, 'DELETE', '/photos/2')
    scene.answer(list(6, [photo('1', 10), photo('2', 5)]))
    const response = await scene.get('/photos')
    expect([await idsOf(response), scene.tidemark.explain(response)?.achieved]).toEqual([['1'], 'fresh'])
  }))

  test('R11: what the session was shown, since it may be of others', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer({ v: 8, e: 'a', body: photo('1', 10) })
    await scene.body('/photos/1')
    scene.answer(list(6, [photo('1', 10)]))
    await refused(scene)
    expect(await idsOf(await scene.get('/photos', { consistency: 'read-your-writes' }))).toEqual(['3', '1'])
  }))

  test('R11: not what it was shown of its own write', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer({ v: 6, e: 'a', status: 404 })
    expect(await scene.body('/photos/3')).toEqual(photo('3', 20))
    scene.answer(list(6, [photo('1', 10)]))
    expect(await idsOf(await scene.get('/photos'))).toEqual(['3', '1'])
  }))

  test('R11: a write of which nobody says what it changed', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer({ v: 8, e: 'a' })
    await scene.post('/imports')
    scene.answer(list(6, [photo('1', 10)]))
    await refused(scene)
    scene.answer(list(8, [photo('1', 10)]))
    expect(await idsOf(await scene.get('/photos'))).toEqual(['1'])
  }))

  test('R11: a write whose answer is still being read', inScene(rulesWith(placed), async (scene) => {
    scene.answer(list(5, [photo('1', 10)]))
    await scene.body('/photos')
    // The floor is raised when the headers are there, and what was made is known with the body.
    let end: (() => void) | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        end = () => {
          controller.enqueue(new TextEncoder().encode(JSON.stringify(photo('3', 20))))
          controller.close()
        }
      },
    })
    scene.answer({ status: 201, v: 7, e: 'a', stream: body })
    const writing = scene.post('/photos', { body: '{}' })
    await scene.clock.sleep(20)
    scene.answer(list(6, [photo('1', 10)]))
    await refused(scene)
    end?.()
    await writing
    expect(await idsOf(await scene.get('/photos'))).toEqual(['3', '1'])
  }))

  test('R11: what other tabs wrote, and what is expected', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.tidemark.session.expect('main', 'a:8')
    scene.answer(list(6, [photo('1', 10)]))
    await refused(scene)
    scene.answer(list(8, [photo('1', 10)]))
    expect(await idsOf(await scene.get('/photos'))).toEqual(['1'])
    const other = createTidemark({ origins: ['https://api.test'], storage: memoryStorage(), mirror: false, fetch: theirs })
    await other.fetch('https://api.test/photos', { method: 'POST' })
    scene.answer(made(20, photo('6', 40)))
    await scene.post('/photos', { body: '{}' })
    scene.tidemark.session.adopt(other.session.token())
    scene.answer(list(9, [photo('1', 10)]))
    await refused(scene)
    scene.answer(list(10, [photo('1', 10)]))
    expect(await idsOf(await scene.get('/photos'))).toEqual(['6', '1'])
  }))

  test('R11: what another page was answered, although it is heard of from an outbox alone', inScene(rulesWith(placed), async (scene) => {
    const store = memoryOutboxStore()
    const answered = { versions: [{ scope: 'main@https://api.test', epoch: 'a', position: '6' }], json: {}, at: 0 }
    const outbox = store({ principal: '', onUnreadable: () => undefined })
    await outbox.add({ id: 'theirs', name: 'make', line: 'photos', variables: 'theirs', at: 0, answered })
    scene.answer(list(5, [photo('1', 10)]))
    await scene.body('/photos')
    scene.tidemark.mutation({
      name: 'make',
      outbox: outboxOf({ store, locks: false }),
      request: (title: string) => ({ url: 'https://api.test/photos', method: 'POST', json: { title } }),
    })
    await scene.clock.sleep(10)
    expect(scene.eventTypes()).toContain('session:adopted')
    scene.answer(made(7, photo('3', 20)))
    await scene.post('/photos', { body: '{}' })
    scene.answer(list(5, [photo('1', 10)]))
    await refused(scene)
    scene.answer(list(6, [photo('2', 15), photo('1', 10)]))
    expect(await idsOf(await scene.get('/photos'))).toEqual(['3', '2', '1'])
  }))

  test('V10: a primary that lacks an own write has lost it', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer(list(6, [photo('1', 10)], { servedBy: 'primary;primary' }))
    await refused(scene)
  }))
})

describe('a list without an as-of', () => {
  const unversioned = { ...rulesWith(placed) }
  const silent = (items: readonly unknown[]): Scripted => ({ body: { items }, headers: { 'content-type': 'application/json' } })

  test('V7: own writes are laid over it for a while, and it stays unverified', inScene(unversioned, async (scene) => {
    scene.answer(made(7, photo('3', 20)))
    await scene.post('/photos', { body: '{}' })
    scene.answer(silent([photo('1', 10)]))
    const response = await scene.get('/photos')
    expect(await idsOf(response)).toEqual(['3', '1'])
    expect(scene.tidemark.explain(response)).toMatchObject({ achieved: 'unverified', overlaid: { added: 1 } })
    await scene.clock.sleep(31_000)
    expect(await idsOf(await scene.get('/photos'))).toEqual(['1'])
  }))

  test('V7: nor for longer where the clock is set back', async () => {
    let setBackMs = 0
    await inScene({ ...unversioned, now: () => 1_700_000_000_000 - setBackMs }, async (scene) => {
      scene.answer(made(7, photo('3', 20)))
      await scene.post('/photos', { body: '{}' })
      scene.answer(silent([photo('1', 10)]))
      expect(await idsOf(await scene.get('/photos'))).toEqual(['3', '1'])
      setBackMs = 3_600_000
      expect(await idsOf(await scene.get('/photos'))).toEqual(['1'])
    })()
  })

  test('I4: a row without a version neither raises a floor nor clears one', inScene(rulesWith({ ...placed, version: 'version' }), async (scene) => {
    await create(scene)
    const before = [...scene.tidemark.session.floors()]
    scene.answer(silent([photo('1', 10)]))
    await scene.body('/photos')
    expect([...scene.tidemark.session.floors()]).toEqual(before)
  }))
})

describe('a list and its items', () => {
  const teaching = rulesWith({ ...placed, version: 'version' })

  test('R10: the as-of is that of the list, and not the greatest version of its rows', inScene(teaching, async (scene) => {
    scene.answer(list(5, [photo('1', 10, { version: 3 })]))
    await scene.body('/photos')
    expect(scene.tidemark.session.floors().get('main@https://api.test')?.read?.position).toBe('5')
  }))

  test('R11: a row teaches its item', inScene(teaching, async (scene) => {
    scene.answer(list(5, [photo('1', 10, { version: 3 })]))
    await scene.body('/photos')
    scene.answer({ v: 4, e: 'a', status: 404 })
    const response = await scene.get('/photos/1')
    expect(await response.json()).toEqual(photo('1', 10, { version: 3 }))
    expect(scene.tidemark.explain(response)).toMatchObject({ source: 'memory', versions: [{ position: '5' }] })
  }))

  test('R11: an item teaches its row, where the list is read with less', inScene(teaching, async (scene) => {
    scene.answer({ v: 8, e: 'a', body: photo('1', 10, { title: 'New' }) })
    await scene.body('/photos/1')
    scene.answer(list(6, [photo('1', 10, { title: 'Old' })]))
    const response = await scene.get('/photos', { consistency: 'monotonic-reads' })
    expect(await response.json()).toEqual({ items: [photo('1', 10, { title: 'New' })] })
  }))

  test('R11: rows that are less than their items raise floors, and are not held', inScene(
    rulesWith({ ...placed, version: 'version', toRow: (item) => ({ ...(item as Photo), title: 'short' }) }),
    async (scene) => {
      scene.answer(list(5, [photo('1', 10, { version: 3 })]))
      await scene.body('/photos')
      scene.answer({ v: 4, e: 'a', body: photo('1', 10) })
      const reading = scene.get('/photos/1', { consistency: 'monotonic-reads', budgetMs: 30 })
      await expect(reading).rejects.toThrow(VersionUnavailableError)
      scene.answer(made(7, photo('3', 20, { title: 'A very long title' })))
      await scene.post('/photos', { body: '{}' })
      scene.answer(list(6, [photo('1', 10)]))
      expect(await scene.body('/photos')).toEqual({ items: [photo('3', 20, { title: 'short' }), photo('1', 10)] })
    },
  ))

  test('V17: rows with versions of their own are ranked where the list has none', inScene(
    {
      rules: [
        { match: '/photos', list: listOf<Photo>({ item: '/photos/:id', version: 'version' }) },
        { match: '/photos/:id', versions: jsonVersion('version', integer) },
      ],
    },
    async (scene) => {
      const json = { 'content-type': 'application/json' }
      scene.answer({ headers: json, body: photo('1', 10, { version: 9, title: 'New' }) })
      await scene.body('/photos/1')
      const old = [photo('1', 10, { version: 8, title: 'Old' }), photo('2', 5, { version: 3 })]
      scene.answer({ headers: json, body: old })
      expect(await scene.body('/photos')).toEqual([photo('1', 10, { version: 9, title: 'New' }), old[1]])
      const newer = [photo('1', 10, { version: 10, title: 'Newest' })]
      scene.answer({ headers: json, body: newer })
      expect(await scene.body('/photos')).toEqual(newer)
    },
  ))

  test('R8: a 404 of a replica that is behind is stale, and not absence', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer({ v: 6, e: 'a', status: 404 })
    expect(await scene.body('/photos/3')).toEqual(photo('3', 20))
  }))

  test('R9: a deletion is not undone by a list from before it', inScene(teaching, async (scene) => {
    scene.answer(list(5, [photo('1', 10, { version: 3 })]), { status: 204, v: 7, e: 'a' })
    await scene.body('/photos')
    await write(scene, 'DELETE', '/photos/1')
    scene.answer(list(6, [photo('1', 10, { version: 3 })]), { v: 6, e: 'a', body: photo('1', 10) })
    await scene.body('/photos')
    expect((await scene.get('/photos/1')).status).toBe(404)
  }))
})

describe('pages of one listing', () => {
  const paged = rulesWith({ ...placed, pages: { parameter: 'cursor', next: 'next' } }, { consistency: 'read-your-writes' })
  const page = (v: number, items: readonly unknown[], next?: string): Scripted => list(v, items, { body: { items, ...(next && { next }) } })

  test('R13: no page is older than another that was shown', inScene(paged, async (scene) => {
    scene.answer(page(8, [photo('1', 10)], 'c1'), page(6, [photo('2', 5)]), page(8, [photo('2', 5)]))
    await scene.body('/photos')
    const response = await scene.get('/photos?cursor=c1')
    await response.json()
    expect(scene.tidemark.explain(response)).toMatchObject({ attempts: 2, versions: [{ position: '8' }] })
    expect(scene.requests.at(-1)?.headers.get('min-version')).toBe('main;e="a";v="8"')
  }))

  test('R13: pages that are asked for together are judged by one floor', inScene(paged, async (scene) => {
    scene.answer(page(8, [photo('1', 10)], 'c1'), page(6, [photo('2', 5)]), page(9, [photo('2', 5)]))
    const responses = await Promise.all([scene.get('/photos'), scene.get('/photos?cursor=c1')])
    const asOfs = responses.map((response) => scene.tidemark.explain(response)?.versions?.[0]?.position)
    expect(asOfs).toEqual(['8', '9'])
  }))

  test('R13: what has become older than a page is told, so that the listing begins again', inScene(paged, async (scene) => {
    scene.answer(page(6, [photo('1', 10)], 'c1'), page(8, [photo('2', 5)]))
    await scene.body('/photos')
    await scene.body('/photos?cursor=c1')
    expect(scene.events.filter(({ type }) => type === 'listing:advanced')).toMatchObject([
      { url: 'https://api.test/photos?cursor=c1', pagesBehind: ['https://api.test/photos'] },
    ])
  }))

  test('R13: an own creation stands on one page, and no other', inScene(paged, async (scene) => {
    await create(scene)
    scene.answer(made(8, photo('4', 7)))
    await scene.post('/photos', { body: '{}' })
    const first = page(6, [photo('1', 10), photo('2', 9)], 'c1')
    const second = page(6, [photo('5', 5)])
    scene.answer(first, second)
    expect(await idsOf(await scene.get('/photos'))).toEqual(['3', '1', '2'])
    expect(await idsOf(await scene.get('/photos?cursor=c1'))).toEqual(['4', '5'])
  }))

  test('R13: a page whose beginning nobody knows has to cover the writes', inScene(paged, async (scene) => {
    await create(scene)
    scene.answer(page(6, [photo('1', 10)]))
    await expect(scene.get('/photos?cursor=c7', { budgetMs: 30 })).rejects.toThrow(VersionUnavailableError)
  }))
})

describe('a batch', () => {
  const batch = rulesWith({ members: ({ url }) => url.searchParams.get('ids')?.split(',') ?? [] })

  test('R14: its floor is the join of those of its members', inScene(batch, async (scene) => {
    scene.answer({ v: 8, e: 'a', body: photo('2', 5) }, list(6, [photo('1', 10), photo('2', 5)]), list(8, [photo('1', 10)]))
    await scene.body('/photos/2')
    const response = await scene.get('/photos?ids=1,2', { consistency: 'monotonic-reads' })
    expect(scene.tidemark.explain(response)).toMatchObject({ attempts: 2, versions: [{ position: '8' }] })
    expect(scene.requests[1]?.headers.get('min-version')).toBe('main;e="a";v="8"')
  }))

  test('R14: own creations are in it where it asks for them', inScene(batch, async (scene) => {
    await create(scene)
    scene.answer(list(6, [photo('1', 10), photo('2', 5)]))
    expect(await idsOf(await scene.get('/photos?ids=1,3,2'))).toEqual(['1', '3', '2'])
    expect(await idsOf(await scene.get('/photos?ids=1,2'))).toEqual(['1', '2'])
  }))
})

describe('answers that are no list', () => {
  test('I14: a body of another form is shown as it is, judged as any answer, and told', inScene(rulesWith(placed), async (scene) => {
    scene.answer(list(5, [], { body: { rows: [] } }))
    expect(await scene.body('/photos')).toEqual({ rows: [] })
    expect(scene.events.find(({ type }) => type === 'list:unreadable')).toMatchObject({ items: 'items' })
  }))

  test('I14: rows without an id are left where they are', inScene(rulesWith(placed), async (scene) => {
    await create(scene)
    scene.answer(list(6, [photo('1', 10), { at: 9 }, null]))
    const { items } = (await scene.body('/photos')) as { items: unknown[] }
    expect(items).toEqual([photo('3', 20), photo('1', 10), { at: 9 }, null])
  }))

  test('I14: a row version that is not understood is none, and told', inScene(rulesWith({ ...placed, version: 'version' }), async (scene) => {
    scene.answer(list(5, [{ ...photo('1', 10), version: 'x' }]))
    await scene.body('/photos')
    expect(scene.eventTypes()).toContain('version:malformed')
  }))
})

describe('a list whose body cannot be read whole', () => {
  const rules = { ...rulesWith({}), valueBytesMax: 100 }
  const text = `{"items":[{"id":"1","title":"${'x'.repeat(200)}"}]}`
  const pieces = (rest?: Error): ReadableStream<Uint8Array> => {
    const all = [text.slice(0, 60), text.slice(60, 180), text.slice(180)].map((piece) => new TextEncoder().encode(piece))
    return new ReadableStream({
      pull(controller) {
        const piece = all.shift()
        if (piece !== undefined) controller.enqueue(piece)
        else if (rest !== undefined) controller.error(rest)
        else controller.close()
      },
    })
  }
  const headers = { 'content-type': 'application/json' }

  test('B2: is given as it is where it is too long, though no length was announced', inScene(rules, async (scene) => {
    scene.answer({ v: 5, e: 'a', headers, stream: pieces() })
    const response = await scene.get('/photos')
    expect(response.url).toBe('https://api.test/photos')
    const clone = response.clone()
    expect(clone.url, 'a clone comes from there as well').toBe('https://api.test/photos')
    expect(await clone.text()).toBe(text)
    expect(await response.text()).toBe(text)
  }))

  test('B3: breaks off for its reader as it broke off', inScene({ ...rules, valueBytesMax: 10_000 }, async (scene) => {
    scene.answer({ v: 5, e: 'a', headers, stream: pieces(new Error('cut')) })
    await expect((await scene.get('/photos')).text()).rejects.toThrow('cut')
  }))

  test('R3: is no answer where the budget has ended before it was whole', async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    let requests = 0
    await clock.run(async () => {
      const tidemark = createTidemark({
        ...rules,
        origins: ['https://api.test'],
        storage: memoryStorage(),
        mirror: false,
        now: clock.now,
        setTimer: timerOn(clock),
        async fetch(_, init) {
          await clock.sleep(5)
          requests += 1
          const v = [5, 4, 6][requests - 1] ?? 6
          const begun = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
            controller.enqueue(new TextEncoder().encode('{"items":'))
            init?.signal?.addEventListener('abort', () => controller.error(new TypeError('network error')))
          }
          // The first two are whole, and the third hangs in the midst of its body.
          const body = requests < 3 ? '{"items":[]}' : new ReadableStream({ start: begun })
          return new Response(body, { headers: { ...headers, 'data-version': `main;e="a";v="${v}"` } })
        },
      })
      const get = (): Promise<Response> => tidemark.fetch('https://api.test/photos', { budgetMs: 100 })
      await (await get()).text()
      tidemark.session.expect('main', 'a:6')
      await expect(get()).rejects.toThrow(VersionUnavailableError)
      expect(requests).toBe(3)
    })
  })
})
