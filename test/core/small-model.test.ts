// T4: a small world, walked whole. Two tabs, a primary, two replicas, one failover that loses writes:
// every order of up to seven steps is tried, and judged by a history that knows nothing of floors.
import { describe, expect, test } from 'vitest'
import { resetFloors } from '../../src/core/epoch.ts'
import type { KeyState } from '../../src/core/entry.ts'
import { integer } from '../../src/core/formats/integer.ts'
import { admit } from '../../src/core/gate.ts'
import { judge } from '../../src/core/judge.ts'
import {
  epochOf,
  joinFloors,
  noFloors,
  readAndWriteFloor,
  recordRead,
  recordWrite,
} from '../../src/core/session.ts'
import type { ScopeFloors } from '../../src/core/session.ts'
import type { FormatOf } from '../../src/core/version.ts'

const formatOf: FormatOf = () => integer

/** A place that a source has reached: its epoch, and how many writes of it. */
interface Place {
  readonly epoch: 'e1' | 'e2'
  readonly position: number
}

interface Tab {
  readonly floors: ScopeFloors
  readonly key: KeyState<number> | undefined
  /** What the user of this tab last saw, and last wrote: the judge's own record. */
  readonly seen: Place | undefined
  readonly wrote: Place | undefined
}

interface World {
  /** The primary, then the replicas. */
  readonly sources: readonly Place[]
  readonly tabs: readonly Tab[]
}

/** What a client does with an answer. The faulty ones of the last tests differ here. */
type Show = (tab: Tab, answer: Place, isPrimary: boolean) => Tab

type Move = (world: World, show: Show) => World | undefined

function versionOf({ epoch, position }: Place): { scope: string; epoch: string; position: string } {
  return { scope: 'main', epoch, position: String(position) }
}

const showAsCoreDoes: Show = (tab, answer, isPrimary) => {
  const version = versionOf(answer)
  const question = { formatOf, answer: [version], expectedScopes: ['main'] }
  const floor = readAndWriteFloor(formatOf, tab.floors)
  const { verdict } = judge({ ...question, floorIn: () => floor })
  if (verdict === 'never' && isPrimary) {
    const begun = { ...tab, floors: resetFloors(version), key: undefined }
    return admitShown(begun, answer)
  }
  return verdict === 'fresh'
    ? admitShown({ ...tab, floors: recordRead(formatOf, tab.floors, version) }, answer)
    : tab
}

function admitShown(tab: Tab, answer: Place): Tab {
  const versions = [versionOf(answer)]
  const entry = { kind: 'value', versions, value: answer.position, validatedAt: 0 } as const
  const { outcome, state } = admit<number>(formatOf, tab.key, entry)
  return { ...tab, key: state, seen: outcome === 'rejected' ? tab.seen : answer }
}

const [tabCount, sourceCount] = [2, 3]
const tabs = Array.from({ length: tabCount }, (_, tab) => tab)
const sources = Array.from({ length: sourceCount }, (_, source) => source)

/** Reads: the moves that show something. */
const reads: Move[] = tabs.flatMap((at) =>
  sources.map((source): Move => (world, show) => {
    const next = show(world.tabs[at]!, world.sources[source]!, source === 0)
    return { ...world, tabs: world.tabs.with(at, next) }
  }),
)

/** Writes, replication, exchange between tabs, failover: the moves that show nothing. */
const moves: Move[] = [
  ...tabs.map((at): Move => (world) => {
    const [primary = world.sources[0]!] = world.sources
    // A write acknowledged in a new history begins it: that is the client's part, and tested there.
    if (epochOf(world.tabs[at]!.floors) === 'e1' && primary.epoch === 'e2') return undefined
    const made = { ...primary, position: primary.position + 1 }
    const tab = world.tabs[at]!
    const floors = recordWrite(formatOf, tab.floors, versionOf(made))
    const next = { ...tab, floors, wrote: made }
    return { sources: world.sources.with(0, made), tabs: world.tabs.with(at, next) }
  }),
  ...sources.slice(1).map((at): Move => (world) => {
    const [primary, replica] = [world.sources[0]!, world.sources[at]!]
    if (replica.epoch !== primary.epoch) return { ...world, sources: world.sources.with(at, primary) }
    if (replica.position >= primary.position) return undefined
    const next = { ...replica, position: replica.position + 1 }
    return { ...world, sources: world.sources.with(at, next) }
  }),
  ...tabs.map((from): Move => (world) => {
    const [giver, taker] = [world.tabs[from]!, world.tabs[1 - from]!]
    const areOne = [epochOf(giver.floors), epochOf(taker.floors)]
    if (areOne[0] !== undefined && areOne[1] !== undefined && areOne[0] !== areOne[1]) return undefined
    const floors = joinFloors(formatOf, taker.floors, giver.floors)
    // What one tab has seen, its user has seen: the other tab answers to it from now on.
    const seen = later(taker.seen, giver.seen)
    const next = { ...taker, floors, seen, wrote: later(taker.wrote, giver.wrote) }
    return { ...world, tabs: world.tabs.with(1 - from, next) }
  }),
  // The first replica is promoted as far as it came. What it lacked is lost.
  (world) =>
    world.sources[0]!.epoch === 'e2'
      ? undefined
      : { ...world, sources: world.sources.with(0, { ...world.sources[1]!, epoch: 'e2' }) },
]

