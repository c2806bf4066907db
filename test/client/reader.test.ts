import { describe, expect, test } from 'vitest'
import { jsonVersion, VersionUnavailableError } from '../../src/index.ts'
import { inScene, origin } from './scripted-server.ts'

const minVersionOf = (request: Request | undefined): string | null =>
  request?.headers.get('min-version') ?? null

describe('floors on the wire', () => {
  test('T6: the first read carries no floor and no header of ours', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos')
    expect([...(scene.requests[0]?.headers ?? [])]).toEqual([])
  }))

  test('W3: a floor raised by one answer is on the very next request', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos')
    await scene.get('/photos/1')
    expect(minVersionOf(scene.requests[1])).toBe('main;e="a";v="5"')
  }))

  test('W3: a retry computes its floor anew', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos')
    const lagging = { v: 4, e: 'a', servedBy: 'replica;lag=100' }
    scene.answer(lagging, { status: 201, v: 9, e: 'a' }, { v: 9, e: 'a' })
    const read = scene.get('/photos/1')
    await scene.clock.sleep(15) // It pauses now, as the lag of the replica is short.
    await scene.post('/photos')
    await read
    expect(scene.requests.map(minVersionOf)).toEqual([
      null,
      'main;e="a";v="5"',
      'main;e="a";v="5"',
      'main;e="a";v="9"',
    ])
  }))

  test('S3: floors travel with writes', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos')
    await scene.post('/photos')
    expect(minVersionOf(scene.requests[1])).toBe('main;e="a";v="5"')
  }))

  test('I12: an origin that was not named gets nothing', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos')
    await scene.tidemark.fetch('https://other.test/photos')
    expect([...(scene.requests[1]?.headers ?? [])]).toEqual([])
  }))

  test('S12: strong asks for the primary', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos', { consistency: 'strong' })
    expect(scene.requests[0]?.headers.get('read-consistency')).toBe('strong;wait=2000')
  }))

  test('W7: floors that do not fit are not cut: the primary is asked', inScene({}, async (scene) => {
    const scopes = Array.from({ length: 60 }, (_, n) => `scope-number-${n};e="epoch";v="${n}"`)
    scene.answer({ headers: { 'data-version': scopes.join(', ') } })
    await scene.get('/photos')
    await scene.get('/photos/1')
    expect(minVersionOf(scene.requests[1])).toBeNull()
    expect(scene.requests[1]?.headers.get('read-consistency')).toMatch(/^strong/)
  }))
})

