// What a hostile client sends: a clear status, no wait, no look, and no memory.
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test } from 'vitest'
import { toNodeListener } from '../../src/server/node-listener.ts'
import { floorAt, scriptedDatabase } from './scripted-nodes.ts'

const anonymous = (count: number): string =>
  Array.from({ length: count }, (_, index) => `s${index};v="1"`).join(', ')

describe('I14: headers that are refused before a database is asked', () => {
  test.each<[string, Record<string, string>]>([
    ['1 MB', { 'Min-Version': 'a'.repeat(1_000_000) }],
    ['1 MB of positions', { 'Min-Version': `main;v="${'9'.repeat(1_000_000)}"` }],
    ['a million scopes', { 'Min-Version': anonymous(1_000_000) }],
    ['a scope twice', { 'Min-Version': 'main;v="1", main;v="2"' }],
    ['an epoch of 4 kB', floorAt(1, 'e'.repeat(4000))],
    ['a position that is none', floorAt('1e3')],
    ['an empty position', floorAt('')],
    ['a level that is no name', { 'Read-Consistency': '7' }],
    ['a wait that is no number', { 'Read-Consistency': 'session;wait="long"' }],
    ['a negative wait', { 'Read-Consistency': 'session;wait=-1' }],
  ])('%s', async (_, headers) => {
    const database = scriptedDatabase()
    const { primary, replica, run, ask, clock } = database
    await run(async () => {
      await ask()
      const before = [primary.looks + replica.looks, clock.now()]
      const response = await ask(headers)
      expect(response.status).toBe(400)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect((await response.text()).length).toBeLessThan(600)
      expect(response.headers.get('data-version')).toBe('main;e="e";v="100"')
      expect([primary.looks + replica.looks, clock.now()]).toEqual(before)
    })
  })
})

test('A1: floors of scopes that are not ours cost nothing', async () => {
  const database = scriptedDatabase()
  const response = await database.run(() => database.ask({ 'Min-Version': anonymous(500) }))
  expect(response.status).toBe(200)
})

test('a wait of years is a wait of milliseconds', async () => {
  const database = scriptedDatabase()
  const headers = { ...floorAt(95), 'Read-Consistency': 'session;wait=999999999999999' }
  await database.run(() => database.ask(headers))
  expect(database.clock.now()).toBeLessThan(60)
})

test('A3: floors of the query are read as those of the headers', async () => {
  const database = scriptedDatabase()
  const query = new URLSearchParams({ 'min-version': 'main;e="e";v="101"' })
  const { status } = await database.run(() => database.ask({}, { url: `http://api.test/?${query}` }))
  expect(status).toBe(409)
})

test('law: memory is flat under headers that are refused', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const database = scriptedDatabase()
  const attacks = [
    { 'Min-Version': 'a'.repeat(1_000_000) },
    { 'Min-Version': anonymous(20_000) },
    floorAt(1, 'e'.repeat(4000)),
    { ...floorAt(10 ** 9), 'Read-Consistency': 'session;wait=999999999999' },
  ]
  const flood = (rounds: number): Promise<void> =>
    database.run(async () => {
      for (let round = 0; round < rounds; round += 1) {
        for (const headers of attacks) await (await database.ask(headers)).text()
      }
      database.events.length = 0
    })
  await flood(10)
  collect()
  const before = process.memoryUsage().heapUsed
  await flood(40)
  collect()
  // 160 requests, 55 MB of headers.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 * 1024 * 1024)
})

test('law: a flood of forged floors leaves nothing behind', async () => {
  const database = scriptedDatabase()
  const { run, ask, primary } = database
  await run(async () => {
    await ask()
    const flood = async (from: number): Promise<void> => {
      for (let round = 0; round < 20; round += 1) {
        const asking = Array.from({ length: 100 }, (_, index) => ask(floorAt(10 ** 9 + from + index)))
        for (const response of await Promise.all(asking)) expect(response.status).toBe(409)
      }
    }
    const looks = primary.looks
    await flood(0)
    // One round is one look, or two where some came while it was under way: not one for each.
    expect(primary.looks - looks).toBeLessThanOrEqual(40)
  })
})

describe('over sockets', () => {
  async function serve(handler: (request: Request) => Response | Promise<Response>): Promise<number> {
    const server = createServer(toNodeListener(handler))
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return (server.address() as AddressInfo).port
  }

  test('a header of 1 MB is refused by Node itself, and the server goes on', async () => {
    const port = await serve(() => new Response('ok'))
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(`GET / HTTP/1.1\r\nHost: a\r\nMin-Version: ${'a'.repeat(1_000_000)}\r\n\r\n`)
      socket.once('data', (data) => resolve(String(data)))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok')
  })

  test('slow clients: headers that never end are ended, and hold up nobody', async () => {
    const server = createServer(
      { headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 20 },
      toNodeListener(() => new Response('ok')),
    )
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const slow = Array.from({ length: 200 }, () => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write('GET / HTTP/1.1\r\nHost: a\r\nMin-Version: main;v="1')
      return new Promise<string>((resolve) => {
        let text = ''
        socket.on('data', (data) => {
          text += String(data)
        })
        socket.once('close', () => resolve(text))
      })
    })
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok')
    for (const text of await Promise.all(slow)) expect(text).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('a body that trickles holds no look and no wait: the floor is judged before it is read', async () => {
    const database = scriptedDatabase()
    const { run, primary } = database
    const trickle = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) })
    const init = { method: 'POST', headers: floorAt(10 ** 9), body: trickle, duplex: 'half' as const }
    const request = new Request('http://api.test/photos', init)
    const response = await run(() => database.versioning.handle(request, () => new Response('never here')))
    expect(response.status).toBe(409)
    expect(primary.looks).toBeLessThanOrEqual(2)
  })

  test('N1: a client that does not read holds up its own answer, and no memory', async () => {
    let pulled = 0
    const port = await serve(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              pulled += 1
              if (pulled > 4000) controller.close()
              else controller.enqueue(new Uint8Array(64 * 1024))
            },
          }),
        ),
    )
    await new Promise<void>((resolve) => {
      const asking = httpRequest({ port, host: '127.0.0.1' }, (incoming) => {
        incoming.pause()
        incoming.once('readable', () => undefined)
        setImmediate(resolve)
      })
      asking.on('error', () => undefined)
      asking.end()
      onTestFinished(() => void asking.destroy())
    })
    // What the sockets of both sides take, some megabytes, and then nothing: others are answered at once.
    let last = -1
    while (last !== pulled) {
      last = pulled
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(pulled).toBeLessThan(1000)
  })

  test('N2: a client that leaves aborts what its handler does', async () => {
    let aborted: (() => void) | undefined
    const isAborted = new Promise<void>((resolve) => {
      aborted = resolve
    })
    let began: (() => void) | undefined
    const hasBegun = new Promise<void>((resolve) => {
      began = resolve
    })
    const port = await serve(async (request) => {
      request.signal.addEventListener('abort', () => aborted?.())
      began?.()
      await isAborted
      return new Response()
    })
    const leaving = new AbortController()
    const asking = fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal }).catch(() => undefined)
    await hasBegun
    leaving.abort()
    await asking
    await isAborted
  })
})
