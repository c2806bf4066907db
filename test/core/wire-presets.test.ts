// What each wire reads and writes, text by text. That the client makes the right thing of it is proven
// in test/client/wire.test.ts, on the bytes that are sent.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  atProtocol,
  azureAppConfiguration,
  consul,
  contember,
  cosmosDb,
  d1,
  entityTag,
  headerVersion,
  headerWire,
  integer,
  jsonVersion,
  kubernetes,
  lastModified,
  ProtocolError,
  queryParameter,
  tokenWire,
  upstash,
  wireVersion,
} from '../../src/index.ts'
import type { Attachment, Carrying, Departure, Version, Wire, WireAnswer } from '../../src/index.ts'
import { tokenOrder } from '../../src/core/wire/token-order.ts'

interface AnswerParts {
  readonly kind?: 'read' | 'write'
  readonly path?: string
  readonly scope?: string
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly json?: unknown
  readonly attached?: Attachment
}

function answer(parts: AnswerParts): WireAnswer {
  const { kind = 'read', path = '/a', scope, status = 200, json, attached } = parts
  const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' }
  return {
    request: { kind, url: new URL(path, 'https://api.test'), scope },
    status,
    headers: new Headers({ ...type, ...parts.headers }),
    document: json,
    attached,
  }
}

function carrying(floors: readonly Partial<Version>[], rest: Partial<Carrying> = {}): Carrying {
  return {
    request: { kind: 'read', url: new URL('https://api.test/a'), scope: undefined },
    floors: floors.map((floor) => ({ scope: 's', epoch: '', position: '1', ...floor })),
    level: 'session',
    asksPrimary: false,
    waitMs: 2000,
    maxStalenessMs: undefined,
    ...rest,
  }
}

const request = (path: string, scope?: string): WireAnswer['request'] =>
  answer({ path, ...(scope !== undefined && { scope }) }).request
const primary = { level: 'strong', asksPrimary: true }
const write = { ...request('/a'), kind: 'write' } as const
const bookmark = '00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683'

const wires: [string, Wire, string][] = [
  ['wireVersion', wireVersion, 'Data-Version'],
  ['queryParameter', queryParameter(), 'Data-Version'],
  ['headerVersion', headerVersion('X-Version'), 'X-Version'],
  ['d1', d1(), 'x-d1-bookmark'],
  ['upstash', upstash(), 'upstash-sync-token'],
  ['azureAppConfiguration', azureAppConfiguration(), 'Sync-Token'],
  ['cosmosDb', cosmosDb(), 'x-ms-session-token'],
  ['consul', consul(), 'X-Consul-Index'],
  ['contember', contember(), 'X-Contember-Write-Ref'],
  ['atProtocol', atProtocol(), 'Atproto-Repo-Rev'],
  ['entityTag', entityTag(), 'ETag'],
  ['lastModified', lastModified(), 'Last-Modified'],
]

describe.each(wires)('%s', (_name, wire, header) => {
  test('V3: an absent or empty header is unknown, and not zero', () => {
    expect(wire.versionsIn(answer({}))).toBeUndefined()
    expect(wire.versionsIn(answer({ headers: { [header]: '' } }))).toBeUndefined()
  })

  test('V4: what is no version is refused, with the text and what was expected', () => {
    const litter = answer({ headers: { [header]: 'no\u00e9 version' } })
    expect(() => wire.versionsIn(litter)).toThrow(ProtocolError)
  })

  test('law: any text of a header gives versions, or nothing, or a ProtocolError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abc-:=;,#"~W/ '.split('')) }), (text) => {
        try {
          wire.versionsIn(answer({ headers: { [header]: text } }))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
    )
  })

  test('without a floor, a read carries nothing', () => {
    expect(wire.attach?.(carrying([]))).toBeUndefined()
    expect(wire.attach?.(carrying([], { request: write }))).toBeUndefined()
  })

  test('W18: a 503 of a proxy, with a text that says much, is no refusal by version', () => {
    const page = answer({ status: 503, headers: { 'content-type': 'text/html' } })
    expect(wire.refusalIn?.(page)).toBeUndefined()
  })
})

