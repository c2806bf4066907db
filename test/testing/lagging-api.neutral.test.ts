// The simulated API, as its clients meet it.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  behindProblem,
  neverProblem,
  parseServedBy,
  parseVersionList,
  printVersionList,
} from '../../src/core/wire/protocol.ts'
import { createLaggingApi } from '../../src/testing/api/lagging-api.ts'
import type { LaggingApiEvent } from '../../src/testing/api/api-events.ts'
import type { LaggingApiOptions } from '../../src/testing/api/lagging-options.ts'
import { lag100, stageApi } from './lagging-stage.ts'
import type { ApiStage } from './lagging-stage.ts'

const asOf = (response: Response): { epoch: string; position: string; scope: string } => {
  const [version] = parseVersionList('Data-Version', response.headers.get('data-version') ?? '')
  return version ?? { scope: 'none', epoch: 'none', position: 'none' }
}
const servedBy = (response: Response): ReturnType<typeof parseServedBy> =>
  parseServedBy(response.headers.get('served-by') ?? '')
const floor = (response: Response): { headers: Record<string, string> } => ({
  headers: { 'Min-Version': printVersionList([asOf(response)]) },
})
const strong = { headers: { 'Read-Consistency': 'strong' } }

describe('items', () => {
  test('are created, read, changed and deleted', async () => {
    const { send, pass } = stageApi()
    const created = await send('POST', '/photos', {
      body: { title: 'Dune', id: 'mine', version: 9 },
    })
    expect(created.status).toBe(201)
    expect(created.headers.get('location')).toBe('/photos/1')
    const row = { id: '1', title: 'Dune', version: 1, updatedAt: '2026-01-01T00:00:00.000Z' }
    expect(await created.json()).toEqual(row)
    await pass(100)
    expect(await (await send('GET', '/photos/1')).json()).toEqual(row)

    const patched = await send('PATCH', '/photos/1', { body: { place: 'Rügen', title: null } })
    expect(await patched.json()).toEqual({
      id: '1',
      place: 'Rügen',
      version: 2,
      updatedAt: '2026-01-01T00:00:00.100Z',
    })
    const put = await send('PUT', '/photos/1', { body: { title: 'Moor' } })
    expect(put.status).toBe(200)
    expect(await put.json()).toMatchObject({ id: '1', title: 'Moor', version: 3 })

    const deleted = await send('DELETE', '/photos/1')
    expect(deleted.status).toBe(204)
    expect(asOf(deleted).position).toBe('4')
    expect(deleted.headers.get('content-location')).toBe('/photos/1')
    expect((await send('GET', '/photos/1', strong)).status).toBe(404)
    expect((await send('DELETE', '/photos/1')).status).toBe(404)
    expect((await send('PATCH', '/photos/1', { body: {} })).status).toBe(404)
  })

  test('R8: a thing just created is not there yet, and says as of when', async () => {
    const { send } = stageApi()
    const created = await send('POST', '/photos')
    const early = await send('GET', '/photos/1')
    expect([early.status, asOf(early).position]).toEqual([404, '0'])
    expect(asOf(created).position).toBe('1')
  })

  test('a PUT creates what is not there, and no POST takes its name', async () => {
    const { send } = stageApi()
    expect((await send('PUT', '/photos/1', { body: {} })).status).toBe(201)
    expect((await send('POST', '/photos')).headers.get('location')).toBe('/photos/2')
  })
})

