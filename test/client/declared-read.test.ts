// Reads that are sent by POST, as searches and GraphQL queries are: the app says that they are reads.

import { describe, expect, test } from 'vitest'
import { inScene, origin } from './scripted-server.ts'

const search = { method: 'POST', body: '{"likes":{"min":3}}', kind: 'read' } as const

describe('a read by POST', () => {
  test('R6: undeclared, it is a write: sent once, and not judged', inScene({}, async ({ answer, body, requests }) => {
    answer({ v: 8, e: 'a' }, { v: 2, e: 'a' })
    await body('/photos')
    expect(await body('/search', { ...search, kind: undefined })).toEqual({ v: 2 })
    expect(requests).toHaveLength(2)
  }))

  test('R6: declared, it is judged, and sent again with its body', inScene({}, async ({ answer, body, requests }) => {
    answer({ v: 8, e: 'a' }, { v: 2, e: 'a' }, { v: 8, e: 'a' })
    await body('/photos')
    expect(await body('/search', search)).toEqual({ v: 8 })
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST'])
    expect(await requests[2]?.text()).toBe(search.body)
    expect(requests[1]?.headers.get('min-version')).toBe('main;e="a";v="8"')
  }))

  test('W1: it raises no write floor', inScene({}, async ({ answer, body, tidemark }) => {
    answer({ v: 8, e: 'a' })
    await body('/search', search)
    const [floors] = tidemark.session.floors().values()
    expect([floors?.read?.position, floors?.write]).toEqual(['8', undefined])
  }))

  test('I9: what is held for the address is no answer to it, nor is one body\'s to another', inScene({}, async (scene) => {
    const { answer, body, requests } = scene
    answer({ v: 8, e: 'a', body: 'by GET' })
    await body('/search')
    answer({ v: 2, e: 'a', body: 'the past' }, { v: 8, e: 'a', body: 'by POST' })
    expect(await body('/search', search)).toBe('by POST')
    answer({ v: 2, e: 'a', body: 'the past' }, { v: 8, e: 'a', body: 'by another' })
    expect(await body('/search', { ...search, body: '{}' })).toBe('by another')
    answer({ v: 2, e: 'a', body: 'the past' })
    expect(await body('/search')).toBe('by GET')
    expect(requests).toHaveLength(6)
  }))

  test('R6: a body that can be sent once is refused', inScene({}, async ({ tidemark }) => {
    const url = `${origin}/search`
    const blob = tidemark.fetch(url, { ...search, body: new Blob(['{}']) })
    await expect(blob).rejects.toThrow('init.kind')
    const request = new Request(url, { method: 'POST', body: '{}' })
    await expect(tidemark.fetch(request, { kind: 'read' })).rejects.toThrow('init.kind')
  }))
})
