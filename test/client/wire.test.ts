// Wires in prose, as MongoDB's specification tests causal consistency: what was answered, and which bytes
// left next. Nothing inside the client is looked at.
import { describe, expect, test } from 'vitest'
import {
  atProtocol,
  azureAppConfiguration,
  consul,
  contember,
  cosmosDb,
  createTidemark,
  d1,
  entityTag,
  headerVersion,
  integer,
  jsonVersion,
  kubernetes,
  lastModified,
  memoryStorage,
  OptionsError,
  queryParameter,
  upstash,
  wireVersion,
} from '../../src/index.ts'
import type { ReadReport, TidemarkOptions, Wire } from '../../src/index.ts'
import { memoryDisk } from '../../src/storage/memory-storage.ts'
import { inScene, origin } from './scripted-server.ts'
import type { Scene, Scripted } from './scripted-server.ts'

const always = (wire: Wire): TidemarkOptions => ({ rules: [{ match: '/*', versions: wire, keep: 'nothing' }] })

/** What a request carried besides its address: a header or parameter each, as the server got them. */
function carriedBy(request: Request | undefined): Record<string, string> {
  const url = new URL(request?.url ?? origin)
  return { ...Object.fromEntries(request?.headers ?? []), ...Object.fromEntries(url.searchParams) }
}

const bookmark = (n: number): string => `0000000${n}-00000000-00000000-${'0'.repeat(32)}`

/** Two reads of one resource: the answer of the first comes when the second has been answered. */
function overtaken(
  wire: Wire,
  [first, second, third]: readonly [Scripted, Scripted, Scripted],
  judge: (seen: { report: ReadReport | undefined; eventTypes: Scene['eventTypes'] }) => void,
): () => Promise<void> {
  let release = (): void => undefined
  const isOvertaken = new Promise<void>((resolve) => {
    release = resolve
  })
  let asked = 0
  const options: TidemarkOptions = {
    ...always(wire),
    async fetch() {
      asked += 1
      const answer = [first, second][asked - 1] ?? third
      if (asked === 1) await isOvertaken
      return Response.json({}, { headers: answer.headers ?? {} })
    },
  }
  return inScene(options, async ({ get, tidemark, eventTypes }) => {
    // Different headers, so that the two do not share one request.
    const reading = get('/a', { headers: { accept: 'a' } })
    await get('/a', { headers: { accept: 'b' } })
    release()
    judge({ report: tidemark.explain(await reading), eventTypes })
  })
}

interface Vocabulary {
  readonly wire: () => Wire
  /** An answer of the version n. */
  readonly says: (n: number) => Scripted
  /** What a read carries whose floor is n. */
  readonly asks: (n: number) => Record<string, string>
  /** What it carries when it asks again: `asks` where nothing is said. */
  readonly asksAgain?: (n: number) => Record<string, string>
  /** What a write carries: `asks` where nothing is said. */
  readonly writes?: (n: number) => Record<string, string>
  readonly achieves: 'fresh' | 'unverified'
}

const byHeader =
  (name: string, value: (n: number) => string) =>
  (n: number): Scripted => ({ headers: { [name]: value(n) } })
const read = (level: string): Record<string, string> => ({ 'read-consistency': level })

