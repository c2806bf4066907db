// urql over a scripted server of GraphQL: what a subscriber is shown, alone and with the exchange, by the document
// cache and by the normalized one.

import { cacheExchange, Client, fetchExchange, gql } from '@urql/core'
import type { Exchange, OperationResult } from '@urql/core'
import { cacheExchange as graphcache } from '@urql/exchange-graphcache'
import { describe, expect, test } from 'vitest'
import { tidemarkExchange } from 'tidemark/urql'
import { jsonVersion } from '../../../src/index.ts'
import type { TidemarkOptions } from '../../../src/index.ts'
import { createVirtualClock } from '../../../src/testing/determinism/virtual-clock.ts'
import { createScene, origin } from '../../client/scripted-server.ts'
import type { Scene, Scripted } from '../../client/scripted-server.ts'

interface Options {
  readonly isGoverned?: boolean
  readonly cache?: () => Exchange
  readonly isByPost?: boolean
  readonly tidemark?: TidemarkOptions
  /** An exchange that waits before it fetches, as one that renews a token does. */
  readonly before?: readonly Exchange[]
}

interface Page extends Scene {
  readonly client: Client
  /** What a subscriber of the photo was shown. */
  readonly frames: unknown[]
  /** Asks again, past the cache, and returns what was answered. */
  readonly refetch: () => Promise<OperationResult>
}

const eventual = { consistency: 'eventual' } as const
const photo = gql`query Photo { photo(id: 7) { __typename id likes } }`
const photos = gql`query Photos { photos { __typename id likes } }`
const like = gql`mutation Like { like(id: 7) { __typename id likes } }`
const item = (likes: number): unknown => ({ __typename: 'Photo', id: '7', likes })
const at = (v: number): Scripted => ({ v, e: 'a', body: { data: { photo: item(v) } } })

function onPage(options: Options, play: (page: Page) => Promise<void>): () => Promise<void> {
  const { isGoverned = true, cache = () => cacheExchange, isByPost = false, tidemark = eventual, before = [] } = options
  return async () => {
    const clock = createVirtualClock({ startMs: 1_700_000_000_000 })
    await clock.run(async () => {
      const scene = createScene(clock, tidemark)
      const own = isGoverned ? [tidemarkExchange(scene.tidemark)] : []
      const client = new Client({
        url: `${origin}/graphql`,
        fetch: scene.network,
        preferGetMethod: !isByPost,
        exchanges: [cache(), ...own, ...before, fetchExchange],
      })
      const frames: unknown[] = []
      scene.answer(at(8))
      const watching = client.query(photo, {}).subscribe(({ data }) => frames.push(likesIn(data)))
      await clock.sleep(20)
      const refetch = async (): Promise<OperationResult> => {
        const result = await client.query(photo, {}, { requestPolicy: 'network-only' }).toPromise()
        await clock.sleep(1)
        return result
      }
      await play({ ...scene, client, frames, refetch })
      watching.unsubscribe()
    })
  }
}

function likesIn(data: unknown): unknown {
  return /"likes":(\d+)/.exec(JSON.stringify(data) ?? '')?.[1]
}

const behind = { tidemark: { isBehind: true } }
const caches = { 'the document cache': () => cacheExchange, Graphcache: () => graphcache({}) }

