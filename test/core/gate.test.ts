// The gate: what may stand under a key.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry, KeyState } from '../../src/core/entry.ts'
import { admit, joinAnswers } from '../../src/core/gate.ts'
import type { Admission, RejectionReason } from '../../src/core/gate.ts'
import { compareAnswers, compareVersions, covers, versionIn } from '../../src/core/version.ts'
import type { Order, Versions } from '../../src/core/version.ts'
import { answers, at, formatOf, permutationsOf, vec, vecVersions } from './sample-versions.ts'

type Key = KeyState<string> | undefined

function value(versions: Versions, text = 'text', validatedAt = 0): Entry<string> {
  return { kind: 'value', versions, value: text, validatedAt }
}

function tombstone(versions: Versions, isAfter = false, validatedAt = 0): Entry<string> {
  return { kind: 'tombstone', versions, isAfter, validatedAt }
}

function holding(entry: Entry<string>, floor: Versions = entry.versions): KeyState<string> {
  return { floor, entry }
}

const entriesOf = (versions: fc.Arbitrary<Versions>): fc.Arbitrary<Entry<string>> =>
  fc.oneof(
    // The content is that of its version, as it is where positions are unique.
    versions.map((found) => value(found, JSON.stringify(found))),
    fc.tuple(versions, fc.boolean()).map(([found, isAfter]) => tombstone(found, isAfter)),
  )
const anyEntries = entriesOf(answers)

/** Admits entries one after the other, as a caller does. */
function admitAll(entries: readonly Entry<string>[], state?: Key): Key {
  return entries.reduce<Key>((held, entry) => admit(formatOf, held, entry).state, state)
}

type Outcome = 'applied' | 'same' | RejectionReason

function nameOf(admission: Admission<string>): Outcome {
  return admission.outcome === 'rejected' ? admission.reason : admission.outcome
}

function scopesOf(versions: Versions): string[] {
  return versions.map(({ scope }) => scope)
}

describe('each state of a key with each relation of what comes in', () => {
  // The key has met 5 and, of the partially ordered scope, a2: what comes in stands to it as named.
  const floor = [at(5)]
  const standing: Record<Exclude<Order, 'concurrent'>, Versions> = {
    before: [at(4)],
    equal: [at(5)],
    after: [at(6)],
    foreign: [at(9, 'main', 'e2')],
  }
  const states = {
    'a value': holding(value(floor, 'held')),
    'a tombstone': holding(tombstone(floor)),
    'a deletion after': holding(tombstone(floor, true)),
    'an evicted value': { floor, entry: undefined },
    'a value below the floor': holding(value([at(3)], 'held'), floor),
    'a deletion below the floor': holding(tombstone([at(3)], true), floor),
  } satisfies Record<string, KeyState<string>>
  const arrivals = {
    value: (versions: Versions) => value(versions, 'new', 1),
    tombstone: (versions: Versions) => tombstone(versions, false, 1),
    deletion: (versions: Versions) => tombstone(versions, true, 1),
  }
  const atEqual: Record<keyof typeof states, Record<keyof typeof arrivals, Outcome>> = {
    'a value': { value: 'same', tombstone: 'applied', deletion: 'applied' },
    'a tombstone': { value: 'applied', tombstone: 'same', deletion: 'applied' },
    'a deletion after': { value: 'deleted', tombstone: 'same', deletion: 'same' },
    'an evicted value': { value: 'applied', tombstone: 'applied', deletion: 'applied' },
    'a value below the floor': { value: 'applied', tombstone: 'applied', deletion: 'applied' },
    'a deletion below the floor': { value: 'applied', tombstone: 'applied', deletion: 'applied' },
  }
  const elsewhere = { before: 'older', after: 'applied', foreign: 'foreign' } as const

  const rows = Object.entries(states).flatMap(([held, state]) =>
    Object.entries(arrivals).flatMap(([kind, make]) =>
      Object.entries(standing).map(([order, versions]) => {
        const row = atEqual[held as keyof typeof states]
        const expected: Outcome =
          order === 'equal'
            ? row[kind as keyof typeof arrivals]
            : elsewhere[order as keyof typeof elsewhere]
        return { held, state, kind, order, incoming: make(versions), expected }
      }),
    ),
  )

  test('the table is whole', () => {
    expect(rows).toHaveLength(6 * 3 * 4)
  })

  test.each(rows)('$held, then a $kind that is $order: $expected', (row) => {
    const admission = admit(formatOf, row.state, row.incoming)
    expect(nameOf(admission)).toBe(row.expected)
    if (admission.outcome === 'rejected') {
      expect(admission.state).toBe(row.state)
    } else {
      expect(admission.state.floor).toEqual(row.incoming.versions)
      expect(admission.state.entry).toMatchObject({
        kind: row.incoming.kind,
        versions: row.incoming.versions,
        validatedAt: 1,
      })
    }
  })
})

