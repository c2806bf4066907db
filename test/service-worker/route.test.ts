import { describe, expect, test } from 'vitest'
import { governedRoute } from '../../src/adapters/workbox/index.ts'
import { createServiceWorker } from '../../src/service-worker/index.ts'
import type { WorkerScope } from '../../src/service-worker/index.ts'
import { parseMessage, printMessage } from '../../src/service-worker/messages.ts'
import { isForWorker, marked, readable } from '../../src/service-worker/route.ts'

const origin = 'https://app.test'
const origins = new Set([origin, 'https://api.test'])

/** A request as a worker sees it: a program cannot make one of every mode. */
function requestOf(path: string, facts: Partial<Omit<Request, 'headers'>> & { headers?: Record<string, string> } = {}): Request {
  const { headers = {}, ...others } = facts
  return { url: new URL(path, origin).href, method: 'GET', mode: 'no-cors', cache: 'default', ...others, headers: new Headers(headers) } as Request
}

describe('what is the worker’s', () => {
  test.each<[string, Request, boolean]>([
    ['an image of the own origin', requestOf('/images/1'), true],
    ['one of another named origin', requestOf('https://api.test/images/1'), true],
    ['I12: one of an origin that nobody named', requestOf('https://cdn.test/images/1'), false],
    ['a navigation', requestOf('/story', { mode: 'navigate' }), true],
    ['R2: a form that is sent', requestOf('/story', { mode: 'navigate', method: 'POST' }), false],
    ['R2: a beacon', requestOf('/log', { method: 'POST' }), false],
    ['a write of a third party', requestOf('/api/photos', { mode: 'cors', method: 'POST' }), true],
    ['R2: a part of a video', requestOf('/film', { headers: { range: 'bytes=0-' } }), false],
    ['R2: what may come from a cache only', requestOf('/images/1', { cache: 'only-if-cached' }), false],
    ['R2: a stream of events', requestOf('/events', { mode: 'cors', headers: { accept: 'text/event-stream' } }), false],
    ['R1: what a client has marked', requestOf('/api/photos#tidemark-governed', { mode: 'cors' }), false],
    ['R1: what carries a floor', requestOf('/api/photos', { mode: 'cors', headers: { 'min-version': 'main;v="1"' } }), false],
    ['R1: what asks for a level', requestOf('/api/photos', { mode: 'cors', headers: { 'read-consistency': 'strong' } }), false],
  ])('%s', (_what, request, expected) => {
    expect(isForWorker(request, origins)).toBe(expected)
  })

  test('R3: what would hide its version is asked in a mode that tells it', () => {
    expect(readable(new Request(`${origin}/images/1`, { mode: 'no-cors' }), origin).mode).toBe('same-origin')
    expect(readable(new Request('https://api.test/images/1', { mode: 'no-cors' }), origin).mode).toBe('cors')
  })

  test('R1: a mark takes the place of a fragment, and leaves a request that sends something as it is', () => {
    expect(marked('/photos?page=2#top')).toBe('/photos?page=2#tidemark-governed')
    const read = marked(new Request(`${origin}/photos`, { headers: { accept: 'text/plain' } }))
    expect(read instanceof Request && read.headers.get('accept')).toBe('text/plain')
    const write = new Request(`${origin}/photos`, { method: 'POST', body: '{}' })
    expect(marked(write)).toBe(write)
  })
})

describe('messages', () => {
  const floors = { kind: 'floors', principal: 'ada', token: 'tm1;p="x"' } as const

  test('M1: what was printed is read', () => {
    expect(parseMessage(structuredClone(printMessage(floors)))).toEqual(floors)
    expect(parseMessage(printMessage({ kind: 'ask' }))).toEqual({ kind: 'ask' })
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'ask'],
    ['M2: another version', { ...printMessage(floors), format: 'tidemark-worker/2' }],
    ['no version', floors],
    ['a kind that is not known', { ...printMessage(floors), kind: 'wipe' }],
    ['a principal that is no text', { ...printMessage(floors), principal: 7 }],
    ['a principal that is too long', { ...printMessage(floors), principal: 'a'.repeat(1025) }],
    ['a token that is too long', { ...printMessage(floors), token: 'a'.repeat(4097) }],
    ['a token that is missing', { ...printMessage(floors), token: undefined }],
    ['I14: what only a prototype says', Object.create(printMessage(floors))],
  ])('M1: %s is not understood', (_what, data) => {
    expect(parseMessage(data)).toBeUndefined()
  })
})

describe('the worker', () => {
  const scopeOf = (heard: string[]): WorkerScope => {
    const scope = {
      clients: { get: () => Promise.resolve(undefined), matchAll: () => Promise.resolve([]) },
      addEventListener: (type: string) => void heard.push(type),
      registration: {},
    }
    return scope
  }

  test('refuses to be made outside one', () => {
    expect(() => createServiceWorker({ origins: [origin] })).toThrow('the global scope of a service worker')
  })

  test('hears requests, unless another router does', () => {
    const [all, none]: string[][] = [[], []]
    createServiceWorker({ origins: [origin], scope: scopeOf(all ?? []) })
    const worker = createServiceWorker({ origins: [origin], scope: scopeOf(none ?? []), answers: 'none' })
    expect(all).toEqual(['message', 'fetch'])
    expect(none).toEqual(['message'])
    const route = governedRoute(worker)
    expect(route.match({ request: requestOf('/images/1') })).toBe(true)
    expect(route.match({ request: requestOf('https://cdn.test/images/1') })).toBe(false)
  })
})