describe('lists', () => {
  test('show the newest first, as of the server that answered', async () => {
    const { send, pass } = stageApi()
    await send('POST', '/photos', { body: { title: 'a' } })
    await pass(60)
    await send('POST', '/photos', { body: { title: 'b' } })
    await pass(50)
    const list = await send('GET', '/photos')
    expect(asOf(list).position).toBe('1')
    expect(await list.json()).toMatchObject({ items: [{ id: '1', title: 'a' }] })
    await pass(50)
    const later = await send('GET', '/photos')
    expect(await later.json()).toMatchObject({ items: [{ id: '2' }, { id: '1' }] })
  })

  test('R10: the as-of stays where it is when the newest item is deleted', async () => {
    const { send } = stageApi()
    await send('POST', '/photos')
    await send('DELETE', '/photos/1')
    const list = await send('GET', '/photos', strong)
    expect(asOf(list).position).toBe('2')
    expect(await list.json()).toEqual({ items: [] })
  })

  test('come in pages, and lose no row to a write between them', async () => {
    const { send, pass } = stageApi({ initial: { items: { photos: [{}, {}, {}, {}, {}] } } })
    const ids: unknown[] = []
    let path: string | undefined = '/photos?limit=2'
    while (path !== undefined) {
      const page: { items: { id: string }[]; nextCursor?: string } = await (
        await send('GET', path)
      ).json()
      ids.push(...page.items.map(({ id }) => id))
      path = page.nextCursor === undefined ? undefined : `/photos?limit=2&cursor=${page.nextCursor}`
      await send('POST', '/photos')
      await pass(100)
    }
    expect(ids).toEqual(['5', '4', '3', '2', '1'])
  })

  test('R13: the next page is not from before the last one', async () => {
    const { api, send, pass } = stageApi({
      floors: 'refuse',
      replicas: 2,
      balancing: 'round-robin',
    })
    api.pause('replica-1')
    for (let count = 0; count < 3; count += 1) await send('POST', '/photos')
    await pass(100)
    const page = await send('GET', '/photos?limit=2', strong)
    const { nextCursor } = (await page.json()) as { nextCursor: string }
    const next = [
      await send('GET', `/photos?limit=2&cursor=${nextCursor}`),
      await send('GET', `/photos?limit=2&cursor=${nextCursor}`),
    ]
    expect(new Set(next.map(({ status }) => status))).toEqual(new Set([200, 503]))
  })
})

describe('counters and conversations', () => {
  test('a counter is 0 from the beginning, and counts', async () => {
    const { send } = stageApi()
    expect(await (await send('GET', '/counters/likes')).json()).toMatchObject({
      value: 0,
      version: 0,
    })
    await send('POST', '/counters/likes/increment')
    const by = await send('POST', '/counters/likes/increment', { body: { by: 4 } })
    expect(by.headers.get('content-location')).toBe('/counters/likes')
    expect(await by.json()).toMatchObject({ name: 'likes', value: 5, version: 2 })
    expect((await send('POST', '/counters/likes/increment', { body: { by: 'x' } })).status).toBe(
      400,
    )
  })

  test('messages come in their order, and a reply needs its question', async () => {
    const { send } = stageApi()
    const path = '/conversations/c1/messages'
    await send('POST', path, { body: { text: 'Why?' } })
    await send('POST', path, { body: { text: 'Because.', replyTo: '1' } })
    expect(await (await send('GET', path, strong)).json()).toMatchObject({
      items: [{ text: 'Why?' }, { text: 'Because.', replyTo: '1' }],
    })
    expect(await (await send('GET', `${path}/2`, strong)).json()).toMatchObject({ replyTo: '1' })
    const unfounded = await send('POST', path, { body: { replyTo: '77' } })
    expect([unfounded.status, asOf(unfounded).position]).toEqual([422, '2'])
  })
})

test('what exists at the beginning is known everywhere', async () => {
  const { api, send } = stageApi({
    collections: ['photos', 'albums'],
    initial: {
      items: { albums: [{ id: 'a', title: 'Sea' }], photos: [{ title: 'Dune' }] },
      counters: { likes: 3 },
      conversations: { c1: [{ text: 'Hello' }] },
    },
  })
  expect(api.inspect().servers.map(({ position }) => position)).toEqual([4, 4, 4, 4])
  expect(await (await send('GET', '/albums/a')).json()).toMatchObject({ title: 'Sea' })
  expect(await (await send('GET', '/counters/likes')).json()).toMatchObject({ value: 3 })
  expect(await (await send('GET', '/conversations/c1/messages')).json()).toMatchObject({
    items: [{ text: 'Hello' }],
  })
})

