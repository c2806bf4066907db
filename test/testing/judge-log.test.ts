// The judge is judged again: by definition, by a store that does everything right, and by what it
// stands on.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import type { History, Operation } from '../../src/testing/history/history.ts'
import type { Dependency, LogEntry } from '../../src/testing/history/server-log.ts'
import { culpritOf } from '../../src/testing/judge/violation.ts'
import { brokenByLog } from './log-guarantees-by-definition.ts'

const scopeName = fc.constantFrom('p', 'p', 'q')
const epoch = fc.constantFrom('e1', 'e1', 'e1', 'e2')
const position = fc.integer({ min: 1, max: 6 }).map(String)
const key = fc.constantFrom('/photos/1', '/photos/2', '/photos/3')
const place = fc.record({ scope: scopeName, epoch, position })
const dependency: fc.Arbitrary<Dependency> = fc
  .tuple(place, fc.option(key, { nil: undefined }))
  .map(([at, named]) => (named === undefined ? at : { ...at, key: named }))
const dependencies = fc.array(dependency, { maxLength: 2 })

const facts = fc
  .tuple(fc.constantFrom('s', 's', 't'), scopeName, epoch, fc.nat(40), fc.integer({ min: 1, max: 6 }))
  .map(([session, scope, named, from, length]) => ({
    session,
    scope,
    epoch: named,
    invoked: { step: from, atMs: from },
    completed: { step: from + length, atMs: from + length },
  }))
const item = fc.oneof(
  position.map((at) => ({ kind: 'value' as const, position: at })),
  fc.constant({ kind: 'absent' as const }),
)
const rows = fc
  .tuple(
    fc.uniqueArray(fc.record({ key, position }), { selector: (row) => row.key }),
    fc.boolean(),
  )
  .map(([found, isComplete]) => ({ kind: 'rows' as const, rows: found, isComplete }))
const bound = fc.constantFrom({}, { maxStalenessMs: 0 }, { maxStalenessMs: 8 })
const operation = fc.oneof(
  fc
    .tuple(facts, key, item, position, bound, dependencies)
    .map(([common, named, seen, asOf, own, depends]) => {
      const where = { key: named, collection: '/photos' }
      return { kind: 'read' as const, ...common, ...where, seen, asOf, ...own, depends }
    }),
  fc.tuple(facts, rows, position, bound).map(([common, seen, asOf, own]) => {
    return { kind: 'read' as const, ...common, key: '/photos', seen, asOf, ...own }
  }),
  fc.tuple(facts, key, position).map(([common, named, at]) => {
    const what = { isDelete: false, outcome: 'acknowledged' as const }
    const where = { key: named, collection: '/photos' }
    return { kind: 'write' as const, ...common, ...where, ...what, position: at }
  }),
)

/** A log in which each position is written once, in its order, and applied elsewhere in any. */
const log: fc.Arbitrary<LogEntry[]> = fc
  .tuple(
    fc.uniqueArray(
      fc.tuple(place, key, fc.boolean(), fc.nat(30), fc.option(dependencies, { nil: undefined })),
      { selector: ([at]) => JSON.stringify(at), maxLength: 12 },
    ),
    fc.array(fc.nat(99), { minLength: 12, maxLength: 12 }),
  )
  .map(([writes, shuffle]) => {
    const inOrder = writes.toSorted(([left], [right]) => Number(left.position) - Number(right.position))
    const elsewhere = writes.toSorted((left, right) => {
      return (shuffle[writes.indexOf(left)] ?? 0) - (shuffle[writes.indexOf(right)] ?? 0)
    })
    let atMs = 0
    return [
      ...inOrder.map(([at, named, isDelete, pauseMs, depends]): LogEntry => {
        // Time rises with positions: what is older was written earlier.
        atMs += pauseMs / 6
        const what = { key: named, collection: '/photos', isDelete, server: 'a', atMs }
        return { kind: 'commit', ...at, ...what, ...(depends && { depends }) }
      }),
      ...elsewhere
        .slice(0, shuffle[0])
        .map(([at]): LogEntry => ({ kind: 'apply', ...at, server: 'b', atMs: 40 })),
    ]
  })
const anyHistory: fc.Arbitrary<History> = fc
  .tuple(fc.array(operation, { maxLength: 12, size: 'max' }), log)
  .map(([all, entries]) => {
    return { operations: all.map((one, id): Operation => ({ ...one, id })), log: entries }
  })

const ofLog = ['monotonic-writes', 'writes-follow-reads', 'consistent-prefix', 'bounded-staleness']
const namesOf = (history: History): string[] =>
  checkGuarantees(history)
    .violations.filter(({ guarantee }) => ofLog.includes(guarantee))
    .map((violation) => {
      const culprit = culpritOf(violation)
      return `${violation.guarantee} ${'id' in culprit ? culprit.id : '?'}`
    })

test('law: finds exactly what is broken by definition', () => {
  const found = new Map<string, number>()
  fc.assert(
    fc.property(anyHistory, (any) => {
      const names = namesOf(any)
      for (const name of names) {
        const guarantee = name.replace(/ .*/, '')
        found.set(guarantee, (found.get(guarantee) ?? 0) + 1)
      }
      expect(new Set(names).size).toBe(names.length)
      expect(new Set(names)).toEqual(brokenByLog(any))
    }),
    { numRuns: 3000 },
  )
  // A judge that finds nothing agrees with one that is blind, too.
  for (const guarantee of ofLog) expect(found.get(guarantee), guarantee).toBeGreaterThan(50)
})

