// What was on its way when a page was frozen, as happy-dom plays it. What a real browser loses: `frozen.page.test.ts`.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTidemark, memoryStorage } from '../../src/index.ts'
import type { Tidemark, TidemarkOptions } from '../../src/index.ts'

const origin = 'https://api.test'
const url = `${origin}/photos/1`
const opened: Tidemark[] = []

/** A server whose answers can be lost on their way, before their headers or before their bodies. */
function createServer() {
  let lost: 'nothing' | 'bodies' | 'answers' = 'nothing'
  let version = 1
  let requests = 0
  return {
    requests: () => requests,
    lose(what: typeof lost) {
      lost = what
    },
    async fetch(_: unknown, init?: RequestInit): Promise<Response> {
      requests += 1
      if (init?.method === 'POST') version += 1
      if (lost === 'answers') return new Promise(() => undefined)
      const body = lost === 'bodies' ? new ReadableStream() : JSON.stringify({ version })
      const headers = { 'content-type': 'application/json', 'data-version': `main;e="a";v="${version}"` }
      return new Response(body, { headers })
    },
  }
}

function open(server: ReturnType<typeof createServer>, options: TidemarkOptions = {}): Tidemark {
  const tidemark = createTidemark({
    origins: [origin],
    storage: memoryStorage(),
    mirror: false,
    tabs: false,
    fetch: (input, init) => server.fetch(input, init),
    ...options,
  })
  opened.push(tidemark)
  return tidemark
}

async function freezeAndWake(): Promise<void> {
  document.dispatchEvent(new Event('freeze'))
  document.dispatchEvent(new Event('resume'))
  await vi.advanceTimersByTimeAsync(1000)
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  for (const each of opened.splice(0)) each.close()
  vi.useRealTimers()
})

describe('D20: after a page was frozen', () => {
  test.for(['bodies', 'answers'] as const)('a watch reads anew, where its %s are lost', async (what) => {
    const server = createServer()
    const photo = open(server).watch(url, { revalidateOn: [] })
    server.lose(what)
    photo.listen(() => undefined)
    await vi.advanceTimersByTimeAsync(0)
    expect([photo.get().fetching, server.requests()]).toEqual([true, 1])
    server.lose('nothing')
    const refreshed = photo.refresh()
    await freezeAndWake()
    expect(photo.get()).toMatchObject({ fetching: false, value: { version: 1 } })
    expect(await refreshed).toMatchObject({ value: { version: 1 } })
  })

  test('nobody joins a request from before', async () => {
    const server = createServer()
    const tidemark = open(server)
    await (await tidemark.fetch(url)).text()
    server.lose('answers')
    void tidemark.fetch(url)
    void tidemark.fetch(url)
    await vi.advanceTimersByTimeAsync(0)
    expect(server.requests()).toBe(2)
    server.lose('nothing')
    await freezeAndWake()
    expect(await (await tidemark.fetch(url)).json()).toEqual({ version: 1 })
  })

  test('a write whose answer has to be read, and does not come, is not waited for', async () => {
    const server = createServer()
    const tidemark = open(server, { rules: [{ match: '/photos/:id', affects: ['/photos/:id'] }] })
    server.lose('bodies')
    const outcome = tidemark.fetch(url, { method: 'POST' }).catch((cause: unknown) => cause)
    await vi.advanceTimersByTimeAsync(10_000)
    await freezeAndWake()
    expect(await outcome).toMatchObject({ name: 'NetworkError' })
  })

  test('a mutation whose answer does not come fails, and is not pending for ever', async () => {
    const server = createServer()
    const like = open(server).mutation({ request: (id: string) => ({ url: `/photos/${id}`, method: 'POST' }) })
    server.lose('bodies')
    const outcome = like.mutate('1').acknowledged.catch((cause: unknown) => cause)
    await vi.advanceTimersByTimeAsync(0)
    await freezeAndWake()
    expect(await outcome).toMatchObject({ name: 'NetworkError' })
    expect(like.get().status).toBe('error')
  })

  test('what comes a little later is taken', async () => {
    const { whilePresent } = await import('../../src/client/waits/presence.ts')
    const late = new Promise((resolve) => void setTimeout(() => resolve('late'), 500))
    const reading = whilePresent(late)
    await freezeAndWake()
    expect(await reading).toBe('late')
  })

  test('a page that is shown for the first time breaks nothing off', async () => {
    const { whilePresent } = await import('../../src/client/waits/presence.ts')
    const reading = whilePresent(new Promise((resolve) => void setTimeout(() => resolve('slow'), 3000)))
    globalThis.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
    await vi.advanceTimersByTimeAsync(3000)
    expect(await reading).toBe('slow')
  })
})