describe.each(Object.entries(caches))('a refetch that meets a lagging replica, by %s', (_name, cache) => {
  for (const isByPost of [false, true]) {
    const way = isByPost ? 'POST' : 'GET'

    test(`C4: the old failure: alone, the past is shown, by ${way}`, onPage({ isGoverned: false, cache, isByPost }, async (page) => {
      page.answer(at(2))
      await page.refetch()
      expect(page.frames.at(-1)).toBe('2')
    }))

    test(`C4: with the exchange, the held value stays, by ${way}`, onPage({ cache, isByPost }, async (page) => {
      page.answer(at(2))
      const { data, extensions } = await page.refetch()
      expect([likesIn(data), extensions]).toEqual(['8', behind])
      expect(page.requests.map(({ method }) => method)).toEqual([way, way])
      expect(new Set(page.frames)).toEqual(new Set(['8']))
    }))

    test(`C4: newer values are shown, and a new epoch, by ${way}`, onPage({ cache, isByPost }, async (page) => {
      page.answer(at(9))
      await page.refetch()
      page.answer({ ...at(1), e: 'b' })
      await page.refetch()
      expect([...new Set(page.frames)]).toEqual(['8', '9', '1'])
    }))

    test(`W1: what is read after a mutation holds it, by ${way}`, onPage({ cache, isByPost, tidemark: {} }, async (page) => {
      page.answer({ v: 9, e: 'a', body: { data: { like: item(9) } } }, at(8), at(9))
      await page.client.mutation(like, {}).toPromise()
      const { data } = await page.refetch()
      expect(likesIn(data)).toBe('9')
      expect(new Set(page.frames.slice(page.frames.indexOf('9')))).toEqual(new Set(['9']))
    }))
  }

  test('Q7: lag is no error of a query that was answered before', onPage({ cache, tidemark: {} }, async (page) => {
    page.answer({ v: 9, e: 'a', body: { data: { like: item(8) } } }, at(8))
    await page.client.mutation(like, {}).toPromise()
    const { data, error, extensions } = await page.refetch()
    expect([likesIn(data), error, extensions]).toEqual(['8', undefined, behind])
  }))

  test('Q7: of one that was not, it is', onPage({ cache, tidemark: {} }, async ({ answer, client, clock }) => {
    answer({ v: 9, e: 'a', body: { data: { like: item(8) } } }, { v: 8, e: 'a', body: { data: { photos: [item(8)] } } })
    await client.mutation(like, {}).toPromise()
    const { error } = await client.query(photos, {}, { requestPolicy: 'network-only' }).toPromise()
    expect(error?.networkError?.message).toContain('No source of')
    await clock.sleep(1)
  }))

  test('C4: versions may stand in the extensions of a response', onPage({
    cache,
    isByPost: true,
    tidemark: { ...eventual, rules: [{ match: '/graphql', versions: jsonVersion('extensions.version') }] },
  }, async (page) => {
    const told = (version: number): Scripted => ({ body: { data: { photo: item(version) }, extensions: { version } } })
    page.answer(told(9))
    await page.refetch()
    page.answer(told(3))
    const { data } = await page.refetch()
    expect(likesIn(data)).toBe('9')
  }))
})

/** Sends operations on a little later, as an exchange that renews a token does. */
const waiting: Exchange = ({ forward }) => (operations) =>
  forward((sink) =>
    operations((signal) => {
      // oxlint-disable-next-line typescript/no-unsafe-enum-comparison -- Only wonka has the names of its tags.
      if (typeof signal === 'object' && signal.tag === 1) void Promise.resolve().then(() => sink(signal))
      else sink(signal)
    }))

test('U2: an exchange between may wait', onPage({ before: [waiting] }, async (page) => {
  page.answer(at(2))
  expect(likesIn((await page.refetch()).data)).toBe('8')
}))

describe('another operation that shows the same entity, in Graphcache', () => {
  const list = (v: number): Scripted => ({ v, e: 'a', body: { data: { photos: [item(v)] } } })

  /** A photo at version 8 is on the screen, and a list brings the same photo at version 2. */
  const visitList = async ({ answer, client, clock, frames }: Page): Promise<unknown> => {
    answer(list(2), list(8))
    await client.query(photos, {}).toPromise()
    await clock.sleep(1)
    return frames.at(-1)
  }

  test('C4: the old failure: alone, the photo goes back', onPage({ isGoverned: false, cache: () => graphcache({}) }, async (page) => {
    expect(await visitList(page)).toBe('2')
  }))

  test('C4: at the level `session`, which is the default, it does not', onPage({ cache: () => graphcache({}), tidemark: {} }, async (page) => {
    expect(await visitList(page)).toBe('8')
    expect(page.requests).toHaveLength(3)
  }))
})
