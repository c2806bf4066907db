// What browsers are told of other origins.
import { describe, expect, test } from 'vitest'
import { createCors } from '../../src/server/cors.ts'
import type { CorsOptions } from '../../src/server/cors.ts'

const page = 'https://app.example.com'
const url = 'https://api.example.com/photos'
const ok = (): Response => new Response('ok', { headers: { 'Data-Version': 'main;v="1"' } })

function ask(options: CorsOptions, origin: string | undefined, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  if (origin !== undefined) headers.set('origin', origin)
  return createCors(options)(new Request(url, { ...init, headers }), ok)
}

const preflight = { method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' } }

test('W9: versions are exposed by name, to the origins that are named', async () => {
  const response = await ask({ origins: [page] }, page)
  expect(await response.text()).toBe('ok')
  expect(response.headers.get('access-control-allow-origin')).toBe(page)
  expect(response.headers.get('access-control-expose-headers')?.split(', ')).toEqual(
    expect.arrayContaining(['Data-Version', 'Served-By', 'ETag', 'Age', 'Retry-After']),
  )
  expect(response.headers.get('vary')).toBe('Origin')
})

test('W10: a preflight allows our headers, for as long as a browser may remember', async () => {
  const response = await ask({ origins: [page], allowHeaders: ['X-Trace'] }, page, preflight)
  expect(response.status).toBe(204)
  expect(response.headers.get('access-control-allow-headers')).toBe('Min-Version, Read-Consistency, X-Trace')
  expect(response.headers.get('access-control-max-age')).toBe('7200')
  expect(response.headers.get('access-control-allow-methods')).toContain('PATCH')
})

test.each(['https://evil.example', 'null', undefined])('C2: %s is told nothing, and caches know', async (origin) => {
  for (const init of [{}, preflight]) {
    const response = await ask({ origins: [page], allowsCredentials: true }, origin, init)
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(response.headers.get('vary')).toBe('Origin')
  }
})

test('C1: all origins, without credentials', async () => {
  const response = await ask({ origins: '*' }, 'https://any.example')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(response.headers.get('access-control-allow-credentials')).toBeNull()
  expect(response.headers.get('vary')).toBeNull()
})

test('an OPTIONS that is no preflight reaches the handler, and `Vary` is kept', async () => {
  const cors = createCors({ origins: [page], allowsCredentials: true })
  const request = new Request(url, { method: 'OPTIONS', headers: { origin: page } })
  const response = await cors(request, () => new Response('mine', { headers: { Vary: 'Accept' } }))
  expect(await response.text()).toBe('mine')
  expect(response.headers.get('access-control-allow-credentials')).toBe('true')
  expect(response.headers.get('vary')).toBe('Accept, Origin')
})

describe('is refused', () => {
  test.each<[string, CorsOptions]>([
    ['credentials for all', { origins: '*', allowsCredentials: true }],
    ['a path', { origins: ['https://app.example.com/'] }],
    ['a word', { origins: ['app'] }],
  ])('%s', (_, options) => {
    expect(() => createCors(options)).toThrow('origin')
  })
})