describe('W1, W4: each answer tells its as-of and who gave it', () => {
  test.each<[number, string, string, { body?: unknown; headers?: Record<string, string> }?]>([
    [200, 'GET', '/photos'],
    [201, 'POST', '/photos'],
    [400, 'POST', '/photos', { body: [] }],
    [400, 'GET', '/photos?limit=0'],
    [400, 'GET', '/photos?cursor=x'],
    [400, 'GET', '/photos', { headers: { 'Min-Version': 'main;v=42' } }],
    [400, 'GET', '/photos', { headers: { 'Min-Version': 'main;e="1";v="12abc"' } }],
    [400, 'PUT', '/photos/1', { headers: { 'Read-Consistency': 'session;wait=soon' } }],
    [404, 'GET', '/photos/1'],
    [404, 'GET', '/nothing'],
    [404, 'GET', '/photos/1/2'],
    [404, 'GET', '/photos/%20'],
    [404, 'POST', '/nothing'],
    [405, 'GET', '/counters/likes/increment'],
    [405, 'POST', '/counters/likes'],
    [405, 'PUT', '/counters/likes/increment'],
    [405, 'PUT', '/photos'],
    [405, 'POST', '/photos/1'],
    [405, 'PUT', '/conversations/c1/messages/1'],
    [405, 'DELETE', '/conversations/c1/messages/1'],
    [412, 'PUT', '/photos/1', { headers: { 'If-Match': '"x"' } }],
  ])('%d %s %s %o', async (status, method, path, more = {}) => {
    const { send } = stageApi()
    const response = await send(method, path, more)
    expect(response.status).toBe(status)
    expect(asOf(response)).toMatchObject({ scope: 'main', position: status === 201 ? '1' : '0' })
    expect(servedBy(response).isPrimary).toBe(method !== 'GET')
    expect(response.headers.get('cache-control')).toBe('private, no-cache')
    if (status < 400) return
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ status, detail: expect.any(String) })
  })

  test('304 too, and its entity tag follows the content alone', async () => {
    const { send, pass } = stageApi()
    await send('POST', '/photos')
    const first = await send('GET', '/photos/1', strong)
    const etag = first.headers.get('etag') ?? ''
    await send('POST', '/photos')
    await pass(100)
    const unchanged = await send('GET', '/photos/1', { headers: { 'If-None-Match': etag } })
    expect([unchanged.status, asOf(unchanged).position]).toEqual([304, '2'])
    expect(unchanged.headers.get('etag')).toBe(etag)
    expect(await unchanged.text()).toBe('')
    const changed = await send('PUT', '/photos/1', {
      body: { a: 1 },
      headers: { 'If-Match': etag },
    })
    expect(changed.status).toBe(200)
    const again = await send('PUT', '/photos/1', { body: { a: 2 }, headers: { 'If-Match': etag } })
    expect(again.status).toBe(412)
  })

  test('a HEAD tells the same without a body', async () => {
    const { send } = stageApi()
    const head = await send('HEAD', '/photos')
    expect([head.status, asOf(head).position, await head.text()]).toEqual([200, '0', ''])
  })

  test('a replica tells its lag', async () => {
    const { send, pass } = stageApi()
    await send('POST', '/photos')
    await pass(60)
    const { name, lagMs, isPrimary } = servedBy(await send('GET', '/photos'))
    expect([name, lagMs, isPrimary]).toEqual([expect.stringMatching(/^replica-[123]$/), 60, false])
  })
})

test('a body of a megabyte is refused', async () => {
  const { send } = stageApi()
  expect((await send('POST', '/photos', { body: { text: 'x'.repeat(1e6) } })).status).toBe(400)
})

describe('versions that the backend tells', () => {
  test('`body`: rows alone, and our headers mean nothing', async () => {
    const { send } = stageApi({ versions: 'body' })
    const created = await send('POST', '/photos')
    expect(created.headers.has('data-version')).toBe(false)
    expect(created.headers.has('served-by')).toBe(false)
    expect(await created.json()).toMatchObject({ version: 1, updatedAt: expect.any(String) })
    expect((await send('GET', '/photos/1', strong)).status).toBe(404)
    const malformed = await send('GET', '/photos', { headers: { 'Min-Version': '!' } })
    expect(malformed.status).toBe(200)
  })

  test('`none`: nothing', async () => {
    const { send } = stageApi({ versions: 'none' })
    expect(await (await send('POST', '/photos')).json()).toEqual({ id: '1' })
  })
})