describe('an answer behind the floor', () => {
  test('R5: the held value is served instead, after one request', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, { v: 4, e: 'a' })
    await scene.body('/photos/1')
    const response = await scene.get('/photos/1')
    expect(await response.json()).toEqual({ v: 5 })
    expect(response.url).toBe(`${origin}/photos/1`)
    expect(scene.tidemark.explain(response)).toMatchObject({ source: 'memory', achieved: 'fresh' })
    expect(scene.requests).toHaveLength(2)
  }))

  test('R3: an answer is judged by the floors of its arrival', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.body('/photos/1')
    scene.answer({ v: 5, e: 'a' }, { status: 200, v: 6, e: 'a' }, { v: 6, e: 'a' })
    const read = scene.body('/photos/1')
    await scene.post('/photos/1') // Answered after the read, but before its retry.
    expect(await read).toEqual({ v: 5 }) // The write was not yet acknowledged when it arrived.
    expect(await scene.body('/photos/1')).toEqual({ v: 6 })
  }))

  test('R2: where nothing held covers the floor, the ladder asks again', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 3, e: 'a' }, { v: 4, e: 'a' }, { v: 7, e: 'a' })
    await scene.post('/photos')
    const response = await scene.get('/photos')
    expect(await response.json()).toEqual({ v: 7 })
    expect(scene.tidemark.explain(response)).toMatchObject({ attempts: 3, achieved: 'fresh' })
    expect(scene.requests.map(({ cache }) => cache)).toEqual([
      'default',
      'default',
      'no-cache',
      'reload',
    ])
    expect(scene.requests[3]?.headers.get('read-consistency')).toMatch(/^strong;wait=\d+$/)
    expect(scene.eventTypes()).toContain('read:escalated')
  }))

  test('I7: the ladder ends within its budget, with an error that says all', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 3, e: 'a' })
    await scene.post('/photos')
    const startedAt = scene.clock.now()
    const failure: unknown = await scene.get('/photos').catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(VersionUnavailableError)
    expect(scene.clock.now() - startedAt).toBeLessThanOrEqual(2000 + 10)
    expect(String(failure)).toContain('main@https://api.test a:7')
    expect(String(failure)).toContain('a:3')
  }))

  test('S5: serve-stale gives the newest there is, and says so', inScene(
    { onUnavailable: 'serve-stale' },
    async (scene) => {
      scene.answer({ status: 201, v: 7, e: 'a' }, { v: 3, e: 'a' }, { v: 5, e: 'a' }, { v: 4, e: 'a' })
      await scene.post('/photos')
      const response = await scene.get('/photos')
      expect(await response.json()).toEqual({ v: 5 })
      expect(scene.tidemark.explain(response)?.achieved).toBe('behind')
    },
  ))

  test('W17: a refusal by problem document is behind, and its hint is kept', inScene({}, async (scene) => {
    const problem = {
      status: 503,
      body: { type: 'urn:tidemark:problem:behind', retryAfterMs: 80 },
      headers: { 'content-type': 'application/problem+json' },
    }
    scene.answer({ status: 201, v: 7, e: 'a' }, { ...problem, v: 3, e: 'a' }, { v: 7, e: 'a' })
    await scene.post('/photos')
    const startedAt = scene.clock.now()
    expect(await scene.body('/photos')).toEqual({ v: 7 })
    expect(scene.clock.now() - startedAt).toBe(10 + 80 + 10)
  }))

  test('W18: any other 503 is the caller\'s, as it came', inScene({}, async (scene) => {
    scene.answer({ v: 7, e: 'a' }, { status: 503, body: { type: 'about:blank' }, v: 3, e: 'a' })
    await scene.get('/photos')
    const response = await scene.get('/photos')
    expect(response.status).toBe(503)
    expect(scene.requests).toHaveLength(2)
  }))

  test('a failing retry is one more answer that brought nothing', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 3, e: 'a' }, new TypeError('gone'), { v: 7, e: 'a' })
    await scene.post('/photos')
    expect(await scene.body('/photos')).toEqual({ v: 7 })
  }))

  test('an abort during a pause of the ladder rejects with its reason', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 3, e: 'a', servedBy: 'replica;lag=100' })
    await scene.post('/photos')
    const controller = new AbortController()
    const read = scene.get('/photos', { signal: controller.signal }).catch((error: unknown) => error)
    await scene.clock.sleep(20)
    controller.abort('enough')
    expect(await read).toBe('enough')
    await scene.clock.sleep(5000)
    expect(scene.requests).toHaveLength(2)
  }))
})

describe('absences', () => {
  test('R8: a 404 below the floor is stale, not absent', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 7, e: 'a' }, { status: 404, v: 3, e: 'a' }, { v: 7, e: 'a' })
    await scene.post('/photos')
    expect((await scene.get('/photos/7')).status).toBe(200)
  }))

  test('I9: a stale value does not bring back what was deleted', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, { status: 204, v: 6, e: 'a' }, { v: 5, e: 'a' })
    await scene.body('/photos/1')
    await scene.tidemark.fetch(`${origin}/photos/1`, { method: 'DELETE' })
    const response = await scene.get('/photos/1')
    expect(response.status).toBe(404)
    expect(response.headers.get('data-version')).toBe('main;e="a";v="6"')
    expect(scene.tidemark.explain(response)?.source).toBe('memory')
  }))

  test('R8: an unversioned 404 does not hide what was just created', inScene(
    { rules: [{ match: '/photos/:id', versions: jsonVersion('version') }] },
    async (scene) => {
      const made = { status: 200, body: { version: 3 } }
      scene.answer(made, { status: 404, body: {} }, { status: 404, body: {} }, made)
      await scene.tidemark.fetch(`${origin}/photos/1`, { method: 'PUT' })
      expect((await scene.get('/photos/1')).status).toBe(200)
      expect(scene.requests).toHaveLength(4)
    },
  ))

  test('R8: nor does a tombstone vouch for it that is itself below the floor', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 3, e: 'a' }, { status: 404, v: 1, e: 'a' })
    await scene.post('/photos')
    expect((await scene.get('/photos/1', { consistency: 'eventual' })).status).toBe(404)
    scene.answer({ status: 404 }, { v: 3, e: 'a' })
    expect(await scene.body('/photos/1')).toEqual({ v: 3 })
  }))

  test('R9: a deletion without a version hides the version it came after', inScene(
    { rules: [{ match: '/photos/:id', versions: jsonVersion('version') }] },
    async (scene) => {
      const row = { status: 200, body: { version: 3 } }
      scene.answer(row, { status: 204 }, row)
      await scene.body('/photos/1')
      await scene.tidemark.fetch(`${origin}/photos/1`, { method: 'DELETE' })
      expect((await scene.get('/photos/1')).status).toBe(404)
      scene.answer({ status: 200, body: { version: 4 } })
      expect(await scene.body('/photos/1')).toEqual({ version: 4 })
    },
  ))
})

