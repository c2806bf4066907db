// Mutations: the screen between a click and the moment in which the read path has caught up.

import { MutationCache, MutationObserver, QueryObserver } from '@tanstack/query-core'
import { describe, expect, test, vi } from 'vitest'
import { mutationOptions, setVersionedQueryData } from 'tidemark/tanstack-query'
import { painted, withQueries } from './query-scene.ts'
import type { QueryScene } from './query-scene.ts'

const key: readonly unknown[] = ['photo', 1]
const path = '/photos/1'
const at = (position: string) => ({
  versions: [{ scope: 'main@https://api.test', epoch: 'a', position }],
})

/** Shows version 5, and notes what is painted from then on. */
async function shownAt5(scene: QueryScene): Promise<unknown[]> {
  scene.answer({ v: 5, e: 'a' })
  const observer = new QueryObserver(scene.client, { queryKey: key, queryFn: scene.read(path), staleTime: 60_000 })
  const frames = painted(observer)
  await observer.refetch({ cancelRefetch: false })
  frames.length = 0
  return frames
}

/** An optimistic mutation as the documentation of TanStack Query has it. */
function like(scene: QueryScene, meta?: Record<string, unknown>, takesMs = 0) {
  const { client } = scene
  return new MutationObserver(client, {
    ...(meta && { meta }),
    mutationFn: async () => {
      await scene.clock.sleep(takesMs)
      const response = await scene.post(path)
      if (!response.ok) throw new Error(`It answered ${response.status}.`)
      const reply: unknown = await response.json()
      return reply
    },
    async onMutate() {
      await client.cancelQueries({ queryKey: key })
      const previous = client.getQueryData(key)
      client.setQueryData(key, { v: 'optimistic' })
      return { previous }
    },
    onError: (_error, _variables, context) => void client.setQueryData(key, context?.previous),
  })
}

describe('an optimistic value', () => {
  test('O8: a refetch while the mutation is under way does not take it from the screen', withQueries({}, async (scene) => {
    const frames = await shownAt5(scene)
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 6, e: 'a' }, { v: 7, e: 'a' })
    const mutation = like(scene, { touches: [key] })
    const mutated = mutation.mutate()
    await scene.clock.sleep(1) // The write is under way.
    const focused = scene.client.refetchQueries({ queryKey: key })
    await Promise.all([mutated, focused])
    expect(frames).toEqual([{ v: 'optimistic' }, { v: 7 }])
  }))

  test('O6, Q24: without `touches`, it survives an answer that holds nothing new', withQueries({}, async (scene) => {
    const frames = await shownAt5(scene)
    const mutation = like(scene)
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 5, e: 'a' }, { v: 7, e: 'a' })
    const mutated = mutation.mutate()
    await scene.clock.sleep(1) // The write is under way.
    await scene.client.refetchQueries({ queryKey: key })
    await mutated
    await scene.clock.sleep(100)
    expect(frames).toEqual([{ v: 'optimistic' }, { v: 7 }])
  }))

  test('O8: without `touches`, what it has set survives a newer answer of before its write', withQueries({}, async (scene) => {
    const frames = await shownAt5(scene)
    scene.answer({ v: 6, e: 'a' }, { status: 201, v: 7, e: 'a' }, { v: 7, e: 'a' })
    const mutated = like(scene, undefined, 50).mutate()
    await scene.clock.sleep(1) // The write is under way.
    await scene.client.refetchQueries({ queryKey: key })
    await mutated
    await scene.clock.sleep(100)
    expect(frames).toEqual([{ v: 'optimistic' }, { v: 7 }])
  }))

  test('O8: of two clicks, the end of the first does not take the second from the screen', withQueries({}, async (scene) => {
    const frames = await shownAt5(scene)
    const click = (name: string, takesMs: number) =>
      new MutationObserver(scene.client, {
        async mutationFn() {
          await scene.clock.sleep(takesMs)
          await scene.post(path)
        },
        async onMutate() {
          await scene.client.cancelQueries({ queryKey: key })
          scene.client.setQueryData(key, { v: name })
        },
        onSettled: () => scene.client.invalidateQueries({ queryKey: key }),
      }).mutate()
    scene.answer({ status: 201, v: 6, e: 'a' }, { v: 6, e: 'a' }, { status: 201, v: 7, e: 'a' }, { v: 7, e: 'a' })
    await Promise.all([click('one', 0), scene.clock.sleep(5).then(() => click('two', 50))])
    await scene.clock.sleep(100)
    expect(frames).toEqual([{ v: 'one' }, { v: 'two' }, { v: 7 }])
  }))

  test('O8: what an unrelated mutation has not set is not held back by it', withQueries({}, async (scene) => {
    const frames = await shownAt5(scene)
    scene.client.setQueryData(key, { v: 'mine' })
    scene.answer({ v: 6, e: 'a' })
    const unrelated = new MutationObserver(scene.client, { mutationFn: () => scene.clock.sleep(50) }).mutate()
    await scene.clock.sleep(1)
    await scene.client.refetchQueries({ queryKey: key })
    expect(frames).toEqual([{ v: 'mine' }, { v: 6 }])
    await unrelated
  }))

  test('I10: a failed mutation takes back its own value, and not what was fetched meanwhile', withQueries({}, async (scene) => {
    const frames = await shownAt5(scene)
    const mutation = like(scene, { touches: [key] })
    scene.answer({ status: 500 }, { v: 6, e: 'a' })
    const mutated = mutation.mutate().catch((error: unknown) => error)
    await scene.clock.sleep(1) // The write is under way.
    await scene.client.refetchQueries({ queryKey: key })
    expect(await mutated).toBeInstanceOf(Error)
    await scene.clock.sleep(100)
    expect(frames.at(-1)).toEqual({ v: 6 })
    expect(frames).not.toContainEqual({ v: 7 })
  }))
})