const vocabularies: Record<string, Vocabulary> = {
  'our own': {
    wire: () => wireVersion,
    says: (v) => ({ v }),
    asks: (n) => ({ 'min-version': `main;v="${n}"`, ...read('session;wait=2000') }),
    asksAgain: (n) => ({ 'min-version': `main;v="${n}"`, ...read('strong;wait=2000') }),
    writes: (n) => ({ 'min-version': `main;v="${n}"` }),
    achieves: 'fresh',
  },
  'our own, in the query': {
    wire: () => queryParameter(),
    says: (v) => ({ v }),
    asks: (n) => ({ 'min-version': `main;v="${n}"` }),
    asksAgain: (n) => ({ 'min-version': `main;v="${n}"`, ...read('strong') }),
    achieves: 'fresh',
  },
  'Cloudflare D1': {
    wire: () => d1(),
    says: byHeader('x-d1-bookmark', bookmark),
    asks: (n) => ({ 'x-d1-bookmark': bookmark(n) }),
    asksAgain: () => ({ 'x-d1-bookmark': 'first-primary' }),
    achieves: 'fresh',
  },
  Upstash: {
    wire: () => upstash(),
    says: byHeader('upstash-sync-token', (n) => `opaque=${n}`),
    asks: (n) => ({ 'upstash-sync-token': `opaque=${n}` }),
    achieves: 'unverified',
  },
  'Azure App Configuration': {
    wire: () => azureAppConfiguration(),
    says: byHeader('Sync-Token', (n) => `id=value${n}==;sn=${n}`),
    asks: (n) => ({ 'sync-token': `id=value${n}==` }),
    achieves: 'unverified',
  },
  'Cosmos DB': {
    wire: () => cosmosDb(),
    says: byHeader('x-ms-session-token', (n) => `0:-1#${n}`),
    asks: (n) => ({ 'x-ms-session-token': `0:-1#${n}` }),
    achieves: 'fresh',
  },
  Kubernetes: {
    wire: () => kubernetes(),
    says: (n) => ({ body: { metadata: { resourceVersion: `${n}` } } }),
    asks: (n) => ({ resourceVersion: `${n}`, resourceVersionMatch: 'NotOlderThan' }),
    asksAgain: () => ({}),
    writes: () => ({}),
    achieves: 'fresh',
  },
  Consul: {
    wire: () => consul(),
    says: byHeader('X-Consul-Index', String),
    asks: (n) => (n > 1 ? { index: `${n - 1}`, wait: '100ms' } : {}),
    asksAgain: () => ({ consistent: '' }),
    writes: () => ({}),
    achieves: 'fresh',
  },
}

describe.each(Object.entries(vocabularies))('%s', (_name, vocabulary) => {
  const { wire, says, asks, asksAgain = asks, writes = asks, achieves } = vocabulary
  const prose = (play: (scene: Scene) => Promise<void>) => inScene(always(wire()), play)

  test('T6: the first read carries nothing', prose(async ({ answer, get, requests }) => {
    answer(says(3))
    await get('/a')
    expect(carriedBy(requests[0])).toEqual({})
    expect(requests[0]?.url).toBe(`${origin}/a`)
  }))

  test('T6: the next carries what the first was answered', prose(async ({ answer, get, requests }) => {
    answer(says(3))
    await get('/a')
    await get('/a')
    expect(carriedBy(requests[1])).toEqual(asks(3))
  }))

  test('S3: so does a write', prose(async ({ answer, get, post, requests }) => {
    answer(says(3))
    await get('/a')
    await post('/a')
    expect(carriedBy(requests[1])).toEqual(writes(3))
  }))

  test('a read after a write carries what the write was answered', prose(async ({ answer, get, post, requests }) => {
    answer(says(3), says(4))
    await get('/a')
    await post('/a')
    await get('/a')
    expect(carriedBy(requests[2])).toEqual(asks(4))
  }))

  test('V3: an answer without a version clears nothing', prose(async ({ answer, get, post, requests }) => {
    answer(says(3), { body: {} })
    await get('/a')
    await post('/a')
    answer(says(5))
    await get('/a')
    expect(carriedBy(requests[2])).toEqual(asks(3))
  }))

  test('W4: an answer of 429 without a version clears nothing', prose(async ({ answer, get, requests }) => {
    answer(says(3), { status: 429, body: {} }, says(4))
    await get('/a')
    await get('/a')
    await get('/a')
    expect(carriedBy(requests[2])).toEqual(asks(3))
  }))

  test('W3: what asks again carries the floor of that moment', prose(async ({ answer, get, post, requests }) => {
    answer(says(3))
    await get('/a')
    // The write is acknowledged while the read is under way, and the read's answer does not cover it.
    answer(says(5), says(3), says(6))
    const [, response] = await Promise.all([post('/a'), get('/a')])
    expect(carriedBy(requests[2])).toEqual(asks(3))
    expect(carriedBy(requests[3])).toEqual(asksAgain(5))
    expect(requests[3]?.cache).toBe('no-cache')
    expect(response.status).toBe(200)
  }))

  test('S5: what is reported as achieved is what the wire proves', prose(async ({ answer, get, tidemark }) => {
    answer(says(3))
    await get('/a')
    const report = tidemark.explain(await get('/a'))
    expect(report?.achieved).toBe(achieves)
    if (achieves === 'unverified') expect(report?.why).toContain(`the wire "${wire().name}"`)
  }))

  test('two rules with the same vocabulary share what it is about', inScene({
    rules: [
      { match: '/a', versions: wire(), scope: 'shared' },
      { match: '/b', versions: wire(), scope: 'shared' },
    ],
  }, async ({ answer, get, requests }) => {
    answer(says(3))
    await get('/a')
    await get('/b')
    // Answers on our wire name their scopes themselves, and know of no other.
    const isOwn = wire().name === 'tidemark'
    if (!isOwn) expect(carriedBy(requests[1])).toEqual(asks(3))
  }))

  test('I12: nothing travels to another origin', prose(async ({ answer, get, tidemark, requests }) => {
    answer(says(3))
    await get('/a')
    await tidemark.fetch('https://elsewhere.test/a')
    expect(carriedBy(requests[1])).toEqual({})
  }))
})