describe('answers that say nothing', () => {
  test('S11: an app may ask to be told of a forgotten header', inScene({ onUnversioned: 'throw' }, async (scene) => {
    scene.answer({ body: 'plain' })
    await expect(scene.get('/photos/1')).rejects.toThrow('no answer carried a version')
    expect(await scene.body('/photos/1', { consistency: 'eventual' })).toBe('plain')
    scene.answer({ status: 500, body: 'broken' })
    expect((await scene.get('/photos/1')).status).toBe(500)
    scene.answer({ v: 5, e: 'a' })
    expect(await scene.body('/photos/1')).toEqual({ v: 5 })
  }))

  test('I4: an unversioned answer clears no floor', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, { body: 'plain' }, { v: 4, e: 'a' })
    await scene.body('/photos/1')
    await scene.get('/photos/1')
    expect(await scene.body('/photos/1')).toEqual({ v: 5 })
  }))

  test('V7: it is shown where no floor speaks against it, marked', inScene({}, async (scene) => {
    scene.answer({ body: 'plain' })
    const response = await scene.get('/photos/1')
    expect(await response.json()).toBe('plain')
    expect(scene.tidemark.explain(response)?.achieved).toBe('unverified')
  }))

  test('V11: a held value stands against it for a while, and not for ever', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, { body: 'plain' })
    await scene.body('/photos/1')
    expect(await scene.body('/photos/1')).toEqual({ v: 5 })
    await scene.clock.sleep(60_000)
    const response = await scene.get('/photos/1')
    expect(await response.json()).toBe('plain')
    expect(scene.tidemark.explain(response)?.achieved).toBe('unverified')
  }))

  test.each(['main;v=42', 'main', ';', 'main;v="4x"', `main;v="${'9'.repeat(40)}"`, 'x'.repeat(9000)])(
    'I14: a malformed version is an event, and the answer is delivered: %s',
    (header) =>
      inScene({}, async (scene) => {
        scene.answer({ body: 'plain', headers: { 'data-version': header } })
        expect(await scene.body('/photos/1')).toBe('plain')
        expect(scene.eventTypes()).toContain('version:malformed')
        scene.answer({ v: 1, e: 'a' })
        await scene.get('/photos/1')
        expect(minVersionOf(scene.requests[1])).toBeNull()
      })(),
  )

  test('a body that is not JSON is delivered, unverified', inScene(
    { rules: [{ match: '/photos/:id', versions: jsonVersion('version') }] },
    async (scene) => {
      scene.answer({ headers: { 'content-type': 'text/plain' }, body: 'x' })
      expect(await (await scene.get('/photos/1')).text()).toBe('"x"')
    },
  ))

  test('L2: a JSON number that was rounded is no version', inScene(
    { rules: [{ match: '/photos/:id', versions: jsonVersion('version') }] },
    async (scene) => {
      scene.answer({ body: { version: 2 ** 53 } })
      await scene.get('/photos/1')
      expect(scene.eventTypes()).toContain('version:malformed')
    },
  ))
})

