import { describe, expect, test } from 'vitest'
import { integer, jsonVersion, wireVersion } from '../../src/index.ts'
import type { Attachment, Settle, Wire } from '../../src/index.ts'
import { readAnswer, send } from '../../src/transport/versioned-fetch.ts'
import type { Reading } from '../../src/transport/versioned-fetch.ts'

const url = new URL('https://api.test/a')

function reading(wire: Wire): Reading {
  const naming = { formatOf: () => integer, scopeId: (name: string) => `${name}@here` }
  return { wire, naming, kind: 'read', url, scope: undefined }
}

/** What the platform's `fetch` is called with. */
interface Call {
  readonly input: RequestInfo | URL
  readonly init: RequestInit | undefined
}

async function callOf(
  request: { input: RequestInfo | URL; init?: RequestInit },
  attachment: Attachment | undefined,
): Promise<Call> {
  const calls: Call[] = []
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    calls.push({ input, init })
    return Response.json({})
  }
  await send(fetch, { input: request.input, init: request.init }, () => ({ floors: [], attachment }), {})
  expect(calls).toHaveLength(1)
  return calls[0]!
}

const query: Attachment = { query: [['floor', '3'], ['stale', undefined]] }

describe('a request', () => {
  test('W2: that carries nothing is handed on as it came', async () => {
    const input = new Request(url)
    const init = { headers: { accept: 'text/csv' } }
    expect(await callOf({ input, init }, undefined)).toEqual({ input, init })
    expect((await callOf({ input, init }, undefined)).init).toBe(init)
  })

  test('keeps its own headers beside those of the wire', async () => {
    const { init } = await callOf({ input: url, init: { headers: { accept: 'text/csv' } } }, {
      headers: [['X-After', '3']],
    })
    expect([...new Headers(init?.headers)]).toEqual([['accept', 'text/csv'], ['x-after', '3']])
  })

  test('gains parameters, and loses those that the wire takes away', async () => {
    const { input } = await callOf({ input: 'https://api.test/a?stale&q=1' }, query)
    expect(new Request(input).url).toBe('https://api.test/a?q=1&floor=3')
  })

  test('as a Request gives all that it is to its new address', async () => {
    const original = new Request(url, { headers: { accept: 'text/csv' }, redirect: 'manual' })
    const { input, init } = await callOf({ input: original, init: { credentials: 'omit' } }, query)
    const request = new Request(input, init)
    expect(request.url).toBe('https://api.test/a?floor=3')
    expect(request.headers.get('accept')).toBe('text/csv')
    expect([request.redirect, request.credentials]).toEqual(['manual', 'omit'])
  })

  test('W4: as a Request with a body keeps its address', async () => {
    const original = new Request(url, { method: 'PUT', body: 'text' })
    expect((await callOf({ input: original }, query)).input).toBe(original)
    expect(original.bodyUsed).toBe(false)
    const withBody = await callOf({ input: new Request(url), init: { method: 'post', body: 'a' } }, query)
    expect(withBody.input).toBeInstanceOf(Request)
  })

  test('W1: carries what is known in the step in which it leaves', async () => {
    let floor = '3'
    const fetch = async (_input: RequestInfo | URL, init?: RequestInit): Promise<Response> =>
      Response.json(new Headers(init?.headers).get('x-after'))
    const sent = send(
      fetch,
      { input: url, init: undefined },
      () => ({ floors: [], attachment: { headers: [['x-after', floor]] } }),
      {},
    )
    floor = '4'
    expect(await (await sent).json()).toBe('3')
  })
})

describe('an answer', () => {
  test('reports versions under the ids of their scopes', async () => {
    const response = new Response(null, { headers: { 'data-version': 'main;v="3"' } })
    const { versions } = await readAnswer(response, reading(wireVersion), 100)
    expect(versions).toEqual([{ scope: 'main@here', epoch: '', position: '3' }])
  })

  test('whose version is in its body is the same answer afterwards', async () => {
    const answer = await readAnswer(Response.json({ v: 3 }), reading(jsonVersion('v')), 100)
    expect(answer.versions).toEqual([{ scope: '/a@here', epoch: '', position: '3' }])
    expect(await answer.response.json()).toEqual({ v: 3 })
    expect(answer.representation).toBeDefined()
  })

  test('I14: longer than the bound is not looked into, and comes whole', async () => {
    const body = { v: 3, rest: 'a'.repeat(200) }
    const answer = await readAnswer(Response.json(body), reading(jsonVersion('v')), 100)
    expect(answer).toMatchObject({ versions: undefined, problem: undefined, fault: undefined })
    expect(await answer.response.json()).toEqual(body)
  })

  test('that calls itself JSON and is none says nothing', async () => {
    const headers = { 'content-type': 'application/json' }
    const answer = await readAnswer(new Response('{', { headers }), reading(jsonVersion('v')), 100)
    expect(answer).toMatchObject({ versions: undefined, fault: undefined })
    expect(await answer.response.text()).toBe('{')
  })

  test('that is malformed is told, and says nothing', async () => {
    const answer = await readAnswer(Response.json({ v: 1.5 }), reading(jsonVersion('v')), 100)
    expect(answer.versions).toBeUndefined()
    expect(answer.fault?.code).toBe('protocol')
  })

  test('W5: a refusal whose version is malformed is one all the same', async () => {
    const headers = { 'content-type': 'application/problem+json', 'data-version': 'main;v=' }
    const refusal = Response.json({ type: 'urn:tidemark:problem:never' }, { status: 409, headers })
    const answer = await readAnswer(refusal, reading(wireVersion), 100)
    expect(answer).toMatchObject({ versions: undefined, problem: { kind: 'never' } })
    expect(answer.fault?.code).toBe('protocol')
  })

  test('a fault of the wire itself is not hidden', async () => {
    const broken: Wire = {
      ...wireVersion,
      versionsIn() {
        throw new RangeError('broken')
      },
    }
    await expect(readAnswer(new Response(), reading(broken), 100)).rejects.toThrow('broken')
  })

  test('is completed by what was known when its request left', async () => {
    const settle: Settle = (versions, servedBy) =>
      versions?.map((version) => ({ ...version, epoch: servedBy?.name ?? '' }))
    const headers = { 'data-version': 'main;v="3"', 'served-by': 'db' }
    const response = await send(
      async () => new Response(null, { headers }),
      { input: url, init: undefined },
      () => ({ floors: [], attachment: undefined, settle }),
      {},
    )
    const { versions } = await readAnswer(response, reading(wireVersion), 100)
    expect(versions).toEqual([{ scope: 'main@here', epoch: 'db', position: '3' }])
  })
})