describe('our wire', () => {
  test('reads what every scope is as of', () => {
    const headers = { 'data-version': 'main;e="7f3a";v="42", users;v="7"' }
    expect(wireVersion.versionsIn(answer({ headers }))).toEqual([
      { scope: 'main', epoch: '7f3a', position: '42' },
      { scope: 'users', epoch: '', position: '7' },
    ])
  })

  test('names a scope of its own only where the rule does', () => {
    expect(wireVersion.scopesOf).toBeUndefined()
  })

  test('S3: a write carries the floor, and asks for no level', () => {
    const headers = [['Min-Version', 's;v="1"']]
    expect(wireVersion.attach?.(carrying([{}], { request: write }))).toEqual({ headers })
    const level = ['Read-Consistency', 'session;wait=2000']
    expect(wireVersion.attach?.(carrying([{}]))).toEqual({ headers: [...headers, level] })
  })

  test('W7: floors that are too long stay at home whole, and the primary is asked', () => {
    const long = carrying([{ position: '1'.repeat(2000) }])
    const headers = [['Read-Consistency', 'strong;wait=2000']]
    expect(wireVersion.attach?.(long)).toEqual({ headers })
    expect(wireVersion.attach?.({ ...long, request: write })).toEqual({ headers: [['Read-Consistency', 'strong']] })
    expect(queryParameter().attach?.(long)).toEqual({ query: [['read-consistency', 'strong']] })
  })

  test('W10: in the query goes the floor, and a level only where it is not the default', () => {
    const wire = queryParameter()
    const floor = { scope: 'main', epoch: '7f3a', position: '42' }
    const query = [['min-version', 'main;e="7f3a";v="42"']]
    expect(wire.attach?.(carrying([floor]))).toEqual({ query })
    expect(wire.attach?.(carrying([floor], { request: write }))).toEqual({ query })
    const level = ['read-consistency', 'session;max-staleness=500']
    expect(wire.attach?.(carrying([floor], { maxStalenessMs: 500 }))).toEqual({ query: [...query, level] })
    expect(wire.attach?.(carrying([], primary))).toEqual({ query: [['read-consistency', 'strong']] })
  })

  test('the parameters may be called otherwise', () => {
    const wire = queryParameter({ minVersion: 'floor', readConsistency: 'level' })
    const query = [['floor', 's;v="1"'], ['level', 'strong']]
    expect(wire.attach?.(carrying([{}], primary))).toEqual({ query })
  })

  test('W17: a refusal is told by the type of a problem document', () => {
    const headers = { 'content-type': 'application/problem+json' }
    const refusal = { status: 503, headers }
    expect(wireVersion.refusalIn?.(answer(refusal))).toBe('in-body')
    const json = { type: 'urn:tidemark:problem:behind', retryAfterMs: 80 }
    expect(wireVersion.refusalIn?.(answer({ ...refusal, json }))).toEqual({ kind: 'behind', retryAfterMs: 80 })
    expect(wireVersion.refusalIn?.(answer({ ...refusal, json: { type: 'about:blank' } }))).toBeUndefined()
    expect(wireVersion.refusalIn?.(answer({ ...refusal, status: 200 }))).toBeUndefined()
    const never = { status: 409, headers, json: { type: 'urn:tidemark:problem:never' } }
    expect(wireVersion.refusalIn?.(answer(never))).toMatchObject({ kind: 'never' })
    const bare = { ...answer(never), headers: new Headers() }
    expect(wireVersion.refusalIn?.(bare)).toBeUndefined()
  })

  test('tells who answered', () => {
    const headers = { 'served-by': 'db-1;primary' }
    expect(wireVersion.sourceIn?.(answer({ headers }))).toMatchObject({ name: 'db-1', isPrimary: true })
    expect(wireVersion.sourceIn?.(answer({}))).toBeUndefined()
  })

  test('a malformed Served-By is no diagnosis, and no fault', () => {
    expect(wireVersion.sourceIn?.(answer({ headers: { 'served-by': 'db;lag=-1' } }))).toBeUndefined()
  })
})

describe('a wire of one header', () => {
  const wire = headerWire({
    name: 'mine',
    response: 'X-At',
    request: 'X-After',
    format: integer,
    scope: () => 'mine',
  })

  test('takes the scope of the rule before its own', () => {
    expect(wire.scopesOf?.(request('/a'))).toEqual(['mine'])
    expect(wire.scopesOf?.(request('/a', 'theirs'))).toEqual(['theirs'])
  })

  test('cannot ask a primary that it has no word for', () => {
    expect(wire.asksPrimary).toBe(false)
    expect(wire.attach?.(carrying([{ position: '9' }], primary))).toEqual({ headers: [['X-After', '9']] })
  })

  test('W7: a floor that is too long stays at home', () => {
    expect(wire.attach?.(carrying([{ position: '1'.repeat(1025) }]))).toBeUndefined()
  })

  test('without a header for requests, it sends a level that was asked for, and no floor', () => {
    const silent = headerVersion('X-At')
    expect(silent.attach?.(carrying([{}]))).toBeUndefined()
    const headers = [['Read-Consistency', 'strong;wait=2000']]
    expect(silent.attach?.(carrying([{}], primary))).toEqual({ headers })
  })
})

