// What is under way when a session ends, over a real network: the browser's own signals end it.
import { expect, test } from 'vitest'
import { createTidemark, isTidemarkError, memoryStorage } from '../../src/index.ts'
import type { Tidemark } from '../../src/index.ts'
import { pageOrigins } from '../platform/page-origins.ts'

const base = pageOrigins().page

function open(): Tidemark {
  return createTidemark({ storage: memoryStorage(), mirror: false, tabs: false })
}

const isEnded = (cause: unknown): boolean => isTidemarkError(cause, 'session-ended')
const endless = (): string => `${base}/endless?id=${crypto.randomUUID()}`

test.each([
  ['without a signal', (): RequestInit => ({})],
  ['with a signal of its own', (): RequestInit => ({ signal: new AbortController().signal })],
])('L3: a body that is still read breaks off when its session ends, of a request %s', async (_, init) => {
  const tidemark = open()
  const response = await tidemark.fetch(endless(), init())
  const reader = response.body?.getReader()
  expect((await reader?.read())?.done).toBe(false)
  const reading = (async () => {
    for (;;) if ((await reader?.read())?.done !== false) return 'read to its end'
  })()
  await tidemark.session.signOut()
  await expect(reading).rejects.toThrow()
  tidemark.close()
})

test('L3: a request that has no answer yet is ended too, and the next session asks anew', async () => {
  const tidemark = open()
  const waiting = tidemark.fetch(`${base}/held?id=${crypto.randomUUID()}`)
  const outcome = waiting.catch((cause: unknown) => cause)
  await tidemark.session.signOut()
  expect(isEnded(await outcome)).toBe(true)
  expect((await tidemark.fetch(`${base}/status/204`)).status).toBe(204)
  tidemark.close()
})

test('L3: a signal of its own still ends a request, and no other', async () => {
  const tidemark = open()
  const leaving = new AbortController()
  const [mine, other] = [tidemark.fetch(endless(), { signal: leaving.signal }), tidemark.fetch(endless())]
  const bodies = await Promise.all([mine, other])
  leaving.abort()
  await expect(bodies[0].text()).rejects.toMatchObject({ name: 'AbortError' })
  const reader = bodies[1].body?.getReader()
  expect((await reader?.read())?.done).toBe(false)
  await reader?.cancel()
  tidemark.close()
})