describe('a history that ended', () => {
  test('I13: heals once, by the word of the primary, with one event', inScene({}, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, { v: 3, e: 'b' }, { v: 4, e: 'b' })
    await scene.body('/photos/1')
    expect(await scene.body('/photos')).toEqual({ v: 4 })
    expect(scene.requests[2]?.headers.get('read-consistency')).toMatch(/^strong/)
    expect(minVersionOf(scene.requests[2])).toBeNull()
    expect(scene.events.filter(({ type }) => type === 'epoch:reset')).toEqual([
      expect.objectContaining({ from: 'a', version: expect.objectContaining({ epoch: 'b' }) }),
    ])
    // What rested on the old history is not served any more.
    expect(await scene.body('/photos/1')).toEqual({ v: 4 })
    expect(minVersionOf(scene.requests[3])).toBe('main;e="b";v="4"')
  }))

  test('V9: an app may ask to be told instead, once', inScene({ onEpochChange: 'throw' }, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, { v: 3, e: 'b', servedBy: 'db;primary' })
    await scene.body('/photos/1')
    await expect(scene.get('/photos/1')).rejects.toMatchObject({
      code: 'epoch-changed',
      facts: { required: 'main@https://api.test a:50', offered: 'main@https://api.test b:3' },
    })
    expect(await scene.body('/photos/1')).toEqual({ v: 3 })
  }))

  test('I13: the primary may say so by itself', inScene({}, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, { v: 3, e: 'b', servedBy: 'db;primary' })
    await scene.body('/photos/1')
    expect(await scene.body('/photos/1')).toEqual({ v: 3 })
    expect(scene.requests).toHaveLength(2)
  }))

  test('V9: while a held value covers the floor, a replica of another history changes nothing', inScene(
    {},
    async (scene) => {
      const primary = { v: 50, e: 'a', servedBy: 'db;primary' }
      scene.answer({ v: 50, e: 'a' }, { v: 3, e: 'b', servedBy: 'replica-1' }, primary)
      await scene.body('/photos/1')
      expect(await scene.body('/photos/1')).toEqual({ v: 50 })
      expect(scene.eventTypes()).not.toContain('epoch:reset')
    },
  ))

  test('V10: a primary that stays below the floor heals after three reads', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 50 }, { v: 3, servedBy: 'db;primary' })
    await scene.post('/photos')
    for (const _ of [1, 2]) {
      await expect(scene.get('/photos')).rejects.toBeInstanceOf(VersionUnavailableError)
    }
    await scene.get('/photos').catch(() => undefined)
    expect(scene.eventTypes().filter((type) => type === 'epoch:reset')).toHaveLength(1)
    expect(await scene.body('/photos')).toEqual({ v: 3 })
  }))

  test('V10, I13: a primary that says never in the same epoch was restored: the read heals at once', inScene({}, async (scene) => {
    const body = { type: 'urn:tidemark:problem:never' }
    const headers = { 'content-type': 'application/problem+json' }
    const never = { status: 409, v: 3, e: 'a', servedBy: 'db;primary', headers, body }
    scene.answer({ status: 201, v: 50, e: 'a' }, never, never, { v: 3, e: 'a', servedBy: 'db;primary' })
    await scene.post('/photos')
    expect(await scene.body('/photos')).toEqual({ v: 3 })
    expect(scene.eventTypes().filter((type) => type === 'epoch:reset')).toHaveLength(1)
    expect(await scene.body('/photos')).toEqual({ v: 3 })
  }))

  test('V10: a replica that says never in the same epoch changes nothing', inScene({}, async (scene) => {
    const body = { type: 'urn:tidemark:problem:never' }
    const headers = { 'content-type': 'application/problem+json' }
    scene.answer({ v: 50, e: 'a' }, { status: 409, v: 3, e: 'a', servedBy: 'replica-1', headers, body })
    await scene.body('/photos')
    await scene.get('/other').catch(() => undefined)
    expect(scene.eventTypes()).not.toContain('epoch:reset')
  }))

  test('a write that is acknowledged in a new history begins it', inScene({}, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, { status: 201, v: 4, e: 'b' }, { v: 3, e: 'b' }, { v: 4, e: 'b' })
    await scene.body('/photos')
    await scene.post('/photos')
    expect(await scene.body('/photos')).toEqual({ v: 4 })
  }))
})

describe('what an answer may show at most', () => {
  test('V4: one that is no position makes the whole header malformed', inScene({}, async (scene) => {
    scene.answer({ headers: { 'data-version': 'main;e="a";v="5";u="07"' } })
    await scene.get('/photos/1')
    expect(scene.eventTypes()).toContain('version:malformed')
  }))

  test('A2: raises the read floor of the session, and is no version of the value', inScene({}, async (scene) => {
    const headers = { 'data-version': 'main;e="a";v="5";u="7"' }
    scene.answer({ headers, body: 'first' }, { v: 6, e: 'a' }, { v: 7, e: 'a' })
    await scene.body('/photos/1')
    expect(await scene.body('/photos/2')).toEqual({ v: 7 })
    expect(scene.requests.map((request) => request.headers.get('min-version'))).toEqual([
      null,
      'main;e="a";v="7"',
      'main;e="a";v="7"',
    ])
  }))
})