const withErrors = Object.entries(vocabularies).filter(([name]) => name !== 'Kubernetes')

describe.each(withErrors)('%s, where it fails', (_name, { wire, says, asks }) => {
  test.each([404, 410])('T6: a read that is answered %i raises the floor', (status) =>
    inScene(always(wire()), async ({ answer, get, requests }) => {
      answer(says(3), { ...says(4), status }, says(4))
      await get('/a')
      await get('/a')
      await get('/a')
      expect(carriedBy(requests[2])).toEqual(asks(4))
    })(),
  )

  test.each([404, 409, 412])('W4: a write that is answered %i raises it too', (status) =>
    inScene(always(wire()), async ({ answer, get, post, requests }) => {
      answer(says(3), { ...says(4), status }, says(4))
      await get('/a')
      await post('/a')
      await get('/a')
      expect(carriedBy(requests[2])).toEqual(asks(4))
    })(),
  )
})

describe('what an app writes', () => {
  test('one rule is enough', () => {
    const tidemark = createTidemark({ origins: [origin], rules: [{ match: '/*', versions: d1() }] })
    expect(typeof tidemark.fetch).toBe('function')
    tidemark.close()
  })

  test('or one option, for all that no rule speaks of', inScene(
    { wire: upstash() },
    async ({ answer, get, requests }) => {
      answer({ headers: { 'upstash-sync-token': 'abc' } })
      await get('/a')
      await get('/b')
      expect(carriedBy(requests[1])).toEqual({ 'upstash-sync-token': 'abc' })
    },
  ))

  test.each([{}, { evidence: 'version' }, { versionsIn: () => undefined, evidence: 'all' }, 'd1'])(
    'the wire %j is refused',
    (wire) => {
      const options = { origins: [origin], wire } as unknown as TidemarkOptions
      expect(() => createTidemark(options)).toThrow(OptionsError)
      expect(() => createTidemark(options)).toThrow(/`wire` is .*d1\(\)/)
    },
  )
})

describe('headers and fields of backends that were never changed', () => {
  test('a level that cannot be asked for is not reported as kept', inScene(
    always(jsonVersion('v')),
    async ({ answer, get, tidemark }) => {
      answer({ body: { v: 3 } })
      const strong = await get('/a', { consistency: 'strong' })
      expect(tidemark.explain(strong)?.achieved).toBe('unverified')
      expect(tidemark.explain(await get('/a'))?.achieved).toBe('fresh')
    },
  ))

  test('unless the answer says that it is the primary\'s', inScene(
    always(headerVersion('x-version', integer)),
    async ({ answer, get, tidemark }) => {
      answer({ headers: { 'x-version': '3' }, servedBy: 'db;primary' })
      const strong = await get('/a', { consistency: 'strong' })
      expect(tidemark.explain(strong)?.achieved).toBe('fresh')
    },
  ))

  test('a refusal of ours is heard on every wire', inScene(
    always(jsonVersion('v')),
    async ({ answer, body }) => {
      const headers = { 'content-type': 'application/problem+json' }
      const refusal = { type: 'urn:tidemark:problem:behind', retryAfterMs: 80 }
      answer({ status: 503, headers, body: refusal }, { body: { v: 3 } })
      expect(await body('/a')).toEqual({ v: 3 })
    },
  ))
})

