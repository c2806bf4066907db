// From a server to its page: by version, through the gate, and of nobody else.
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createTidemark, memoryStorage } from '../../src/index.ts'
import type { Tidemark, TidemarkOptions } from '../../src/index.ts'
import { origin } from '../client/scripted-server.ts'

const photo = `${origin}/photos/1`
const answer = (v: number, title = `at ${v}`): Response =>
  Response.json({ title }, { headers: { 'data-version': `main;e="a";v="${v}"` } })

function clientOf(options: TidemarkOptions = {}): Tidemark {
  return createTidemark({
    origins: [origin],
    storage: memoryStorage(),
    mirror: false,
    fetch: async () => answer(5),
    ...options,
  })
}

/** Makes a page of what a server has rendered: through text, as in HTML. */
function pageOf(server: Tidemark, options: TidemarkOptions = {}): Tidemark {
  const page = clientOf(options)
  page.hydrate(JSON.parse(JSON.stringify(server.dehydrate())))
  return page
}

async function rendered(options?: TidemarkOptions): Promise<Tidemark> {
  const server = clientOf(options)
  await server.watch(photo).until(({ status }) => status !== 'empty')
  return server
}

afterEach(() => vi.unstubAllGlobals())

const beAPage = (): void => {
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  vi.stubGlobal('addEventListener', () => undefined)
  vi.stubGlobal('removeEventListener', () => undefined)
}

describe('the first render of a page', () => {
  test('B7: is that of the server, from the same entry', async () => {
    const server = await rendered()
    const onServer = server.watch(photo).getServerSnapshot()
    expect(onServer).toMatchObject({ status: 'ready', value: { title: 'at 5' }, source: 'ssr', fetching: false })
    beAPage()
    const watch = pageOf(server).watch(photo)
    expect(watch.getServerSnapshot()).toEqual(onServer)
    expect(watch.getServerSnapshot()).toBe(watch.getServerSnapshot())
  })

  test('B7: and has the value of the page itself, by reference', async () => {
    const server = await rendered()
    beAPage()
    const watch = pageOf(server).watch(photo)
    expect(watch.getServerSnapshot().value).toBe(watch.get().value)
    watch.listen(() => undefined)
    expect(watch.getServerSnapshot().value).toBe(watch.get().value)
  })

  test('is empty where the server had nothing, whatever the page holds', async () => {
    beAPage()
    const page = clientOf()
    await page.watch(photo).until(({ status }) => status === 'ready')
    expect(page.watch(photo).getServerSnapshot()).toMatchObject({ status: 'empty', fetching: false })
  })

  test('stays that of the server when the page has learned more', async () => {
    const server = await rendered()
    beAPage()
    const page = pageOf(server)
    page.session.admit(photo, { title: 'pushed' }, 'a:9')
    const watch = page.watch(photo)
    expect([watch.getServerSnapshot().value, watch.get().value]).toEqual([{ title: 'at 5' }, { title: 'pushed' }])
  })

  test('shows a known absence as one', async () => {
    const fetch = async (): Promise<Response> =>
      new Response(null, { status: 404, headers: { 'data-version': 'main;e="a";v="5"' } })
    const server = await rendered({ fetch })
    beAPage()
    expect(pageOf(server).watch(photo).getServerSnapshot().status).toBe('absent')
  })

  test('a server shows no error that its page could not show', async () => {
    const server = clientOf({ fetch: () => Promise.reject(new TypeError('offline')) })
    await server.watch(photo).refresh()
    expect(server.watch(photo).getServerSnapshot()).toMatchObject({ status: 'empty', error: undefined })
  })
})

describe('what is taken over', () => {
  test('I1: raises the floors of the page: nothing older follows it', async () => {
    const fetched: (string | null)[] = []
    const page = pageOf(await rendered(), {
      fetch: async (input, init) => {
        fetched.push(new Request(input, init).headers.get('min-version'))
        return answer(4)
      },
    })
    expect(await (await page.fetch(photo)).json()).toEqual({ title: 'at 5' })
    expect(fetched).toEqual(['main;e="a";v="5"'])
  })

  test('I5: passes the gate: what the page holds of later stands', async () => {
    const server = await rendered()
    const page = clientOf({ fetch: async () => answer(9, 'newer') })
    await (await page.fetch(photo)).text()
    page.hydrate(server.dehydrate())
    expect(page.watch(photo).get()).toMatchObject({ value: { title: 'newer' } })
  })

  test('I2: and is not shown below the floors of the page, but where the server has shown it', async () => {
    const server = await rendered()
    beAPage()
    const page = clientOf()
    page.session.adopt(await tokenAt(9))
    page.hydrate(server.dehydrate())
    const watch = page.watch(photo)
    expect([watch.getServerSnapshot().status, watch.get().status]).toEqual(['ready', 'empty'])
  })

  test('is text alone, and what has a version', async () => {
    const server = clientOf({
      fetch: async (input, init) =>
        new Request(input, init).url.endsWith('/bytes')
          ? new Response(new Uint8Array([0xff, 0xfe]), { headers: { 'data-version': 'main;e="a";v="5"' } })
          : Response.json({}),
    })
    await (await server.fetch(`${origin}/bytes`)).arrayBuffer()
    await (await server.fetch(`${origin}/plain`)).text()
    expect(server.dehydrate().entries).toEqual([])
  })

  test('state belongs to one client: another has none of it', async () => {
    await rendered()
    expect(clientOf().dehydrate().entries).toEqual([])
  })
})

