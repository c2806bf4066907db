// Concurrent values in the client: never picked in silence; merged where the rule says how.
import { describe, expect, test, vi } from 'vitest'
import { headerVersion, mysqlGtid, resolveWith, versionVector } from '../../src/index.ts'
import type { Entry, ResolveValues, Rule } from '../../src/index.ts'
import { represent } from '../../src/transport/representation.ts'
import type { Representation } from '../../src/transport/representation.ts'
import { inScene, origin } from './scripted-server.ts'
import type { Scripted } from './scripted-server.ts'

const versions = headerVersion('X-Vector', versionVector)
const list = (body: unknown, vector: Record<string, number>, more: Scripted = {}): Scripted => ({
  body,
  ...more,
  headers: { 'x-vector': JSON.stringify(vector), ...more.headers },
})
const union: ResolveValues = (held, arrived) =>
  [...new Set([held ?? [], arrived ?? []].flat().map(String))].toSorted()
const rule = (more: Partial<Rule> = {}): { rules: Rule[]; budgetMs: number } => ({
  rules: [{ match: '/tags/:id', versions, ...more }],
  budgetMs: 300,
})

/** Resolves two bodies at once, and tells what was thrown to the page. */
function resolveTexts(
  held: string,
  arrived: string,
  resolve: ResolveValues,
): { readonly resolved: unknown; readonly reported: unknown } {
  const entry = (text: string, position: string): Entry<Representation> => {
    const body = new TextEncoder().encode(text).buffer
    const version = { scope: 'tags', epoch: '', position }
    return { kind: 'value', versions: [version], value: represent(new Response(), body), validatedAt: 0 }
  }
  const state = { floor: entry('', '{"a":3}').versions, entry: entry(held, '{"a":3}') }
  let reported: unknown
  // Only for this one step: the platform needs its own.
  const queue = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((report) => {
    try {
      report()
    } catch (error) {
      reported = error
    }
  })
  try {
    const resolved = resolveWith(resolve).resolve(() => versionVector, state, entry(arrived, '{"b":5}'))
    return { resolved, reported }
  } finally {
    queue.mockRestore()
  }
}

describe('without a resolver', () => {
  test('V6: the held value stands, and the next answer has to cover both', inScene(rule(), async (scene) => {
    scene.answer(list(['x'], { a: 3 }), list(['y'], { b: 5 }), list(['x', 'y'], { a: 3, b: 5 }))
    expect(await scene.body('/tags/1')).toEqual(['x'])
    expect(await scene.body('/tags/1')).toEqual(['x'])
    expect(scene.requests).toHaveLength(2)
    expect(scene.events).toContainEqual(
      expect.objectContaining({ type: 'answer:refused', verdict: 'behind' }),
    )
    expect(await scene.body('/tags/1')).toEqual(['x', 'y'])
  }))

  test('V6: where both were shown, the held one stays, and the event says that they were concurrent', inScene(
    rule({ consistency: 'eventual' }),
    async (scene) => {
      scene.answer(list(['x'], { a: 3 }), list(['y'], { b: 5 }), list(['x', 'y'], { a: 3, b: 5 }))
      await scene.body('/tags/1')
      expect(await scene.body('/tags/1')).toEqual(['y'])
      expect(scene.events).toContainEqual(
        expect.objectContaining({ type: 'entry:rejected', reason: 'concurrent' }),
      )
      // The floor is the join now, which neither of the two meets alone.
      expect(await scene.body('/tags/1', { consistency: 'monotonic-reads' })).toEqual(['x', 'y'])
    },
  ))

  test('V6: a pushed value is not picked either', inScene(rule(), async (scene) => {
    scene.answer(list(['x'], { a: 3 }))
    await scene.body('/tags/1')
    expect(scene.tidemark.session.admit(`${origin}/tags/1`, ['y'], '{"b":5}')).toBe(false)
  }))
})