describe('floors', () => {
  const floors = (policy: LaggingApiOptions['floors'], more: LaggingApiOptions = {}): ApiStage =>
    stageApi({ floors: policy, ...more })

  test('`ignore` answers all the same', async () => {
    const { send } = floors('ignore')
    const created = await send('POST', '/photos')
    const read = await send('GET', '/photos/1', floor(created))
    expect([read.status, asOf(read).position]).toEqual([404, '0'])
  })

  test('`wait-then-primary` waits for a replica that is nearly there', async () => {
    const { send, pass, clock } = floors('wait-then-primary')
    const created = await send('POST', '/photos')
    await pass(70)
    const read = await send('GET', '/photos/1', floor(created))
    expect([read.status, servedBy(read).isPrimary, clock.now()]).toEqual([200, false, 100])
  })

  test('W20: it waits no longer than it may, and then the primary answers', async () => {
    const { send, clock } = floors('wait-then-primary')
    const created = await send('POST', '/photos')
    const read = await send('GET', '/photos/1', floor(created))
    expect([read.status, servedBy(read).isPrimary, clock.now()]).toEqual([200, true, 50])
    const headers = { ...floor(created).headers, 'Read-Consistency': 'session;wait=20' }
    await send('GET', '/photos/1', { headers })
    expect(clock.now()).toBe(70)
  })

  test('a replica that is let go while a read waits for it answers', async () => {
    const { api, clock, send } = floors('wait-then-primary', { lag: { kind: 'fixed', ms: 1 } })
    for (const name of ['replica-1', 'replica-2', 'replica-3']) api.pause(name)
    const created = await send('POST', '/photos')
    const read = await clock.run(async () => {
      const reading = api.fetch('/photos/1', floor(created))
      await clock.sleep(25)
      for (const name of ['replica-1', 'replica-2', 'replica-3']) api.resume(name)
      return reading
    })
    expect([read.status, servedBy(read).isPrimary, clock.now()]).toEqual([200, false, 30])
  })

  test('W17: `refuse` says 503 behind, and exactly when to come back', async () => {
    const { send, pass } = floors('refuse')
    const created = await send('POST', '/photos')
    await pass(30)
    const behind = await send('GET', '/photos/1', floor(created))
    expect([behind.status, behind.headers.get('retry-after')]).toEqual([503, '1'])
    const { epoch } = asOf(created)
    expect(await behind.json()).toMatchObject({
      type: behindProblem,
      want: `${epoch}:1`,
      have: `${epoch}:0`,
      epoch,
      lag: 30,
      retryAfterMs: 70,
    })
    expect(asOf(behind).position).toBe('0')
  })

  test.each(['refuse', 'wait-then-primary'] as const)(
    'W17: `%s` says 409 never, of reads and writes, once the history has ended',
    async (policy) => {
      const { api, send, pass } = floors(policy)
      const created = await send('POST', '/photos')
      api.restore(0)
      await pass(100)
      for (const method of ['GET', 'PUT']) {
        const never = await send(method, '/photos/1', floor(created))
        expect(never.status).toBe(409)
        expect(await never.json()).toMatchObject({ type: neverProblem, epoch: asOf(never).epoch })
        expect(asOf(never).epoch).not.toBe(asOf(created).epoch)
      }
    },
  )

  test('E2: a replica that has yet to hear of an epoch is behind, not never', async () => {
    const { api, send } = floors('refuse')
    await send('POST', '/photos')
    api.restore(0)
    const written = await send('PUT', '/photos/1', { body: {} })
    expect((await send('GET', '/photos/1', floor(written))).status).toBe(503)
  })

  test('a version that never was is never met, and one that is to come is behind', async () => {
    const { send } = floors('wait-then-primary')
    const { epoch } = asOf(await send('POST', '/photos'))
    const ask = async (header: string): Promise<number> =>
      (await send('GET', '/photos', { headers: { 'Min-Version': header } })).status
    expect(await ask('main;e="zzzz";v="1"')).toBe(409)
    expect(await ask(`main;e="${epoch}";v="2"`)).toBe(503)
    expect(await ask('another;e="zzzz";v="1"')).toBe(200)
  })

  test('where the primary cannot be reached either, the replica says so', async () => {
    const { api, send } = floors('wait-then-primary')
    const created = await send('POST', '/photos')
    api.partition('primary')
    const read = await send('GET', '/photos/1', floor(created))
    expect([read.status, servedBy(read).isPrimary]).toEqual([503, false])
    expect(await read.json()).toMatchObject({ type: behindProblem, retryAfterMs: 100 })
  })

  test('an answer that would be too old comes from the primary', async () => {
    const { send, pass } = floors('wait-then-primary')
    await send('POST', '/photos')
    await pass(40)
    const ask = async (ms: number): Promise<boolean> => {
      const headers = { 'Read-Consistency': `session;max-staleness=${ms}` }
      return servedBy(await send('GET', '/photos', { headers })).isPrimary
    }
    expect([await ask(50), await ask(30)]).toEqual([false, true])
  })
})