describe('our wire in the query', () => {
  const scene = (play: (scene: Scene) => Promise<void>) => inScene(always(queryParameter()), play)

  test('W10: no header of ours is ever sent, so there is no preflight', scene(async ({ answer, get, post, requests }) => {
    answer({ v: 3 })
    await get('/a', { consistency: 'strong' })
    await get('/a', { consistency: 'strong' })
    await post('/a')
    expect(requests.flatMap(({ headers }) => [...headers])).toEqual([])
  }))

  test('keeps what the address has, and replaces its own parameter', scene(async ({ answer, get, requests }) => {
    answer({ v: 3 })
    await get('/a?q=1%202&q=2')
    await get('/a?q=1%202&q=2&min-version=old#part')
    const url = new URL(requests[1]?.url ?? '')
    expect(url.searchParams.getAll('q')).toEqual(['1 2', '2'])
    expect(url.searchParams.getAll('min-version')).toEqual(['main;v="3"'])
  }))

  test('takes a URL, and a Request with all that it asks', scene(async ({ answer, get, tidemark, requests }) => {
    answer({ v: 3 })
    await get('/a')
    await tidemark.fetch(new URL(`${origin}/a`))
    const request = new Request(`${origin}/a`, { headers: { accept: 'text/csv' }, credentials: 'include' })
    await tidemark.fetch(request)
    expect(carriedBy(requests[1])).toEqual({ 'min-version': 'main;v="3"' })
    expect(carriedBy(requests[2])).toEqual({ 'min-version': 'main;v="3"', accept: 'text/csv' })
    expect(requests[2]?.credentials).toBe('include')
  }))

  test('a Request with a body keeps its address, and its body', scene(async ({ answer, get, tidemark, requests }) => {
    answer({ v: 3 })
    await get('/a')
    const request = new Request(`${origin}/a`, { method: 'POST', body: 'text' })
    await tidemark.fetch(request)
    expect(requests[1]?.url).toBe(`${origin}/a`)
    expect(await requests[1]?.text()).toBe('text')
  }))

  test('a body in the init travels as ever', scene(async ({ answer, get, post, requests }) => {
    answer({ v: 3 })
    await get('/a')
    await post('/a', { body: 'text' })
    expect(carriedBy(requests[1])).toMatchObject({ 'min-version': 'main;v="3"' })
    expect(await requests[1]?.text()).toBe('text')
  }))

  test('a caller who leaves is heard, whatever became of the address', scene(async ({ answer, get, clock }) => {
    answer({ v: 3 })
    await get('/a')
    const controller = new AbortController()
    const reading = get('/a', { signal: controller.signal })
    const failed = expect(reading).rejects.toThrow('left')
    await clock.sleep(5)
    controller.abort(new Error('left'))
    await failed
  }))
})

describe('opaque tokens', () => {
  const token = (text: string): Scripted => ({ headers: { 'upstash-sync-token': text } })
  const scene = (play: (scene: Scene) => Promise<void>) => inScene(always(upstash()), play)

  test('V3: an empty header clears nothing, and is never fed back', scene(async ({ answer, get, requests }) => {
    answer(token('abc'), token(''), token('def'))
    await get('/a')
    await get('/a')
    await get('/a')
    expect(carriedBy(requests[2])).toEqual({ 'upstash-sync-token': 'abc' })
  }))

  test('the newest replaces the one before, however it sorts', scene(async ({ answer, get, requests }) => {
    answer(token('zzz'), token('aaa'), token('mmm'))
    await get('/a')
    await get('/a')
    await get('/a')
    await get('/a')
    expect(requests.map((request) => carriedBy(request)['upstash-sync-token'])).toEqual([
      undefined,
      'zzz',
      'aaa',
      'mmm',
    ])
  }))

  test('W3: each request carries the token of the answer before it, and not the one before that', scene(
    async ({ answer, post, requests }) => {
      answer(token('t1'), token('t2'), token('t3'))
      await post('/set/a/1')
      await post('/set/a/2')
      await post('/set/a/3')
      expect(requests.map((request) => carriedBy(request)['upstash-sync-token'])).toEqual([
        undefined,
        't1',
        't2',
      ])
    },
  ))

  test('V7: an answer that was asked for earlier does not replace one that was asked for later', overtaken(
    upstash(),
    [token('first'), token('second'), token('third')],
    ({ report }) => {
      expect(report).toMatchObject({ attempts: 2 })
      expect(report?.versions?.[0]?.position).toMatch(/~third$/)
    },
  ))

  test('a malformed token is told, and clears nothing', scene(async ({ answer, get, requests, eventTypes }) => {
    answer(token('abc'), token('a'.repeat(2000)), token('def'))
    await get('/a')
    await get('/a')
    expect(eventTypes()).toContain('version:malformed')
    expect(carriedBy(requests[2])).toEqual({ 'upstash-sync-token': 'abc' })
  }))

  test('a level that asks for nothing is kept', scene(async ({ answer, get, tidemark }) => {
    answer(token('abc'))
    const report = tidemark.explain(await get('/a', { consistency: 'eventual' }))
    expect(report?.achieved).toBe('fresh')
  }))

  test('what is held is no better proven than what was fetched', inScene(
    { rules: [{ match: '/*', versions: upstash(), maxAgeMs: 1000 }] },
    async ({ answer, body, get, tidemark, requests }) => {
      answer(token('abc'))
      await body('/a')
      const report = tidemark.explain(await get('/a'))
      expect(requests).toHaveLength(1)
      expect(report).toMatchObject({ source: 'memory', achieved: 'unverified' })
    },
  ))

  test('I6: a token outlives the page, and goes on counting from there', async () => {
    const disk = memoryDisk()
    const options = { ...always(upstash()), storage: memoryStorage({ disk }) }
    await inScene(options, async ({ answer, get, tidemark }) => {
      answer(token('t1'), token('t2'))
      await get('/a')
      await get('/a')
      await tidemark.flush()
    })()
    await inScene(options, async ({ answer, get, tidemark, requests }) => {
      await tidemark.loaded
      answer(token('t3'))
      await get('/a')
      await get('/a')
      expect(requests.map((request) => carriedBy(request)['upstash-sync-token'])).toEqual(['t2', 't3'])
    })()
  })
})

