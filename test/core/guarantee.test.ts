// What each level requires: the table of docs/guarantees.md, row by row.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { floorOf, levelNameOf, levelNames, requirementOf } from '../../src/core/guarantee.ts'
import type { Level, Requirement } from '../../src/core/guarantee.ts'
import { noFloors, recordRead, recordWrite } from '../../src/core/session.ts'
import type { ScopeFloors } from '../../src/core/session.ts'
import { covers, joinVersions } from '../../src/core/version.ts'
import type { Version } from '../../src/core/version.ts'
import { at, formatOf, mainVersions, vec, vecVersions } from './sample-versions.ts'

const rows: [Level, Requirement, Version | undefined][] = [
  [
    'eventual',
    { floor: 'none', asksPrimary: false, maxStalenessMs: undefined },
    undefined,
  ],
  [
    'monotonic-reads',
    { floor: 'key', asksPrimary: false, maxStalenessMs: undefined },
    vec('c1'),
  ],
  [
    'read-your-writes',
    { floor: 'write', asksPrimary: false, maxStalenessMs: undefined },
    vec('b1'),
  ],
  [
    'session',
    { floor: 'session', asksPrimary: false, maxStalenessMs: undefined },
    vec('a1.b1'),
  ],
  [
    'strong',
    { floor: 'session', asksPrimary: true, maxStalenessMs: undefined },
    vec('a1.b1'),
  ],
  [
    { maxStalenessMs: 5000 },
    { floor: 'session', asksPrimary: false, maxStalenessMs: 5000 },
    vec('a1.b1'),
  ],
]

/** Returns the floor of a level, from floors of which each differs. */
function floorAt(level: Level, scope: ScopeFloors, key: Version | undefined): Version | undefined {
  return floorOf(formatOf, requirementOf(level).floor, { scope, key })
}

describe.each(rows)('the level %j', (level, requirement, floor) => {
  test('requires what the table says', () => {
    expect(requirementOf(level)).toEqual(requirement)
  })

  test('has the floor that the table says', () => {
    expect(floorAt(level, { read: vec('a1'), write: vec('b1') }, vec('c1'))).toEqual(floor)
  })

  test('has no floor where nothing was seen, held or caused (I4)', () => {
    expect(floorAt(level, noFloors, undefined)).toBeUndefined()
  })
})

/** What one session was shown, under which key, and what it caused. */
function sessionsOf(versions: fc.Arbitrary<Version>): fc.Arbitrary<[string, Version][]> {
  return fc.array(fc.tuple(fc.constantFrom('write', 'key 1', 'key 2'), versions))
}

const sessions = fc.oneof(sessionsOf(mainVersions), sessionsOf(vecVersions))

describe('law: a stronger level asks for no less', () => {
  test('session covers monotonic-reads of each key, and read-your-writes', () => {
    fc.assert(
      fc.property(sessions, (happenings) => {
        let scope: ScopeFloors = noFloors
        const keys = new Map<string, Version>()
        for (const [what, version] of happenings) {
          if (what === 'write') {
            scope = recordWrite(formatOf, scope, version)
            continue
          }
          scope = recordRead(formatOf, scope, version)
          const held = keys.get(what)
          keys.set(what, held === undefined ? version : joinVersions(formatOf, held, version)!)
        }
        for (const key of ['key 1', 'key 2']) {
          const strong = floorAt('session', scope, keys.get(key))
          for (const weaker of ['eventual', 'monotonic-reads', 'read-your-writes'] as const) {
            const weak = floorAt(weaker, scope, keys.get(key))
            const isNoLess = weak === undefined || (strong && covers(formatOf, strong, weak))
            expect(isNoLess).toBe(true)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  test('strong and a bound on staleness ask for the floor of session, and for more besides', () => {
    const session = requirementOf('session')
    expect(requirementOf('strong')).toEqual({ ...session, asksPrimary: true })
    expect(requirementOf({ maxStalenessMs: 0 })).toEqual({ ...session, maxStalenessMs: 0 })
  })
})

test('S1: reading raises no floor for a reader who asks only for its own writes', () => {
  const scope = recordRead(formatOf, { write: at(3) }, at(9))
  expect(floorAt('read-your-writes', scope, undefined)).toEqual(at(3))
})

test('the levels are named weakest first, and travel by these names', () => {
  expect(levelNames).toEqual([
    'eventual',
    'monotonic-reads',
    'read-your-writes',
    'session',
    'strong',
  ])
  for (const name of levelNames) expect(levelNameOf(name)).toBe(name)
  expect(levelNameOf({ maxStalenessMs: 1 })).toBe('session')
})