/** A store that does one thing after the other, with a copy that follows it in order. */
function sequentialHistory(program: readonly Step[]): History {
  const operations: Operation[] = []
  const entries: LogEntry[] = []
  const stored = new Map<string, string>()
  let step = 0
  let head = 0
  program.forEach(({ session, name, deed }, id) => {
    const where = { session, scope: 'p', epoch: 'e1', key: name, collection: '/photos' }
    const span = { invoked: { step: (step += 1), atMs: step }, completed: { step: (step += 1), atMs: step } }
    const at = stored.get(name)
    if (deed === 'read') {
      const seen = at === undefined ? { kind: 'absent' as const } : { kind: 'value' as const, position: at }
      const told = { asOf: String(head), maxStalenessMs: 0 }
      const depends = head === 0 ? [] : [{ scope: 'p', epoch: 'e1', position: String(head) }]
      operations.push({ kind: 'read', id, ...where, ...span, seen, ...told, depends })
      return
    }
    head += 1
    const isDelete = deed === 'delete'
    const made = { position: String(head), isDelete }
    if (isDelete) stored.delete(name)
    else stored.set(name, made.position)
    operations.push({ kind: 'write', id, ...where, ...span, ...made, outcome: 'acknowledged' })
    const when = { scope: 'p', epoch: 'e1', position: made.position, atMs: step }
    entries.push({ kind: 'commit', ...when, server: 'a', key: name, collection: '/photos', isDelete })
    entries.push({ kind: 'apply', ...when, server: 'b' })
  })
  return { operations, log: entries, requests: [] }
}

interface Step {
  readonly session: string
  readonly name: string
  readonly deed: 'read' | 'write' | 'delete'
}

const program: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    session: fc.constantFrom('s', 't'),
    name: key,
    deed: fc.constantFrom('read', 'read', 'write', 'delete'),
  }),
  { maxLength: 60, size: 'max' },
)
const all = {
  convergence: { withinMs: 0 },
  liveness: { budgetMs: 1, networkMs: 0, requestsPerOperationMax: 1 },
}

test('law: a store that does one thing after the other breaks nothing', () => {
  let kept = 0
  fc.assert(
    fc.property(program, fc.constantFrom('key' as const, 'scope' as const), (steps, granularity) => {
      const report = checkGuarantees(sequentialHistory(steps), { ...all, granularity })
      expect(report.violations).toEqual([])
      kept += Object.values(report.verdicts).filter(({ kind }) => kind === 'kept').length
    }),
    { numRuns: 300 },
  )
  expect(kept).toBeGreaterThan(1500)
})

test('G4: in such a history nothing is undecided', () => {
  const steps: Step[] = ['write', 'read', 'write', 'read'].map((deed) => {
    return { session: 's', name: '/photos/1', deed: deed === 'read' ? 'read' : 'write' } as const
  })
  const { operations, log: entries = [] } = sequentialHistory(steps)
  expect(checkGuarantees({ operations, log: entries, requests: [] }, all).verdicts).toMatchObject({
    'read-your-writes': { kind: 'kept' },
    'monotonic-reads': { kind: 'kept' },
    'monotonic-writes': { kind: 'kept' },
    'writes-follow-reads': { kind: 'kept' },
    'consistent-prefix': { kind: 'kept' },
    'bounded-staleness': { kind: 'kept' },
    convergence: { kind: 'kept' },
    liveness: { kind: 'kept' },
  })
})

test('looks little more than eight times as often at a history eight times as long', () => {
  const long = (count: number): History =>
    sequentialHistory(
      Array.from({ length: count }, (_, index) => ({
        session: `s${index % 5}`,
        name: `/photos/${index % 97}`,
        deed: index % 3 === 0 ? 'write' : 'read',
      })),
    )
  const looksAt = ({ operations, log: entries = [], requests = [] }: History): number => {
    let looks = 0
    const counted = <T extends object>(subject: T): T =>
      new Proxy(subject, {
        get(target, name, receiver) {
          looks += 1
          return Reflect.get(target, name, receiver)
        },
      })
    const { verdicts } = checkGuarantees({ operations: operations.map(counted), log: entries.map(counted), requests }, all)
    expect(verdicts['read-your-writes'].kind).toBe('kept')
    return looks
  }
  // Quadratic it would be 64 times as often.
  expect(looksAt(long(16_000)) / looksAt(long(2_000))).toBeLessThan(10)
})

describe('the judge is independent of the judged', () => {
  /** Returns all files that a file stands on, itself first. */
  function closureOf(file: string): string[] {
    const files = [file]
    for (const each of files) {
      const specifiers = readFileSync(each, 'utf8').matchAll(/from '(\.[^']+)'/g)
      for (const [, specifier = ''] of specifiers) {
        const target = join(dirname(each), specifier)
        if (!files.includes(target) && existsSync(target)) files.push(target)
      }
    }
    return files
  }

  test('T2: what decides stands on nothing of core, whatever it is', () => {
    const files = closureOf('src/testing/judge/check-guarantees.ts')
    expect(files).toContain('src/testing/judge/judge-writes.ts')
    expect(files).toContain('src/testing/judge/sighting.ts')
    expect(files.filter((file) => !file.startsWith('src/testing/'))).toEqual([])
  })

  test('T2: what records reads texts of core, and compares by none of it', () => {
    const text = readFileSync('src/testing/history/record-fetch.ts', 'utf8')
    const names = [...text.matchAll(/import (?:type )?\{([^}]*)\} from '(?:\.\.\/)+core\/[^']+'/g)]
    expect(names.flatMap(([, list = '']) => list.split(',').map((name) => name.trim())).toSorted()).toEqual([
      'Version',
      'dependsHeader',
      'headerNames',
      'parseDependencies',
      'parseVersionList',
      'readProblem',
    ])
  })
})