test('the first entry of a key is let in, whatever it is', () => {
  for (const entry of [value([at(1)]), tombstone([at(1)]), tombstone([at(1)], true)]) {
    expect(admit(formatOf, undefined, entry)).toEqual({ outcome: 'applied', state: holding(entry) })
  }
})

describe('G1: no key goes from a newer to an older version of one epoch', () => {
  test('law: what is let in covers the floor in each scope that both speak of', () => {
    fc.assert(
      fc.property(fc.array(anyEntries, { maxLength: 12 }), (entries) => {
        let state: Key
        for (const entry of entries) {
          const admission = admit(formatOf, state, entry)
          if (admission.outcome !== 'rejected' && state !== undefined) {
            expect(['equal', 'after']).toContain(
              compareAnswers(formatOf, entry.versions, state.floor),
            )
          }
          state = admission.state
        }
      }),
      { numRuns: 500 },
    )
  })

  test('law: the floor of a key never falls, and covers its entry in each of its scopes', () => {
    fc.assert(
      fc.property(fc.array(anyEntries, { minLength: 1, maxLength: 12 }), (entries) => {
        let state: Key
        for (const entry of entries) {
          const next = admit(formatOf, state, entry).state
          for (const version of [...(state?.floor ?? []), ...(next.entry?.versions ?? [])]) {
            const has = versionIn(next.floor, version.scope)
            expect(has !== undefined && covers(formatOf, has, version)).toBe(true)
          }
          state = next
        }
      }),
      { numRuns: 500 },
    )
  })

  test('law: a key whose positions are totally ordered never shows an older value', () => {
    const entries = entriesOf(fc.nat({ max: 9 }).map((position) => [at(position)]))
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 12 }), (all) => {
        let state: Key
        for (const entry of all) {
          const next: Key = admit(formatOf, state, entry).state
          const [before, now] = [state?.entry?.versions[0], next.entry?.versions[0]]
          if (before !== undefined) expect(covers(formatOf, now!, before)).toBe(true)
          state = next
        }
      }),
      { numRuns: 500 },
    )
  })

  test('law: entries of a total order end in the same state, in whatever order they come', () => {
    // At one version there is one content, or its deletion, or a deletion after it.
    const entries = fc.uniqueArray(
      fc.tuple(fc.nat({ max: 5 }), fc.constantFrom('value', 'deletion')),
      { selector: ([position, kind]) => `${position} ${kind}`, maxLength: 5 },
    )
    fc.assert(
      fc.property(entries, (kinds) => {
        const all = kinds.map(([position, kind]) =>
          kind === 'value' ? value([at(position)], `v${position}`) : tombstone([at(position)], true),
        )
        const ends = new Set(permutationsOf(all).map((order) => JSON.stringify(admitAll(order))))
        expect(ends.size).toBe(1)
      }),
      { numRuns: 60 },
    )
  })

  test('law: to admit twice is to admit once', () => {
    fc.assert(
      fc.property(fc.array(anyEntries, { maxLength: 6 }), anyEntries, (entries, entry) => {
        const once = admitAll([...entries, entry])
        expect(admitAll([entry], once)).toEqual(once)
      }),
      { numRuns: 500 },
    )
  })

  test('a foreign answer changes nothing: not by its position, nor by the order of arrival (V7)', () => {
    const state = holding(value([at(5)]))
    for (const epoch of ['', 'e0', 'e2']) {
      const admission = admit(formatOf, state, value([at(99, 'main', epoch)]))
      expect(admission).toEqual({ outcome: 'rejected', reason: 'foreign', state })
    }
    const other = admit(formatOf, state, value([at(99, 'other')]))
    expect(other).toMatchObject({ outcome: 'rejected', reason: 'foreign' })
  })

  test('one foreign scope of several is enough', () => {
    const state = holding(value([at(5), at(5, 'other')]))
    const incoming = value([at(9), at(9, 'other', 'e2')])
    expect(admit(formatOf, state, incoming)).toMatchObject({ reason: 'foreign' })
  })

  test('a scope that an equal answer is the first to speak of joins the floor', () => {
    const { state } = admit(formatOf, holding(value([at(5)])), value([at(5), at(3, 'other')]))
    expect(state.floor).toEqual([at(5), at(3, 'other')])
    expect(admit(formatOf, state, value([at(5), at(2, 'other')]))).toMatchObject({ reason: 'older' })
  })
})