describe('what goes wrong', () => {
  test('a server that is cut off fails as a network does', async () => {
    const { api, send } = stageApi({ replicas: 1 })
    api.partition('replica-1')
    await expect(send('GET', '/photos')).rejects.toThrow(TypeError)
    expect((await send('GET', '/photos', strong)).status).toBe(200)
    api.heal('replica-1')
    expect((await send('GET', '/photos')).status).toBe(200)
  })

  test('W18: or the balancer says 503, which is no version problem', async () => {
    const { api, send } = stageApi({ replicas: 1 })
    api.partition('replica-1', 'status-503')
    const response = await send('GET', '/photos')
    expect([response.status, response.headers.has('data-version')]).toEqual([503, false])
    expect(await response.json()).toMatchObject({ type: 'about:blank' })
  })

  test('a failover loses what the promoted replica had not applied', async () => {
    const { api, send, pass } = stageApi({ replicas: 1 })
    await send('POST', '/photos', { body: { title: 'kept' } })
    await pass(100)
    await send('POST', '/photos', { body: { title: 'lost' } })
    api.failOver('replica-1')
    const list = await send('GET', '/photos', strong)
    expect(await list.json()).toMatchObject({ items: [{ title: 'kept' }] })
    const next = await send('POST', '/photos')
    expect([asOf(next).position, next.headers.get('location')]).toEqual(['2', '/photos/3'])
  })

  test('a late replica that is promoted takes its own history with it', async () => {
    const { api, send, pass } = stageApi({ replicas: 2 })
    await send('PUT', '/photos/a', { body: { title: 'old' } })
    await pass(100)
    api.restore(0)
    await send('PUT', '/photos/b', { body: { title: 'new' } })
    api.failOver('replica-2')
    const list = await send('GET', '/photos', strong)
    expect(await list.json()).toMatchObject({ items: [{ id: 'a' }] })
  })
})

test('L2: a read sees the world half its latency after it was sent', async () => {
  const { api, clock, send } = stageApi({
    latency: { kind: 'fixed', ms: 40 },
    lag: { kind: 'fixed', ms: 0 },
  })
  const created = await clock.run(async () => {
    const reading = api.fetch('/photos')
    await clock.sleep(1)
    const writing = api.fetch('/photos', { method: 'POST' })
    return Promise.all([reading, writing])
  })
  expect(clock.now()).toBe(41)
  expect(created.map((response) => asOf(response).position)).toEqual(['0', '1'])
  expect(asOf(await send('GET', '/photos')).position).toBe('1')
})

