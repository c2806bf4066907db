import { describe, expect, test } from 'vitest'
import { isFit } from '../../src/cli/report-json.ts'
import { apiOrigin, codesOf, visit, withHeaders, write } from './doctored-api.ts'
import type { Meddle, Visit } from './doctored-api.ts'

const readsOf = (change: (response: Promise<Response>, request: Request) => Promise<Response>): Meddle => {
  return (request, handle) => (request.method === 'GET' ? change(handle(request), request) : handle(request))
}

describe('an API with nothing wrong', () => {
  test('is fit, with its lag measured and its stale reads counted', async () => {
    const examination = await visit({ write })
    expect(examination.findings).toEqual([])
    expect(isFit(examination)).toBe(true)
    expect(examination.vocabulary?.place).toBe('the header Data-Version')
    expect(examination.settledMs).toHaveLength(5)
    expect(Math.max(...examination.settledMs)).toBeGreaterThan(0)
    expect(examination.staleness).toMatchObject({ isMoving: true })
    expect(examination.staleness?.stale).toBeGreaterThan(0)
    expect(examination.lagsMs.length).toBeGreaterThan(0)
  })

  test('says that nothing changed, where nothing was written', async () => {
    const { staleness } = await visit({})
    expect(staleness).toEqual({ reads: 20, stale: 0, isMoving: false })
  })

  test('is read alone, unless something may be written', async () => {
    const methods = new Set<string>()
    await visit({ meddle: (request, handle) => (methods.add(request.method), handle(request)) })
    expect([...methods]).toEqual(['GET'])
  })

  test('is asked one thing at a time, at no more than the rate', async () => {
    const sentAtMs: number[] = []
    let underWay = 0
    await visit({
      ratePerSecond: 4,
      api: { latency: { kind: 'fixed', ms: 30 } },
      meddle: async (request, handle, now) => {
        underWay += 1
        expect(underWay).toBe(1)
        sentAtMs.push(now())
        const response = await handle(request)
        underWay -= 1
        return response
      },
    })
    const pauses = sentAtMs.slice(1).map((sent, index) => sent - (sentAtMs[index] ?? 0))
    expect(pauses.length).toBeGreaterThan(19)
    expect(Math.min(...pauses)).toBe(250)
  })
})

const cases: Record<string, Visit & { readonly code: string }> = {
  'no version at all': {
    code: 'no-version',
    path: '/photos/1',
    api: { versions: 'none' },
    meddle: readsOf((response) => withHeaders(response, { ETag: undefined })),
  },
  'a list whose rows alone have versions': {
    code: 'unversioned-list',
    api: { versions: 'body' },
    meddle: readsOf((response) => withHeaders(response, { ETag: undefined })),
  },
  'a version that cannot be read': {
    code: 'malformed-version',
    meddle: readsOf((response) => withHeaders(response, { 'Data-Version': 'main;v=45' })),
  },
  'a proxy that drops the header': {
    code: 'unversioned-answers',
    meddle: (() => {
      let count = 0
      return readsOf((response) => {
        count += 1
        return count % 3 === 0 ? withHeaders(response, { 'Data-Version': undefined }) : response
      })
    })(),
  },
  'an entity tag alone': {
    code: 'weak-evidence',
    api: { versions: 'none' },
    meddle: readsOf((response) => withHeaders(response, { ETag: '"7f3a"' })),
  },
  'a header that is not exposed': {
    code: 'unexposed-header',
    pageOrigin: 'https://app.example.com',
    api: { cors: { origin: 'https://app.example.com', exposes: ['ETag'] } },
  },
  'an origin that may not read': { code: 'origin-refused', pageOrigin: 'https://app.example.com' },
  'a preflight that refuses floors': {
    code: 'preflight-refused',
    pageOrigin: 'https://app.example.com',
    api: { cors: { origin: '*' } },
    meddle: (request, handle) => {
      const response = handle(request)
      return request.method === 'OPTIONS'
        ? withHeaders(response, { 'Access-Control-Allow-Headers': 'content-type' })
        : response
    },
  },
  'answers out of a cache': {
    code: 'cached-answers',
    meddle: readsOf((response) => withHeaders(response, { Age: '17' })),
  },
  'answers that shared caches may keep': {
    code: 'cacheable-answers',
    meddle: readsOf((response) => withHeaders(response, { 'Cache-Control': 'public, max-age=60' })),
  },
  'a source whose versions go back': {
    code: 'non-monotonic',
    meddle: (() => {
      let count = 0
      return readsOf((response) => {
        count += 1
        const position = count % 2 === 0 ? 8 : 9
        const version = `main;e="a";v="${position}"`
        return withHeaders(response, { 'Data-Version': version, 'Served-By': 'replica-1' })
      })
    })(),
  },
  'writes whose versions do not grow': {
    code: 'non-monotonic',
    write,
    meddle: (request, handle) => {
      return withHeaders(handle(request), { 'Data-Version': 'main;e="a";v="1"', 'Served-By': undefined })
    },
  },
  'two histories by turns': {
    code: 'alternating-epochs',
    meddle: (() => {
      let count = 0
      return readsOf((response) => {
        count += 1
        return withHeaders(response, { 'Data-Version': `main;e="${count % 2 === 0 ? 'a' : 'b'}";v="9"` })
      })
    })(),
  },
  'a version that does not change with the data': {
    code: 'same-version-other-data',
    write,
    api: { replicas: 0 },
    meddle: (() => {
      let body = 0
      return readsOf(async (response) => {
        const { headers } = await response
        body += 1
        return new Response(JSON.stringify({ items: [body] }), { headers })
      })
    })(),
  },
  'a replica that never applies a write': {
    code: 'never-shown',
    write,
    api: { lag: { kind: 'fixed', ms: 3_600_000 } },
  },
  'writes without a version': {
    code: 'unversioned-write',
    write,
    meddle: (request, handle) => {
      const response = handle(request)
      return request.method === 'POST' ? withHeaders(response, { 'Data-Version': undefined }) : response
    },
  },
  'errors without a version': {
    code: 'unversioned-error',
    meddle: async (request, handle) => {
      const response = await handle(request)
      return response.status === 404
        ? withHeaders(Promise.resolve(response), { 'Data-Version': undefined })
        : response
    },
  },
  'a 304 without a version': {
    code: 'unversioned-304',
    meddle: async (request, handle) => {
      const response = withHeaders(handle(request), { ETag: '"1"' })
      return request.headers.has('if-none-match') ? new Response(null, { status: 304 }) : response
    },
  },
  'a server that ignores floors': { code: 'floor-ignored', api: { floors: 'ignore' } },
}

