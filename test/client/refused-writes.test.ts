// Writes that a server refuses by version: they were not done, and what the answer tells of the history counts.
import { describe, expect, test } from 'vitest'
import { jsonVersion, serialized } from '../../src/index.ts'
import type { TidemarkEvent } from '../../src/index.ts'
import { inScene, origin } from './scripted-server.ts'
import type { Scripted } from './scripted-server.ts'

const primary = 'db;primary'
const resets = (events: readonly TidemarkEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'epoch:reset' ? [event.version.epoch] : []))
const floorsOf = (requests: readonly Request[]): (string | null)[] =>
  requests.map(({ headers }) => headers.get('min-version'))

function refusal(kind: 'never' | 'behind', told: Scripted): Scripted {
  return {
    servedBy: primary,
    ...told,
    status: kind === 'never' ? 409 : 503,
    body: { type: `urn:tidemark:problem:${kind}` },
    headers: { 'content-type': 'application/problem+json' },
  }
}

describe('V11: a page that only writes is not bricked by a history that has ended', () => {
  test('a write refused with never is sent once more, by the floors of the new history', inScene({}, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, refusal('never', { v: 3, e: 'b' }), { status: 201, v: 4, e: 'b', servedBy: primary })
    await scene.body('/photos')
    const response = await scene.post('/photos', { body: '{"title":"Tide"}' })
    expect(response.status).toBe(201)
    expect(floorsOf(scene.requests)).toEqual([null, 'main;e="a";v="50"', 'main;e="b";v="3"'])
    expect(await scene.requests[2]?.text()).toBe('{"title":"Tide"}')
    expect(resets(scene.events)).toEqual(['b'])
    expect(scene.eventTypes().filter((type) => type.startsWith('write:'))).toEqual([
      'write:sent', 'write:refused', 'write:sent', 'write:acknowledged',
    ])
  }))

  test.each<[string, RequestInit]>([
    ['a text', { body: 'Tide' }],
    ['JSON', { body: '{}', headers: { 'content-type': 'application/merge-patch+json; charset=utf-8' } }],
    ['fields', { body: new URLSearchParams({ title: 'Tide' }) }],
    ['nothing', {}],
  ])('so is one whose body came in a Request: %s', (_, init) => inScene({}, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, refusal('never', { v: 3, e: 'b' }), { status: 201, v: 4, e: 'b' })
    await scene.body('/photos')
    const request = new Request(`${origin}/photos`, { method: 'POST', ...init })
    const sent = await request.clone().text()
    expect((await scene.tidemark.fetch(request)).status).toBe(201)
    expect(await scene.requests[2]?.text()).toBe(sent)
  })())

  test('no second copy is kept of what may be a file', inScene({}, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, refusal('never', { v: 3, e: 'b' }), { status: 201, v: 4, e: 'b' })
    await scene.body('/photos')
    const upload = (): Request => new Request(`${origin}/photos`, { method: 'POST', body: new Blob(['…'], { type: 'image/jpeg' }) })
    expect((await scene.tidemark.fetch(upload())).status).toBe(409)
    expect((await scene.tidemark.fetch(upload())).status).toBe(201)
  }))

  test('and one that has waited for its turn', inScene(
    { rules: [{ match: '/photos', scope: 'main', writes: serialized() }] },
    async (scene) => {
      scene.answer({ v: 50, e: 'a' }, refusal('never', { v: 3, e: 'b' }), { status: 201, v: 4, e: 'b' })
      await scene.body('/photos')
      expect((await scene.post('/photos', { body: 'Tide' })).status).toBe(201)
      expect(await scene.requests[2]?.text()).toBe('Tide')
    },
  ))

  test('a body that can be sent once is not sent again, but the next write finds the new history', inScene({}, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, refusal('never', { v: 3, e: 'b' }), { status: 201, v: 4, e: 'b' })
    await scene.body('/photos')
    const body = new Blob(['Tide']).stream()
    const once = { body, duplex: 'half' } as RequestInit
    expect((await scene.post('/photos', once)).status).toBe(409)
    expect((await scene.post('/photos', { body: 'Tide' })).status).toBe(201)
    expect(floorsOf(scene.requests)[2]).toBe('main;e="b";v="3"')
  }))

  test('H2: a primary that stays behind in three writes has restarted without a name', inScene({}, async (scene) => {
    scene.answer({ v: 50 }, refusal('behind', { v: 3 }), refusal('behind', { v: 3 }), refusal('behind', { v: 3 }), { status: 201, v: 4 })
    await scene.body('/photos')
    const statuses = []
    for (const _ of [1, 2, 3]) statuses.push((await scene.post('/photos')).status)
    expect(statuses).toEqual([503, 503, 201])
    expect(resets(scene.events)).toHaveLength(1)
  }))

  test('where the app wants to hear of it, it is told that nothing was done', inScene({ onEpochChange: 'throw' }, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, refusal('never', { v: 3, e: 'b' }), { status: 201, v: 4, e: 'b' })
    await scene.body('/photos')
    await expect(scene.post('/photos')).rejects.toMatchObject({ code: 'epoch-changed' })
    expect((await scene.post('/photos')).status).toBe(201)
  }))
})

