// How a session leaves a history that has ended, where the plain cases of `reader.test.ts` do not reach.
import { describe, expect, test } from 'vitest'
import type { TidemarkEvent } from '../../src/index.ts'
import { inScene } from './scripted-server.ts'
import type { Scripted } from './scripted-server.ts'

const levelOf = (request: Request | undefined): string | null =>
  request?.headers.get('read-consistency') ?? null
const resets = (events: readonly TidemarkEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'epoch:reset' ? [event.version.epoch] : []))

describe('a suspected history', () => {
  test('H3: a budget too short for a second request bricks nobody', inScene({ budgetMs: 0 }, async (scene) => {
    const replica = { v: 3, e: 'b', servedBy: 'replica-1' }
    scene.answer({ v: 50, e: 'a' }, replica, { v: 3, e: 'b', servedBy: 'db;primary' })
    await scene.body('/photos/1')
    await expect(scene.get('/photos')).rejects.toMatchObject({ code: 'version-unavailable' })
    expect(await scene.body('/photos')).toEqual({ v: 3 })
    expect(levelOf(scene.requests[2])).toMatch(/^strong/)
    expect(scene.requests[2]?.cache).toBe('no-cache')
    expect(resets(scene.events)).toEqual(['b'])
  }))

  test('H1: replicas that agree decide nothing while the primary can be asked', inScene({ budgetMs: 0 }, async (scene) => {
    scene.answer({ v: 50, e: 'a' }, { v: 3, e: 'b', servedBy: 'replica-1' })
    await scene.body('/photos')
    for (const _ of [1, 2, 3, 4]) await scene.get('/messages').catch(() => undefined)
    expect(resets(scene.events)).toEqual([])
  }))

  test('H3: the word of the primary ends the doubt, a replica\'s does not', inScene({}, async (scene) => {
    scene.answer(
      { v: 50, e: 'a' },
      { v: 3, e: 'b', servedBy: 'replica-1' },
      { v: 50, e: 'a', servedBy: 'replica-2' },
      { v: 50, e: 'a', servedBy: 'db;primary' },
    )
    await scene.body('/photos')
    await scene.body('/messages')
    await scene.body('/messages')
    await scene.body('/messages')
    expect(scene.requests.map(levelOf).map((level) => level?.startsWith('strong') === true)).toEqual([false, false, true, true, false])
  }))

  test('H2: a held value does not keep a page in a history that restarted without a name', inScene({}, async (scene) => {
    scene.answer({ v: 50 }, { v: 3, servedBy: 'db;primary' })
    await scene.body('/photos')
    expect(await scene.body('/photos')).toEqual({ v: 50 })
    await scene.clock.sleep(30_000) // Longer than replicas usually lag.
    expect(await scene.body('/photos')).toEqual({ v: 50 })
    expect(await scene.body('/photos')).toEqual({ v: 50 })
    expect(await scene.body('/photos')).toEqual({ v: 3 })
    expect(scene.requests.slice(2).map(levelOf).every((level) => level?.startsWith('strong'))).toBe(true)
    expect(resets(scene.events)).toHaveLength(1)
  }))

  test('H3: a clock that is set back keeps no page in a history that has ended', async () => {
    let setBackMs = 0
    const now = (): number => 1_700_000_000_000 - setBackMs
    await inScene({ now, budgetMs: 0 }, async (scene) => {
      scene.answer({ v: 50 }, { v: 3, servedBy: 'replica-1' }, { v: 3, servedBy: 'db;primary' })
      await scene.body('/photos')
      await expect(scene.get('/messages')).rejects.toMatchObject({ code: 'version-unavailable' })
      setBackMs = 3_600_000
      for (const _ of [1, 2, 3]) await scene.get('/messages').catch(() => undefined)
      expect(await scene.body('/messages')).toEqual({ v: 3 })
      expect(resets(scene.events)).toHaveLength(1)
    })()
  })
})

test('H5: what an answer of another history has shown is not shown older in that of now', inScene({ budgetMs: 0 }, async (scene) => {
  scene.answer({ v: 20, e: 'b' }, { v: 7, e: 'a', servedBy: 'replica-1' }, { v: 2, e: 'b', servedBy: 'replica-2' })
  await scene.body('/messages')
  expect(await scene.body('/photos/1', { consistency: 'eventual' })).toEqual({ v: 7 })
  const read = scene.get('/photos/1', { consistency: 'monotonic-reads' })
  await expect(read).rejects.toMatchObject({ code: 'version-unavailable' })
}))

