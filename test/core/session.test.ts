// Session floors: they rise, they converge, and they hold nothing that was not seen.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../src/core/errors.ts'
import { litefsPosition } from '../../src/core/formats/litefs-position.ts'
import {
  epochOf,
  joinFloors,
  noFloors,
  readAndWriteFloor,
  recordRead,
  recordWrite,
} from '../../src/core/session.ts'
import type { ScopeFloors } from '../../src/core/session.ts'
import { covers } from '../../src/core/version.ts'
import type { Version } from '../../src/core/version.ts'
import { at, formatOf, mainVersions, vec, vecVersions } from './sample-versions.ts'
import { joinOfAll } from './vector-format.ts'

/** What may happen in a session of three tabs. */
type Happening =
  | { readonly kind: 'read' | 'write'; readonly tab: number; readonly version: Version }
  | { readonly kind: 'exchange'; readonly from: number; readonly to: number }

const tabs = fc.nat({ max: 2 })
const historiesOf = (versions: fc.Arbitrary<Version>): fc.Arbitrary<Happening[]> =>
  fc.array(
    fc.oneof(
      fc.record({ kind: fc.constantFrom('read', 'write'), tab: tabs, version: versions }),
      fc.record({ kind: fc.constant('exchange'), from: tabs, to: tabs }),
    ),
    { maxLength: 25 },
  )
const histories = fc.oneof(historiesOf(mainVersions), historiesOf(vecVersions))

function happen(floors: readonly ScopeFloors[], happening: Happening): ScopeFloors[] {
  if (happening.kind === 'exchange') {
    const { from, to } = happening
    return floors.with(to, joinFloors(formatOf, floors[to]!, floors[from]!))
  }
  const { kind, tab, version } = happening
  const record = kind === 'read' ? recordRead : recordWrite
  return floors.with(tab, record(formatOf, floors[tab]!, version))
}

/** Joins what a history showed or caused, with no help of the code under test. */
function joinSeen(history: readonly Happening[], kind: 'read' | 'write'): string | undefined {
  const seen = history.flatMap((happening) => (happening.kind === kind ? [happening.version] : []))
  if (seen.length === 0) return undefined
  const positions = seen.map(({ position }) => position)
  return seen[0]!.scope === 'vec'
    ? joinOfAll(positions)
    : String(Math.max(...positions.map(Number)))
}

function floorsOf(versions: fc.Arbitrary<Version>): fc.Arbitrary<ScopeFloors> {
  return fc.record({ read: versions, write: versions }, { requiredKeys: [] })
}

function join(left: ScopeFloors, right: ScopeFloors): ScopeFloors {
  return joinFloors(formatOf, left, right)
}

/** Tells whether the floors of a tab cover those that it had. */
function cover(has: ScopeFloors, had: ScopeFloors): boolean {
  return kinds.every((kind) => {
    const [next, before] = [has[kind], had[kind]]
    return before === undefined || (next !== undefined && covers(formatOf, next, before))
  })
}

const beginning = [noFloors, noFloors, noFloors]
const kinds = ['read', 'write'] as const

describe('F1: no floor falls', () => {
  test('law: whatever happens, the floors of each tab cover those it had', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let floors: ScopeFloors[] = beginning
        for (const happening of history) {
          const next = happen(floors, happening)
          expect(floors.every((before, tab) => cover(next[tab]!, before))).toBe(true)
          floors = next
        }
      }),
      { numRuns: 300 },
    )
  })

  test('a version that is covered already changes nothing, not even the object', () => {
    const floors = recordWrite(formatOf, recordRead(formatOf, noFloors, at(5)), at(7))
    expect(recordRead(formatOf, floors, at(5))).toBe(floors)
    expect(recordRead(formatOf, floors, at(3))).toBe(floors)
    expect(recordWrite(formatOf, floors, at(6))).toBe(floors)
    expect(joinFloors(formatOf, floors, { read: at(4), write: at(7) })).toBe(floors)
    expect(joinFloors(formatOf, floors, noFloors)).toBe(floors)
  })

  test('what was given is not changed', () => {
    const floors: ScopeFloors = Object.freeze({ read: Object.freeze(at(1)) })
    expect(recordRead(formatOf, floors, at(2))).toEqual({ read: at(2) })
    expect(recordWrite(formatOf, floors, at(2))).toEqual({ read: at(1), write: at(2) })
    expect(floors).toEqual({ read: at(1) })
  })
})