describe('levels', () => {
  test('eventual: takes the answer as it is, and disturbs nothing', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, { v: 4, e: 'a' }, { v: 4, e: 'a' })
    await scene.body('/photos/1')
    expect(await scene.body('/photos/1', { consistency: 'eventual' })).toEqual({ v: 4 })
    expect(await scene.body('/photos/1')).toEqual({ v: 5 })
  }))

  test('S7: monotonic reads are per key: another key may lag', inScene(
    { consistency: 'monotonic-reads' },
    async (scene) => {
      scene.answer({ v: 5, e: 'a' }, { v: 4, e: 'a' }, { v: 3, e: 'a' })
      await scene.body('/photos/1')
      expect(await scene.body('/photos/2')).toEqual({ v: 4 })
      expect(await scene.body('/photos/1')).toEqual({ v: 5 })
    },
  ))

  test('S1: read-your-writes waits for own writes, and for nothing that was merely seen', inScene(
    { consistency: 'read-your-writes' },
    async (scene) => {
      scene.answer({ v: 9, e: 'a' }, { v: 4, e: 'a' }, { status: 201, v: 10, e: 'a' }, { v: 9, e: 'a' }, { v: 10, e: 'a' })
      await scene.body('/photos/1')
      expect(await scene.body('/photos/2')).toEqual({ v: 4 })
      await scene.post('/photos')
      expect(await scene.body('/photos/3')).toEqual({ v: 10 })
    },
  ))
})

describe('bounded staleness', () => {
  const within = { consistency: { maxStalenessMs: 1000 } }

  test('an answer known to be older goes to the primary', inScene({}, async (scene) => {
    const old = { v: 5, e: 'a', servedBy: 'replica;lag=1500' }
    scene.answer({ v: 5, e: 'a' }, old, { v: 6, e: 'a', servedBy: 'db;primary' })
    await scene.body('/photos/2')
    expect(await scene.body('/photos/1', within)).toEqual({ v: 6 })
    expect(scene.requests[2]?.headers.get('read-consistency')).toMatch(/^strong;max-staleness=1000/)
  }))

  test('also by the very first read: its own answers show that the primary can be asked', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a', servedBy: 'replica;lag=1500' }, { v: 6, e: 'a', servedBy: 'db;primary' })
    expect(await scene.body('/photos/1', within)).toEqual({ v: 6 })
  }))

  test('one that is young enough is taken', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a', servedBy: 'replica;lag=500' })
    const response = await scene.get('/photos/1', within)
    expect(scene.tidemark.explain(response)).toMatchObject({ achieved: 'fresh', attempts: 1 })
  }))

  test('I4: an age that nobody states is unknown: the primary is asked once, or it is marked', inScene(
    { rules: [{ match: '/rows/:id', versions: jsonVersion('version') }] },
    async (scene) => {
      scene.answer({ v: 5, e: 'a' }, { v: 5, e: 'a' }, { v: 6, e: 'a' })
      await scene.body('/photos/2')
      const response = await scene.get('/photos/1', within)
      expect(await response.json()).toEqual({ v: 6 })
      scene.answer({ body: { version: 1 } })
      const unaged = await scene.get('/rows/1', within)
      expect(scene.tidemark.explain(unaged)?.achieved).toBe('unverified')
    },
  ))
})

test.each([
  ['as old as its source was', 'replica;lag=900', 200],
  ['of an age that nobody stated', undefined, 0],
])('R4: a held value is %s', (_name, servedBy, passedMs) =>
  inScene({ rules: [{ match: '/photos/:id', maxAgeMs: 60_000 }] }, async (scene) => {
    scene.answer({ v: 5, e: 'a', ...(servedBy !== undefined && { servedBy }) }, { v: 6, e: 'a', servedBy: 'db;primary' })
    await scene.body('/photos/1')
    await scene.clock.sleep(passedMs)
    expect(await scene.body('/photos/1', { consistency: { maxStalenessMs: 1000 } })).toEqual({ v: 6 })
    expect(await scene.body('/photos/1', { consistency: { maxStalenessMs: 1000 } }), 'of the primary').toEqual({ v: 6 })
    expect(scene.requests).toHaveLength(2)
  })(),
)

test('R4: a held value older than the bound does not stand in for an answer', inScene({}, async (scene) => {
  scene.answer({ v: 5, e: 'a' }, { v: 4, e: 'a' }, { v: 5, e: 'a', servedBy: 'db;primary' })
  await scene.body('/photos/1')
  await scene.clock.sleep(5000)
  const response = await scene.get('/photos/1', { consistency: { maxStalenessMs: 1000 } })
  expect(scene.tidemark.explain(response)).toMatchObject({ source: 'network', attempts: 2 })
}))