describe('Azure App Configuration', () => {
  test('sends several tokens, of each id the highest', inScene(
    always(azureAppConfiguration()),
    async ({ answer, get, requests }) => {
      const says = (text: string): Scripted => ({ headers: { 'Sync-Token': text } })
      answer(says('a=x==;sn=9,b=y;sn=1'), says('a=w;sn=8'), says('c=z;sn=1'))
      await get('/kv')
      await get('/kv')
      await get('/kv')
      await get('/kv')
      expect(carriedBy(requests[2])).toEqual({ 'sync-token': 'a=x==,b=y' })
      expect(carriedBy(requests[3])).toEqual({ 'sync-token': 'a=x==,b=y,c=z' })
    },
  ))
})

describe('Contember', () => {
  const reference = (text: string): Scripted => ({ headers: { 'X-Contember-Write-Ref': text } })
  const scene = (play: (scene: Scene) => Promise<void>) => inScene(always(contember()), play)

  test('reads carry the references of all own writes, also of those sent at once', scene(
    async ({ answer, get, post, requests }) => {
      answer(reference('1:748'), reference('1:750'), {})
      await Promise.all([post('/a'), post('/b')])
      await get('/a')
      expect(carriedBy(requests[2])).toEqual({ 'x-contember-read-after': '1:748,1:750' })
    },
  ))

  test('answers to reads bring none, and are neither refused nor asked for twice', scene(
    async ({ answer, get, post, requests, tidemark, eventTypes }) => {
      answer(reference('1:748'), {})
      await post('/a')
      const report = tidemark.explain(await get('/a'))
      expect(report).toMatchObject({ achieved: 'unverified', attempts: 1 })
      expect(requests).toHaveLength(2)
      expect(eventTypes()).not.toContain('version:missing')
    },
  ))

  test('R3: a read that left before the acknowledgement is asked again, with the reference', scene(
    async ({ answer, get, post, requests }) => {
      answer(reference('1:748'), reference('1:750'), {})
      await post('/a')
      await Promise.all([post('/a'), get('/a')])
      expect(carriedBy(requests[2])).toEqual({ 'x-contember-read-after': '1:748' })
      expect(carriedBy(requests[3])).toEqual({ 'x-contember-read-after': '1:748,1:750' })
    },
  ))
})