describe('with a resolver', () => {
  test('V6: the result is held and shown, and stands at the join', inScene(
    rule({ concurrent: resolveWith(union) }),
    async (scene) => {
      scene.answer(list(['x'], { a: 3 }), list(['y'], { b: 5 }, { headers: { etag: '"2"' } }))
      await scene.body('/tags/1')
      const response = await scene.get('/tags/1')
      expect(response.headers.has('etag')).toBe(false)
      expect(await response.json()).toEqual(['x', 'y'])
      const report = scene.tidemark.explain(response)
      expect(report).toMatchObject({ achieved: 'fresh', source: 'memory', attempts: 1 })
      expect(report?.versions?.map(({ position }) => position)).toEqual(['{"a":3,"b":5}'])
      expect(scene.events).toContainEqual(
        expect.objectContaining({ type: 'entry:resolved', source: 'network', versions: report?.versions }),
      )
      expect([...scene.tidemark.session.floors().values()][0]?.read?.position).toBe('{"a":3,"b":5}')
    },
  ))

  test('V6: it is asked once for a pair, with the versions of both and their join', inScene(
    rule({
      concurrent: resolveWith((held, arrived, { held: ours, arrived: theirs, joined }) => ({
        held,
        arrived,
        at: [ours, theirs, joined].map(([version]) => version?.position),
      })),
    }),
    async (scene) => {
      scene.answer(list('x', { a: 3 }), list('y', { b: 5 }))
      await scene.body('/tags/1')
      const asked = { held: 'x', arrived: 'y', at: ['{"a":3}', '{"b":5}', '{"a":3,"b":5}'] }
      expect(await scene.body('/tags/1')).toEqual(asked)
      // The same half again is covered by what was made of it.
      expect(await scene.body('/tags/1')).toEqual(asked)
    },
  ))

  test('V6: where the join does not cover the floor, the ladder goes on, and nothing is lost', inScene(
    rule({ concurrent: resolveWith(union) }),
    async (scene) => {
      scene.answer(
        list(['x'], { a: 3 }),
        list(['c'], { c: 1 }),
        list(['y'], { b: 5 }),
        list(['z'], { a: 3, b: 5, c: 1 }),
      )
      await scene.body('/tags/1')
      scene.tidemark.session.expect(`${origin}/tags/1`, '{"a":3,"c":1,"b":1}')
      expect(await scene.body('/tags/1')).toEqual(['c', 'x', 'y'])
      expect(scene.requests).toHaveLength(3)
    },
  ))

  test('R9: an absence is undefined to the resolver, and undefined is an absence', inScene(
    rule({ concurrent: resolveWith((held, arrived) => (arrived === undefined ? undefined : held)) }),
    async (scene) => {
      scene.answer(list(['x'], { a: 3 }), list({}, { b: 5 }, { status: 404 }), list(['z'], { c: 1 }))
      await scene.body('/tags/1')
      expect((await scene.get('/tags/1')).status).toBe(404)
      expect((await scene.get('/tags/1')).status).toBe(404)
    },
  ))

  test('pushed values, and what writes answer, are resolved too', inScene(
    {
      rules: [
        { match: '/tags/:id', versions, concurrent: resolveWith(union) },
        { match: '/tags', scope: '/tags/1', versions, affects: ['/tags/1'] },
      ],
    },
    async (scene) => {
      scene.answer(list(['x'], { a: 3 }), list(['z'], { c: 1 }), list(['old'], { a: 1 }))
      await scene.body('/tags/1')
      expect(scene.tidemark.session.admit(`${origin}/tags/1`, ['y'], '{"b":5}')).toBe(true)
      await scene.post('/tags')
      expect(await scene.body('/tags/1', { consistency: 'monotonic-reads' })).toEqual(['x', 'y', 'z'])
    },
  ))

  test('R2: what is not JSON stays unresolved, and the held value stands', () => {
    const { resolved, reported } = resolveTexts('plain', '["y"]', union)
    expect(resolved).toBeUndefined()
    expect(reported).toBeInstanceOf(SyntaxError)
  })

  test('R2: where the function fails nothing changes, and the page is told', () => {
    const { resolved, reported } = resolveTexts('["x"]', '["y"]', () => {
      throw new Error('cannot merge')
    })
    expect(resolved).toBeUndefined()
    expect(reported).toEqual(new Error('cannot merge'))
  })

  test('K3: what two tokens selected is not merged', inScene(
    rule({ concurrent: resolveWith(() => expect.unreachable()) }),
    async (scene) => {
      scene.answer(list(['x'], { a: 3 }), list(['y'], { b: 5 }), list(['new'], { a: 3, b: 5 }))
      await scene.body('/tags/1', { headers: { authorization: 'Bearer one' } })
      const body = await scene.body('/tags/1', { headers: { authorization: 'Bearer two' } })
      expect(body).toEqual(['new'])
    },
  ))

  test('GTID sets of two primaries are joined by union', inScene(
    {
      rules: [
        {
          match: '/tags/:id',
          versions: headerVersion('X-Gtid', mysqlGtid),
          concurrent: resolveWith(union),
        },
      ],
    },
    async (scene) => {
      const [one, two] = ['3e11fa47-71ca-11e1-9e33-c80aa9429562', '4e11fa47-71ca-11e1-9e33-c80aa9429562']
      scene.answer(
        { body: ['x'], headers: { 'x-gtid': `${one}:1-5` } },
        { body: ['y'], headers: { 'x-gtid': `${two}:1-2` } },
      )
      await scene.body('/tags/1')
      const response = await scene.get('/tags/1')
      expect(await response.json()).toEqual(['x', 'y'])
      const [joined] = scene.tidemark.explain(response)?.versions ?? []
      expect(joined?.position).toBe(`${one}:1-5,${two}:1-2`)
    },
  ))

  test('anything but a function is refused', () => {
    expect(() => resolveWith('union' as never)).toThrow('`resolve` is "union". Accepted: a function')
  })
})