function later(left: Place | undefined, right: Place | undefined): Place | undefined {
  if (left === undefined || right === undefined) return left ?? right
  if (left.epoch !== right.epoch) return left.epoch > right.epoch ? left : right
  return left.position > right.position ? left : right
}

/** Returns what a step broke, told by what users saw and wrote and by nothing else. */
function violationOf(before: World, after: World): string | undefined {
  for (const [at, tab] of after.tabs.entries()) {
    const old = before.tabs[at]!
    if (tab.seen === undefined || tab.seen === old.seen) continue // Nothing was shown.
    if (old.seen !== undefined && tab.seen.epoch < old.seen.epoch) return 'back to an old history'
    if (isBelow(tab.seen, old.seen)) return 'monotonic reads'
    if (isBelow(tab.seen, tab.wrote)) return 'read your writes'
  }
  return undefined
}

function isBelow(shown: Place, floor: Place | undefined): boolean {
  return floor !== undefined && shown.epoch === floor.epoch && shown.position < floor.position
}

/** Walks all worlds that can be reached, and returns how many there are, and what was broken. */
function walk(show: Show, depth: number): { worlds: number; violations: Set<string> } {
  const start: Place = { epoch: 'e1', position: 0 }
  const tab: Tab = { floors: noFloors, key: undefined, seen: undefined, wrote: undefined }
  const known = new Set<string>()
  const violations = new Set<string>()

  function read(world: World): World[] {
    const found = reads.map((move) => move(world, show)).filter((after) => after !== undefined)
    for (const after of found) {
      const violation = violationOf(world, after)
      if (violation !== undefined) violations.add(violation)
    }
    return found
  }

  let frontier: World[] = [{ sources: sources.map(() => start), tabs: tabs.map(() => tab) }]
  for (let level = 0; level < depth; level += 1) {
    const reached = frontier.flatMap((world) => [
      ...read(world),
      ...moves.map((move) => move(world, show)).filter((after) => after !== undefined),
    ])
    frontier = reached.filter((world) => {
      const id = JSON.stringify(world)
      if (known.has(id)) return false
      known.add(id)
      return true
    })
  }
  return { worlds: known.size, violations }
}

test('every order of seven steps keeps what was seen and what was written', () => {
  const { worlds, violations } = walk(showAsCoreDoes, 7)
  expect([...violations]).toEqual([])
  expect(worlds).toBeGreaterThan(10_000)
})

describe('T3: the walk finds what a broken client does', () => {
  const showAll: Show = (tab, answer) => ({ ...tab, seen: answer })
  const withoutWrites: Show = (tab, answer, isPrimary) => {
    const shown = showAsCoreDoes({ ...tab, floors: withoutWrite(tab.floors) }, answer, isPrimary)
    const { write } = tab.floors
    const isOfOld = write !== undefined && write.epoch !== epochOf(shown.floors)
    return isOfOld ? shown : { ...shown, floors: { ...shown.floors, write } }
  }
  const blindToEpochs: Show = (tab, answer) => {
    const floor = readAndWriteFloor(formatOf, tab.floors)
    return Number(floor?.position ?? 0) <= answer.position ? { ...tab, seen: answer } : tab
  }

  test.each<[string, Show, string]>([
    ['one without floors, in its reads', showAll, 'monotonic reads'],
    ['one without floors, after its writes', showAll, 'read your writes'],
    ['one that forgets its writes', withoutWrites, 'read your writes'],
    ['one that compares positions across epochs', blindToEpochs, 'back to an old history'],
  ])('%s', (_, show, violation) => {
    expect([...walk(show, 5).violations]).toContain(violation)
  })

  function withoutWrite({ read }: ScopeFloors): ScopeFloors {
    return { read }
  }
})
