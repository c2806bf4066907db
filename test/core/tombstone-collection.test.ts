// When tombstones may be forgotten, and that nothing comes back because of it.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry, KeyState } from '../../src/core/entry.ts'
import { admit, joinAnswers } from '../../src/core/gate.ts'
import { collect, floorOfUnknown } from '../../src/core/tombstone-collection.ts'
import { versionIn } from '../../src/core/version.ts'
import type { Versions } from '../../src/core/version.ts'
import { answers, at, formatOf, vec } from './sample-versions.ts'

const deleted = (versions: Versions, isAfter = false): KeyState<string> => ({
  floor: versions,
  entry: { kind: 'tombstone', versions, isAfter, validatedAt: 0 },
})
const under = (session: Versions, collected: Versions = []) => ({
  collected,
  floorIn: (scope: string) => versionIn(session, scope),
})

test('R9: a tombstone may go once the floors of the session cover it, and not before', () => {
  expect(collect(formatOf, deleted([at(7)]), under([at(6)]))).toBeUndefined()
  expect(collect(formatOf, deleted([at(7)]), under([at(7)]))).toEqual([at(7)])
  expect(collect(formatOf, deleted([at(7)]), under([at(9)]))).toEqual([at(7)])
  expect(collect(formatOf, deleted([at(7)]), under([]))).toBeUndefined()
  expect(collect(formatOf, deleted([at(7), vec('a1')]), under([at(9)]))).toBeUndefined()
  expect(collect(formatOf, deleted([vec('a1')]), under([vec('b1')]))).toBeUndefined()
  expect(collect(formatOf, deleted([at(7)]), under([at(9, 'main', 'e2')]))).toBeUndefined()
})

test('R9: where the deletion came after its version, only what is after that will do', () => {
  expect(collect(formatOf, deleted([at(7)], true), under([at(7)]))).toBeUndefined()
  expect(collect(formatOf, deleted([at(7)], true), under([at(8)]))).toEqual([at(8)])
})

test('I6: what is held stays; of what is not, the floor may go', () => {
  const entry: Entry<string> = { kind: 'value', versions: [at(7)], value: '', validatedAt: 0 }
  expect(collect(formatOf, { floor: [at(7)], entry }, under([at(9)]))).toBeUndefined()
  expect(collect(formatOf, { floor: [at(7)], entry: undefined }, under([at(9)]))).toEqual([at(7)])
  expect(collect(formatOf, { floor: [at(7)], entry: undefined }, under([at(6)]))).toBeUndefined()
})

test('R9: of more scopes than a storage keeps in one record, none is collected', () => {
  const scopes = Array.from({ length: 128 }, (_, index) => at(1, `scope ${index}`))
  expect(collect(formatOf, deleted([at(7)]), under([at(7)], scopes))).toBeUndefined()
  expect(collect(formatOf, deleted([at(7, 'scope 3')]), under([at(7, 'scope 3')], scopes))).toHaveLength(128)
})

test('the floor of an unknown key speaks of the scopes that are asked for', () => {
  expect(floorOfUnknown([at(7), at(3, 'other')], [at(1)])).toEqual([at(7)])
  expect(floorOfUnknown([at(7)], [at(1, 'other')])).toEqual([])
  expect(floorOfUnknown(undefined, [at(1)])).toEqual([])
})

test('law: what a tombstone or a floor turns away is turned away when it was collected', () => {
  const traces = fc
    .tuple(answers, fc.constantFrom(true, false, undefined))
    .map(([versions, isAfter]) => (isAfter === undefined ? { floor: versions, entry: undefined } : deleted(versions, isAfter)))
  const entries = answers.map((versions): Entry<string> => ({ kind: 'value', versions, value: '', validatedAt: 0 }))
  fc.assert(
    fc.property(fc.array(traces, { minLength: 1, maxLength: 4 }), answers, entries, (states, more, incoming) => {
      // A session floor covers what was shown; how far beyond that it is, is `more`.
      const session = states.reduce((floor, state) => joinAnswers(formatOf, floor, state.floor), more)
      let collected: Versions = []
      const gone: KeyState<string>[] = []
      for (const state of states) {
        const next = collect(formatOf, state, under(session, collected))
        if (next === undefined) continue
        collected = next
        gone.push(state)
      }
      for (const state of gone) {
        const isCommon = state.floor.some(({ scope }) => versionIn(incoming.versions, scope) !== undefined)
        if (!isCommon || admit(formatOf, state, incoming).outcome !== 'rejected') continue
        const floor = floorOfUnknown(collected, incoming.versions)
        expect(admit(formatOf, { floor, entry: undefined }, incoming).outcome).toBe('rejected')
      }
    }),
    { numRuns: 2000 },
  )
})
