import { describe, expect, test } from 'vitest'
import { shadowReads } from '../../src/routing/index.ts'
import { inScene, origin } from '../client/scripted-server.ts'

const shadowed = { routing: shadowReads(), consistency: 'session' } as const

describe('R26: shadow mode', () => {
  test('counts what would have been stale, and changes nothing', inScene(shadowed, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, { v: 4, e: 'a', servedBy: 'replica-2;lag=120' }, { v: 6, e: 'a' })
    const bodies = [await scene.body('/photos'), await scene.body('/photos'), await scene.body('/photos')]
    expect(bodies).toEqual([{ v: 5 }, { v: 4 }, { v: 6 }])
    expect(scene.requests).toHaveLength(3)
    for (const { headers, cache } of scene.requests) {
      expect([...headers]).toEqual([])
      expect(cache).toBe('default')
    }
    expect(scene.tidemark.lag?.get().counts).toMatchObject({ reads: 3, requests: 3, behind: 1 })
    expect(scene.events.filter(({ type }) => type === 'answer:shadowed')).toMatchObject([
      { url: `${origin}/photos`, want: { position: '5' }, got: { position: '4' }, servedBy: 'replica-2' },
    ])
    expect(scene.tidemark.lag?.get().sources).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'replica-2', p50: 120 })]),
    )
  }))

  test('own writes are counted as floors, and travel without them', inScene(shadowed, async (scene) => {
    scene.answer({ v: 5, e: 'a' }, { status: 201, v: 7, e: 'a' }, { v: 5, e: 'a' })
    await scene.get('/photos')
    await scene.post('/photos')
    const response = await scene.get('/photos/1')
    expect(scene.requests.map(({ headers }) => headers.get('min-version'))).toEqual([null, null, null])
    expect(scene.tidemark.explain(response)).toMatchObject({ achieved: 'behind', why: expect.stringContaining('shadow') })
    expect(scene.tidemark.lag?.get().counts.behind).toBe(1)
  }))

  test('rules decide by which level an answer would have been judged', inScene(
    { ...shadowed, rules: [{ match: '/feed', consistency: 'eventual', maxAgeMs: 60_000 }] },
    async (scene) => {
      scene.answer({ v: 5, e: 'a' }, { v: 4, e: 'a' }, { v: 5, e: 'a' })
      await scene.body('/feed')
      await scene.body('/feed')
      expect(scene.requests, 'nothing is answered from what is held').toHaveLength(2)
      expect(scene.tidemark.lag?.get().counts.behind).toBe(0)
    },
  ))

  test('what fails, fails as it does', inScene(shadowed, async (scene) => {
    const down = new TypeError('Failed to fetch')
    scene.answer(down)
    await expect(scene.get('/photos')).rejects.toBe(down)
    scene.answer({ status: 500 })
    expect((await scene.post('/photos')).status).toBe(500)
    expect((await scene.get('/photos')).status).toBe(500)
  }))
})