describe('G2: concurrent versions raise the floor, and no value is picked', () => {
  const held = holding(value([vec('a2')], 'held'))

  test('the held value stays, below a floor that covers both', () => {
    const admission = admit(formatOf, held, value([vec('b1')], 'new'))
    expect(admission).toEqual({
      outcome: 'rejected',
      reason: 'concurrent',
      state: { floor: [vec('a2.b1')], entry: held.entry },
    })
  })

  test('then only what covers both is let in, and it is news', () => {
    const { state } = admit(formatOf, held, value([vec('b1')]))
    expect(admit(formatOf, state, value([vec('b1')]))).toMatchObject({ reason: 'concurrent' })
    expect(admit(formatOf, state, held.entry!)).toMatchObject({ reason: 'older' })
    const both = admit(formatOf, state, value([vec('a2.b1')], 'both'))
    expect(both).toMatchObject({ outcome: 'applied', state: { entry: { value: 'both' } } })
  })

  test('two scopes that went different ways are concurrent together', () => {
    const state = holding(value([at(5), at(1, 'other')]))
    const admission = admit(formatOf, state, value([at(4), at(2, 'other')]))
    expect(admission).toMatchObject({
      reason: 'concurrent',
      state: { floor: [at(5), at(2, 'other')], entry: state.entry },
    })
  })

  test('law: the floor after any order of arrival is the join of all', () => {
    const entries = fc.array(vecVersions.map((version) => value([version])), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(entries, (all) => {
        const floors = permutationsOf(all).map((order) => JSON.stringify(admitAll(order)?.floor))
        expect(new Set(floors).size).toBe(1)
      }),
      { numRuns: 100 },
    )
  })
})

describe('G3: a tombstone is replaced only by what comes after it', () => {
  test('law: a deleted thing does not come back at or before the version of its deletion', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5 }), { maxLength: 8 }), (positions) => {
        let state: Key = admit(formatOf, undefined, tombstone([at(5)], true)).state
        for (const position of positions) {
          state = admit(formatOf, state, value([at(position)])).state
          state = admit(formatOf, state, tombstone([at(position)])).state
          expect(state.entry).toMatchObject({ kind: 'tombstone', isAfter: true })
        }
        expect(admit(formatOf, state, value([at(6)])).outcome).toBe('applied')
      }),
    )
  })

  test('a floor that has gone on without the tombstone lets a new value in', () => {
    const state = holding(tombstone([at(5)], true), [at(6)])
    expect(admit(formatOf, state, value([at(6)])).outcome).toBe('applied')
  })

  test('V19: where positions are coarse, a plain absence and a value of one version take turns', () => {
    const gone = admitAll([value([at(5)]), tombstone([at(5)])])
    expect(gone?.entry?.kind).toBe('tombstone')
    expect(admit(formatOf, gone, value([at(5)])).outcome).toBe('applied')
  })
})

describe('G4: admit decides and returns', () => {
  test('law: nothing that was given is changed', () => {
    fc.assert(
      fc.property(fc.array(anyEntries, { maxLength: 6 }), anyEntries, (entries, entry) => {
        const state = admitAll(entries)
        const before = structuredClone({ state, entry })
        admit(formatOf, state, entry)
        expect({ state, entry }).toEqual(before)
      }),
    )
  })

  test('V19: an equal answer brings its content and its time', () => {
    const { state } = admit(formatOf, holding(value([at(5)], 'old', 1)), value([at(5)], 'new', 2))
    expect(state.entry).toEqual(value([at(5)], 'new', 2))
  })
})

describe('joinAnswers', () => {
  test('law: it covers both, scope by scope, and names no other scope', () => {
    fc.assert(
      fc.property(answers, answers, (left, right) => {
        const joined = joinAnswers(formatOf, left, right)
        expect(new Set(scopesOf(joined))).toEqual(new Set([...scopesOf(left), ...scopesOf(right)]))
        expect(joined).toHaveLength(new Set(scopesOf(joined)).size)
        for (const version of [...left, ...right]) {
          expect(covers(formatOf, versionIn(joined, version.scope)!, version)).toBe(true)
        }
        const other = joinAnswers(formatOf, right, left)
        for (const version of joined) {
          const twin = versionIn(other, version.scope)!
          expect(compareVersions(formatOf, version, twin)).toBe('equal')
        }
      }),
      { numRuns: 500 },
    )
  })

  test('of two epochs that of the right stands', () => {
    const [old, next] = [[at(9, 'main', 'e1'), at(1, 'other')], [at(1, 'main', 'e2')]]
    expect(joinAnswers(formatOf, old, next)).toEqual([at(1, 'main', 'e2'), at(1, 'other')])
  })
})