describe('a wire of a JSON field', () => {
  const wire = jsonVersion('meta.version')

  test('asks for the body of JSON, and of nothing else', () => {
    const html = answer({ headers: { 'content-type': 'text/html' } })
    expect(wire.versionsIn(html)).toBeUndefined()
    const json = answer({ headers: { 'content-type': 'application/hal+json; charset=utf-8' } })
    expect(wire.versionsIn(json)).toBe('in-body')
  })

  test.each([
    [{ meta: { version: '42' } }, '42'],
    [{ meta: { version: 42 } }, '42'],
  ])('reads %j', (json, position) => {
    expect(wire.versionsIn(answer({ json }))).toEqual([{ scope: '/a', epoch: '', position }])
  })

  test.each([null, {}, { meta: null }, { meta: { version: null } }, []])('finds none in %j', (json) => {
    expect(wire.versionsIn(answer({ json }))).toBeUndefined()
  })

  test.each([2 ** 53, 1.5, true, {}])('refuses %j', (version) => {
    expect(() => wire.versionsIn(answer({ json: { meta: { version } } }))).toThrow(ProtocolError)
  })
})

describe('tokens', () => {
  function departAt(wire: Wire, floor: string | undefined, kind: 'read' | 'write' = 'read') {
    const state = { floor, number: 0 }
    const departure: Departure = {
      request: { ...request('/a'), kind },
      floors: [],
      floorIn: (scope) =>
        state.floor === undefined ? undefined : { scope, epoch: '', position: state.floor },
      numberAbove(number) {
        state.number = Math.max(state.number, number) + 1
        return state.number
      },
    }
    const settle = wire.depart?.(departure)
    const settled = (token: string | undefined): string | undefined => {
      const versions = token === undefined ? undefined : [{ scope: 's', epoch: '', position: token }]
      return settle?.(versions, undefined)?.[0]?.position
    }
    return { state, settled }
  }

  test('V7: an answer is numbered as its request, above all that its floor had', () => {
    expect(departAt(upstash(), '7~old').settled('new')).toBe('8~new')
  })

  test('V3: an answer without a token goes on with the one held', () => {
    expect(departAt(upstash(), '7~old').settled(undefined)).toBe('8~old')
    expect(departAt(upstash(), undefined).settled(undefined)).toBeUndefined()
  })

  test('a write is numbered when it is acknowledged, above what was asked meanwhile', () => {
    const { state, settled } = departAt(upstash(), '7~old', 'write')
    state.floor = '12~meanwhile'
    expect(settled('mine')).toBe('13~mine')
  })

  test('W3: what is merged is the floor of the arrival, not that of the departure', () => {
    const { state, settled } = departAt(contember(), '7~1:5')
    state.floor = '9~1:5,1:6'
    expect(settled('1:7')).toBe('8~1:5,1:6,1:7')
  })

  test('numbers do not travel', () => {
    const headers = [['upstash-sync-token', 'abc~d=']]
    expect(upstash().attach?.(carrying([{ position: '12~abc~d=' }]))).toEqual({ headers })
  })

  test('a token that could never be sent back is refused', () => {
    const headers = { 'upstash-sync-token': 'a'.repeat(1025) }
    expect(() => upstash().versionsIn(answer({ headers }))).toThrow(/1024/)
  })

  test('tokens of two vocabularies never share a scope, whatever the rule calls it', () => {
    const named = request('/a', 'main')
    expect(upstash().scopesOf?.(named)).not.toEqual(contember().scopesOf?.(named))
  })

  test('a wire of tokens may be of one header each way, or of one way alone', () => {
    const wire = tokenWire({ name: 'mine', response: 'X-Token', scope: () => 'all' })
    expect(wire.attach?.(carrying([{ position: '1~a' }]))).toBeUndefined()
    expect(wire.scopesOf?.(request('/a'))).toEqual(['mine all'])
  })

  test('order by number, then by text, so that all tabs decide the same', () => {
    expect(tokenOrder.comparePositions('9~z', '10~a')).toBe('before')
    expect(tokenOrder.comparePositions('10~a', '9~z')).toBe('after')
    expect(tokenOrder.comparePositions('9~a', '9~b')).toBe('before')
    expect(tokenOrder.comparePositions('9~b', '9~a')).toBe('after')
    expect(tokenOrder.comparePositions('9~b', '9~b')).toBe('equal')
  })

  test('law: joins are of the later, whatever the order of the operands', () => {
    const position = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('a', 'b', 'c'))
    const text = position.map(([number, token]) => `${number}~${token}`)
    fc.assert(
      fc.property(text, text, text, (first, second, third) => {
        const { joinPositions: join, comparePositions: compare } = tokenOrder
        expect(join(first, second)).toBe(join(second, first))
        expect(join(join(first, second), third)).toBe(join(first, join(second, third)))
        expect(compare(join(first, second), first)).not.toBe('before')
      }),
    )
  })

  test.each(['', '0~a', '~a', '1~', '01~a', '1.5~a', 'a', '1~\u00e9', `1~${'a'.repeat(9000)}`])(
    'V4: %j is no numbered token',
    (text) => {
      expect(() => tokenOrder.parsePosition(text)).toThrow(ProtocolError)
    },
  )

  test('a numbered token is printed as it is parsed', () => {
    expect(tokenOrder.print(tokenOrder.parse('12~a b'))).toBe('12~a b')
  })
})

