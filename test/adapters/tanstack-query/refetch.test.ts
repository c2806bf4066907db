// Refetches that meet a lagging replica: what is shown never goes back, and what is kept is not fresh.

import { QueryObserver } from '@tanstack/query-core'
import type { QueryKey } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { VersionUnavailableError } from '../../../src/index.ts'
import { explainQuery, setVersionedQueryData } from 'tidemark/tanstack-query'
import { painted, withQueries } from './query-scene.ts'
import type { QueryScene } from './query-scene.ts'

const key: QueryKey = ['photos']
const at = (position: string) => ({
  versions: [{ scope: 'main@https://api.test', epoch: 'a', position }],
})

/** Fills the query from version 8, and lets the server answer from version 2 afterwards. */
async function shownAt8({ answer, client, read }: QueryScene): Promise<void> {
  answer({ v: 8, e: 'a' })
  await client.fetchQuery({ queryKey: key, queryFn: read('/photos') })
  answer({ v: 2, e: 'a' })
}

describe('without the adapter', () => {
  test('Q1: the old failure: a refetch by a lagging replica puts the past on the screen', withQueries(
    { isGoverned: false },
    async (scene) => {
      await shownAt8(scene)
      await scene.client.refetchQueries({ queryKey: key, type: 'all' })
      expect(scene.data(key)).toEqual({ v: 2 })
      expect(scene.client.getQueryState(key)?.isInvalidated).toBe(false)
    },
  ))
})

