// What a QueryClient has of a session that has ended, and what of it must not reach the next.

import { QueryClient } from '@tanstack/query-core'
import { describe, expect, test } from 'vitest'
import { broadcastQueries, explainQuery, persistQueries, tidemarkQueryConfig } from 'tidemark/tanstack-query'
import { withQueries } from './query-scene.ts'

const key = ['photo', 1]

describe('P4: signing out', () => {
  test('what is known of queries goes, and what is still in the cache raises nothing', withQueries({}, async (scene) => {
    const { client, tidemark } = scene
    scene.answer({ v: 8, e: 'a' })
    const data = await client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos/1') })
    await tidemark.session.signOut()
    expect(explainQuery(client, key)?.versions).toBeUndefined()
    client.setQueryData(['other'], data)
    client.setQueryData(key, data)
    expect(tidemark.session.floors().size).toBe(0)
  }))

  test('the next user is shown the lower version of its own', withQueries({}, async (scene) => {
    const { client, tidemark } = scene
    scene.answer({ v: 8, e: 'a' })
    await client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos/1') })
    await tidemark.session.signOut()
    client.clear()
    scene.answer({ v: 2, e: 'a' })
    expect(await client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos/1') })).toEqual({ v: 2 })
  }))

  test('P3: a function that had its answers, and ends later, gives nothing', withQueries({}, async (scene) => {
    const { client, clock, tidemark } = scene
    scene.answer({ v: 8, e: 'a' })
    const fetching = client.fetchQuery({
      queryKey: key,
      async queryFn(context) {
        const data = await scene.read('/photos/1')(context)
        await clock.sleep(500)
        return data
      },
    })
    await clock.sleep(100)
    await tidemark.session.signOut()
    await expect(fetching).rejects.toMatchObject({ code: 'session-ended' })
    expect(scene.data(key)).toBeUndefined()
    expect(tidemark.session.floors().size).toBe(0)
  }))

  test('what was persisted is restored to nobody', withQueries({}, async (scene) => {
    const { client, tidemark } = scene
    persistQueries(client)
    scene.answer({ v: 8, e: 'a' })
    await client.fetchQuery({ queryKey: key, queryFn: scene.read('/photos/1') })
    await tidemark.flush()
    await tidemark.session.signOut()
    const next = new QueryClient(tidemarkQueryConfig(tidemark))
    persistQueries(next)
    scene.answer({ v: 2, e: 'a' })
    expect(await next.fetchQuery({ queryKey: key, queryFn: scene.read('/photos/1') })).toEqual({ v: 2 })
  }))

  test('P5: a broadcast goes along with the principal', withQueries({ tidemark: { principal: 'ada' } }, async (scene) => {
    const open: string[] = []
    const stop = broadcastQueries(scene.client, {
      channel(name) {
        open.push(name)
        return { send: () => undefined, close: () => void open.splice(open.indexOf(name), 1) }
      },
    })
    const [first] = open
    await scene.tidemark.session.use('bob')
    expect(open).toHaveLength(1)
    expect(open[0]).not.toBe(first)
    stop()
    expect(open).toEqual([])
  }))
})
