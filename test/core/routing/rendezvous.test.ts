import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rendezvousWeight } from '../../../src/core/routing/rendezvous.ts'

const heaviest = (seat: string, endpoints: readonly string[]): string =>
  endpoints.toSorted((left, right) => rendezvousWeight(seat, right) - rendezvousWeight(seat, left))[0]!

test('law: an endpoint less moves only the seats that it had', () => {
  fc.assert(
    fc.property(fc.string(), fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 8 }), (seat, endpoints) => {
      const chosen = heaviest(seat, endpoints)
      for (const gone of endpoints) {
        if (gone !== chosen) expect(heaviest(seat, endpoints.filter((name) => name !== gone))).toBe(chosen)
      }
    }),
  )
})

test('seats are spread evenly', () => {
  const endpoints = ['replica-1', 'replica-2', 'replica-3', 'replica-4']
  const counts = new Map(endpoints.map((name) => [name, 0]))
  for (let seat = 0; seat < 4000; seat += 1) {
    const name = heaviest(String(seat), endpoints)
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  for (const count of counts.values()) {
    expect(count).toBeGreaterThan(850)
    expect(count).toBeLessThan(1150)
  }
})