describe('F2: tabs may exchange floors in any order and any number of times', () => {
  test('law: joinFloors is commutative, associative and idempotent', () => {
    const triples = fc.oneof(
      fc.tuple(floorsOf(mainVersions), floorsOf(mainVersions), floorsOf(mainVersions)),
      fc.tuple(floorsOf(vecVersions), floorsOf(vecVersions), floorsOf(vecVersions)),
    )
    fc.assert(
      fc.property(triples, ([a, b, c]) => {
        expect(join(a, b)).toEqual(join(b, a))
        expect(join(join(a, b), c)).toEqual(join(a, join(b, c)))
        expect(join(a, a)).toBe(a)
      }),
      { numRuns: 500 },
    )
  })

  test('law: any interleaving of reads, writes and exchanges converges', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let floors: ScopeFloors[] = beginning
        for (const happening of history) floors = happen(floors, happening)
        // All have told all: round the ring twice.
        const ring = [[0, 1], [1, 2], [2, 0], [0, 1]] as const
        for (const [from, to] of ring) {
          floors = happen(floors, { kind: 'exchange', from, to })
        }
        expect(floors[1]).toEqual(floors[0])
        expect(floors[2]).toEqual(floors[0])
      }),
      { numRuns: 300 },
    )
  })
})

describe('F3: a floor is exactly the join of the versions that were seen', () => {
  test('law: after all was exchanged, neither more nor less', () => {
    fc.assert(
      fc.property(histories, (history) => {
        let floors: ScopeFloors[] = beginning
        for (const happening of history) floors = happen(floors, happening)
        for (const from of [1, 2]) floors = happen(floors, { kind: 'exchange', from, to: 0 })
        for (const kind of kinds) {
          expect(floors[0]![kind]?.position).toBe(joinSeen(history, kind))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('S1: what was read raises no write floor, and what was written no read floor', () => {
    expect(recordRead(formatOf, noFloors, at(5))).toEqual({ read: at(5) })
    expect(recordWrite(formatOf, noFloors, at(5))).toEqual({ write: at(5) })
  })

  test('V6: concurrent versions give a floor that no answer has carried', () => {
    const floors = recordRead(formatOf, recordRead(formatOf, noFloors, vec('a2')), vec('b1'))
    expect(floors.read).toEqual(vec('a2.b1'))
  })

  test('the floor of the level session is the least that covers both', () => {
    expect(readAndWriteFloor(formatOf, noFloors)).toBeUndefined()
    expect(readAndWriteFloor(formatOf, { read: at(1) })).toEqual(at(1))
    expect(readAndWriteFloor(formatOf, { write: at(2) })).toEqual(at(2))
    expect(readAndWriteFloor(formatOf, { read: at(1), write: at(2) })).toEqual(at(2))
    expect(readAndWriteFloor(formatOf, { read: vec('a1'), write: vec('b1') })).toEqual(vec('a1.b1'))
  })
})

describe('F4: the floors of one scope stay in one epoch', () => {
  const unannounced = '"main" changed epoch unannounced'

  test('the epoch is that of either floor', () => {
    expect(epochOf(noFloors)).toBeUndefined()
    expect(epochOf({ read: at(1) })).toBe('e1')
    expect(epochOf({ write: at(1, 'main', '') })).toBe('')
  })

  test.each<[string, ScopeFloors]>([
    ['the read floor', { read: at(9) }],
    ['the write floor', { write: at(9) }],
    ['both', { read: at(9), write: at(9) }],
  ])('a version of another epoch than %s is a fault of ours', (_, floors) => {
    const stranger = at(10, 'main', 'e2')
    expect(() => recordRead(formatOf, floors, stranger)).toThrow(unannounced)
    expect(() => recordWrite(formatOf, floors, stranger)).toThrow(unannounced)
    expect(() => joinFloors(formatOf, floors, { read: stranger })).toThrow(unannounced)
    expect(() => joinFloors(formatOf, floors, { write: stranger })).toThrow(InvariantError)
  })

  test('so is a version of another scope', () => {
    expect(() => recordRead(formatOf, { read: at(1) }, at(1, 'other'))).toThrow(
      'floors of "main" and "other" were mixed',
    )
  })
})

test('F5: two histories that split under one name are not joined; the floor that stands stays', () => {
  const split = (checksum: string): Version => ({
    scope: 'main',
    epoch: '',
    position: `00000000002df417/${checksum}`,
  })
  const floors = recordRead(() => litefsPosition, {}, split('ce552e44f23fbbdd'))
  expect(recordRead(() => litefsPosition, floors, split('0000000000000001'))).toBe(floors)
  expect(recordWrite(() => litefsPosition, floors, split('0000000000000001')).read).toBe(floors.read)
})
