// The outbox on disk, where a stranger has written into it or nothing can be written at all.
import { expect, test } from 'vitest'
import { indexedDBOutboxStore } from '../../src/index.ts'
import type { OutboxRecord } from '../../src/index.ts'

const record: OutboxRecord = { id: 'a', name: 'n', line: 'l', variables: 1, at: 0 }

test('B4: a record that cannot be understood is left out, and told', async () => {
  const told: string[] = []
  const store = indexedDBOutboxStore({ name: 'defaced' })({
    principal: 'ann',
    onUnreadable: (what) => told.push(what),
  })
  await store.add(record)
  await new Promise<void>((resolve, reject) => {
    const opening = indexedDB.open('defaced', 1)
    opening.addEventListener('error', () => reject(new Error('not opened')))
    opening.addEventListener('success', () => {
      const transaction = opening.result.transaction('record', 'readwrite')
      transaction.objectStore('record').put({ principal: 'ann', id: 7 })
      transaction.objectStore('record').put('a text of nobody')
      transaction.addEventListener('complete', () => {
        opening.result.close()
        resolve()
      })
    })
  })
  expect(await store.load()).toEqual([record])
  expect(told).toEqual(['outbox 2'])
  store.close()
})

test('B5: where there is no IndexedDB it rejects with a StorageError', async () => {
  const none = { open: () => { throw new DOMException('denied', 'SecurityError') } } as unknown as IDBFactory
  const store = indexedDBOutboxStore({ indexedDB: none })({ principal: '', onUnreadable: () => undefined })
  await expect(store.load()).rejects.toMatchObject({ code: 'storage' })
  await expect(store.add(record)).rejects.toMatchObject({ code: 'storage' })
})