describe('Cloudflare D1', () => {
  test('a strong read asks for the primary, from the first on', inScene(
    always(d1()),
    async ({ answer, get, requests }) => {
      answer({ headers: { 'x-d1-bookmark': bookmark(3) } })
      await get('/a', { consistency: 'strong' })
      expect(carriedBy(requests[0])).toEqual({ 'x-d1-bookmark': 'first-primary' })
    },
  ))

  test('bookmarks are of the whole database: one resource asks by what another has shown', inScene(
    always(d1()),
    async ({ answer, get, requests }) => {
      answer({ headers: { 'x-d1-bookmark': bookmark(3) } })
      await get('/a')
      await get('/b')
      expect(carriedBy(requests[1])).toEqual({ 'x-d1-bookmark': bookmark(3) })
    },
  ))
})

describe('Cosmos DB', () => {
  const path = '/dbs/shop/colls/orders/docs/7'
  const says = (token: string): Scripted => ({ headers: { 'x-ms-session-token': token } })
  const notYet = {
    status: 404,
    headers: { 'x-ms-substatus': '1002', 'x-ms-session-token': '0:-1#30' },
    body: {},
  }

  test('404 with substatus 1002 is "not yet", and no absence', inScene(
    always(cosmosDb()),
    async ({ answer, get, requests }) => {
      // The refusal has a token like every answer, which tells nothing of what is there.
      answer(says('0:-1#30'), notYet, says('0:-1#31'))
      await get(path)
      const response = await get(path)
      expect(response.status).toBe(200)
      expect(carriedBy(requests[2])).toEqual({ 'x-ms-session-token': '0:-1#30' })
    },
  ))

  test('any other 404 is an absence', inScene(always(cosmosDb()), async ({ answer, get }) => {
    answer(says('0:-1#30'), { ...says('0:-1#31'), status: 404 })
    await get(path)
    expect((await get(path)).status).toBe(404)
  }))

  test('V20: an answer of one range is not held against the floor of another', inScene(
    always(cosmosDb()),
    async ({ answer, get, requests, tidemark }) => {
      answer(says('0:-1#30'), says('1:-1#5'), says('0:-1#31'))
      await get(path)
      const other = await get('/dbs/shop/colls/orders/docs/8')
      expect(tidemark.explain(other)).toMatchObject({ achieved: 'fresh', attempts: 1 })
      await get('/dbs/shop/colls/orders')
      expect(carriedBy(requests[2])).toEqual({ 'x-ms-session-token': '0:-1#30,1:-1#5' })
    },
  ))

  test('V20: a token of one container never goes to another', inScene(
    always(cosmosDb()),
    async ({ answer, get, requests }) => {
      answer(says('0:-1#30'))
      await get(path)
      await get('/dbs/shop/colls/users/docs/7')
      expect(carriedBy(requests[1])).toEqual({})
    },
  ))

  test('a level that cannot be asked for is not reported as kept', inScene(
    always(cosmosDb()),
    async ({ answer, get, tidemark }) => {
      answer(says('0:-1#30'))
      const report = tidemark.explain(await get(path, { consistency: 'strong' }))
      expect(report?.achieved).toBe('unverified')
    },
  ))
})