describe('held values', () => {
  test('maxAgeMs: a held value answers with no request, while it covers the floor', inScene(
    { rules: [{ match: '/photos/:id', maxAgeMs: 1000 }] },
    async (scene) => {
      scene.answer({ v: 5, e: 'a' })
      await scene.body('/photos/1')
      await scene.body('/photos/1')
      expect(scene.requests).toHaveLength(1)
      await scene.clock.sleep(1001)
      await scene.body('/photos/1')
      expect(scene.requests).toHaveLength(2)
      scene.answer({ status: 201, v: 6, e: 'a' }, { v: 6, e: 'a' })
      await scene.post('/photos')
      expect(await scene.body('/photos/1')).toEqual({ v: 6 })
    },
  ))

  test('staleWhileRevalidateMs: answers at once, and renews behind', inScene(
    { rules: [{ match: '/photos/:id', staleWhileRevalidateMs: 1000 }] },
    async (scene) => {
      scene.answer({ v: 5, e: 'a' }, { v: 6, e: 'a' })
      await scene.body('/photos/1')
      await scene.clock.sleep(100)
      expect(await scene.body('/photos/1')).toEqual({ v: 5 })
      await scene.clock.sleep(100)
      expect(await scene.body('/photos/1')).toEqual({ v: 6 })
    },
  ))

  test('R16: a write\'s answer stands under the keys that its rule names', inScene(
    { rules: [{ match: '/photos', affects: ['/photos/:id'] }] },
    async (scene) => {
      scene.answer({ status: 201, body: { id: 7, title: 'new' }, v: 6, e: 'a' }, { status: 404, v: 5, e: 'a' })
      const made = await scene.post('/photos', { body: '{}' })
      expect(await made.json()).toEqual({ id: 7, title: 'new' })
      const response = await scene.get('/photos/7')
      expect(await response.json()).toEqual({ id: 7, title: 'new' })
      expect(response.status).toBe(200)
    },
  ))

  test('K3: what one token selected is never served for another', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a', body: 'alice' }, { v: 4, e: 'a', body: 'bob' }, { v: 5, e: 'a', body: 'bob' })
    await scene.body('/me', { headers: { authorization: 'alice' } })
    expect(await scene.body('/me', { headers: { authorization: 'bob' } })).toBe('bob')
  }))
})

describe('identical reads in flight', () => {
  test('share one request, and each gets a body', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos')
    const bodies = await Promise.all([scene.body('/photos/1'), scene.body('/photos/1')])
    expect(bodies).toEqual([{ v: 5 }, { v: 5 }])
    expect(scene.requests).toHaveLength(2)
  }))

  test('L2: one who leaves leaves alone; the last one ends the request', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos')
    const [first, second, third] = [1, 2, 3].map(() => new AbortController())
    const reads = [first, second].map((controller) =>
      scene.body('/photos/1', { signal: controller!.signal }).catch((error: unknown) => error),
    )
    first?.abort('left')
    expect(await Promise.all(reads)).toEqual(['left', { v: 5 }])
    const last = scene.body('/photos/2', { signal: third!.signal }).catch((error: unknown) => error)
    third?.abort('gone')
    expect(await last).toBe('gone')
    expect(scene.requests.at(-1)?.signal.aborted).toBe(true)
  }))

  test('L3: what is not the same in every part is not shared', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos')
    await Promise.all([
      scene.body('/photos/1'),
      scene.body('/photos/1', { headers: { accept: 'text/plain' } }),
      scene.body('/photos/1', { cache: 'reload' }),
      scene.body('/photos/1', { consistency: 'strong' }),
    ])
    expect(scene.requests).toHaveLength(5)
  }))

  test('L4: a strong read joins what leaves with it, and nothing that left before', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.get('/photos')
    const strong = (): Promise<unknown> => scene.body('/photos/1', { consistency: 'strong' })
    const together = [strong(), strong()]
    await scene.clock.sleep(1)
    await Promise.all([...together, strong()])
    expect(scene.requests).toHaveLength(3)
  }))

  test('an origin that never spoke of versions is left alone', inScene({}, async (scene) => {
    scene.answer({ body: 'plain' })
    await Promise.all([scene.get('/a'), scene.get('/a')])
    expect(scene.requests).toHaveLength(2)
  }))
})