describe('Cloudflare D1', () => {
  test('sends the bookmark, and in its place the word for the primary', () => {
    expect(d1().attach?.(carrying([{ position: bookmark }]))).toEqual({
      headers: [['x-d1-bookmark', bookmark]],
    })
    const headers = [['x-d1-bookmark', 'first-primary']]
    expect(d1().attach?.(carrying([{ position: bookmark }], primary))).toEqual({ headers })
  })

  test('writes go to the primary by themselves, with the bookmark', () => {
    const carried = carrying([{ position: bookmark }], { ...primary, request: write })
    expect(d1().attach?.(carried)).toEqual({ headers: [['x-d1-bookmark', bookmark]] })
  })

  test('may begin at the primary, on request, and under another header', () => {
    const wire = d1({ first: 'first-primary', header: 'x-bookmark' })
    expect(wire.attach?.(carrying([]))).toEqual({ headers: [['x-bookmark', 'first-primary']] })
    expect(wire.attach?.(carrying([], { level: 'eventual' }))).toBeUndefined()
    expect(wire.attach?.(carrying([{ position: bookmark }]))).toEqual({
      headers: [['x-bookmark', bookmark]],
    })
  })

  test('the words for modes are no bookmarks', () => {
    const headers = { 'x-d1-bookmark': 'first-unconstrained' }
    expect(() => d1().versionsIn(answer({ headers }))).toThrow(ProtocolError)
  })

  test('one bookmark is of the whole database', () => {
    expect(d1().scopesOf?.(request('/a'))).toEqual(d1().scopesOf?.(request('/b/c')))
  })
})

describe('Azure App Configuration', () => {
  const wire = azureAppConfiguration()

  test('keeps of each id the highest number, and sends all without numbers', () => {
    const departure: Departure = {
      request: request('/kv'),
      floors: [],
      floorIn: (scope) => ({ scope, epoch: '', position: '3~a=x==;sn=28,b=y;sn=4' }),
      numberAbove: (number) => number + 1,
    }
    const received = [{ scope: 's', epoch: '', position: 'a=w;sn=27,c=z;sn=1' }]
    const [settled] = wire.depart?.(departure)(received, undefined) ?? []
    expect(settled?.position).toBe('4~a=x==;sn=28,b=y;sn=4,c=z;sn=1')
    expect(wire.attach?.(carrying([{ ...settled }]))).toEqual({
      headers: [['Sync-Token', 'a=x==,b=y,c=z']],
    })
  })
})

describe('Cosmos DB', () => {
  const wire = cosmosDb()
  const path = '/dbs/shop/colls/orders/docs/7'

  test('V20: each range of each container is a scope of its own', () => {
    const headers = { 'x-ms-session-token': '0:-1#30,4:2#512#1=509' }
    expect(wire.versionsIn(answer({ path, headers }))).toEqual([
      { scope: '/dbs/shop/colls/orders range 0', epoch: '', position: '0:-1#30' },
      { scope: '/dbs/shop/colls/orders range 4', epoch: '', position: '4:2#512#1=509' },
    ])
    expect(wire.touches?.(request(path), '/dbs/shop/colls/orders range 0')).toBe(true)
    expect(wire.touches?.(request(path), '/dbs/shop/colls/orders2 range 0')).toBe(false)
    expect(wire.touches?.(request('/x', 'orders'), 'orders range 0')).toBe(true)
    expect(wire.touches?.(request('/x'), '/x range 0')).toBe(true)
  })

  test('sends the tokens of all ranges that it knows', () => {
    const floors = [{ position: '0:-1#30' }, { position: '4:2#512' }]
    expect(wire.attach?.(carrying(floors))).toEqual({
      headers: [['x-ms-session-token', '0:-1#30,4:2#512']],
    })
  })

  test('a 404 is "not yet" only with its substatus', () => {
    const substatus = (text: string) => ({ status: 404, headers: { 'x-ms-substatus': text } })
    expect(wire.refusalIn?.(answer(substatus('1002')))).toEqual({ kind: 'behind' })
    expect(wire.refusalIn?.(answer(substatus('1003')))).toBeUndefined()
    expect(wire.refusalIn?.(answer({ status: 404 }))).toBeUndefined()
    expect(wire.refusalIn?.(answer({ ...substatus('1002'), status: 200 }))).toBeUndefined()
  })
})

