import { describe, expect, test } from 'vitest'
import { createTidemark, jsonVersion, memoryStorage, versionVector } from '../../src/index.ts'
import { inScene, origin } from './scripted-server.ts'

const rows = { rules: [{ match: '/rows/:id', versions: jsonVersion('version') }] }

describe('expect', () => {
  test('R7: reads of the scope wait for a version that was announced', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, { v: 5, e: 'a' }, { v: 8, e: 'a' })
    await scene.body('/photos')
    expect(scene.tidemark.session.expect('main', 'a:7')).toBe(true)
    expect(await scene.body('/photos')).toEqual({ v: 8 })
    expect(scene.tidemark.session.expect('main', 'a:7')).toBe(false) // Known by now.
  }))

  test('F3: what is announced before anything was heard travels with the first read', inScene({}, async (scene) => {
    scene.answer({ v: 7, e: 'a' })
    scene.tidemark.session.expect('main', 'a:7')
    await scene.body('/photos')
    expect(scene.requests[0]?.headers.get('min-version')).toBe('main;e="a";v="7"')
  }))

  test('F3: once it has ended, a backend that was never heard is asked as it was before', inScene({}, async (scene) => {
    scene.answer({ v: 7, e: 'a' })
    scene.tidemark.session.expect('main', 'a:7', { forMs: 5000 })
    await scene.clock.sleep(5000)
    await scene.body('/photos', { consistency: 'strong' })
    expect(scene.requests[0]?.headers.get('min-version')).toBe(null)
    await scene.body('/photos')
    expect(scene.requests).toHaveLength(2)
  }))

  test('V11: it keeps no page out of the history that has begun, in however short a budget', inScene(
    { budgetMs: 0 },
    async (scene) => {
      scene.answer({ v: 3, e: 'b', servedBy: 'replica-1' }, { v: 3, e: 'b', servedBy: 'db;primary' })
      scene.tidemark.session.expect('main', 'a:7')
      await expect(scene.get('/photos')).rejects.toMatchObject({ code: 'version-unavailable' })
      expect(await scene.body('/photos')).toEqual({ v: 3 })
      expect(scene.requests[1]?.headers.get('read-consistency')).toMatch('strong')
    },
  ))

  test('V16: a resource with versions of its own is expected by its path', inScene(rows, async (scene) => {
    scene.answer({ body: { version: 1 } }, { body: { version: 1 } }, { body: { version: 2 } })
    await scene.body('/rows/1')
    scene.tidemark.session.expect('/rows/1', '2')
    expect(await scene.body('/rows/1')).toEqual({ version: 2 })
  }))

  test('V11: an expectation that is never met ends, with an event', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.body('/photos')
    scene.tidemark.session.expect('main', 'a:999', { forMs: 5000 })
    await expect(scene.get('/photos')).rejects.toMatchObject({ code: 'version-unavailable' })
    await scene.clock.sleep(5000)
    expect(await scene.body('/photos')).toEqual({ v: 5 })
    expect(scene.eventTypes()).toContain('expectation:expired')
  }))

  test('F2: another epoch is not entered on hearsay', inScene({}, async (scene) => {
    scene.answer({ v: 5, e: 'a' })
    await scene.body('/photos')
    expect(scene.tidemark.session.expect('main', 'b:1')).toBe(false)
    expect(await scene.body('/photos')).toEqual({ v: 5 })
  }))

  test('a malformed version is refused', inScene({}, async (scene) => {
    expect(() => scene.tidemark.session.expect('main', '7')).toThrow('epoch-seq')
    expect(() => scene.tidemark.session.expect('https://other.test/a', 'a:7')).toThrow(origin)
    expect(() => scene.tidemark.session.expect('/photos', 'a:7')).toThrow('a scope')
  }))
})