describe('Kubernetes', () => {
  const pods = '/api/v1/namespaces/shop/pods'
  const scene = (play: (scene: Scene) => Promise<void>) => inScene(always(kubernetes()), play)
  const at = (version: string, name?: string): Scripted => ({
    body: { metadata: { resourceVersion: version, ...(name && { name, namespace: 'shop' }) } },
  })
  const status = (code: number, body: object): Scripted => ({ status: code, body: { kind: 'Status', ...body } })

  test('V16: an idle object is not behind the as-of of its list, but is asked for by it', scene(
    async ({ answer, get, requests, tidemark }) => {
      answer(at('500'), at('100', 'web'))
      await get(pods)
      const report = tidemark.explain(await get(`${pods}/web`))
      expect(report).toMatchObject({ achieved: 'fresh', attempts: 1 })
      expect(carriedBy(requests[1])).toEqual({ resourceVersion: '500' })
    },
  ))

  test('a list after a write covers the write', scene(async ({ answer, get, post, requests }) => {
    answer(at('100'), at('120', 'web'), at('110'), at('121'))
    await get(pods)
    await post(pods)
    await get(pods)
    expect(carriedBy(requests[2])).toEqual({ resourceVersion: '120', resourceVersionMatch: 'NotOlderThan' })
    // What does not cover it, whatever was promised, is asked for again, at the quorum.
    expect(carriedBy(requests[3])).toEqual({})
  }))

  test('504 with its cause asks the quorum; a gateway\'s own 504 is the caller\'s', scene(
    async ({ answer, get, requests }) => {
      const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]
      const tooLarge = status(504, { reason: 'Timeout', details: { causes, retryAfterSeconds: 1 } })
      answer(at('100'), tooLarge, at('101'), { status: 504, body: {} })
      await get(pods)
      expect((await get(pods)).status).toBe(200)
      expect(carriedBy(requests[2])).toEqual({})
      expect((await get(pods)).status).toBe(504)
    },
  ))

  test('410 means that a version is gone, and lays no tombstone', scene(async ({ answer, get, requests }) => {
    answer(at('100', 'web'), status(410, { reason: 'Expired' }), at('101', 'web'))
    await get(`${pods}/web`)
    const response = await get(`${pods}/web`)
    expect(response.status).toBe(200)
    expect(carriedBy(requests[2])).toEqual({})
  }))

  test('what a write has left under a key is not expected of a read, which speaks of less', inScene(
    { rules: [{ match: '/*', versions: kubernetes(), affects: [`${pods}/web`] }] },
    async ({ answer, body, tidemark, get }) => {
      answer(at('120', 'web'), at('120', 'web'))
      await tidemark.fetch(`${origin}${pods}/web`, { method: 'PUT' })
      const report = tidemark.explain(await get(`${pods}/web`))
      expect(report).toMatchObject({ achieved: 'fresh', attempts: 1, source: 'network' })
      expect(await body(`${pods}/web`)).toMatchObject({ metadata: { name: 'web' } })
    },
  ))

  test('pages of a list go as they are', scene(async ({ answer, get, requests }) => {
    answer(at('100'))
    await get(pods)
    await get(`${pods}?limit=2&continue=abc`)
    expect(carriedBy(requests[1])).toEqual({ limit: '2', continue: 'abc' })
  }))

  test('V12: a restore of etcd heals, once the quorum has said so often enough', scene(
    async ({ answer, get, eventTypes }) => {
      answer(at('500'))
      await get(pods)
      answer(at('100'))
      for (let reads = 0; reads < 2; reads += 1) {
        await expect(get(pods)).rejects.toMatchObject({ name: 'VersionUnavailableError' })
      }
      await get(pods).catch(() => undefined)
      expect((await get(pods)).status).toBe(200)
      expect(eventTypes().filter((type) => type === 'epoch:reset')).toHaveLength(1)
    },
  ))
})

describe('Consul', () => {
  const scene = (play: (scene: Scene) => Promise<void>) => inScene(always(consul()), play)
  const says = (index: string, mode = 'leader'): Scripted => ({
    headers: { 'x-consul-index': index, 'x-consul-effective-consistency': mode },
  })
  const resets = (types: string[]) => types.filter((type) => type === 'epoch:reset')

  test('V10: an index that falls at the leader begins anew, at once and once', scene(
    async ({ answer, get, requests, tidemark, eventTypes }) => {
      answer(says('42'), says('7'), says('8'))
      await get('/v1/kv/a')
      const report = tidemark.explain(await get('/v1/kv/a'))
      expect(report).toMatchObject({ achieved: 'fresh', attempts: 1 })
      expect(resets(eventTypes())).toHaveLength(1)
      await get('/v1/kv/a')
      expect(carriedBy(requests[2])).toEqual({ index: '6', wait: '100ms' })
      await get('/v1/kv/a')
      expect(carriedBy(requests[3])).toEqual({ index: '7', wait: '100ms' })
      expect(resets(eventTypes())).toHaveLength(1)
    },
  ))

  test('an answer that was overtaken has not fallen', overtaken(
    consul(),
    [says('41'), says('42'), says('43')],
    ({ report, eventTypes }) => {
      expect(report).toMatchObject({ achieved: 'fresh', attempts: 2 })
      expect(report?.versions?.[0]?.position).toBe('43')
      expect(resets(eventTypes())).toEqual([])
    },
  ))

  test('it may fall again', scene(async ({ answer, get, eventTypes }) => {
    answer(says('42'), says('7'), says('3'))
    for (let reads = 0; reads < 3; reads += 1) await get('/v1/kv/a')
    expect(resets(eventTypes())).toHaveLength(2)
  }))

  test('a follower with a lower index is behind, and the leader is asked', scene(
    async ({ answer, get, requests, eventTypes }) => {
      answer(says('42'), says('41', 'stale'), says('43', 'consistent'))
      await get('/v1/kv/a?stale')
      await get('/v1/kv/a?stale')
      expect(carriedBy(requests[1])).toEqual({ stale: '', index: '41', wait: '100ms' })
      expect(carriedBy(requests[2])).toEqual({ consistent: '' })
      expect(resets(eventTypes())).toEqual([])
    },
  ))

  test('an index of 0 is unknown: it meets no floor, and raises none', scene(
    async ({ answer, get, requests, tidemark }) => {
      answer(says('42'), says('0'))
      await get('/v1/kv/a')
      const report = tidemark.explain(await get('/v1/kv/a'))
      expect(report?.achieved).toBe('unverified')
      expect(carriedBy(requests.at(-1))).toEqual({ consistent: '' })
    },
  ))
})

