// Values that come by other ways than a fetch: each is compared, whatever its clock says.

import {
  dehydrate,
  experimental_streamedQuery as streamedQuery,
  hydrate,
  keepPreviousData,
  notifyManager,
  QueryClient,
  QueryObserver,
} from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { explainQuery, setVersionedQueryData, tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { painted, withQueries } from './query-scene.ts'
import type { QueryScene } from './query-scene.ts'

const key = ['photo', 1]
const at = (position: string, epoch = 'a') => ({
  versions: [{ scope: 'main@https://api.test', epoch, position }],
})

async function shownAt8({ answer, client, read }: QueryScene): Promise<void> {
  answer({ v: 8, e: 'a' })
  await client.fetchQuery({ queryKey: key, queryFn: read('/photos/1') })
}

/** What another client, such as one on a server, dehydrates of version `v`, with a clock far ahead. */
async function dehydratedAt(scene: QueryScene, v: number): Promise<ReturnType<typeof dehydrate>> {
  const other = new QueryClient(tidemarkQueryConfig(scene.tidemark))
  setVersionedQueryData(other, key, { v }, { ...at(String(v)), updatedAt: Date.now() + 5000 })
  const state: ReturnType<typeof dehydrate> = JSON.parse(JSON.stringify(dehydrate(other)))
  return state
}

describe('hydration', () => {
  test('Q2: the old failure: a clock that is ahead puts version 2 over version 8', withQueries({ isGoverned: false }, async (scene) => {
    await shownAt8(scene)
    const other = new QueryClient()
    other.setQueryData(key, { v: 2 }, { updatedAt: Date.now() + 5000 })
    hydrate(scene.client, dehydrate(other))
    expect(scene.data(key)).toEqual({ v: 2 })
  }))

  test('Q2: what is older is put back, and the query asks anew', withQueries({}, async (scene) => {
    await shownAt8(scene)
    hydrate(scene.client, await dehydratedAt(scene, 2))
    expect(scene.data(key)).toEqual({ v: 8 })
    expect(scene.client.getQueryState(key)?.isInvalidated).toBe(true)
    expect(scene.events.at(-1)).toMatchObject({ type: 'entry:rejected', source: 'ssr', reason: 'older' })
  }))

  test('Q2: what is newer stands, with the version that it carried', withQueries({}, async (scene) => {
    await shownAt8(scene)
    hydrate(scene.client, await dehydratedAt(scene, 9))
    expect(scene.data(key)).toEqual({ v: 9 })
    expect(explainQuery(scene.client, key)?.versions).toEqual(at('9').versions)
  }))

  test('I3: what was hydrated raises the floor of the next read', withQueries({}, async (scene) => {
    await shownAt8(scene)
    hydrate(scene.client, await dehydratedAt(scene, 9))
    scene.answer({ v: 9, e: 'a' })
    await scene.get('/photos/1')
    expect(scene.requests.at(-1)?.headers.get('min-version')).toBe('main;e="a";v="9"')
  }))

  test('Q17: a consumer that renders in batches never sees what others put into the state', withQueries({}, async (scene) => {
    const older = { v: 2 }
    scene.answer({ v: 2, e: 'a' })
    await scene.client.fetchQuery({ queryKey: key, queryFn: async (context) => scene.read('/photos/1')(context).then(() => older) })
    await shownAt8(scene)
    const observer = new QueryObserver<unknown>(scene.client, { queryKey: key, enabled: false })
    const frames: unknown[] = []
    // As react-query subscribes.
    observer.subscribe(notifyManager.batchCalls(() => frames.push(observer.getCurrentResult().data)))
    scene.client.getQueryCache().find({ queryKey: key })?.setState({ data: older })
    await scene.clock.sleep(10)
    await new Promise((resolve) => setTimeout(resolve, 0)) // TanStack Query renders in a task of its own.
    expect(frames.length).toBeGreaterThan(0)
    expect(new Set(frames)).toEqual(new Set([{ v: 8 }]))
  }))

  test('Q17: nobody sees an older value that was hydrated', withQueries({}, async (scene) => {
    await shownAt8(scene)
    const observer = new QueryObserver<unknown>(scene.client, { queryKey: key, enabled: false })
    const frames: unknown[] = []
    observer.subscribe(() => frames.push(observer.getCurrentResult().data))
    hydrate(scene.client, await dehydratedAt(scene, 2))
    await scene.clock.sleep(10)
    expect(frames.length).toBeGreaterThan(0)
    expect(new Set(frames)).toEqual(new Set([scene.data(key)]))
    expect(scene.data(key)).toEqual({ v: 8 })
  }))

  test('I14: versions that cannot be read are none, and told', withQueries({}, async (scene) => {
    const state = await dehydratedAt(scene, 9)
    const text = JSON.stringify(state).replaceAll('"position":"9"', '"position":"9abc"')
    hydrate(scene.client, JSON.parse(text))
    expect(scene.data(key)).toEqual({ v: 9 })
    expect(explainQuery(scene.client, key)?.achieved).toBe('unverified')
    expect(scene.eventTypes()).toContain('version:malformed')
  }))

  test('Q14: a hydrated promise of an older version does not replace what came meanwhile', withQueries({}, async (scene) => {
    const state = await dehydratedAt(scene, 2)
    const [query] = state.queries
    expect(query).toBeDefined()
    let deliver = (_data: unknown): void => undefined
    const promise = new Promise((resolve) => (deliver = resolve))
    const data = query?.state.data
    const pending = { ...query?.state, data: undefined, status: 'pending', dataUpdatedAt: 0 } as const
    hydrate(scene.client, { queries: [{ ...query!, state: { ...query!.state, ...pending }, promise }] })
    setVersionedQueryData(scene.client, key, { v: 8 }, at('8'))
    deliver(data)
    await scene.clock.sleep(10)
    expect(scene.data(key)).toEqual({ v: 8 })
  }))

  test('Q14: older initial data does not come back after it was replaced', withQueries({}, async (scene) => {
    const older = { v: 2 }
    setVersionedQueryData(scene.client, ['seed'], older, at('2'))
    await shownAt8(scene)
    scene.client.removeQueries({ queryKey: key })
    setVersionedQueryData(scene.client, key, older, at('2'))
    expect(scene.data(key)).toBeUndefined()
  }))
})

describe('data that is set by hand', () => {
  test('Q24: with a version: older data changes nothing', withQueries({}, async (scene) => {
    await shownAt8(scene)
    expect(setVersionedQueryData(scene.client, key, { v: 5 }, at('5'))).toEqual({ v: 8 })
    expect(scene.data(key)).toEqual({ v: 8 })
  }))

  test('Q12: primitives are compared too', withQueries({}, async (scene) => {
    setVersionedQueryData(scene.client, ['likes'], 8, at('8'))
    setVersionedQueryData(scene.client, ['likes'], 5, at('5'))
    expect(scene.data(['likes'])).toBe(8)
    setVersionedQueryData(scene.client, ['likes'], (likes: number | undefined) => (likes ?? 0) + 1, at('9'))
    expect(scene.data(['likes'])).toBe(9)
  }))

  test('Q12: the answer of a read is compared though it is a number', withQueries({ tidemark: { consistency: 'eventual' } }, async (scene) => {
    const queryFn = async (context: { signal: AbortSignal }): Promise<number> => {
      const body = await scene.read('/likes')(context)
      return Number(Object.values(body as object)[0])
    }
    scene.answer({ v: 8, e: 'a' }, { v: 2, e: 'a' })
    await scene.client.fetchQuery({ queryKey: ['likes'], queryFn })
    expect(await scene.client.fetchQuery({ queryKey: ['likes'], queryFn })).toBe(8)
  }))

  test('Q12: equal data of a later answer is of the later version', withQueries({}, async (scene) => {
    scene.answer({ v: 8, e: 'a', body: { title: 'Dune' } }, { v: 10, e: 'a', body: { title: 'Dune' } })
    const options = { queryKey: key, queryFn: scene.read('/photos/1') }
    await scene.client.fetchQuery(options)
    const first = scene.data(key)
    await scene.client.fetchQuery(options)
    expect(scene.data(key)).toBe(first)
    expect(setVersionedQueryData(scene.client, key, { title: 'Old' }, at('9'))).toEqual({ title: 'Dune' })
  }))

  test('Q12, I10: a rollback to a snapshot does not take back what was fetched since', withQueries({}, async (scene) => {
    await shownAt8(scene)
    const snapshot = scene.data(key)
    scene.client.setQueryData(key, { v: 8, title: 'optimistic' })
    scene.answer({ v: 9, e: 'a' })
    await scene.client.refetchQueries({ queryKey: key, type: 'all' })
    scene.client.setQueryData(key, snapshot)
    expect(scene.data(key)).toEqual({ v: 9 })
  }))

  test('I4: without a version it is the word of the app, and the next answer replaces it', withQueries({}, async (scene) => {
    await shownAt8(scene)
    scene.client.setQueryData(key, { v: 'mine' })
    expect(scene.data(key)).toEqual({ v: 'mine' })
    expect(explainQuery(scene.client, key)?.achieved).toBe('unverified')
    await scene.client.refetchQueries({ queryKey: key, type: 'all' })
    expect(scene.data(key)).toEqual({ v: 8 })
  }))

  test('Q13: an app that shares nothing is governed by the other layers', withQueries({}, async (scene) => {
    await shownAt8(scene)
    const older = { v: 5 }
    setVersionedQueryData(scene.client, ['other'], older, at('5'))
    scene.client.getQueryCache().find({ queryKey: key })?.setOptions({ queryKey: key, structuralSharing: false })
    hydrate(scene.client, await dehydratedAt(scene, 5))
    expect(scene.data(key)).toEqual({ v: 8 })
  }))
})

describe('several queries', () => {
  test('Q11: the placeholder of a new key is the data of the old one, whatever its version', withQueries({}, async (scene) => {
    setVersionedQueryData(scene.client, ['page', 1], { v: 8, page: 1 }, at('8'))
    setVersionedQueryData(scene.client, ['page', 2], { v: 5, page: 2 }, at('5'))
    const optionsOf = (page: number) => ({ queryKey: ['page', page], enabled: false, placeholderData: keepPreviousData })
    const observer = new QueryObserver<unknown>(scene.client, optionsOf(1))
    observer.subscribe(() => undefined)
    observer.setOptions(optionsOf(2))
    expect(observer.getCurrentResult().data).toEqual({ v: 5, page: 2 })
    observer.setOptions(optionsOf(3))
    expect(observer.getCurrentResult()).toMatchObject({ data: { v: 5, page: 2 }, isPlaceholderData: true })
  }))

  test('Q11: one object in two queries has a version in each', withQueries({}, async (scene) => {
    const shared = { v: 'shared' }
    setVersionedQueryData(scene.client, ['a'], shared, at('8'))
    setVersionedQueryData(scene.client, ['b'], shared, at('5'))
    setVersionedQueryData(scene.client, ['b'], { v: 'newer' }, at('6'))
    expect(scene.data(['b'])).toEqual({ v: 'newer' })
    expect(setVersionedQueryData(scene.client, ['a'], { v: 'older' }, at('7'))).toEqual({ v: 'shared' })
  }))

  test('Q25: two clients know nothing of each other', withQueries({}, async (scene) => {
    await shownAt8(scene)
    const other = new QueryClient(tidemarkQueryConfig(scene.tidemark))
    setVersionedQueryData(other, key, { v: 2 }, at('2'))
    expect(other.getQueryData(key)).toEqual({ v: 2 })
  }))
})

describe('select', () => {
  test('Q11: what is selected goes forward with its data', withQueries({}, async (scene) => {
    await shownAt8(scene)
    const select = (data: unknown) => ({ title: JSON.stringify(data) })
    const observer = new QueryObserver<unknown>(scene.client, { queryKey: key, enabled: false, select })
    const frames = painted(observer)
    setVersionedQueryData(scene.client, key, { v: 9 }, at('9'))
    hydrate(scene.client, await dehydratedAt(scene, 5))
    await scene.clock.sleep(10)
    expect(frames).toEqual([{ title: '{"v":9}' }])
  }))
})

describe('queries that go and come', () => {
  test('Q21: a query that was removed comes back at its version or after it', withQueries({}, async (scene) => {
    await shownAt8(scene)
    scene.client.removeQueries({ queryKey: key })
    hydrate(scene.client, await dehydratedAt(scene, 5))
    expect(scene.data(key)).toBeUndefined()
    expect(scene.client.getQueryState(key)?.status).toBe('pending')
    hydrate(scene.client, await dehydratedAt(scene, 8))
    expect(scene.data(key)).toEqual({ v: 8 })
  }))

  test('Q21: a reset is allowed, and what is known stays known', withQueries({}, async (scene) => {
    await shownAt8(scene)
    await scene.client.resetQueries({ queryKey: key })
    expect(scene.data(key)).toBeUndefined()
    hydrate(scene.client, await dehydratedAt(scene, 5))
    expect(scene.data(key)).toEqual({ v: 8 })
  }))

  test('I1: the end of a history is the end of what was known', withQueries({}, async (scene) => {
    await shownAt8(scene)
    scene.answer({ status: 201, v: 1, e: 'b' })
    await scene.post('/photos')
    setVersionedQueryData(scene.client, key, { v: 1 }, at('1', 'b'))
    expect(scene.data(key)).toEqual({ v: 1 })
    expect(setVersionedQueryData(scene.client, key, { v: 9 }, at('9', 'a'))).toEqual({ v: 1 })
  }))
})

describe('streams', () => {
  test('Q22: chunks of a stream arrive one by one, and a refetch begins anew', withQueries({}, async (scene) => {
    const streamFn = async function* (context: { signal: AbortSignal }): AsyncGenerator {
      yield await scene.read('/chunk')(context)
      yield 'end'
    }
    scene.answer({ v: 8, e: 'a' }, { v: 9, e: 'a' })
    const options = { queryKey: ['stream'], queryFn: streamedQuery({ streamFn, refetchMode: 'replace' }) }
    await scene.client.fetchQuery(options)
    expect(scene.data(['stream'])).toEqual([{ v: 8 }, 'end'])
    await scene.client.fetchQuery(options)
    expect(scene.data(['stream'])).toEqual([{ v: 9 }, 'end'])
  }))
})