describe('I14: state from outside is refused whole', () => {
  const breaking: [string, (state: Broken) => unknown, string][] = [
    ['nothing', () => undefined, 'Malformed dehydrated state: "undefined". Expected an object.'],
    ['another format', (state) => ({ ...state, tidemark: 2 }), 'one that `dehydrate` of this version has made'],
    ['another principal', (state) => ({ ...state, principal: 'somebody' }), 'one of this principal'],
    ['no list', (state) => ({ ...state, entries: {} }), 'a list of at most 10000'],
    ['no entry', (state) => ({ ...state, entries: [null] }), 'Malformed dehydrated entry'],
    ['no key', (state) => withEntry(state, { key: 7 }), 'Malformed dehydrated key'],
    ['another key', (state) => withEntry(state, { key: 'photo/1' }), 'Malformed dehydrated url'],
    ['another origin', (state) => withEntry(state, { key: 'https://elsewhere.test/' }), 'on a named origin'],
    ['no time', (state) => withEntry(state, { validatedAt: -1 }), 'Malformed dehydrated validatedAt'],
    ['no versions', (state) => withEntry(state, { versions: [] }), 'a list of 1 to 64'],
    ['a broken version', (state) => withEntry(state, { versions: [{ scope: 'main' }] }), 'three texts'],
    ['a foreign scope', (state) => withEntry(state, { versions: [{ ...version, scope: 'main@https://elsewhere.test' }] }), 'one of a named origin'],
    ['a position of another format', (state) => withEntry(state, { versions: [{ ...version, position: 'x' }] }), 'Malformed'],
    ['a text that is none', (state) => withEntry(state, { text: {} }), 'Malformed dehydrated text'],
    ['a text too long', (state) => withEntry(state, { text: 'x'.repeat(1001) }), 'at most 1000 characters'],
    ['no type', (state) => withEntry(state, { type: 7 }), 'a content type'],
    ['no durability', (state) => withEntry(state, { isDurable: 'yes' }), 'true or false'],
  ]

  test.each(breaking)('%s', async (_, change, message) => {
    const state: Broken = JSON.parse(JSON.stringify((await rendered()).dehydrate()))
    const page = clientOf({ valueBytesMax: 1000 })
    expect(() => page.hydrate(change(state))).toThrow(message)
    expect(page.session.floors().size).toBe(0)
  })

  test('too much of it', async () => {
    const state = (await rendered()).dehydrate()
    expect(() => clientOf({ memoryBytesMax: 10 }).hydrate(state)).toThrow('at most 10 bytes')
  })

  test('a time in the future is now', async () => {
    const state: Broken = JSON.parse(JSON.stringify((await rendered()).dehydrate()))
    const page = clientOf({ now: () => 1000 })
    page.hydrate(state)
    expect(page.watch(photo).get().validatedAt).toBe(1000)
  })
})

interface Broken {
  readonly entries: readonly Record<string, unknown>[]
}

const version = { scope: `main@${origin}`, epoch: 'a', position: '5' }

function withEntry(state: Broken, change: Record<string, unknown>): unknown {
  return { ...state, entries: state.entries.map((entry) => ({ ...entry, ...change })) }
}

async function tokenAt(v: number): Promise<string> {
  const other = clientOf({ fetch: async () => answer(v) })
  await (await other.fetch(photo)).text()
  return other.session.token()
}

describe('the session as a readable', () => {
  test('tells of its floors when they rise, and keeps its snapshot while they stand', async () => {
    const { session, fetch } = clientOf()
    const first = session.get()
    expect([session.get(), first.floors.size]).toEqual([first, 0])
    const heard: number[] = []
    session.subscribe(({ floors }) => heard.push(floors.size))
    await (await fetch(photo)).text()
    await (await fetch(photo)).text()
    expect(heard).toEqual([0, 1])
    expect(session.get().floors).toEqual(session.floors())
    expect(first.floors.size).toBe(0)
  })
})
