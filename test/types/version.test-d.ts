import { expectTypeOf, test } from 'vitest'
import type { Level } from '../../src/core/guarantee.ts'
import type { Entry } from '../../src/core/entry.ts'
import { compareVersions, joinVersions } from '../../src/core/version.ts'
import type { FormatOf, Order, Version } from '../../src/core/version.ts'

declare const formatOf: FormatOf
declare const version: Version
declare const entry: Entry<{ readonly title: string }>

test('a comparison has five answers, and only words', () => {
  expectTypeOf(compareVersions(formatOf, version, version)).toEqualTypeOf<Order>()
  // @ts-expect-error a number would invite `sort`, and versions are not totally ordered.
  const sign: number = compareVersions(formatOf, version, version)
  void sign
})

test('a join may not exist', () => {
  expectTypeOf(joinVersions(formatOf, version, version)).toEqualTypeOf<Version | undefined>()
  // @ts-expect-error versions of two epochs have no join, and the caller has to say what follows.
  const joined: Version = joinVersions(formatOf, version, version)
  void joined
})

test('a version names its scope and its epoch', () => {
  expectTypeOf({ scope: 'photos', epoch: '', position: '42' }).toExtend<Version>()
  // @ts-expect-error a bare position compares with nothing: whose history is it of?
  const bare: Version = { position: '42' }
  void bare
})

test('a tombstone has no value to show', () => {
  if (entry.kind === 'value') expectTypeOf(entry.value.title).toEqualTypeOf<string>()
  // @ts-expect-error an entry may be a known absence, so its kind is asked first.
  void entry.value
})

test('a level is a word or a bound', () => {
  expectTypeOf<'session'>().toExtend<Level>()
  expectTypeOf<{ maxStalenessMs: number }>().toExtend<Level>()
  // @ts-expect-error a typing error must not become the weakest level.
  const level: Level = 'sesion'
  void level
})