test('H2: a primary outrun by writes is no primary that has lost some', inScene({}, async (scene) => {
  scene.answer({ v: 1, e: 'a' })
  await scene.body('/photos')
  const primary = (v: number, status = 200): Scripted => ({ status, v, e: 'a', servedBy: 'db;primary' })
  scene.answer(primary(2, 201), primary(1), primary(3, 201), primary(2), primary(3))
  const first = scene.post('/photos')
  await scene.clock.sleep(5)
  const read = scene.body('/messages')
  await first
  const second = scene.post('/photos') // It is acknowledged before the read's second answer comes.
  await second
  expect(await read).toEqual({ v: 3 })
}))

test('H4: a never that was said of the history before restarts no history', inScene({}, async (scene) => {
  const primary = { e: 'b', servedBy: 'db;primary' }
  scene.answer({ v: 50, e: 'a' }, { v: 3, e: 'b', servedBy: 'replica-1' })
  await scene.body('/photos')
  const first = scene.body('/photos/1')
  await scene.clock.sleep(10)
  // All three leave in the history "a", and the third names its floor of it.
  const headers = { 'content-type': 'application/problem+json' }
  const never = { ...primary, v: 17, status: 409, headers, body: { type: 'urn:tidemark:problem:never' } }
  scene.answer({ ...primary, v: 17 }, { ...primary, v: 18, status: 201 }, never, { ...primary, v: 18 })
  const [, , second] = await Promise.all([first, scene.post('/photos'), scene.body('/photos/2')])
  expect(second).toEqual({ v: 18 })
  expect(resets(scene.events)).toEqual(['b'])
}))

test('I7: several histories that begin within one read fail it not, as long as there is budget', inScene({ budgetMs: 400 }, async (scene) => {
  const headers = { 'content-type': 'application/problem+json' }
  const never = (e: string): Scripted => {
    return { status: 409, v: 7, e, servedBy: 'db;primary', headers, body: { type: 'urn:tidemark:problem:never' } }
  }
  scene.answer({ v: 50, e: 'a' }, { v: 7, e: 'b', servedBy: 'replica-1' }, never('b'), never('c'), never('d'), { v: 8, e: 'd', servedBy: 'db;primary' })
  await scene.body('/photos')
  expect(await scene.body('/messages')).toEqual({ v: 8 })
  expect(resets(scene.events)).toEqual(['b', 'c', 'd'])
}))

test('V5: what a primary said before its history ended does not lead back', inScene({}, async (scene) => {
  scene.answer({ v: 1, e: 'a', servedBy: 'db;primary' })
  await scene.body('/photos')
  // Both requests leave in the history "a"; the answer that was made after its end is heard first.
  scene.answer({ v: 1, e: 'b', servedBy: 'db;primary' }, { v: 2, e: 'a', servedBy: 'db;primary' }, { v: 1, e: 'b', servedBy: 'db;primary' })
  const [first, second] = await Promise.all([scene.body('/photos/1'), scene.body('/photos/2')])
  expect([first, second]).toEqual([{ v: 1 }, { v: 1 }])
  expect(resets(scene.events)).toEqual(['b'])
}))

test('F2: a write that is acknowledged in a history that this page has left still has a floor', inScene({}, async (scene) => {
  scene.answer({ v: 5, e: 'a', servedBy: 'db;primary' })
  await scene.body('/photos')
  scene.answer({ v: 1, e: 'b', servedBy: 'db;primary' }, { status: 201, v: 6, e: 'a' })
  await Promise.all([scene.body('/photos'), scene.post('/photos')])
  expect(resets(scene.events)).toEqual(['b'])
  // It may be the one that goes on: then no replica that lacks the write may answer.
  scene.answer({ v: 5, e: 'a', servedBy: 'replica-1' }, { v: 6, e: 'a', servedBy: 'db;primary' })
  expect(await scene.body('/photos', { consistency: 'read-your-writes' })).toEqual({ v: 6 })
}))

test('I2: a key that was never shown is read in the history of its scope', inScene({}, async (scene) => {
  scene.answer({ v: 5, e: 'b', servedBy: 'db;primary' })
  await scene.body('/photos')
  scene.answer({ v: 9, e: 'a', servedBy: 'replica-1' }, { v: 6, e: 'b', servedBy: 'db;primary' })
  expect(await scene.body('/photos/1', { consistency: 'monotonic-reads' })).toEqual({ v: 6 })
}))

test('F3: what was expected of a history that was never entered asks for nothing', inScene({}, async (scene) => {
  scene.answer({ v: 5, e: 'a', servedBy: 'replica-1' })
  const read = scene.body('/photos', { consistency: 'eventual' })
  scene.tidemark.session.expect('main', 'b:9')
  expect(await read).toEqual({ v: 5 })
  expect(await scene.body('/photos')).toEqual({ v: 5 })
  expect(scene.requests).toHaveLength(2)
}))
