import { expect, test } from 'vitest'
import { sizeOf } from './counted-disk.ts'

test('a value is as large as its texts, numbers and bytes', () => {
  expect(sizeOf({ title: 'Boat', version: 7 })).toBe('title'.length + 'Boat'.length + 'version'.length + 8)
  expect(sizeOf([new ArrayBuffer(100), new Uint8Array(20)])).toBe(120)
  expect(sizeOf([true, null, undefined])).toBe(3)
})