test('a floor that would be too long to keep is told, and the answer is delivered', inScene(
  { rules: [{ match: '/rows/:id', scope: 'rows', versions: jsonVersion('version', versionVector) }] },
  async (scene) => {
    const vector = (from: number): string =>
      JSON.stringify(Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`node-${from + n}`, 1])))
    scene.answer({ body: { version: vector(0) } }, { status: 200, body: { version: vector(1000) } })
    await scene.body('/rows/1', { consistency: 'eventual' })
    await scene.tidemark.fetch(`${origin}/rows/2`, { method: 'PUT' })
    await scene.body('/rows/3', { consistency: 'eventual' })
    expect(scene.eventTypes()).toContain('floor:overflowed')
  },
))

describe('admit', () => {
  test('R7: a pushed value stands, and a read that was sent before it does not undo it', inScene(
    rows,
    async (scene) => {
      scene.answer({ body: { version: 1 } })
      await scene.body('/rows/1')
      const reading = scene.body('/rows/1')
      expect(scene.tidemark.session.admit('/rows/1', { version: 3 }, '3')).toBe(true)
      expect(await reading).toEqual({ version: 3 })
      expect(scene.tidemark.session.admit('/rows/1', { version: 2 }, '2')).toBe(false)
      expect(await scene.body('/rows/1')).toEqual({ version: 3 })
    },
  ))
})

describe('settled', () => {
  test('R15: resolves when a read has covered the write', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 7, e: 'a' })
    const written = await scene.post('/photos')
    const settled = scene.tidemark.session.settled(written)
    await scene.get('/photos')
    expect(await settled).toBe('settled')
    expect(await scene.tidemark.session.settled(written)).toBe('settled')
  }))

  test('R15: says pending when the time is over, and listens no longer', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 7, e: 'a' })
    const written = await scene.post('/photos')
    expect(await scene.tidemark.session.settled(written, { timeoutMs: 100 })).toBe('pending')
  }))

  test('R18: a write without a version is unknown', inScene({}, async (scene) => {
    scene.answer({ status: 201, body: {} })
    expect(await scene.tidemark.session.settled(await scene.post('/photos'))).toBe('unknown')
  }))

  test('rejects with the reason of its signal', inScene({}, async (scene) => {
    scene.answer({ status: 201, v: 7, e: 'a' })
    const controller = new AbortController()
    const written = await scene.post('/photos')
    const settled = scene.tidemark.session.settled(written, { signal: controller.signal })
    controller.abort('left')
    await expect(settled).rejects.toBe('left')
  }))
})

describe('the token', () => {
  const other = (principal = ''): ReturnType<typeof createTidemark> =>
    createTidemark({ origins: [origin], storage: memoryStorage(), mirror: false, principal })

  test('S10: hands floors on, and only raises them', inScene({}, async (scene) => {
    scene.answer({ v: 7, e: 'a' }, { v: 5, e: 'a' }, { v: 7, e: 'a' })
    await scene.body('/photos')
    const elsewhere = other()
    elsewhere.session.adopt(scene.tidemark.session.token())
    expect(elsewhere.session.floors()).toEqual(scene.tidemark.session.floors())
    const early = other().session.token()
    elsewhere.session.adopt(early)
    expect(elsewhere.session.floors()).toEqual(scene.tidemark.session.floors())
    elsewhere.close()
  }))

  test('P10: the token of another principal is refused', () => {
    const [alice, bob] = [other('alice'), other('bob')]
    expect(() => bob.session.adopt(alice.session.token())).toThrow('one of this principal')
    expect(() => bob.session.adopt('nonsense')).toThrow('tm1')
    alice.close()
    bob.close()
  })

  test('I12: floors of an origin that was not named are not taken', inScene({}, async (scene) => {
    scene.answer({ v: 7, e: 'a' })
    await scene.body('/photos')
    const elsewhere = createTidemark({ origins: ['https://b.test'], storage: memoryStorage(), mirror: false })
    elsewhere.session.adopt(scene.tidemark.session.token())
    expect(elsewhere.session.floors().size).toBe(0)
    elsewhere.close()
  }))
})