describe('AT Protocol', () => {
  const revision = (last: string): Scripted => ({ headers: { 'atproto-repo-rev': `322222222222${last}` } })

  test('nothing is sent, and what does not cover an own write is asked for again', inScene(
    always(atProtocol()),
    async ({ answer, get, post, requests, tidemark }) => {
      const created = { body: { commit: { cid: 'c', rev: '3222222222225' } } }
      answer(created, revision('4'), revision('6'))
      await post('/xrpc/com.atproto.repo.createRecord')
      const report = tidemark.explain(await get('/xrpc/app.bsky.feed.getTimeline'))
      expect(report).toMatchObject({ achieved: 'fresh', attempts: 2 })
      expect(requests.map(carriedBy)).toEqual([{}, {}, {}])
    },
  ))
})

describe('ETag', () => {
  const tag = (text: string): Scripted => ({ headers: { etag: text } })

  test('W16: another tag is neither older nor newer: it is served, and reported as unverified', inScene(
    always(entityTag()),
    async ({ answer, get, requests, tidemark }) => {
      answer(tag('"b"'), tag('"a"'), tag('"b"'))
      for (let reads = 0; reads < 3; reads += 1) {
        expect(tidemark.explain(await get('/a'))).toMatchObject({ achieved: 'unverified', attempts: 1 })
      }
      expect(requests.map(carriedBy)).toEqual([{}, {}, {}])
    },
  ))

  test('R3: a read that left before the own write was acknowledged is asked again', inScene(
    always(entityTag()),
    async ({ answer, get, post, tidemark }) => {
      answer(tag('"a"'))
      await get('/a')
      answer(tag('"b"'), tag('"a"'), tag('"b"'))
      const [, response] = await Promise.all([post('/a'), get('/a')])
      expect(tidemark.explain(response)).toMatchObject({ attempts: 2 })
      expect(response.headers.get('etag')).toBe('"b"')
    },
  ))
})

describe('Last-Modified', () => {
  const second = (text: string): Scripted => ({
    headers: { 'last-modified': `Sun, 06 Nov 1994 08:49:${text} GMT` },
  })
  const scene = (play: (scene: Scene) => Promise<void>) => inScene(always(lastModified()), play)

  test('an earlier answer is asked for again, and a later one reported as unverified', scene(
    async ({ answer, get, tidemark, requests }) => {
      answer(second('37'), second('36'), second('38'))
      await get('/a')
      const response = await get('/a')
      expect(tidemark.explain(response)).toMatchObject({ achieved: 'unverified', attempts: 2 })
      expect(response.headers.get('last-modified')).toContain(':38')
      expect(requests.map(carriedBy)).toEqual([{}, {}, {}])
    },
  ))

  test('V19: an equal one is served, since two changes may share a second', scene(
    async ({ answer, get, tidemark }) => {
      answer(second('37'))
      await get('/a')
      expect(tidemark.explain(await get('/a'))).toMatchObject({ achieved: 'unverified', attempts: 1 })
    },
  ))

  test('V11: a file that was put back bricks nobody: it is asked for once more, and served', scene(
    async ({ answer, get, tidemark, eventTypes }) => {
      answer(second('37'), second('30'))
      await get('/a')
      const report = tidemark.explain(await get('/a'))
      expect(report).toMatchObject({ achieved: 'unverified', attempts: 2, why: 'no answer proves an order' })
      expect(eventTypes()).not.toContain('version:missing')
    },
  ))
})