describe('a refetch that meets the past', () => {
  test('Q1: the held value stays, and a function that reads by another key changes nothing', withQueries({}, async (scene) => {
    await shownAt8(scene)
    await scene.client.refetchQueries({ queryKey: key, type: 'all' })
    expect(scene.data(key)).toEqual({ v: 8 })
  }))

  test('Q1: what is behind does not mark the query fresh', withQueries(
    { tidemark: { consistency: 'eventual' } },
    async (scene) => {
      await shownAt8(scene)
      const before = scene.client.getQueryState(key)?.dataUpdatedAt
      await scene.client.invalidateQueries({ queryKey: key, refetchType: 'none' })
      await scene.client.refetchQueries({ queryKey: key, type: 'all' })
      expect(scene.data(key)).toEqual({ v: 8 })
      expect(scene.client.getQueryState(key)).toMatchObject({ isInvalidated: true, dataUpdatedAt: before, status: 'success' })
      expect(explainQuery(scene.client, key)?.achieved).toBe('behind')
    },
  ))

  test('Q8: whoever awaits the fetch gets what is shown, and not the older answer', withQueries(
    { tidemark: { consistency: 'eventual' } },
    async (scene) => {
      await shownAt8(scene)
      const fetched = scene.client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos') })
      expect(await fetched).toEqual({ v: 8 })
    },
  ))

  test('Q3, Q4, Q6: callers that joined the fetch resolve, and nothing is cancelled', withQueries(
    { tidemark: { consistency: 'eventual' } },
    async (scene) => {
      await shownAt8(scene)
      const options = { queryKey: key, queryFn: scene.read('/photos') }
      const joined = await Promise.allSettled([
        scene.client.fetchQuery(options),
        scene.client.fetchQuery(options),
        scene.client.refetchQueries({ queryKey: key, type: 'all' }, { cancelRefetch: false, throwOnError: true }),
      ])
      expect(joined.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
      expect(scene.client.getQueryState(key)?.fetchStatus).toBe('idle')
    },
  ))

  test('Q7: where nobody can give it in time, the query keeps its data and has no error', withQueries({}, async (scene) => {
    await shownAt8(scene)
    await scene.write(9)
    scene.answer({ v: 2, e: 'a' })
    await scene.client.refetchQueries({ queryKey: key, type: 'all' })
    expect(scene.client.getQueryState(key)).toMatchObject({ status: 'success', isInvalidated: true, error: null })
    expect(scene.data(key)).toEqual({ v: 8 })
    expect(explainQuery(scene.client, key)).toMatchObject({ achieved: 'behind', why: 'no source covered the floor in time' })
  }))

  test('Q7, W19: a query that has nothing to show says so, after one budget and not four', withQueries({ query: { defaultOptions: { queries: { retry: 3 } } } }, async (scene) => {
    await scene.write(9)
    scene.answer({ v: 2, e: 'a' })
    const startedAt = scene.clock.now()
    const options = { queryKey: key, queryFn: scene.read('/photos') }
    const observer = new QueryObserver(scene.client, options)
    const error = await new Promise((resolve) => {
      observer.subscribe((result) => result.isError && resolve(result.error))
    })
    expect(error).toBeInstanceOf(VersionUnavailableError)
    expect(scene.clock.now() - startedAt).toBeLessThanOrEqual(2000 + 10)
  }))

  test('S5: an answer that is served stale is shown, and stays invalidated', withQueries(
    { tidemark: { onUnavailable: 'serve-stale' } },
    async (scene) => {
      await scene.write(9)
      scene.answer({ v: 2, e: 'a' })
      await scene.client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos') })
      expect(scene.data(key)).toEqual({ v: 2 })
      expect(scene.client.getQueryState(key)?.isInvalidated).toBe(true)
      expect(explainQuery(scene.client, key)?.achieved).toBe('behind')
    },
  ))
})

describe('what comes while a fetch is under way', () => {
  test('Q16: the old failure: an answer in flight overwrites newer data', withQueries(
    { isGoverned: false },
    async (scene) => {
      await shownAt8(scene)
      const fetching = scene.client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos') })
      scene.client.setQueryData(key, { v: 9 })
      await fetching
      expect(scene.data(key)).toEqual({ v: 2 })
    },
  ))

  test('Q16: newer data that was set meanwhile stays', withQueries({}, async (scene) => {
    await shownAt8(scene)
    scene.answer({ v: 8, e: 'a' }, { v: 9, e: 'a' })
    const fetching = scene.client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos') })
    setVersionedQueryData(scene.client, key, { v: 9 }, at('9'))
    expect(await fetching).toEqual({ v: 9 })
    expect(scene.data(key)).toEqual({ v: 9 })
  }))

  test('Q16: a write that is acknowledged after the answer came is seen by what is shown', withQueries({}, async (scene) => {
    await shownAt8(scene)
    scene.answer({ v: 8, e: 'a' })
    let parsed = (): void => undefined
    const parsing = new Promise<void>((resolve) => (parsed = resolve))
    const queryFn = async ({ signal }: { signal: AbortSignal }): Promise<unknown> => {
      const body = await scene.read('/photos')({ signal })
      await parsing
      return body
    }
    const fetching = scene.client.fetchQuery({ queryKey: key, queryFn })
    await scene.clock.sleep(20)
    await scene.write(9)
    scene.answer({ v: 9, e: 'a' })
    parsed()
    expect(await fetching).toEqual({ v: 9 })
  }))

  test('Q9: the old failure: an invalidation during the first fetch is forgotten', withQueries(
    { isGoverned: false },
    async (scene) => {
      scene.answer({ v: 1, e: 'a' }, { v: 2, e: 'a' })
      const observer = new QueryObserver(scene.client, { queryKey: key, queryFn: scene.read('/photos') })
      observer.subscribe(() => undefined)
      await scene.client.invalidateQueries({ queryKey: key })
      expect(scene.requests).toHaveLength(1)
      expect(scene.client.getQueryState(key)?.isInvalidated).toBe(false)
    },
  ))

  test('Q9, O11: an invalidation during the first fetch leads to another', withQueries({}, async (scene) => {
    scene.answer({ v: 1, e: 'a' }, { v: 2, e: 'a' })
    const observer = new QueryObserver(scene.client, { queryKey: key, queryFn: scene.read('/photos') })
    const frames = painted(observer)
    await scene.client.invalidateQueries({ queryKey: key })
    await scene.clock.sleep(50)
    expect(scene.requests).toHaveLength(2)
    expect(frames.filter((frame) => frame !== undefined)).toEqual([{ v: 1 }, { v: 2 }])
    expect(scene.client.getQueryState(key)?.isInvalidated).toBe(false)
  }))

  test('Q10: a focus that joins an older fetch still shows the write that came between', withQueries({}, async (scene) => {
    await shownAt8(scene)
    const options = { queryKey: key, queryFn: scene.read('/photos'), staleTime: 60_000 }
    const observer = new QueryObserver(scene.client, options)
    observer.subscribe(() => undefined)
    const refetching = observer.refetch()
    await scene.write(9)
    scene.answer({ v: 8, e: 'a' }, { v: 9, e: 'a' })
    await observer.refetch({ cancelRefetch: false })
    await refetching
    expect(scene.data(key)).toEqual({ v: 9 })
  }))

  test('Q5: the old failure: an invalidation while a refetch is under way is erased by its result', withQueries(
    { isGoverned: false },
    async (scene) => {
      await shownAt8(scene)
      const refetching = scene.client.refetchQueries({ queryKey: key, type: 'all' })
      await scene.client.invalidateQueries({ queryKey: key, refetchType: 'none' })
      await refetching
      expect(scene.client.getQueryState(key)?.isInvalidated).toBe(false)
    },
  ))

  test.each([
    ['older', { v: 2, e: 'a' }, { v: 8 }],
    ['newer', { v: 9, e: 'a' }, { v: 9 }],
  ])('Q5: it stays, though the result is %s', (_standing, answer, expected) =>
    withQueries({ tidemark: { consistency: 'eventual' } }, async (scene) => {
      await shownAt8(scene)
      scene.answer(answer)
      const refetching = scene.client.refetchQueries({ queryKey: key, type: 'all' })
      await scene.client.invalidateQueries({ queryKey: key, refetchType: 'none' })
      await refetching
      expect(scene.data(key)).toEqual(expected)
      expect(scene.client.getQueryState(key)).toMatchObject({ isInvalidated: true, fetchStatus: 'idle' })
    })(),
  )
})

describe('suspense', () => {
  const options = ({ client, read }: QueryScene) =>
    client.defaultQueryOptions<unknown, Error, unknown, unknown>({
      queryKey: key,
      queryFn: read('/photos'),
    })

  test('Q23: a page that suspends waits for one budget, and is told what it lacked', withQueries({}, async (scene) => {
    await scene.write(9)
    scene.answer({ v: 2, e: 'a' })
    const startedAt = scene.clock.now()
    const observer = new QueryObserver(scene.client, { ...options(scene), retry: false })
    const error: unknown = await observer.fetchOptimistic({ ...options(scene), retry: false }).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(VersionUnavailableError)
    expect(scene.clock.now() - startedAt).toBeLessThanOrEqual(2000 + 10)
    expect(scene.client.getQueryState(key)).toMatchObject({ status: 'error', data: undefined, fetchStatus: 'idle' })
  }))

  test('Q23: where it may be stale, it shows what there is, marked', withQueries(
    { tidemark: { onUnavailable: 'serve-stale' } },
    async (scene) => {
      await scene.write(9)
      scene.answer({ v: 2, e: 'a' })
      const { data } = await new QueryObserver(scene.client, options(scene)).fetchOptimistic(options(scene))
      expect(data).toEqual({ v: 2 })
      expect(explainQuery(scene.client, key)?.achieved).toBe('behind')
    },
  ))

  test('Q23: a page that has data does not suspend for newer', withQueries({}, async (scene) => {
    await shownAt8(scene)
    const observer = new QueryObserver(scene.client, options(scene))
    expect(observer.getOptimisticResult(options(scene))).toMatchObject({ status: 'success', data: { v: 8 } })
  }))
})