describe('what a mutation touches', () => {
  test('R15: it ends when its queries have caught up', withQueries({}, async (scene) => {
    await shownAt5(scene)
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 5, e: 'a' }, { v: 6, e: 'a' }, { v: 7, e: 'a' })
    await like(scene, { touches: [['photo']] }).mutate()
    expect(scene.data(key)).toEqual({ v: 7 })
  }))

  test('M2: of several mutations the last has its queries asked anew', withQueries({}, async (scene) => {
    await shownAt5(scene)
    scene.answer({ status: 201, v: 7, e: 'a' }, { status: 201, v: 8, e: 'a' }, { v: 8, e: 'a' })
    const [first, second] = [like(scene, { touches: [key] }), like(scene, { touches: [key] })]
    await Promise.all([first.mutate(), scene.clock.sleep(5).then(() => second.mutate())])
    expect(scene.data(key)).toEqual({ v: 8 })
    expect(scene.requests.filter(({ method }) => method === 'GET')).toHaveLength(2)
  }))

  test('C1: the callbacks of the app run, and its own cache is the one that is used', withQueries({}, async (scene) => {
    const onSuccess = vi.fn<() => void>()
    const mutationCache = new MutationCache({ onSuccess })
    const { QueryClient } = await import('@tanstack/query-core')
    const { tidemarkQueryConfig } = await import('tidemark/tanstack-query')
    const client = new QueryClient(tidemarkQueryConfig(scene.tidemark, { mutationCache }))
    const own = { ...scene, client }
    await shownAt5(own)
    scene.answer({ status: 201, v: 7, e: 'a' }, { v: 7, e: 'a' })
    await like(own, { touches: [key] }).mutate()
    await scene.clock.sleep(100)
    expect(onSuccess).toHaveBeenCalledOnce()
    expect(client.getMutationCache()).toBe(mutationCache)
    expect(client.getQueryData(key)).toEqual({ v: 7 })
    client.clear()
  }))

  test('Q24: typed: the reply of a write has the version of the write', withQueries({}, async (scene) => {
    await shownAt5(scene)
    scene.answer({ status: 201, v: 7, e: 'a' })
    const options = mutationOptions({
      async mutationFn(title: string, { fetch }) {
        const response = await fetch('https://api.test/photos/1', { method: 'PUT', body: title })
        const reply: unknown = await response.json()
        return reply
      },
      touches: (title) => [['unrelated', title]],
      onSuccess: (reply) => void scene.client.setQueryData(key, reply),
    })
    await new MutationObserver(scene.client, options).mutate('Dune')
    expect(scene.data(key)).toEqual({ v: 7 })
    expect(setVersionedQueryData(scene.client, key, { v: 6 }, at('6'))).toEqual({ v: 7 })
  }))
})