describe('a refusal that shows no other history', () => {
  test('H1: a replica\'s word ends none, and the refusal is handed on', inScene({}, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, refusal('never', { v: 3, e: 'b', servedBy: 'replica-1' }))
    await scene.body('/photos')
    expect((await scene.post('/photos')).status).toBe(409)
    expect(scene.requests).toHaveLength(2)
    expect(resets(scene.events)).toEqual([])
  }))

  test('one that tells no version is handed on', inScene({}, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, refusal('never', {}))
    await scene.body('/photos')
    expect((await scene.post('/photos')).status).toBe(409)
    expect(scene.requests).toHaveLength(2)
  }))

  test('a history that ends with every answer is not followed for ever', inScene({}, async (scene) => {
    let histories = 0
    const endless = Object.defineProperty(refusal('never', { v: 3 }), 'e', { get: () => `e${(histories += 1)}` })
    scene.answer({ v: 50, e: 'a' }, endless)
    await scene.body('/photos')
    expect((await scene.post('/photos')).status).toBe(409)
    expect(scene.requests.length).toBeLessThan(5)
  }))

  test.each([409, 201])('P5: a %i of an origin that nobody named, to which a redirect has led, tells nothing', async (status) => {
    const network: typeof globalThis.fetch = async (_, init) => {
      const isWrite = init?.method === 'POST'
      const version = isWrite ? 'main;e="b";v="90"' : 'main;e="a";v="50"'
      const headers = { 'data-version': version, 'content-type': 'application/problem+json' }
      const body = { type: 'urn:tidemark:problem:never' }
      const response = Response.json(body, { status: isWrite ? status : 200, headers })
      return Object.defineProperties(response, isWrite ? { redirected: { value: true }, url: { value: 'https://elsewhere.test/' } } : {})
    }
    await inScene({ fetch: network }, async (scene) => {
      await scene.get('/photos')
      expect((await scene.post('/photos')).status).toBe(status)
      expect(resets(scene.events)).toEqual([])
      expect(scene.events).not.toContainEqual(expect.objectContaining({ type: 'floor:raised', kind: 'write' }))
    })()
  })

  test('a 409 of the app\'s own is the app\'s', inScene(
    { rules: [{ match: '/photos', versions: jsonVersion('version') }] },
    async (scene) => {
      scene.answer({ body: { version: 5 } }, { status: 409, body: { version: 3 } })
      await scene.body('/photos')
      expect((await scene.post('/photos')).status).toBe(409)
      expect(scene.requests).toHaveLength(2)
    },
  ))
})
