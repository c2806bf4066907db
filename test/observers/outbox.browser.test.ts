// The outbox as an app has it: on the browser's own disk, under its own locks.
import { expect, test } from 'vitest'
import { createTidemark, indexedDBOutboxStore, memoryStorage, outbox } from '../../src/index.ts'
import type { Mutation, Tidemark } from '../../src/index.ts'

const origin = 'https://api.test'

test('what one client could not send, the next one sends, with the same key', async () => {
  const name = `outbox ${crypto.randomUUID()}`
  const keys: string[] = []
  let isOffline = true
  const open = (): { tidemark: Tidemark; like: Mutation<string, unknown> } => {
    const tidemark = createTidemark({
      origins: [origin],
      storage: memoryStorage(),
      mirror: false,
      fetch(_input, init) {
        keys.push(new Headers(init?.headers).get('idempotency-key') ?? '')
        return isOffline ? Promise.reject(new TypeError('offline')) : Promise.resolve(Response.json({ liked: true }))
      },
    })
    const like = tidemark.mutation({
      name: 'like',
      outbox: outbox({ store: indexedDBOutboxStore({ name }) }),
      request: (id: string) => ({ url: `${origin}/photos/${id}/like`, method: 'PUT' }),
    })
    return { tidemark, like }
  }
  const first = open()
  const { id } = first.like.mutate('7')
  await expect.poll(() => keys).toEqual([`"${id}"`])
  first.tidemark.close()
  isOffline = false
  const second = open()
  await expect.poll(() => second.like.get().status).toBe('settled')
  expect(keys).toEqual([`"${id}"`, `"${id}"`])
  await expect
    .poll(async () => (await navigator.locks.query()).held?.filter((lock) => lock.name?.includes('outbox')))
    .toEqual([])
  second.tidemark.close()
})