describe('a fault is named', () => {
  test.each(Object.entries(cases))('%s', async (_, { code, ...how }) => {
    const examination = await visit(how)
    expect(codesOf(examination)).toContain(code)
    const finding = examination.findings.find((candidate) => candidate.code === code)
    expect(finding?.seen).not.toBe('')
    expect(finding?.remedy).not.toBe('')
    expect(isFit(examination)).toBe(examination.findings.every(({ kind }) => kind === 'advice'))
  })

  test('every code that can be found is among the cases', async () => {
    const { readFileSync } = await import('node:fs')
    const source = readFileSync('src/cli/finding.ts', 'utf8')
    const codes = [...source.matchAll(/^ {2}\| '([\w-]+)'$/gm)].map(([, code]) => code)
    expect(codes.length).toBeGreaterThan(10)
    expect(new Set(Object.values(cases).map(({ code }) => code))).toEqual(new Set(codes))
  })
})

describe('an API that cannot be examined', () => {
  const refused = (response: () => Response | never): Promise<unknown> => {
    return visit({ meddle: async () => response() })
  }

  test.each([
    [301, { location: 'https://new.example.com/' }, /redirects to https:\/\/new\.example\.com\//],
    [401, {}, /--header 'Authorization/],
    [403, {}, /--header 'Authorization/],
    [404, {}, /can be read/],
    [429, { 'retry-after': '30' }, /after 30 s/],
    [500, {}, /answered 500/],
  ])('status %s says what to do', async (status, headers, message) => {
    await expect(refused(() => new Response(null, { status, headers }))).rejects.toThrow(message)
  })

  test('a page is no API', async () => {
    const html = { 'content-type': 'text/html' }
    await expect(refused(() => new Response('<p>', { headers: html }))).rejects.toThrow(/answered a page/)
  })

  test('JSON that is none is said to be none', async () => {
    const json = { 'content-type': 'application/json' }
    await expect(refused(() => new Response('{', { headers: json }))).rejects.toThrow(/no JSON/)
  })

  test.each(['ENOTFOUND', 'ECONNREFUSED', 'ECONNRESET', 'CERT_HAS_EXPIRED', 'UND_ERR_CONNECT_TIMEOUT'])(
    'the network error %s says what to do',
    async (code) => {
      const failing = (): never => {
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) })
      }
      await expect(refused(failing)).rejects.toThrow(new RegExp(`${apiOrigin}.*\\(${code}\\): .*\\.$`))
    },
  )

  test('an error of the network that is not known is told as it came', async () => {
    const failing = (): never => {
      throw new TypeError('fetch failed', { cause: new Error('bad port') })
    }
    await expect(refused(failing)).rejects.toThrow('could not be reached: bad port')
  })

  test('an answer that does not come in time is told with the time', async () => {
    const failing = (): never => {
      throw new DOMException('', 'TimeoutError')
    }
    await expect(refused(failing)).rejects.toThrow(/no answer in 10000 ms.*--timeout/)
  })

  test('a write that is refused is told with what the server said', async () => {
    const meddle: Meddle = async (request, handle) => {
      return request.method === 'POST' ? new Response('title is too long', { status: 422 }) : handle(request)
    }
    await expect(visit({ write, meddle })).rejects.toThrow(/answered 422: title is too long/)
  })
})
