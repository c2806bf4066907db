// Bounded staleness and convergence, against the truth of the log.
import { describe, expect, test } from 'vitest'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import type { CheckOptions } from '../../src/testing/judge/check-guarantees.ts'
import type { Operation } from '../../src/testing/history/history.ts'
import type { LogEntry } from '../../src/testing/history/server-log.ts'
import { absent, applied, begun, committed, read, rows, value } from './sample-history.ts'

const bs = 'bounded-staleness'
const within100 = { maxStalenessMs: 100 }
const list = { key: '/photos', ...within100 }
const gone = { isDelete: true }

const judge = (
  operations: readonly Operation[],
  log: readonly LogEntry[],
  options: CheckOptions = {},
) => checkGuarantees({ operations, log }, options)
const brokenIn = (...args: Parameters<typeof judge>): string[] =>
  judge(...args).violations.map(({ guarantee }) => guarantee)

// A step is ten milliseconds, and so is a position: a read of step 17 began at 170 ms, and may lack
// what was committed at 70 ms or later.
describe.each<[string, string[], Operation, readonly LogEntry[]]>([
  ['nothing is lacking', [], read([17, 18], value('5'), within100), [committed('5')]],
  [
    'what is lacking came late enough',
    [],
    read([17, 18], value('5'), within100),
    [committed('5'), committed('7')],
  ],
  ['or too early', [bs], read([17, 18], value('5'), within100), [committed('5'), committed('6')]],
  ['no bound was promised', [], read([17, 18], value('5')), [committed('5'), committed('6')]],
  [
    'what was written elsewhere is not lacking here',
    [],
    read([17, 18], value('5'), within100),
    [committed('5'), committed('6', { key: '/photos/8' })],
  ],
  [
    'an as-of covers what its own row does not tell',
    [],
    read([17, 18], value('5'), { ...within100, asOf: '6' }),
    [committed('5'), committed('6')],
  ],
  ['absent, as of too early', [bs], read([17, 18], absent, { ...within100, asOf: '4' }), [committed('6')]],
  ['absent, since deleted', [], read([17, 18], absent, { ...within100, asOf: '6' }), [committed('6', gone)]],
  [
    'a list lacks an item',
    [bs],
    read([17, 18], rows({}), { ...list, asOf: '4' }),
    [committed('6')],
  ],
  [
    'a list laid over by an own item lacks nothing',
    [],
    read([17, 18], rows({ 7: '6' }), { ...list, asOf: '4' }),
    [committed('6')],
  ],
  [
    'nor does it lack what came and went',
    [],
    read([17, 18], rows({}), { ...list, asOf: '4' }),
    [committed('5'), committed('6', gone)],
  ],
  [
    'a row of it is too old',
    [bs],
    read([17, 18], rows({ 7: '3' }), list),
    [committed('3'), committed('6')],
  ],
  [
    'a page may lack items',
    [],
    read([17, 18], rows({}, false), { ...list, asOf: '4' }),
    [committed('6')],
  ],
  [
    'S4: its epoch ended long ago',
    [bs],
    read([17, 18], value('5'), within100),
    [committed('5'), begun('e2', '5', 60)],
  ],
  [
    'S4: its epoch ended just now',
    [],
    read([17, 18], value('5'), within100),
    [committed('5'), begun('e2', '5', 90)],
  ],
  [
    'a new epoch continues what came before it',
    [bs],
    read([17, 18], value('5'), { ...within100, epoch: 'e2' }),
    [committed('5'), committed('6'), begun('e2', '6', 65)],
  ],
  [
    'but for what it lost',
    [],
    read([17, 18], value('5'), { ...within100, epoch: 'e2' }),
    [committed('5'), committed('6'), begun('e2', '5', 65)],
  ],
])('S12: %s', (_, broken, operation, log) => {
  test(`breaks ${broken.join(' and ') || 'nothing'}`, () => {
    expect(brokenIn([operation], log)).toEqual(broken)
  })
})

