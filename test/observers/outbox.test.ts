// The outbox: whatever happens to the page, what the user did happens once, and is seen until it is shown.
import { describe, expect, test } from 'vitest'
import { createTidemark, insertItem, memoryOutboxStore, memoryStorage, outbox, putValue } from '../../src/index.ts'
import type { OutboxStore } from '../../src/index.ts'
import { createVirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import type { VirtualClock } from '../../src/testing/determinism/virtual-clock.ts'
import { createLocks } from '../client/locks-in-memory.ts'
import { inScene, timerOn } from '../client/scripted-server.ts'
import { onOutboxStage, origin, steps, titleIn } from './outbox-stage.ts'
import type { Page } from './outbox-stage.ts'

function noting({ photo }: Page): string[] {
  const seen: string[] = []
  photo.subscribe((snapshot) => {
    if (snapshot.status !== 'empty' && titleIn(snapshot) !== seen.at(-1)) seen.push(titleIn(snapshot))
  })
  return seen
}

describe.each(steps)('T13: a page that dies %s', (crashAt) => {
  const isLost = crashAt === 'before it is kept'

  test('the write happens once, and is seen until it is shown', onOutboxStage(async (stage) => {
    // The locks of a page die with it.
    const first = stage.openPage('first', { crashAt, locks: false })
    await first.photo.until(({ status }) => status === 'ready')
    first.rename.mutate('Moor')
    expect(titleIn(first.photo.get())).toBe('Moor')
    await stage.clock.sleep(5000)
    await first.tidemark.flush()

    const second = stage.openPage('second')
    await stage.clock.sleep(1)
    const seen = noting(second)
    await stage.clock.sleep(5000)
    expect(stage.applied).toEqual(isLost ? [] : ['Moor'])
    expect(new Set(stage.sent.map(({ key }) => key)).size).toBe(isLost ? 0 : 1)
    expect(seen).toEqual([isLost ? 'Dune' : 'Moor'])
    expect(second.photo.get()).toMatchObject({ pending: false, behind: false })
    const [record] = await second.store.load()
    expect(record?.answered?.versions?.[0]?.position).toBe(isLost ? undefined : '1')
    second.tidemark.close()
  }))

  test('O10: the record goes only after its answer was kept for a while, and then for good', onOutboxStage(async (stage) => {
    const first = stage.openPage('first', { crashAt, locks: false })
    first.rename.mutate('Moor')
    await stage.clock.sleep(5000)
    const second = stage.openPage('second')
    await stage.clock.sleep(5000)
    second.tidemark.close()
    expect(await second.store.load()).toHaveLength(isLost ? 0 : 1)
    await stage.clock.sleep(600_000)
    const third = stage.openPage('third')
    await stage.clock.sleep(5000)
    expect(await third.store.load()).toEqual([])
    expect(stage.applied).toEqual(isLost ? [] : ['Moor'])
    third.tidemark.close()
  }))
})

describe('sending', () => {
  test('O2: each try carries the same key, as a structured text', onOutboxStage(async (stage) => {
    const page = stage.openPage('page')
    stage.instead.push(new TypeError('offline'), new Response(null, { status: 503 }), new Response(null, { status: 429 }))
    const call = page.rename.mutate('Moor')
    await call.acknowledged
    expect(stage.sent.map(({ key }) => key)).toEqual(Array.from({ length: 4 }, () => `"${call.id}"`))
    expect(stage.sent.map(({ atMs }) => atMs)).toEqual([0, 1020, 3040, 7060])
    expect(stage.applied).toEqual(['Moor'])
    expect(page.events.map(({ type }) => type)).toContain('write:unanswered')
    page.tidemark.close()
  }))

  test.each([
    [503, 5020],
    [409, 5020],
  ])('a %i with Retry-After is sent again when it says', (status, atMs) =>
    onOutboxStage(async (stage) => {
      const page = stage.openPage('page')
      stage.instead.push(new Response(null, { status, headers: { 'retry-after': '5' } }))
      await page.rename.mutate('Moor').acknowledged
      expect(stage.sent.map((request) => request.atMs)).toEqual([0, atMs])
      page.tidemark.close()
    })(),
  )

  test.each([409, 503])('O2: a %i that refuses it by version does not end it, since it was not done', (status) =>
    onOutboxStage(async (stage) => {
      const page = stage.openPage('page')
      await page.photo.until((snapshot) => snapshot.status === 'ready')
      const document = { type: `urn:tidemark:problem:${status === 409 ? 'never' : 'behind'}` }
      const headers = { 'content-type': 'application/problem+json' }
      for (const _ of [1, 2]) stage.instead.push(Response.json(document, { status, headers }))
      expect(await page.rename.mutate('Moor').acknowledged).toMatchObject({ title: 'Moor' })
      expect(stage.applied).toEqual(['Moor'])
      page.tidemark.close()
    })(),
  )

  test.each([400, 409, 422])('a %i ends the call: it is taken off the disk and off the screen', (status) =>
    onOutboxStage(async (stage) => {
      const page = stage.openPage('page')
      const seen = noting(page)
      await page.photo.until((snapshot) => snapshot.status === 'ready')
      stage.instead.push(new Response(null, { status }))
      await expect(page.rename.mutate('Moor').acknowledged).rejects.toMatchObject({ facts: { status } })
      expect(await page.store.load()).toEqual([])
      await stage.clock.sleep(5000)
      expect(stage.sent).toHaveLength(1)
      expect(seen).toEqual(['Dune', 'Moor', 'Dune'])
      page.tidemark.close()
    })(),
  )

  test('O9: calls of one line are sent one after another, and one that is refused keeps none back', onOutboxStage(async (stage) => {
    const page = stage.openPage('page')
    stage.instead.push(new TypeError('offline'), new Response(null, { status: 422 }))
    const calls = ['one', 'two', 'three'].map((title) => page.rename.mutate(title))
    const ends = await Promise.allSettled(calls.map(({ acknowledged }) => acknowledged))
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(stage.sent.map(({ title }) => title)).toEqual(['one', 'one', 'two', 'three'])
    expect(stage.load.most).toBe(1)
    page.tidemark.close()
  }))

  test('O4: what cannot be kept is sent all the same, and that is told', onOutboxStage(async (stage) => {
    const full = (): Promise<never> => Promise.reject(new DOMException('full', 'QuotaExceededError'))
    const page = stage.openPage('page', { wrap: (store) => ({ ...store, add: full, load: full, answer: full }) })
    expect(await page.rename.mutate('Moor').acknowledged).toMatchObject({ title: 'Moor' })
    expect(stage.applied).toEqual(['Moor'])
    expect(page.events).toContainEqual(
      expect.objectContaining({ type: 'storage:degraded', reason: expect.stringContaining('outbox') }),
    )
    page.tidemark.close()
  }))

  test('a closed client sends nothing more, and the next page does', onOutboxStage(async (stage) => {
    const first = stage.openPage('first')
    stage.instead.push(new TypeError('offline'))
    first.rename.mutate('Moor')
    await stage.clock.sleep(500)
    first.tidemark.close()
    await stage.clock.sleep(5000)
    expect(stage.sent).toHaveLength(1)
    const second = stage.openPage('second')
    await stage.clock.sleep(5000)
    expect(stage.sent.map(({ page }) => page)).toEqual(['first', 'second'])
    expect(stage.applied).toEqual(['Moor'])
    second.tidemark.close()
  }))
})

describe('several tabs', () => {
  test('O3: one sends at a time, each call once, and each hears of its own', onOutboxStage(async (stage) => {
    const [one, other] = [stage.openPage('one'), stage.openPage('other')]
    const tabs = [one, other]
    const calls = [one, other, one, other].map(({ rename }, index) => rename.mutate('abcd'.charAt(index)))
    await Promise.all(calls.map(({ acknowledged }) => acknowledged))
    expect(stage.load.most).toBe(1)
    expect(stage.sent).toHaveLength(4)
    expect(stage.applied).toEqual(['a', 'b', 'c', 'd'])
    await stage.clock.sleep(1)
    expect(stage.locks.heldNames()).toEqual([])
    for (const { tidemark } of tabs) tidemark.close()
  }))

  test('O5: what a dead tab has left is sent by the next, before what came after it', onOutboxStage(async (stage) => {
    const dead = stage.openPage('dead', { crashAt: 'once it is kept', locks: false })
    dead.rename.mutate('first')
    await stage.clock.sleep(10)
    const tab = stage.openPage('tab')
    const call = tab.rename.mutate('second')
    await call.acknowledged
    expect(stage.applied).toEqual(['first', 'second'])
    tab.tidemark.close()
  }))

  test('L1: what a dead tab has left is seen under what was done since, however late it is taken up', onOutboxStage(async (stage) => {
    const dead = stage.openPage('dead', { crashAt: 'once it is kept', locks: false })
    dead.rename.mutate('first')
    await stage.clock.sleep(10)
    const late = (store: OutboxStore): OutboxStore => ({
      ...store,
      async load() {
        await stage.clock.sleep(50)
        return store.load()
      },
    })
    const tab = stage.openPage('tab', { wrap: late })
    const seen: string[] = []
    await tab.photo.until(({ fetching, status }) => status === 'ready' && !fetching)
    tab.photo.subscribe((snapshot) => seen.push(titleIn(snapshot)))
    tab.rename.mutate('second')
    await stage.clock.sleep(5000)
    expect(stage.applied).toEqual(['first', 'second'])
    expect(seen.slice(seen.indexOf('second'))).not.toContain('first')
    expect(tab.rename.get().variables, 'the newest call').toBe('second')
    tab.tidemark.close()
  }))

  test('I8: a disk that hangs keeps nothing that was left from being sent', onOutboxStage(async (stage) => {
    const dead = stage.openPage('dead', { crashAt: 'once it is kept', locks: false })
    dead.rename.mutate('first')
    await stage.clock.sleep(10)
    const tab = stage.openPage('tab', { isHanging: true })
    await stage.clock.sleep(60_000)
    expect(stage.applied).toEqual(['first'])
    tab.tidemark.close()
  }))

  test('a call that another tab saw refused fails here too', onOutboxStage(async (stage) => {
    const dead = stage.openPage('dead', { crashAt: 'once it is kept', locks: false })
    dead.rename.mutate('first')
    await stage.clock.sleep(10)
    const [one, other] = [stage.openPage('one'), stage.openPage('other')]
    stage.instead.push(new Response(null, { status: 422 }))
    await stage.clock.sleep(5000)
    expect(stage.sent).toHaveLength(1)
    for (const { rename, photo, tidemark } of [one, other]) {
      expect(rename.get()).toMatchObject({ status: 'error', underWay: 0 })
      expect(photo.get().pending).toBe(false)
      tidemark.close()
    }
  }))
})

test('K6: what was answered in another history is asked about, since nobody can tell which of the two goes on', inScene({}, async (scene) => {
  const store = memoryOutboxStore()
  const answered = { versions: [{ scope: `main@${origin}`, epoch: 'b', position: '1' }], json: {}, at: 0 }
  const kept = store({ principal: '', onUnreadable: () => undefined })
  await kept.add({ id: 'theirs', name: 'rename', line: 'one', variables: 'Moor', at: 0, answered })
  scene.answer({ v: 5, e: 'a' })
  await scene.body('/photos/1')
  scene.tidemark.mutation({
    name: 'rename',
    outbox: outbox({ store, locks: false }),
    request: (title: string) => ({ url: `${origin}/photos/1`, method: 'PATCH', json: { title } }),
  })
  await scene.clock.sleep(10)
  scene.answer({ v: 2, e: 'b', servedBy: 'db;primary' })
  await scene.body('/photos/1')
  expect(scene.events).toContainEqual(expect.objectContaining({ type: 'request:sent', asksPrimary: true }))
  expect(scene.tidemark.session.floors().get(`main@${origin}`)?.read).toMatchObject({ epoch: 'b', position: '2' })
}))

describe('O7: ids that the page has made up', () => {
  type Name = 'create' | 'rename'

  /** Pages of one disk, whose server creates photo 42, and finds no other. */
  function onCreation(play: (stage: ReturnType<typeof createCreationStage>) => Promise<void>): () => Promise<void> {
    return async () => {
      const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
      await clock.run(() => play(createCreationStage(clock)))
    }
  }

  function createCreationStage(clock: VirtualClock) {
    const store = memoryOutboxStore()
    const locks = createLocks()
    const sent: string[] = []
    const server = { isOffline: false, takesMs: 10, creates: 200 }
    const openPage = (order: readonly Name[] = ['create', 'rename'], isCreationKept = true) => {
      const tidemark = createTidemark({
        origins: [origin],
        storage: memoryStorage(),
        mirror: false,
        now: clock.now,
        random: () => 0.5,
        setTimer: timerOn(clock),
        async fetch(input, init) {
          await clock.sleep(server.takesMs)
          if (server.isOffline) throw new TypeError('offline')
          const request = new Request(input, init)
          sent.push(`${request.method} ${new URL(request.url).pathname}`)
          const headers = { 'data-version': `main;e="a";v="${sent.length}"` }
          if (request.method === 'POST') return Response.json({ id: 42 }, { status: server.creates, headers })
          return Response.json({ id: 42 }, { status: request.url.endsWith('/42') ? 200 : 404, headers })
        },
      })
      const box = outbox({ store, locks })
      const makeCreate = () =>
        tidemark.mutation({
          ...(isCreationKept && { name: 'create', outbox: box }),
          request: (title: string) => ({ url: `${origin}/photos`, json: { title } }),
          optimistic: (title, { temporaryId }) => [insertItem('/photos', { id: temporaryId, title })],
        })
      const makeRename = () =>
        tidemark.mutation({
          name: 'rename',
          outbox: box,
          request: ({ id }: { id: string; title: string }) => ({ url: `${origin}/photos/${id}`, method: 'PATCH', json: {} }),
          optimistic: ({ id, title }) => [putValue(`/photos/${id}`, { id, title })],
        })
      const made: { create?: ReturnType<typeof makeCreate>; rename?: ReturnType<typeof makeRename> } = {}
      const make = (name: Name): void => {
        if (name === 'create') made.create = makeCreate()
        else made.rename = makeRename()
      }
      for (const name of order) make(name)
      return { tidemark, make, create: made.create!, rename: made.rename! }
    }
    const kept = () => store({ principal: '', onUnreadable: () => undefined }).load()
    return { clock, sent, server, openPage, kept }
  }

  /** A page creates and renames while it is offline, and is closed. Then the server can be reached again. */
  async function leaveUnsent({ clock, server, openPage }: Pick<ReturnType<typeof createCreationStage>, 'clock' | 'server' | 'openPage'>): Promise<void> {
    server.isOffline = true
    const page = openPage()
    const { id } = page.create.mutate('Moor')
    page.rename.mutate({ id: `temporary-${id}`, title: 'Heath' })
    await clock.sleep(5000)
    page.tidemark.close()
    server.isOffline = false
  }

  test.each<{ readonly order: readonly Name[] }>([{ order: ['create', 'rename'] }, { order: ['rename', 'create'] }])(
    'are replaced after a reload, with mutations made in the order $order',
    ({ order }) =>
      onCreation(async ({ clock, sent, server, openPage }) => {
        await leaveUnsent({ clock, server, openPage })
        const second = openPage(order)
        await clock.sleep(5000)
        expect(sent).toEqual(['POST /photos', 'PATCH /photos/42'])
        expect(second.tidemark.watch(`${origin}/photos/42`).get().value).toEqual({ id: '42', title: 'Heath' })
        second.tidemark.close()
      })(),
  )

  test('what names one waits for the mutation that knows its creation', onCreation(async ({ clock, sent, server, openPage }) => {
    await leaveUnsent({ clock, server, openPage })
    const second = openPage(['rename'])
    await clock.sleep(5000)
    expect(sent).toEqual([])
    second.make('create')
    await clock.sleep(5000)
    expect(sent).toEqual(['POST /photos', 'PATCH /photos/42'])
    second.tidemark.close()
  }))

  test('no tab sends one whose creation no outbox has', onCreation(async ({ clock, sent, server, openPage, kept }) => {
    server.takesMs = 1000
    const first = openPage(['create', 'rename'], false)
    const { id } = first.create.mutate('Moor')
    const { acknowledged } = first.rename.mutate({ id: `temporary-${id}`, title: 'Heath' })
    await clock.sleep(100)
    const second = openPage(['create', 'rename'], false)
    await clock.sleep(1000)
    // Named by now, and kept so: it outlives the page, unlike its creation.
    expect(await kept()).toMatchObject([{ line: `${origin}/photos/42`, variables: { id: '42', title: 'Heath' } }])
    await acknowledged
    expect(sent).toEqual(['POST /photos', 'PATCH /photos/42'])
    first.tidemark.close()
    second.tidemark.close()
  }))

  test.each([{ isCreationKept: true }, { isCreationKept: false }])(
    'O3: any tab sends what named one before what names the real one, kept creation: $isCreationKept',
    ({ isCreationKept }) =>
      onCreation(async ({ clock, server, openPage, kept }) => {
        const first = openPage(['create', 'rename'], isCreationKept)
        const { id, acknowledged } = first.create.mutate('Moor')
        first.rename.mutate({ id: `temporary-${id}`, title: 'Heath' })
        await acknowledged
        server.isOffline = true
        first.rename.mutate({ id: '42', title: 'Fen' })
        await clock.sleep(100)
        first.tidemark.close()
        const second = openPage(['rename', 'create'], isCreationKept)
        await clock.sleep(100)
        server.isOffline = false
        await clock.sleep(100_000)
        const answeredAt = (await kept()).filter(({ name }) => name === 'rename').map(({ answered }) => answered?.at)
        expect(answeredAt).toHaveLength(2)
        expect(answeredAt[0]).toBeLessThan(answeredAt[1]!)
        second.tidemark.close()
      })(),
  )

  test('U2: what names a creation that was refused is taken off the disk', onCreation(async ({ clock, sent, server, openPage, kept }) => {
    server.creates = 422
    const first = openPage()
    const { id } = first.create.mutate('Moor')
    const { acknowledged } = first.rename.mutate({ id: `temporary-${id}`, title: 'Heath' })
    await expect(acknowledged).rejects.toMatchObject({ name: 'MutationError' })
    await clock.sleep(100)
    expect(await kept()).toEqual([])
    expect(sent).toEqual(['POST /photos'])
    first.tidemark.close()
  }))
})

test('two mutations of one name, and a header that is none, are refused', onOutboxStage(async (stage) => {
  const { tidemark } = stage.openPage('page')
  const box = outbox({ store: memoryOutboxStore(), locks: false })
  const options = { name: 'same', outbox: box, request: () => ({ url: `${origin}/x` }) }
  tidemark.mutation(options)
  expect(() => tidemark.mutation(options)).toThrow('`name` is "same"')
  expect(() => outbox({ header: 'no header' })).toThrow('`header` is "no header"')
  tidemark.close()
}))

describe('signing out', () => {
  test('P2: what waits is not sent any more, and nothing of it is left for the next user', onOutboxStage(
    async (stage) => {
      const page = stage.openPage('one')
      stage.instead.push(new Error('offline'))
      const call = page.rename.mutate('Moor')
      await stage.clock.sleep(100)
      await page.tidemark.session.signOut()
      await expect(call.acknowledged).rejects.toMatchObject({ code: 'session-ended' })
      await stage.clock.sleep(120_000)
      expect([stage.applied, stage.sent.length]).toEqual([[], 1])
      expect(await page.store.load()).toEqual([])
      await page.rename.mutate('Dale').acknowledged
      expect(stage.applied, 'the next user has an outbox too').toEqual(['Dale'])
    },
  ))

  test('P2: what is called while it is being wiped is kept once it is', onOutboxStage(async (stage) => {
    const page = stage.openPage('one')
    const out = page.tidemark.session.signOut()
    const call = page.rename.mutate('Dale')
    await out
    await call.acknowledged
    expect(stage.applied).toEqual(['Dale'])
  }))

  test('P2: what another tab calls that has yet to hear of it is not sent', onOutboxStage(async (stage) => {
    const [here, there] = [stage.openPage('here'), stage.openPage('there')]
    await stage.clock.sleep(10)
    await here.tidemark.session.signOut()
    const call = there.rename.mutate('Moor')
    await expect(call.acknowledged).rejects.toMatchObject({ code: 'session-ended' })
    await stage.clock.sleep(120_000)
    expect(stage.applied).toEqual([])
  }))

  test('I11: what one principal has left is taken up by it alone, once it is back', onOutboxStage(async (stage) => {
    const page = stage.openPage('one')
    stage.instead.push(new Error('offline'))
    page.rename.mutate('Moor')
    await stage.clock.sleep(100)
    await page.tidemark.session.use('bob')
    await stage.clock.sleep(120_000)
    expect(stage.applied).toEqual([])
    await page.tidemark.session.use('')
    await stage.clock.sleep(120_000)
    expect(stage.applied).toEqual(['Moor'])
  }))
})

describe('a page that is used for long', () => {
  test('O5: does not keep all answers for ever, nor look at ever more of them', onOutboxStage(async (stage) => {
    const page = stage.openPage('long-lived')
    const calls = Array.from({ length: 600 }, (_, index) => page.rename.mutate(`Moor ${index}`).acknowledged)
    await Promise.all(calls)
    await stage.clock.sleep(1000)
    expect(stage.applied).toHaveLength(600)
    const left = await page.store.load()
    expect(left.length).toBeLessThanOrEqual(256 + 64)
    expect(left.at(-1)?.variables, 'the newest are there for other tabs').toBe('Moor 599')
    expect(page.events.filter(({ type }) => type === 'operation:failed')).toEqual([])
    page.tidemark.close()
  }))
})