describe('Kubernetes', () => {
  const wire = kubernetes()
  const pods = '/api/v1/namespaces/shop/pods'
  const json = { metadata: { name: 'web', namespace: 'shop', resourceVersion: '42' } }
  const at = (scope: string) => ({ scope, epoch: '', position: '42' })

  test.each([
    ['/api/v1/pods', '/api/pods'],
    [pods, '/api/pods'],
    ['/apis/apps/v1/deployments', '/apis/apps/deployments'],
    ['/apis/apps/v1beta1/namespaces/shop/deployments', '/apis/apps/deployments'],
    ['/k8s/east/api/v1/nodes', '/k8s/east/api/nodes'],
    ['/api/v1/namespaces', '/api/namespaces'],
  ])('the version of the list %s is an as-of of its type', (path, type) => {
    expect(wire.scopesOf?.(request(path))).toEqual([type])
    expect(wire.versionsIn(answer({ path, json: { metadata: { resourceVersion: '42' } } }))).toEqual([
      at(type),
    ])
  })

  test.each([
    [`${pods}/web`, '/api/pods', '/api/pods shop/web'],
    [`${pods}/web/status`, '/api/pods', '/api/pods shop/web'],
    ['/api/v1/nodes/n1', '/api/nodes', '/api/nodes /n1'],
    ['/api/v1/namespaces/shop', '/api/namespaces', '/api/namespaces /shop'],
    ['/api/v1/namespaces/shop/status', '/api/namespaces', '/api/namespaces /shop'],
    ['/apis/apps/v1/namespaces/shop/deployments/web', '/apis/apps/deployments', '/apis/apps/deployments shop/web'],
  ])('V16: the version of the object %s is of itself alone', (path, type, object) => {
    expect(wire.scopesOf?.(request(path))).toEqual([object, type])
    expect(wire.versionsIn(answer({ path, json }))).toEqual([at(object)])
  })

  test('a write raises its object and its type', () => {
    const raised = [at('/api/pods shop/web'), at('/api/pods')]
    expect(wire.versionsIn(answer({ kind: 'write', path: `${pods}/web`, json }))).toEqual(raised)
    expect(wire.versionsIn(answer({ kind: 'write', path: pods, json }))).toEqual(raised)
    const node = { metadata: { name: 'n1', resourceVersion: '42' } }
    expect(wire.versionsIn(answer({ kind: 'write', path: '/api/v1/nodes', json: node }))).toEqual([
      at('/api/nodes /n1'),
      at('/api/nodes'),
    ])
    const list = { metadata: { resourceVersion: '42' } }
    expect(wire.versionsIn(answer({ kind: 'write', path: pods, json: list }))).toEqual([at('/api/pods')])
  })

  test('an address of another shape is a scope by itself, and a rule may name the type', () => {
    expect(wire.scopesOf?.(request('/healthz'))).toEqual(['/healthz'])
    expect(wire.scopesOf?.(request('/x', 'east'))).toEqual(['east'])
    expect(wire.scopesOf?.(request(`${pods}/web`, 'east'))).toEqual(['east shop/web', 'east'])
  })

  test('the version is in the body of JSON', () => {
    expect(wire.versionsIn(answer({ headers: { 'content-type': 'application/json' } }))).toBe('in-body')
    expect(wire.versionsIn(answer({ headers: { 'content-type': 'application/yaml' } }))).toBeUndefined()
  })

  test('a failure has metadata of its own, and an empty version is none', () => {
    expect(wire.versionsIn(answer({ status: 404, json: { metadata: {} } }))).toBeUndefined()
    expect(wire.versionsIn(answer({ status: 409, json }))).toBeUndefined()
    expect(wire.versionsIn(answer({ json: { metadata: { resourceVersion: '' } } }))).toBeUndefined()
  })

  test('"0" is a mode and no version', () => {
    const zero = answer({ json: { metadata: { resourceVersion: '0' } } })
    expect(() => wire.versionsIn(zero)).toThrow(ProtocolError)
  })

  test('sends the greater floor, for lists with how it is meant', () => {
    const floors = [{ position: '9' }, { position: '10' }]
    expect(wire.attach?.(carrying(floors, { request: request(`${pods}/web`) }))).toEqual({
      query: [['resourceVersion', '10']],
    })
    expect(wire.attach?.(carrying([{ position: '9' }], { request: request(pods) }))).toEqual({
      query: [['resourceVersion', '9'], ['resourceVersionMatch', 'NotOlderThan']],
    })
  })

  test('asks the quorum by naming no version, and tells by that who answered', () => {
    expect(wire.attach?.(carrying([{}], primary))).toBeUndefined()
    const attached = { query: [['resourceVersion', '9'] as const] }
    expect(wire.sourceIn?.(answer({ path: pods }))).toEqual({ name: 'quorum', isPrimary: true })
    expect(wire.sourceIn?.(answer({ path: pods, attached }))).toBeUndefined()
    expect(wire.sourceIn?.(answer({ path: `${pods}?resourceVersion=0` }))).toBeUndefined()
  })

  test.each(['resourceVersion=5', 'continue=abc', 'watch=1'])('leaves ?%s as it is', (query) => {
    expect(wire.attach?.(carrying([{}], { request: request(`${pods}?${query}`) }))).toBeUndefined()
  })

  test('sends no floor with writes', () => {
    expect(wire.attach?.(carrying([{}], { request: write }))).toBeUndefined()
  })

  const tooLarge = (details: unknown) => answer({ status: 504, json: { reason: 'Timeout', details } })
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]

  test('W18: "not yet" is told by a cause, and not by the status or a text', () => {
    const retry = { causes, retryAfterSeconds: 1 }
    expect(wire.refusalIn?.(tooLarge(retry))).toEqual({ kind: 'behind', retryAfterMs: 1000 })
    expect(wire.refusalIn?.(tooLarge({ causes }))).toEqual({ kind: 'behind', retryAfterMs: undefined })
    expect(wire.refusalIn?.(tooLarge({ causes: [{ reason: 'Other' }] }))).toBeUndefined()
    expect(wire.refusalIn?.(tooLarge(undefined))).toBeUndefined()
    const text = answer({ status: 504, json: { message: 'Too large resource version: 9, current: 8' } })
    expect(wire.refusalIn?.(text)).toBeUndefined()
  })

  test.each(['Expired', 'Gone'])('410 with the reason %s is never, and no absence', (reason) => {
    expect(wire.refusalIn?.(answer({ status: 410, json: { reason } }))).toEqual({ kind: 'never' })
  })

  test('a refusal is in the body, where there is one to read', () => {
    const type = { 'content-type': 'application/json' }
    expect(wire.refusalIn?.(answer({ status: 504, headers: type }))).toBe('in-body')
    expect(wire.refusalIn?.(answer({ status: 504 }))).toBeUndefined()
    expect(wire.refusalIn?.(answer({ status: 410, json: {} }))).toBeUndefined()
    expect(wire.refusalIn?.(answer({ status: 200, json: {} }))).toBeUndefined()
  })
})