describe('balancing', () => {
  const serversOf = async (
    balancing: NonNullable<LaggingApiOptions['balancing']>,
    authorization?: string,
  ): Promise<string[]> => {
    const { send } = stageApi({ balancing, replicas: 4 })
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const names: string[] = []
    for (let count = 0; count < 24; count += 1) {
      names.push(servedBy(await send('GET', '/photos', { headers })).name)
    }
    return names
  }

  test('`random` reaches all, in no order', async () => {
    const names = await serversOf('random')
    expect(new Set(names).size).toBe(4)
    expect(names.slice(0, 4)).not.toEqual(names.slice(4, 8))
  })

  test('`round-robin` reaches one after the other', async () => {
    const names = await serversOf('round-robin')
    expect(new Set(names.slice(0, 4)).size).toBe(4)
    expect(names.slice(4, 8)).toEqual(names.slice(0, 4))
  })

  test('`sticky` reaches one for each user', async () => {
    expect(new Set(await serversOf('sticky', 'ada')).size).toBe(1)
    const firsts = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map(async (user) => (await serversOf('sticky', user))[0]),
    )
    expect(new Set(firsts).size).toBeGreaterThan(1)
  })

  test('`weighted` reaches none of weight 0', async () => {
    const names = await serversOf({ kind: 'weighted', weights: [0, 3, 1] })
    expect(new Set(names)).toEqual(new Set(['replica-2', 'replica-3']))
    const often = names.filter((name) => name === 'replica-2').length
    expect(often).toBeGreaterThan(12)
  })

  test('without replicas the primary answers', async () => {
    const { send } = stageApi({ replicas: 0 })
    expect(servedBy(await send('GET', '/photos')).isPrimary).toBe(true)
  })

  test('L3: a request may name its server; a write goes to the primary all the same', async () => {
    const { api } = stageApi()
    const at = async (method: string): Promise<string> => {
      const request = new Request('http://lagging.test/v1/photos', { method })
      return servedBy(await api.handle(request, { server: 'replica-3', basePath: '/v1' })).name
    }
    expect([await at('GET'), await at('POST')]).toEqual(['replica-3', 'primary'])
  })
})

describe('other origins', () => {
  const cors = { origin: 'https://app.example' }

  test('W9: may read the headers of ours, each by its name', async () => {
    const { send } = stageApi({ cors })
    const { headers } = await send('GET', '/photos')
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(headers.get('vary')).toBe('Origin')
    expect(headers.get('access-control-expose-headers')).toContain('Data-Version')
  })

  test('are told nothing unless they are named, nor more than is exposed', async () => {
    const silent = await stageApi().send('GET', '/photos')
    expect(silent.headers.has('access-control-allow-origin')).toBe(false)
    const hiding = stageApi({ cors: { origin: '*', exposes: ['ETag'] } })
    const { headers } = await hiding.send('GET', '/photos')
    expect(headers.get('access-control-expose-headers')).toBe('ETag')
  })
})

describe('the platform, as far as code can tell', () => {
  test('an abort rejects with its reason, and the write may have happened', async () => {
    const { api, clock, send } = stageApi({ latency: { kind: 'fixed', ms: 40 } })
    const reason = new Error('left')
    await clock.run(async () => {
      const leaving = new AbortController()
      const writing = api.fetch('/photos', { method: 'POST', signal: leaving.signal })
      await clock.sleep(5)
      leaving.abort(reason)
      await expect(writing).rejects.toBe(reason)
      expect(clock.now()).toBe(5)
      await clock.sleep(100)
    })
    expect(await (await send('GET', '/photos', strong)).json()).toMatchObject({
      items: [{ id: '1' }],
    })
  })

  test('a request that begins aborted is never sent', async () => {
    const { api, send } = stageApi()
    const signal = AbortSignal.abort()
    await expect(api.fetch('/photos', { method: 'POST', signal })).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    )
    expect(asOf(await send('GET', '/photos', strong)).position).toBe('0')
  })

  test('a body that was not read when the abort came ends in it', async () => {
    const { api } = stageApi()
    const leaving = new AbortController()
    const response = await api.fetch('/photos', { signal: leaving.signal })
    leaving.abort()
    // Not `json()`: of a body that a script made, Chromium 156 gives a TypeError there.
    await expect(response.body?.getReader().read()).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    )
  })

  test('a body that was read stays read, and a clone has its own', async () => {
    const { api } = stageApi()
    const leaving = new AbortController()
    const response = await api.fetch('/photos', { signal: leaving.signal })
    const copy = response.clone()
    expect(await response.json()).toEqual({ items: [] })
    expect(await copy.json()).toEqual({ items: [] })
    leaving.abort()
    await response.body?.cancel().catch(() => undefined)
  })

  test('takes a Request, a URL and a path', async () => {
    const { api } = stageApi()
    const url = new URL('http://elsewhere.test/photos')
    const answers = [
      await api.fetch(url),
      await api.fetch(new Request(url)),
      await api.fetch('/photos'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  })
})

