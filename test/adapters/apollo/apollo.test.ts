// Apollo Client over a scripted server of GraphQL: what its cache shows, alone and with the adapter.

import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache, Observable } from '@apollo/client'
import type { InMemoryCacheConfig } from '@apollo/client'
import { describe, expect, test } from 'vitest'
import { tidemarkApollo } from 'tidemark/apollo'
import { jsonVersion } from '../../../src/index.ts'
import type { TidemarkOptions } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/determinism/virtual-clock.ts'
import { createScene, origin } from '../../client/scripted-server.ts'
import type { Scene, Scripted } from '../../client/scripted-server.ts'

interface Options {
  readonly isGoverned?: boolean
  readonly isByGet?: boolean
  readonly tidemark?: TidemarkOptions
  readonly cache?: InMemoryCacheConfig
  readonly between?: ApolloLink
}

interface Page extends Scene {
  readonly client: ApolloClient
  /** The likes that a watcher of the photo was shown. */
  readonly frames: unknown[]
  /** Asks the network, and returns the likes that came of it. */
  readonly refetch: () => Promise<unknown>
}

// `eventual`, so that what is refused is refused by the adapter and not by the wrapped fetch.
const eventual = { consistency: 'eventual' } as const
const photo = gql`query Photo { photo(id: 7) { id likes } }`
const photos = gql`query Photos { photos { id likes title } }`
const like = gql`mutation Like { like(id: 7) { id likes } }`
const item = (likes: number, id = '7'): object => ({ __typename: 'Photo', id, likes })
const at = (v: number): Scripted => ({ v, e: 'a', body: { data: { photo: item(v) } } })
const listAt = (v: number): Scripted => ({ v, e: 'a', body: { data: { photos: [{ ...item(v), title: `at ${v}` }] } } })
const likesIn = (data: unknown): unknown => /"likes":(\d+)/.exec(JSON.stringify(data) ?? '')?.[1]

function onPage(options: Options, play: (page: Page) => Promise<void>): () => Promise<void> {
  const { isGoverned = true, isByGet = false, tidemark = eventual, cache, between } = options
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    await clock.run(async () => {
      const scene = createScene(clock, tidemark)
      const tide = tidemarkApollo(scene.tidemark)
      const fetch = isGoverned ? tide.fetch : scene.network
      const http = new HttpLink({ uri: `${origin}/graphql`, fetch, useGETForQueries: isByGet })
      const last = between === undefined ? http : between.concat(http)
      const client = new ApolloClient({
        link: isGoverned ? tide.link.concat(last) : last,
        cache: isGoverned ? new tide.InMemoryCache(cache) : new InMemoryCache(cache),
      })
      const frames: unknown[] = []
      const stopWatching = client.cache.watch({
        query: photo,
        optimistic: true,
        callback: ({ result }) => {
          if (result !== null && likesIn(result) !== frames.at(-1)) frames.push(likesIn(result))
        },
      })
      const refetch = async (): Promise<unknown> => {
        const { data } = await client.query({ query: photo, fetchPolicy: 'network-only' })
        await clock.sleep(1)
        return likesIn(data)
      }
      scene.answer(at(8))
      await refetch()
      await play({ ...scene, client, frames, refetch })
      stopWatching()
      client.stop()
    })
  }
}

describe.each([true, false])('a refetch that meets a lagging replica, by GET: %s', (isByGet) => {
  test('C3: the old failure: alone, the past is shown', onPage({ isGoverned: false, isByGet }, async (page) => {
    page.answer(at(2))
    expect(await page.refetch()).toBe('2')
    expect(page.frames).toEqual(['8', '2'])
  }))

  test('C3: with the adapter, the held value stays, for whoever awaits it too', onPage({ isByGet }, async (page) => {
    page.answer(at(2))
    expect(await page.refetch()).toBe('8')
    expect(page.requests.map(({ method }) => method)).toEqual(isByGet ? ['GET', 'GET'] : ['POST', 'POST'])
    expect(page.frames).toEqual(['8'])
  }))

  test('C3: newer values are shown, and a new epoch', onPage({ isByGet }, async (page) => {
    page.answer(at(9))
    await page.refetch()
    page.answer({ ...at(1), e: 'b' })
    await page.refetch()
    expect(page.frames).toEqual(['8', '9', '1'])
  }))

  test('W1: what is read after a mutation holds it', onPage({ isByGet, tidemark: {} }, async (page) => {
    page.answer({ v: 9, e: 'a', body: { data: { like: item(9) } } }, at(8), at(9))
    await page.client.mutate({ mutation: like })
    expect(await page.refetch()).toBe('9')
    expect(page.frames).toEqual(['8', '9'])
  }))

  test('Q7: lag is no error of a query that the cache can answer', onPage({ isByGet, tidemark: {} }, async (page) => {
    page.answer({ v: 9, e: 'a', body: { data: { like: item(9) } } }, at(8))
    await page.client.mutate({ mutation: like })
    expect(await page.refetch()).toBe('9')
  }))

  test('Q7: of one that it cannot, it is', onPage({ isByGet, tidemark: {} }, async ({ answer, client }) => {
    answer({ v: 9, e: 'a', body: { data: { like: item(9) } } }, listAt(8))
    await client.mutate({ mutation: like })
    await expect(client.query({ query: photos })).rejects.toThrow('No source of')
  }))
})