describe('Consul', () => {
  const wire = consul()

  test('an index is of one question, however it is to be answered', () => {
    const scopeOf = (path: string) => wire.scopesOf?.(request(path))
    expect(scopeOf('/v1/kv/a?index=5&wait=1s&stale')).toEqual(['/v1/kv/a'])
    expect(scopeOf('/v1/kv/a?recurse&dc=east')).toEqual(scopeOf('/v1/kv/a?dc=east&recurse'))
    expect(scopeOf('/v1/kv/a?dc=east')).not.toEqual(scopeOf('/v1/kv/a?dc=west'))
    expect(wire.scopesOf?.(request('/v1/kv/a', 'kv'))).toEqual(['kv'])
  })

  test('an index of 0 is none', () => {
    expect(wire.versionsIn(answer({ headers: { 'x-consul-index': '0' } }))).toBeUndefined()
  })

  test('waits for what comes after the one before the floor, and briefly', () => {
    const query = [['index', '41'], ['wait', '100ms']]
    expect(wire.attach?.(carrying([{ position: '42' }]))).toEqual({ query })
    const late = carrying([{ position: '42' }], { waitMs: 0.5 })
    expect(wire.attach?.(late)).toEqual({ query: [['index', '41'], ['wait', '1ms']] })
    const large = carrying([{ position: '18446744073709551615' }])
    expect(wire.attach?.(large)?.query?.[0]).toEqual(['index', '18446744073709551614'])
  })

  test('for the index 1 there is nothing to wait for', () => {
    expect(wire.attach?.(carrying([{ position: '1' }]))).toBeUndefined()
  })

  test('leaves a blocking query of the app, and writes, as they are', () => {
    const own = request('/v1/kv/a?index=7')
    expect(wire.attach?.(carrying([{ position: '42' }], { request: own }))).toBeUndefined()
    expect(wire.attach?.(carrying([{ position: '42' }], { request: write }))).toBeUndefined()
  })

  test('asks the leader in the one mode that Consul lets stand', () => {
    const query = [['consistent', ''], ['stale', undefined], ['cached', undefined]]
    expect(wire.attach?.(carrying([{ position: '42' }], primary))).toEqual({ query })
  })

  test('knows the leader, and how long ago a follower has heard of it', () => {
    const source = (headers: Record<string, string>) => wire.sourceIn?.(answer({ headers }))
    const mode = 'x-consul-effective-consistency'
    expect(source({})).toBeUndefined()
    expect(source({ [mode]: 'leader' })).toMatchObject({ isPrimary: true })
    expect(source({ [mode]: 'consistent' })).toMatchObject({ isPrimary: true })
    const follower = { [mode]: 'stale', 'x-consul-lastcontact': '12' }
    expect(source(follower)).toEqual({ name: 'stale', isPrimary: false, lagMs: 12 })
    expect(source({ [mode]: 'stale' })).toMatchObject({ lagMs: undefined })
    expect(source({ [mode]: 'stale', 'x-consul-lastcontact': 'x' })).toMatchObject({ lagMs: undefined })
  })

  const leader = { name: 'leader', isPrimary: true }
  const index = (position: string): Version => ({ scope: '/a', epoch: '', position })
  function settledAt(sent: Version[], floor: Version | undefined, position: string, by = leader) {
    const departure = { request: request('/a'), floors: sent, floorIn: () => floor, numberAbove: () => 1 }
    return wire.depart?.(departure)([index(position)], by)?.[0]
  }

  test('V10: an index that the leader says is lower begins a new history', () => {
    expect(settledAt([index('42')], index('42'), '40')).toEqual({ ...index('40'), epoch: '\u2032' })
  })

  test('an index that stands or rises does not', () => {
    expect(settledAt([index('42')], index('42'), '42')).toEqual(index('42'))
    expect(settledAt([index('42')], index('42'), '43')).toEqual(index('43'))
  })

  test('a follower cannot say so', () => {
    const follower = { name: 'stale', isPrimary: false }
    expect(settledAt([index('42')], index('42'), '40', follower)).toEqual(index('40'))
  })

  test('an answer that was overtaken has not fallen', () => {
    expect(settledAt([index('39')], index('42'), '40')).toEqual(index('40'))
    expect(settledAt([], undefined, '40')).toEqual(index('40'))
  })

  test('an answer without an index says nothing', () => {
    const departure = { request: request('/a'), floors: [], floorIn: () => undefined, numberAbove: () => 1 }
    expect(wire.depart?.(departure)(undefined, leader)).toBeUndefined()
  })
})

