// Monotonic writes and writes follow reads, on logs of servers that do and do not keep them.
import { describe, expect, test } from 'vitest'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import type { Operation } from '../../src/testing/history/history.ts'
import type { LogEntry } from '../../src/testing/history/server-log.ts'
import { applied, committed, read, rows, value, write } from './sample-history.ts'

const mw = 'monotonic-writes'
const wfr = 'writes-follow-reads'

const verdictsOf = (operations: readonly Operation[], log?: readonly LogEntry[]) =>
  checkGuarantees(log === undefined ? { operations } : { operations, log })
const brokenIn = (operations: readonly Operation[], log: readonly LogEntry[]): string[] =>
  verdictsOf(operations, log).violations.map(({ guarantee }) => guarantee)

const twoWrites = [write([1, 2], '1'), write([3, 4], '2')]
/** A question of another session is read, and answered. */
const answered = [
  write([1, 2], '1', { session: 't', key: '/photos/1' }),
  read([3, 4], value('1'), { key: '/photos/1' }),
  write([5, 6], '2'),
]

describe.each<[string, string[], readonly Operation[], readonly LogEntry[]]>([
  ['in order everywhere', [], twoWrites, [committed('1'), committed('2'), ...applied('b', '1', '2')]],
  ['a server that knows neither', [], twoWrites, [committed('1'), committed('2'), ...applied('b', '9')]],
  [
    'a server that knows the first alone',
    [],
    twoWrites,
    [committed('1'), committed('2'), ...applied('b', '1')],
  ],
  [
    // Terry et al., 3.3: a text saved twice, and the library that gets the second version first.
    'the second is applied before the first',
    [mw],
    twoWrites,
    [committed('1'), committed('2'), ...applied('b', '2', '1')],
  ],
  [
    'the second is applied without the first',
    [mw],
    twoWrites,
    [committed('1'), committed('2'), ...applied('b', '2')],
  ],
  [
    'positions say nothing: the server that took them put the second first',
    [mw],
    [write([1, 2], '8'), write([3, 4], '7')],
    [committed('7'), committed('8')],
  ],
  [
    'writes that overlap have no order',
    [],
    [write([1, 3], '1'), write([2, 4], '2')],
    [committed('1'), committed('2'), ...applied('b', '2', '1')],
  ],
  [
    'those of two sessions have none either',
    [],
    [write([1, 2], '1'), write([3, 4], '2', { session: 't' })],
    [committed('1'), committed('2'), ...applied('b', '2', '1')],
  ],
  [
    'G3: those of two epochs are not compared',
    [],
    [write([1, 2], '2'), write([3, 4], '1', { epoch: 'e2' })],
    [committed('2'), committed('1', { epoch: 'e2' })],
  ],
  [
    'a write that was refused orders nothing',
    [],
    [write([1, 2], '1', { outcome: 'refused' }), write([3, 4], '2')],
    [committed('1'), committed('2'), ...applied('b', '2', '1')],
  ],
  [
    // Terry et al., 3.4: the bulletin board, where a reaction is shown before what it reacts to.
    'an answer is applied before the question that its author had read',
    [wfr],
    answered,
    [committed('1'), committed('2'), ...applied('b', '2', '1')],
  ],
  [
    'or without it',
    [wfr],
    answered,
    [committed('1'), committed('2'), ...applied('b', '2')],
  ],
  ['or after it', [], answered, [committed('1'), committed('2'), ...applied('b', '1', '2')]],
  [
    'W1: what the as-of of an answer covers was not shown',
    [],
    [read([3, 4], value('1'), { asOf: '2' }), write([5, 6], '3')],
    [committed('1'), committed('2'), committed('3'), ...applied('b', '1', '3', '2')],
  ],
  [
    'a row of a list was read like any item',
    [wfr],
    [read([1, 2], rows({ 1: '1', 2: '2' }), { key: '/photos' }), write([5, 6], '3')],
    [committed('1'), committed('2'), committed('3'), ...applied('b', '1', '3', '2')],
  ],
  [
    'what was read while writing was not read before',
    [],
    [read([1, 6], value('1')), write([5, 7], '2')],
    [committed('1'), committed('2'), ...applied('b', '2', '1')],
  ],
  [
    'one write may break both',
    [mw, wfr],
    [write([1, 2], '1'), read([3, 4], value('1')), write([5, 6], '2')],
    [committed('1'), committed('2'), ...applied('b', '2', '1')],
  ],
])('T1: %s', (_, broken, operations, log) => {
  test(`breaks ${broken.join(' and ') || 'nothing'}`, () => {
    expect(brokenIn(operations, log)).toEqual(broken)
  })
})

test('G4: without a log both are undecided, and say what is lacking', () => {
  const { verdicts } = verdictsOf(twoWrites)
  const why = 'the history holds no log of the servers'
  expect(verdicts).toMatchObject({ [mw]: { kind: 'undecided', why }, [wfr]: { kind: 'undecided' } })
})

test('G4: a log that knows none of the writes decides nothing', () => {
  const { verdicts } = verdictsOf(twoWrites, [committed('8')])
  expect(verdicts[mw]).toMatchObject({ kind: 'undecided' })
})

test('what was judged is counted', () => {
  const { verdicts } = verdictsOf(answered, [committed('1'), committed('2')])
  expect(verdicts[wfr]).toEqual({ kind: 'kept', judged: 1 })
  expect(verdicts[mw]).toMatchObject({ kind: 'undecided' })
})

test('tells what happened, where, and what proves it', () => {
  const log = [committed('1'), committed('2'), ...applied('b', '2', '1')]
  const [second] = verdictsOf(twoWrites, log).violations
  expect(second).toMatchObject({ write: twoWrites[1], witness: twoWrites[0], server: 'b' })
  expect(second?.message).toBe(
    'monotonic-writes broken in session "s" of "main", epoch "e1": the write of /photos/7 at 1 was ' +
      'acknowledged at 20 ms, but b applied the write of /photos/7 at 2 before it.',
  )
  const [answer] = verdictsOf(answered, [committed('1'), committed('2'), ...applied('b', '2')]).violations
  expect(answer?.message).toBe(
    'writes-follow-reads broken in session "s" of "main", epoch "e1": the read of /photos/1 had ' +
      'shown the write at 1 by 40 ms, but b applied the write of /photos/7 at 2 without it.',
  )
})