describe('entities', () => {
  const visitList = async ({ answer, client, clock }: Page): Promise<unknown> => {
    answer(listAt(2))
    const { data } = await client.query({ query: photos })
    await clock.sleep(1)
    return data
  }

  test('C3: the old failure: alone, a list takes back the photo beside it', onPage({ isGoverned: false }, async (page) => {
    await visitList(page)
    expect(page.frames).toEqual(['8', '2'])
  }))

  test('G2: with the adapter, what the list lacks is filled in, and what it knows is taken', onPage({}, async (page) => {
    expect(await visitList(page)).toEqual({ photos: [{ ...item(8), title: 'at 2' }] })
    expect(page.frames).toEqual(['8'])
  }))

  test('C3: a list does not lose what it has', onPage({
    cache: { typePolicies: { Query: { fields: { photos: { merge: false } } } } },
  }, async ({ answer, client, clock }) => {
    const two = [{ ...item(8), title: 'Sea' }, { ...item(3, '9'), title: 'Boat' }]
    answer({ v: 8, e: 'a', body: { data: { photos: two } } })
    await client.query({ query: photos })
    answer(listAt(2))
    const { data } = await client.query({ query: photos, fetchPolicy: 'network-only' })
    await clock.sleep(1)
    expect(data).toEqual({ photos: two })
  }))

  test('G4: a field that merges pages gets one that is older', onPage({
    cache: { typePolicies: { Query: { fields: { photos: { keyArgs: false, merge: (known = [], page) => [...known, ...page] } } } } },
  }, async ({ answer, client }) => {
    const pageOf = (v: number, id: string): Scripted => ({ v, e: 'a', body: { data: { photos: [{ ...item(v, id), title: id }] } } })
    answer(pageOf(8, '7'))
    await client.query({ query: photos })
    answer(pageOf(2, '9'))
    await client.query({ query: photos, fetchPolicy: 'network-only' })
    expect(client.readQuery({ query: photos })).toEqual({ photos: [{ ...item(8), title: '7' }, { ...item(2, '9'), title: '9' }] })
  }))

  test('I4: what the app writes itself is shown, until an answer that is not older', onPage({}, async ({ answer, client, frames, refetch }) => {
    client.writeQuery({ query: photo, data: { photo: item(100) } })
    answer(at(8))
    await refetch()
    expect(frames).toEqual(['8', '100', '8'])
  }))

  test('O8: an optimistic value is shown, and taken back to what is known', onPage({}, async ({ answer, client, clock, frames }) => {
    answer(new Error('refused'))
    const optimisticResponse = { like: item(9) }
    await expect(client.mutate({ mutation: like, optimisticResponse })).rejects.toThrow('refused')
    await clock.sleep(1)
    expect(frames).toEqual(['8', '9', '8'])
  }))

  test('I11: a store that was reset knows nothing of before', onPage({}, async ({ answer, client, refetch }) => {
    await client.clearStore()
    answer(at(2))
    expect(await refetch()).toBe('2')
  }))
})

/** Sends operations on a little later, as a link that renews a token does. */
const waiting = new ApolloLink((operation, forward) =>
  new Observable((observer) => {
    void Promise.resolve().then(() => forward(operation).subscribe(observer))
  }))

test('A1: a link between may wait', onPage({ between: waiting }, async (page) => {
  page.answer(at(2))
  expect(await page.refetch()).toBe('8')
}))

test('C3: versions may stand in the extensions of a response', onPage({
  tidemark: { ...eventual, rules: [{ match: '/graphql', versions: jsonVersion('extensions.version') }] },
}, async (page) => {
  const told = (version: number): Scripted => ({ body: { data: { photo: item(version) }, extensions: { version } } })
  page.answer(told(9))
  await page.refetch()
  page.answer(told(3))
  expect(await page.refetch()).toBe('9')
}))