describe('those who watch', () => {
  test('are told what happens, in its order', async () => {
    const { api, send, pass } = stageApi({ replicas: 1 })
    const events: LaggingApiEvent[] = []
    const stop = api.subscribe((event) => events.push(event))
    await send('POST', '/photos')
    api.pause('replica-1')
    await pass(10)
    await send('GET', '/photos/1')
    api.restore(0)
    api.partition('replica-1')
    await expect(send('GET', '/photos')).rejects.toThrow(TypeError)
    stop()
    await send('GET', '/photos', strong)
    expect(events.map(({ type, at }) => [type, at])).toEqual([
      ['write:committed', 0],
      ['request:answered', 0],
      ['topology:changed', 0],
      ['request:answered', 10],
      ['epoch:begun', 10],
      ['topology:changed', 10],
      ['request:lost', 10],
    ])
    expect(events[3]).toMatchObject({
      method: 'GET',
      path: '/photos/1',
      status: 404,
      servedBy: 'replica-1',
      asOf: { position: 0 },
      lagMs: 10,
    })
  })

  test('see what each server knows now', async () => {
    const { api, send, pass } = stageApi({ replicas: 2 })
    await send('POST', '/photos')
    api.pause('replica-2')
    await pass(100)
    const { atMs, servers } = api.inspect()
    expect(atMs).toBe(100)
    expect(servers.map(({ name, position, lagMs }) => [name, position, lagMs])).toEqual([
      ['primary', 1, 0],
      ['replica-1', 1, 0],
      ['replica-2', 0, 100],
    ])
  })
})

test('law: L4: one seed and one plan make one course of events', async () => {
  const step = fc.tuple(fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE'), fc.nat(3), fc.nat(200))
  const course = async (
    seed: number,
    plan: readonly [string, number, number][],
  ): Promise<unknown> => {
    const { api, clock } = stageApi({
      seed,
      lag: { kind: 'exponential', meanMs: 200 },
      latency: { kind: 'lognormal', medianMs: 20, sigma: 1 },
    })
    const events: LaggingApiEvent[] = []
    api.subscribe((event) => events.push(event))
    await clock.run(async () => {
      const open: Promise<unknown>[] = []
      for (const [method, which, ms] of plan) {
        const path = method === 'POST' ? '/photos' : `/photos/${which}`
        open.push(api.fetch(path, { method }))
        await clock.sleep(ms)
      }
      await Promise.all(open)
    })
    return events
  }
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.array(step, { maxLength: 12 }), async (seed, plan) => {
      expect(await course(seed, plan)).toEqual(await course(seed, plan))
    }),
    { numRuns: 15 },
  )
})

describe('options', () => {
  test.each<[object, string]>([
    [{ replica: 3 }, '`replica` is 3. Accepted: only seed, replicas'],
    [{ replicas: -1 }, '`replicas` is -1. Accepted: a whole number from 0 to 64.'],
    [
      { floors: 'never' },
      "`floors` is \"never\". Accepted: 'ignore', 'wait-then-primary', 'refuse'.",
    ],
    [{ versions: 'header' }, '`versions` is "header"'],
    [{ scope: '' }, '`scope` is ""'],
    [{ balancing: 'first' }, '`balancing` is "first"'],
    [{ balancing: { kind: 'weighted', weights: [-1] } }, '`balancing.weights` is "-1"'],
    [{ waitMs: Number.NaN }, '`waitMs` is NaN'],
    [{ lag: [lag100, { kind: 'fixed', ms: -2 }] }, '`lag[1].ms` is -2'],
    [{ latency: { kind: 'fixed', ms: Infinity } }, '`latency.ms` is Infinity'],
    [{ collections: ['counters'] }, '`collections` is "counters"'],
    [{ collections: ['a b'] }, '`collections` is "a b"'],
    [{ initial: { items: { albums: [] } } }, '`initial.items` is "albums"'],
  ])('%o is refused', (wrong, message) => {
    expect(() => createLaggingApi(wrong)).toThrow(message)
  })

  test('a field that is undefined is the default', () => {
    const api = createLaggingApi({ replicas: undefined })
    expect(api.inspect().servers).toHaveLength(4)
  })
})