describe('Contember', () => {
  const wire = contember()

  test('collects the references of own writes, the newest sixteen', () => {
    const refs = Array.from({ length: 16 }, (_, index) => `1:${index}`)
    const departure: Departure = {
      request: { ...request('/a'), kind: 'write' },
      floors: [],
      floorIn: (scope) => ({ scope, epoch: '', position: `3~${refs.join(',')}` }),
      numberAbove: (number) => number + 1,
    }
    const settle = (position: string) =>
      wire.depart?.(departure)([{ scope: 's', epoch: '', position }], undefined)?.[0]?.position
    expect(settle('1:99')).toBe(`4~${[...refs.slice(1), '1:99'].join(',')}`)
    expect(settle('1:3')).toBe(`4~${[...refs.filter((ref) => ref !== '1:3'), '1:3'].join(',')}`)
  })

  test('V21: a reference is taken as it is', () => {
    const headers = { 'x-contember-write-ref': '7301234567890123456:748' }
    const found = wire.versionsIn(answer({ kind: 'write', headers }))
    expect(found).toEqual([
      { scope: 'contember project', epoch: '', position: '7301234567890123456:748' },
    ])
  })

  test('sends them as a list', () => {
    expect(wire.attach?.(carrying([{ position: '3~1:5,1:6' }]))).toEqual({
      headers: [['X-Contember-Read-After', '1:5,1:6']],
    })
  })
})

