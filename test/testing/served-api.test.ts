// The other two shapes of the simulated API: behind MSW, and over real sockets.
import { setupServer } from 'msw/node'
import { afterEach, describe, expect, test } from 'vitest'
import { createLaggingApi } from '../../src/testing/api/lagging-api.ts'
import type { LaggingApiOptions } from '../../src/testing/api/lagging-options.ts'
import { laggingHandlers } from '../../src/testing/api/msw-handlers.ts'
import { serveLaggingApi } from '../../src/testing/api/node-server.ts'
import type { LaggingServer, ServeOptions } from '../../src/testing/api/node-server.ts'

const json = async (response: Response): Promise<unknown> => response.json()

describe('behind MSW', () => {
  const api = createLaggingApi({ lag: { kind: 'fixed', ms: 1e6 }, replicas: 2 })
  const baseUrl = 'https://api.example.test/v1/'
  const server = setupServer(
    ...laggingHandlers(api, { baseUrl }),
    ...laggingHandlers(api, { baseUrl: 'https://primary.example.test', server: 'primary' }),
  )

  test('the global fetch reaches the API', async () => {
    server.listen({ onUnhandledRequest: 'error' })
    try {
      const body = JSON.stringify({ title: 'Dune' })
      const created = await fetch(`${baseUrl}photos`, { method: 'POST', body })
      expect(created.status).toBe(201)
      expect(created.headers.get('location')).toBe('/v1/photos/1')
      expect(created.headers.get('data-version')).toMatch(/^main;e="[0-9a-f]{4}";v="1"$/)
      expect((await fetch(`${baseUrl}photos/1`)).status).toBe(404)
      const there = await fetch('https://primary.example.test/photos/1')
      expect(await json(there)).toMatchObject({ title: 'Dune' })

      api.partition('replica-1')
      api.partition('replica-2')
      await expect(fetch(`${baseUrl}photos`)).rejects.toThrow(TypeError)
    } finally {
      server.close()
    }
  })
})

/** Asks on one partition, answers on another, and returns what the answer says it depends on. */
async function askAndAnswer(baseUrl: string): Promise<string | null> {
  const messages = (name: string): string => `${baseUrl}/conversations/${name}/messages`
  const post = async (name: string, body: object): Promise<string | null> => {
    const response = await fetch(messages(name), { method: 'POST', body: JSON.stringify(body) })
    return response.headers.get('location')
  }
  await post('answers', { replyTo: await post('questions', {}) })
  return (await fetch(messages('answers'))).headers.get('data-depends')
}
const inPartitions: LaggingApiOptions = {
  lag: { kind: 'fixed', ms: 0 },
  partitions: {
    questions: { paths: ['/conversations/questions'] },
    answers: { paths: ['/conversations/answers'] },
  },
}

test('S8: behind MSW a partitioned store names what its answers depend on', async () => {
  const baseUrl = 'https://shop.example.test/v1'
  const server = setupServer(...laggingHandlers(createLaggingApi(inPartitions), { baseUrl }))
  server.listen({ onUnhandledRequest: 'error' })
  try {
    expect(await askAndAnswer(baseUrl)).toMatch(
      /^"\/v1\/conversations\/questions\/messages\/1";s=questions;e="\w{4}";v="1"$/,
    )
  } finally {
    server.close()
  }
})

describe('over real sockets', () => {
  const running: LaggingServer[] = []
  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ close }) => close()))
  })
  const serve = async (
    options: LaggingApiOptions = {},
    to: ServeOptions = {},
  ): Promise<LaggingServer & { readonly api: ReturnType<typeof createLaggingApi> }> => {
    const api = createLaggingApi({ lag: { kind: 'fixed', ms: 1e6 }, replicas: 1, ...options })
    const server = await serveLaggingApi(api, to)
    running.push(server)
    return { ...server, api }
  }

  test('S8: a partitioned store names what its answers depend on', async () => {
    const { url } = await serve(inPartitions)
    expect(await askAndAnswer(url)).toMatch(/^"\/conversations\/questions\/messages\/1";s=questions;/)
  })

  test('answers on the loopback interface', async () => {
    const { url } = await serve()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const body = JSON.stringify({ title: 'Rügen' })
    const created = await fetch(`${url}/photos`, { method: 'POST', body })
    expect(created.status).toBe(201)
    expect(created.headers.get('data-version')).toMatch(/v="1"$/)
    const headers = { 'Read-Consistency': 'strong' }
    const read = await fetch(`${url}/photos/1`, { headers })
    expect(await json(read)).toMatchObject({ title: 'Rügen' })
    const etag = read.headers.get('etag') ?? ''
    const unchanged = await fetch(`${url}/photos/1`, {
      headers: { ...headers, 'If-None-Match': etag },
    })
    expect(unchanged.status).toBe(304)
    expect((await fetch(`${url}/photos/1`, { method: 'DELETE' })).status).toBe(204)
  })

  test('one origin a replica', async () => {
    const { url } = await serve({}, { server: 'replica-1' })
    const { headers } = await fetch(`${url}/photos`)
    expect(headers.get('served-by')).toBe('replica-1;lag=0')
  })

  test('a server that is cut off breaks the connection', async () => {
    const { url, api } = await serve()
    api.partition('replica-1')
    await expect(fetch(`${url}/photos`)).rejects.toThrow(TypeError)
  })

  test('W10: answers the preflight of another origin', async () => {
    const { url } = await serve({ cors: { origin: '*' } })
    const preflight = await fetch(`${url}/photos`, {
      method: 'OPTIONS',
      headers: {
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'min-version',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
    expect(preflight.headers.get('access-control-allow-headers')).toBe('min-version')
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
  })

  test('streams a long list, and survives a client that leaves in the middle', async () => {
    const rows = Array.from({ length: 900 }, () => ({ text: 'x'.repeat(2000) }))
    const { url } = await serve({ initial: { items: { photos: rows } } })
    const leaving = new AbortController()
    const left = await fetch(`${url}/photos`, { signal: leaving.signal })
    leaving.abort()
    await expect(left.text()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    const { items } = (await json(await fetch(`${url}/photos`))) as { items: unknown[] }
    expect(items).toHaveLength(900)
  })

  test('a port that is taken is an error', async () => {
    const { port } = await serve()
    await expect(serveLaggingApi(createLaggingApi(), { port })).rejects.toThrow('EADDRINUSE')
  })

  test('is gone after close', async () => {
    const { url, close } = await serveLaggingApi(createLaggingApi())
    await close()
    await expect(fetch(`${url}/photos`)).rejects.toThrow(TypeError)
  })
})
