import { expect, test } from 'vitest'
import { decodePack } from '../../src/storage/indexeddb/stored-record.ts'

test('S5: what stands under no key in a pack is told, whatever it is, and harms no other (I14)', () => {
  const nameless = { toString: 1, valueOf: 1 } // It cannot be made a text.
  const told: string[] = []
  const pack = decodePack([[nameless, {}], [null, {}], 7, ['photo', undefined]], (record) => told.push(record))
  expect([...pack]).toEqual([['photo', [undefined]]])
  expect(told).toEqual(Array.from({ length: 3 }, () => 'value without a key'))
})
