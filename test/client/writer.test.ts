import { describe, expect, test } from 'vitest'
import { jsonVersion } from '../../src/index.ts'
import { inScene, origin } from './scripted-server.ts'

describe('what an answer to a write teaches', () => {
  test('W2: the floor is raised before the caller hears of it', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 7, e: 'a' })
    let heard = false
    scene.tidemark.subscribe((event) => {
      if (event.type === 'floor:raised' && event.kind === 'write') expect(heard).toBe(false)
    })
    await scene.post('/photos')
    heard = true
    expect(scene.events).toContainEqual(
      expect.objectContaining({ type: 'floor:raised', kind: 'write' }),
    )
  }))

  test.each([404, 409, 412])('W4: a %i raises the read floor, and not the write floor', (status) =>
    inScene({}, async (scene) => {
      scene.answer({ status, v: 7, e: 'a' }, { v: 3, e: 'a' }, { v: 7, e: 'a' })
      await scene.post('/photos')
      expect(await scene.body('/photos', { consistency: 'read-your-writes' })).toEqual({ v: 3 })
      expect(await scene.body('/photos')).toEqual({ v: 7 })
    })(),
  )

  test('W4: a refusal by version raises nothing', inScene({}, async (scene) => {
    const problem = {
      status: 409,
      body: { type: 'urn:tidemark:problem:never' },
      headers: { 'content-type': 'application/problem+json' },
    }
    scene.answer({ ...problem, v: 7, e: 'a' }, { v: 3, e: 'a' })
    expect((await scene.post('/photos')).status).toBe(409)
    expect(await scene.body('/photos')).toEqual({ v: 3 })
  }))

  test.each([429, 500, 503])('W4: a %i clears and raises nothing', (status) =>
    inScene({}, async (scene) => {
      scene.answer({ status: 201, v: 5, e: 'a' }, { status }, { v: 4, e: 'a' }, { v: 5, e: 'a' })
      await scene.post('/photos')
      await scene.post('/photos')
      expect(await scene.body('/photos')).toEqual({ v: 5 })
    })(),
  )

  test('R17: a write whose answer never came raises nothing', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, new TypeError('reset'), { v: 5, e: 'a' })
    await scene.get('/photos')
    await expect(scene.post('/photos')).rejects.toThrow('reset')
    expect(await scene.body('/photos')).toEqual({ v: 5 })
  }))

  test('R17: for a while after it, reads of its scope ask the primary, which knows', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, new TypeError('reset'), { v: 6, e: 'a' }, { v: 6, e: 'a' }, { v: 6, e: 'a' }, { v: 6, e: 'a' })
    await scene.get('/photos')
    await expect(scene.post('/photos')).rejects.toThrow('reset')
    await scene.get('/photos')
    await scene.get('/photos', { consistency: 'monotonic-reads' })
    await scene.clock.sleep(2000)
    await scene.get('/photos')
    const levels = scene.requests.map(({ headers }) => headers.get('read-consistency') ?? '')
    expect(levels[0]).not.toContain('strong')
    expect(levels[2]).toContain('strong')
    expect(levels[3]).not.toContain('strong')
    expect(levels[4]).not.toContain('strong')
  }))

  test('R20: a write in several scopes raises a floor in each', inScene({}, async (scene) => {
    const header = (versions: string): { headers: Record<string, string> } => ({
      headers: { 'data-version': versions },
    })
    scene.answer(header('a;v="5", b;v="7"'), header('b;v="6"'), header('b;v="7"'))
    await scene.post('/orders')
    await scene.get('/b')
    expect(scene.requests).toHaveLength(3)
  }))

  test('the version may stand in the JSON of the answer', inScene(
    { rules: [{ match: '/photos/:id', versions: jsonVersion('version') }] },
    async (scene) => {
      const row = (version: number): { body: unknown } => ({ body: { version } })
      scene.answer(row(4), row(3), row(4))
      const response = await scene.tidemark.fetch(`${origin}/photos/1`, { method: 'PUT', body: '{}' })
      expect(await response.json()).toEqual({ version: 4 })
      expect(await scene.body('/photos/1')).toEqual({ version: 4 })
    },
  ))
})

describe('what a write affects', () => {
  test('a function may name it', inScene(
    { rules: [{ match: '/import', affects: ({ body }) => (body as { paths: string[] }).paths }] },
    async (scene) => {
      scene.answer({ body: { paths: ['/photos/1', '/photos/2'] }, v: 6, e: 'a' }, { v: 5, e: 'a' })
      await scene.post('/import')
      for (const path of ['/photos/1', '/photos/2']) {
        const response = await scene.get(path)
        expect(scene.tidemark.explain(response)?.source).toBe('memory')
      }
    },
  ))

  test('a name that the answer does not fill affects nothing', inScene(
    { rules: [{ match: '/photos', affects: ['/photos/:id'] }] },
    async (scene) => {
      scene.answer({ body: { ok: true }, v: 6, e: 'a' }, { v: 6, e: 'a' })
      await scene.post('/photos')
      expect(await scene.body('/photos/undefined')).toEqual({ v: 6 })
    },
  ))

  test('a deletion of an address that no rule knows, with no version, hides nothing', inScene(
    {},
    async (scene) => {
      scene.answer({ v: 5, e: 'a' }, { status: 204 }, { v: 5, e: 'a' })
      await scene.body('/sessions/current')
      await scene.tidemark.fetch(`${origin}/sessions/current`, { method: 'DELETE' })
      expect((await scene.get('/sessions/current')).status).toBe(200)
    },
  ))
})
