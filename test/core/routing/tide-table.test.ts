import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochSeq } from '../../../src/core/formats/epoch-seq.ts'
import { versionVector } from '../../../src/core/formats/version-vector.ts'
import { ageOfNewest, knownSince, lagBehind, noteVersion } from '../../../src/core/routing/tide-table.ts'
import type { Mark, TideTable } from '../../../src/core/routing/tide-table.ts'
import type { Version } from '../../../src/core/version.ts'

const formatOf = (scope: string) => (scope === 'vector' ? versionVector : epochSeq)
const at = (position: number | string, epoch = '1', scope = 'main'): Version => ({ scope, epoch, position: `${position}` })
const tableOf = (...marks: readonly Mark[]): TideTable =>
  marks.reduce<TideTable>((table, mark) => noteVersion(formatOf, table, mark), [])

test('a version lags by how long the first that it lacks has been known', () => {
  const table = tableOf({ version: at(1), atMs: 100 }, { version: at(3), atMs: 200 }, { version: at(5), atMs: 300 })
  const lagAt400 = (position: number): number | undefined => lagBehind(formatOf, table, { version: at(position), atMs: 400 })
  expect([0, 1, 2, 3, 4, 5, 9].map(lagAt400)).toEqual([300, 200, 200, 100, 100, 0, 0])
})

test('since when a version is known', () => {
  const table = tableOf({ version: at(1), atMs: 100 }, { version: at(3), atMs: 200 })
  expect([1, 2, 3, 4].map((position) => knownSince(formatOf, table, at(position)))).toEqual([100, 200, 200, undefined])
})

test('V2: another history begins another table, and an older one changes nothing', () => {
  const table = tableOf({ version: at(9, 'b'), atMs: 0 }, { version: at(1, 'c'), atMs: 5 })
  expect(table).toEqual([{ version: at(1, 'c'), atMs: 5 }])
  expect(lagBehind(formatOf, table, { version: at(8, 'b'), atMs: 9 })).toBeUndefined()
  expect(lagBehind(formatOf, [], { version: at(8), atMs: 9 })).toBeUndefined()
  const ordered = { ...epochSeq, compareEpochs: (left: string, right: string) => (left < right ? 'before' : 'after') } as const
  const newest = [{ version: at(1, 'c'), atMs: 5 }]
  expect(noteVersion(() => ordered, newest, { version: at(9, 'b'), atMs: 9 })).toBe(newest)
})

test('V6: of concurrent versions each is awaited', () => {
  const [left, right] = [at('{"a":1}', '', 'vector'), at('{"b":1}', '', 'vector')]
  const table = tableOf({ version: left, atMs: 1 }, { version: right, atMs: 2 }, { version: left, atMs: 3 })
  expect(table).toHaveLength(2)
  expect(lagBehind(formatOf, table, { version: right, atMs: 10 })).toBe(9)
  expect(lagBehind(formatOf, table, { version: at('{"a":1,"b":1}', '', 'vector'), atMs: 10 })).toBe(0)
})

test('of a scope that nobody spoke of nothing is known', () => {
  expect(lagBehind(formatOf, undefined, { version: at(8), atMs: 9 })).toBeUndefined()
  expect(ageOfNewest(undefined, 9)).toBe(0)
  expect(ageOfNewest([], 9)).toBe(0)
  expect(ageOfNewest(tableOf({ version: at(8), atMs: 4 }), 9)).toBe(5)
})

test('law: tables are bounded, rise, and no known version makes a table fall', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100), { maxLength: 120 }), (positions) => {
      const table = tableOf(...positions.map((position, atMs) => ({ version: at(position), atMs })))
      expect(table.length).toBeLessThanOrEqual(32)
      const kept = table.map(({ version }) => Number(version.position))
      expect(kept).toEqual(kept.toSorted((left, right) => left - right))
      expect(new Set(kept).size).toBe(kept.length)
      if (positions.length > 0) expect(kept.at(-1)).toBe(Math.max(...positions))
    }),
  )
})

test('law: of two versions the later never lags more', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { minLength: 1 }), fc.nat(60), fc.nat(60), (positions, left, right) => {
      const table = tableOf(...positions.map((position, atMs) => ({ version: at(position), atMs })))
      const lag = (position: number): number => lagBehind(formatOf, table, { version: at(position), atMs: 1000 })!
      expect(lag(Math.max(left, right))).toBeLessThanOrEqual(lag(Math.min(left, right)))
    }),
  )
})
