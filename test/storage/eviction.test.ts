import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseEvicted } from '../../src/storage/eviction.ts'
import type { KeyMeta } from '../../src/storage/storage.ts'

const floor = [{ scope: 'main', epoch: '', position: '1' }]

function value(bytes: number, usedAt: number): KeyMeta {
  return { floor, held: { kind: 'value', versions: floor, validatedAt: 0, bytes, usedAt } }
}

const tombstone: KeyMeta = {
  floor,
  held: { kind: 'tombstone', versions: floor, isAfter: false, validatedAt: 0 },
}

test('V1: the values used longest ago go first, and tombstones and bare floors never', () => {
  const metas = new Map([
    ['new', value(40, 30)],
    ['gone', tombstone],
    ['old', value(40, 10)],
    ['bare', { floor, held: undefined }],
    ['middle', value(40, 20)],
  ])
  expect(chooseEvicted(metas, 100)).toEqual({ keys: ['old'], bytes: 80 })
  expect(chooseEvicted(metas, 50)).toEqual({ keys: ['old', 'middle'], bytes: 40 })
  expect(chooseEvicted(metas, 0)).toEqual({ keys: ['new', 'old', 'middle'], bytes: 0 })
})

test('V2: room is made for some commits at once, and nothing goes while all fits', () => {
  const metas = new Map(Array.from({ length: 11 }, (_, index) => [`${index}`, value(10, index)]))
  expect(chooseEvicted(metas, 110)).toEqual({ keys: [], bytes: 110 })
  expect(chooseEvicted(metas, 100)).toEqual({ keys: ['0', '1'], bytes: 90 })
})

test('V3: a value that would fill the bound goes before those it would drive out', () => {
  const metas = new Map([
    ['old', value(10, 1)],
    ['giant', value(95, 9)],
  ])
  expect(chooseEvicted(metas, 100)).toEqual({ keys: ['giant'], bytes: 10 })
})

test('law: what stays is within the bound, and was used no earlier than what goes', () => {
  const values = fc.array(fc.record({ bytes: fc.nat(50), usedAt: fc.nat(20) }), { maxLength: 20 })
  fc.assert(
    fc.property(values, fc.nat(300), (made, bytesMax) => {
      const metas = new Map(made.map(({ bytes, usedAt }, index) => [`${index}`, value(bytes, usedAt)]))
      const { keys, bytes } = chooseEvicted(metas, bytesMax)
      const gone = made.filter((_, index) => keys.includes(`${index}`))
      const stays = made.filter((_, index) => !keys.includes(`${index}`))
      const sum = stays.reduce((total, one) => total + one.bytes, 0)
      expect(bytes).toBe(sum)
      expect(sum).toBeLessThanOrEqual(bytesMax)
      const firstStaying = Math.min(...stays.filter((one) => one.bytes > 0).map((one) => one.usedAt))
      for (const one of gone) {
        if (one.bytes <= bytesMax * 0.9) expect(one.usedAt).toBeLessThanOrEqual(firstStaying)
      }
    }),
  )
})
