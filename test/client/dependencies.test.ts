import { describe, expect, test } from 'vitest'
import { inScene, origin } from './scripted-server.ts'
import type { Scene, Scripted } from './scripted-server.ts'

/** A partitioned store: each path has versions of its own shard. */
function shard(name: string, v: number, more: Partial<Scripted> & { depends?: string } = {}): Scripted {
  const { depends, ...rest } = more
  const headers = { 'data-version': `${name};v="${v}"`, ...(depends && { 'data-depends': depends }) }
  return { body: { path: name, v }, ...rest, headers }
}

const question = (v: number): string => `"/questions/7";s=questions;v="${v}"`
const pathsOf = ({ requests }: Scene): string[] => requests.map(({ url }) => new URL(url).pathname)

describe('S8: an answer across shards is not shown before what it depends on', () => {
  test('the question is read first, with the version as its floor, and is held', inScene({}, async (scene) => {
    scene.answer(
      shard('answers', 3, { depends: question(5) }),
      shard('questions', 4), // A replica that has not heard of the question's last change.
      shard('questions', 5),
      shard('questions', 4),
    )
    expect(await scene.body('/answers/1')).toEqual({ path: 'answers', v: 3 })
    expect(pathsOf(scene)).toEqual(['/answers/1', '/questions/7', '/questions/7'])
    // The page reads the question now, from a replica that lags: what was held stands in.
    expect(await scene.body('/questions/7')).toEqual({ path: 'questions', v: 5 })
  }))

  test('what was seen already is not asked for', inScene({}, async (scene) => {
    scene.answer(shard('questions', 5), shard('answers', 3, { depends: question(5) }))
    await scene.body('/questions/7')
    await scene.body('/answers/1')
    expect(scene.requests).toHaveLength(2)
  }))

  test('a tweet and the chain of its replies come in order', inScene({}, async (scene) => {
    scene.answer(
      shard('c', 1, { depends: '"/b";s=b;v="1"' }),
      shard('b', 1, { depends: '"/a";s=a;v="1"' }),
      shard('a', 1),
    )
    await scene.body('/c')
    expect(pathsOf(scene)).toEqual(['/c', '/b', '/a'])
  }))

  test('D2: a cycle ends where it began', inScene({}, async (scene) => {
    scene.answer(
      shard('a', 1, { depends: '"/b";s=b;v="1"' }),
      shard('b', 1, { depends: '"/a";s=a;v="1"' }),
    )
    expect(await scene.body('/a')).toEqual({ path: 'a', v: 1 })
    expect(pathsOf(scene)).toEqual(['/a', '/b'])
  }))

  test('a dependency that was deleted by then is visible as an absence', inScene({}, async (scene) => {
    scene.answer(shard('answers', 3, { depends: question(5) }), shard('questions', 6, { status: 404 }))
    expect(await scene.body('/answers/1')).toEqual({ path: 'answers', v: 3 })
  }))

  test('I7: one that never becomes visible ends the read within its budget', inScene({}, async (scene) => {
    scene.answer(shard('answers', 3, { depends: question(5) }), shard('questions', 4))
    const startedAt = scene.clock.now()
    const failure: unknown = await scene.get('/answers/1').catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'version-unavailable' })
    expect(String(failure)).toContain('questions@https://api.test 5')
    expect(scene.clock.now() - startedAt).toBeLessThanOrEqual(2000 + 20)
  }))

  test('a whole scope is expected: what is read of it next covers it', inScene({}, async (scene) => {
    scene.answer(
      shard('answers', 3, { depends: 'questions;v="5"' }),
      shard('questions', 4),
      shard('questions', 5),
    )
    await scene.body('/answers/1')
    expect(await scene.body('/questions/7')).toEqual({ path: 'questions', v: 5 })
  }))

  test('eventual waits for nothing', inScene({}, async (scene) => {
    scene.answer(shard('answers', 3, { depends: question(5) }))
    await scene.body('/answers/1', { consistency: 'eventual' })
    expect(scene.requests).toHaveLength(1)
  }))

  test.each(['nonsense', '"/questions/7";v="5"', '"https://other.test/q";s=q;v="5"', '"http://[";s=q;v="5"'])(
    'N4: asks for nothing that cannot be understood, or leads elsewhere: %s',
    (depends) =>
      inScene({}, async (scene) => {
        scene.answer(shard('answers', 3, { depends }))
        const read = scene.body('/answers/1').catch((error: unknown) => String(error))
        await read
        expect(scene.requests.every(({ url }) => url.startsWith(origin))).toBe(true)
        expect(await read).toEqual({ path: 'answers', v: 3 })
      })(),
  )
})