test('granularity `scope` holds the as-of against every write of the scope', () => {
  const log = [committed('5'), committed('6', { key: '/photos/8' })]
  const operation = read([17, 18], value('5'), { ...within100, asOf: '5' })
  expect(brokenIn([operation], log)).toEqual([])
  expect(brokenIn([operation], log, { granularity: 'scope' })).toEqual([bs])
})

test('G4: bounded staleness is undecided without a log, a bound, or a position', () => {
  const told = read([17, 18], value('5'), within100)
  const verdict = (operation: Operation, log?: readonly LogEntry[]) =>
    checkGuarantees({ operations: [operation], log }).verdicts[bs]
  expect(verdict(told)).toEqual({ kind: 'undecided', why: 'the history holds no log of the servers' })
  const why = 'no read is said to have kept a bound, and tells what it showed'
  expect(verdict(read([17, 18], value('5')), [committed('5')])).toEqual({ kind: 'undecided', why })
  expect(verdict(read([17, 18], value(), within100), [committed('5')])).toMatchObject({ why })
  expect(verdict(told, [committed('5', { epoch: 'e9' })])).toMatchObject({ why })
  expect(verdict(told, [committed('5')])).toEqual({ kind: 'kept', judged: 1 })
})

test('tells what was lacking, and since when', () => {
  const late = read([17, 18], value('5'), within100)
  const [violation] = judge([late], [committed('5'), committed('6')]).violations
  expect(violation).toMatchObject({ read: late, witness: committed('6') })
  expect(violation?.message).toBe(
    'bounded-staleness broken in session "s" of "main", epoch "e1": the read of /photos/7 begun at ' +
      '170 ms is bound to 100 ms, but it lacks the write of /photos/7 at 6 of 60 ms.',
  )
})

describe('convergence', () => {
  // The last write is of 60 ms, and `b` applied it at 160 ms.
  const log = [committed('5'), committed('6'), ...applied('b', '5', '6')]
  const within = (lagEndedAtMs?: number) => ({ convergence: { withinMs: 20, lagEndedAtMs } })
  const at = (step: number, position: string): Operation => read([step, step + 1], value(position))

  test.each<[string, string, Operation, CheckOptions]>([
    ['the newest is shown', 'kept', at(18, '6'), within()],
    ['it is not', 'broken', at(18, '5'), within()],
    ['not yet', 'undecided', at(17, '5'), within()],
    ['by the end that the caller tells', 'broken', at(17, '5'), within(100)],
    ['what was not there by then', 'kept', at(17, '5'), within(50)],
    ['nobody said within which time', 'undecided', at(18, '5'), {}],
  ])('%s: %s', (_, kind, operation, options) => {
    expect(judge([operation], log, options).verdicts.convergence.kind).toBe(kind)
  })

  test('is undecided while a server has yet to catch up, and names it', () => {
    expect(judge([at(18, '5')], log.slice(0, -1), within()).verdicts.convergence).toEqual({
      kind: 'undecided',
      why: 'b never applied the last write of "main"',
    })
  })

  test('is undecided where nobody knows who has heard of a new epoch', () => {
    const ended = [...log, begun('e2', '5', 200)]
    expect(judge([at(90, '5')], ended, within()).verdicts.convergence.kind).toBe('undecided')
  })

  test('a reader who stays in an ended epoch has not reached the newest', () => {
    const ended = [...log, begun('e2', '5', 200), committed('6', { epoch: 'e2', atMs: 210 })]
    expect(brokenIn([at(90, '6')], ended, within(300))).toEqual(['convergence'])
  })

  test('tells what was lacking', () => {
    expect(judge([at(18, '5')], log, within()).violations[0]?.message).toBe(
      'convergence broken in session "s" of "main", epoch "e1": the read of /photos/7 begun at ' +
        '180 ms began more than 20 ms after the lag had ended at 160 ms, but it lacks the write of ' +
        '/photos/7 at 6 of 60 ms.',
    )
  })
})