describe('AT Protocol', () => {
  const wire = atProtocol()
  const positionOf = (tid: string): string => {
    const found = wire.versionsIn(answer({ headers: { 'atproto-repo-rev': tid } }))
    return Array.isArray(found) ? (found[0]?.position ?? '') : ''
  }

  test('a revision is a number of 64 bits', () => {
    expect(positionOf('2222222222222')).toBe('0')
    expect(positionOf('3222222222223')).toBe(String(2n ** 60n + 1n))
    expect(positionOf('jzzzzzzzzzzzz')).toBe(String(2n ** 64n - 1n))
  })

  test('law: revisions are ordered as their texts are', () => {
    const digit = fc.constantFrom(...'234567abcdefghijklmnopqrstuvwxyz'.split(''))
    const tid = fc
      .tuple(fc.constantFrom(...'234567abcdefghij'.split('')), fc.array(digit, { minLength: 12, maxLength: 12 }))
      .map(([first, rest]) => first + rest.join(''))
    fc.assert(
      fc.property(tid, tid, (left, right) => {
        const order = left === right ? 'equal' : left < right ? 'before' : 'after'
        expect(integer.comparePositions(positionOf(left), positionOf(right))).toBe(order)
      }),
    )
  })

  test.each(['k222222222222', '322222222222', '1222222222222', '3JZFCIJPJ2Z2A'])('V4: %s is no revision', (tid) => {
    expect(() => positionOf(tid)).toThrow(ProtocolError)
  })

  test('the answer to a write names the revision in its body', () => {
    const json = { uri: 'at://x', commit: { cid: 'c', rev: '2222222222224' } }
    const written = { kind: 'write', path: '/xrpc/com.atproto.repo.createRecord' } as const
    expect(wire.versionsIn(answer({ ...written, json }))).toEqual([
      { scope: 'repository', epoch: '', position: '2' },
    ])
    expect(wire.versionsIn(answer({ ...written, json: {} }))).toBeUndefined()
    expect(wire.versionsIn(answer({ ...written, json: { commit: { rev: '' } } }))).toBeUndefined()
    const type = { 'content-type': 'application/json' }
    expect(wire.versionsIn(answer({ ...written, headers: type }))).toBe('in-body')
    expect(wire.versionsIn(answer({ headers: type }))).toBeUndefined()
  })

  test('a rule may name the repository', () => {
    expect(wire.scopesOf?.(request('/a', 'did:plc:x'))).toEqual(['did:plc:x'])
  })

  test('tells how far the upstream was behind', () => {
    const source = (lag: string) => wire.sourceIn?.(answer({ headers: { 'atproto-upstream-lag': lag } }))
    expect(source('1200')).toEqual({ name: 'upstream', lagMs: 1200, isPrimary: false })
    expect(source('soon')).toBeUndefined()
    expect(wire.sourceIn?.(answer({}))).toBeUndefined()
  })

  test('sends nothing', () => {
    expect(wire.attach).toBeUndefined()
  })
})

describe('change detectors', () => {
  test('W16: an ETag is a token, and Last-Modified a hint', () => {
    expect(entityTag().evidence).toBe('token')
    expect(lastModified().evidence).toBe('hint')
  })

  test('each selection of a list has its own', () => {
    for (const wire of [entityTag(), lastModified()]) {
      expect(wire.scopesOf?.(request('/a?page=1'))).not.toEqual(wire.scopesOf?.(request('/a?page=2')))
    }
    expect(lastModified().scopesOf?.(request('/a?page=1', 'list'))).toEqual(['list'])
  })

  test('tags of one content are one, weak or strong', () => {
    const tag = (text: string) => entityTag().versionsIn(answer({ headers: { etag: text } }))
    expect(tag('"abc"')).toEqual(tag('W/"abc"'))
    expect(tag('"abc"')).not.toEqual(tag('"abd"'))
  })

  test('an HTTP date is read to the second', () => {
    const headers = { 'last-modified': 'Sun, 06 Nov 1994 08:49:37 GMT' }
    expect(lastModified().versionsIn(answer({ headers }))).toEqual([
      { scope: '/a', epoch: '', position: '1994-11-06T08:49:37Z' },
    ])
  })

  test.each([
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    '1994-11-06T08:49:37Z',
  ])('V4: %s is refused', (text) => {
    expect(() => lastModified().versionsIn(answer({ headers: { 'last-modified': text } }))).toThrow(ProtocolError)
  })
})
