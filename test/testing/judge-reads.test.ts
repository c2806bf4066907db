// Consistent prefix: what an answer depends on is not shown from before.
import { describe, expect, test } from 'vitest'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import type { CheckOptions } from '../../src/testing/judge/check-guarantees.ts'
import type { Operation } from '../../src/testing/history/history.ts'
import type { LogEntry } from '../../src/testing/history/server-log.ts'
import { absent, committed, history, on, read, rows, value, write } from './sample-history.ts'

const cp = 'consistent-prefix'
const question = { key: '/questions/7', collection: '/questions', scope: 'q' }
const answer = { key: '/answers/1', collection: '/answers', scope: 'a' }
const list = { key: '/questions', scope: 'q' }

const brokenIn = (
  operations: readonly Operation[],
  log: readonly LogEntry[] = [],
  options?: CheckOptions,
): string[] =>
  checkGuarantees({ operations, log }, options).violations.map(({ guarantee }) => guarantee)

/** An answer is shown that depends on the question at 5. */
const shown = (from: number, depends = [on('5', '/questions/7', 'q')]): Operation =>
  read([from, from + 1], value('3'), { ...answer, depends })

describe.each<[string, string[], Operation[]]>([
  ['the question is there', [], [shown(1), read([3, 4], value('5'), question)]],
  ['or what it became since', [], [shown(1), read([3, 4], value('8'), question)]],
  ['or it is gone since', [], [shown(1), read([3, 4], absent, { ...question, asOf: '6' })]],
  [
    // Kleppmann, "Designing Data-Intensive Applications", chapter 5: Mrs. Cake answers Mr. Poons.
    'S8: the question is not there yet',
    [cp],
    [shown(1), read([3, 4], absent, { ...question, asOf: '4' })],
  ],
  ['the question is older', [cp], [shown(1), read([3, 4], value('4'), question)]],
  ['it says nothing of when', [cp], [shown(1), read([3, 4], absent, question)]],
  [
    'it is missing from its list',
    [cp],
    [shown(1), read([3, 4], rows({}), { ...list, asOf: '4' }), read([5, 6], value('5'), question)],
  ],
  [
    'it was read before the answer was shown',
    [],
    [read([1, 2], value('4'), question), shown(3), read([5, 6], value('5'), question)],
  ],
  ['it was under way by then', [], [shown(1), read([2, 5], value('4'), question)]],
  ['another session reads it', [], [shown(1), read([3, 4], value('4'), { ...question, session: 't' })]],
  [
    'of two answers the later one counts',
    [cp],
    [
      shown(1),
      shown(3, [on('6', '/questions/7', 'q')]),
      read([5, 6], value('5'), question),
    ],
  ],
  [
    'G3: what depends on another epoch asks nothing of this one',
    [],
    [
      shown(1, [{ ...on('5', '/questions/7', 'q'), epoch: 'e0' }]),
      read([3, 4], value('4'), question),
    ],
  ],
  [
    'a whole scope: each as-of of it counts',
    [cp],
    [shown(1, [on('5', undefined, 'q')]), read([3, 4], value('1'), { ...question, asOf: '4' })],
  ],
  [
    'a row says nothing of its scope',
    [],
    [shown(1, [on('5', undefined, 'q')]), read([3, 4], value('1'), question)],
  ],
  [
    'all that an answer depends on counts',
    [cp, cp],
    [
      shown(1, [on('5', '/questions/7', 'q'), on('6', '/questions/8', 'q')]),
      read([3, 4], value('5'), { ...question, key: '/questions/8' }),
      read([5, 6], value('4'), question),
    ],
  ],
])('%s', (_, broken, operations) => {
  test(`breaks ${broken.join(' and ') || 'nothing'}`, () => {
    expect(brokenIn(operations)).toEqual(broken)
  })
})

describe('what the log tells of a write counts like what an answer says', () => {
  const topic = { key: '/topics/1', collection: '/topics', scope: 't' }
  const log: readonly LogEntry[] = [
    committed('2', topic),
    committed('4', question),
    committed('5', { ...question, depends: [on('2', '/topics/1', 't')] }),
    committed('3', { ...answer, depends: [on('5', '/questions/7', 'q')] }),
  ]
  const silent = read([1, 2], value('3'), answer)

  test('directly', () => {
    expect(brokenIn([silent, read([3, 4], value('4'), question)], log)).toEqual([cp])
  })

  test('and along a chain: an answer, its question, its topic', () => {
    const late = read([3, 4], absent, { ...topic, asOf: '1' })
    expect(brokenIn([silent, late], log)).toEqual([cp])
    expect(brokenIn([read([1, 2], value('4'), question), late], log)).toEqual([])
  })

  test('a cycle is walked through once', () => {
    const circle = [
      committed('1', { ...answer, depends: [on('1', '/questions/7', 'q')] }),
      committed('1', { ...question, depends: [on('1', '/answers/1', 'a')] }),
    ]
    expect(brokenIn([read([1, 2], value('1'), answer)], circle)).toEqual([])
  })
})

test('granularity `scope` holds the as-of of all answers against it', () => {
  const other = read([3, 4], value('1'), { ...question, key: '/questions/9', asOf: '4' })
  expect(brokenIn([shown(1), other])).toEqual([])
  expect(brokenIn([shown(1), other], [], { granularity: 'scope' })).toEqual([cp])
})

test('G4: it is undecided where nothing names a dependency, and where nothing is read after it', () => {
  const none = history(write([1, 2], '5'), read([3, 4], value('5')))
  expect(checkGuarantees(none).verdicts[cp]).toEqual({
    kind: 'undecided',
    why: 'neither an answer nor the log names dependencies',
  })
  expect(checkGuarantees(history(shown(1))).verdicts[cp]).toEqual({
    kind: 'undecided',
    why: 'no read told enough of what an earlier answer depends on',
  })
  const both = history(shown(1), read([3, 4], value('5'), question))
  expect(checkGuarantees(both).verdicts[cp]).toEqual({ kind: 'kept', judged: 1 })
})

test('names the answer that proves it', () => {
  const [first, second] = [shown(1), read([3, 4], absent, { ...question, asOf: '4' })]
  const [violation] = checkGuarantees(history(first, second)).violations
  expect(violation).toMatchObject({ read: second, witness: first, key: '/questions/7' })
  expect(violation?.message).toBe(
    'consistent-prefix broken in session "s" of "q", epoch "e1": what the read of /answers/1 showed ' +
      'at 20 ms depends on a later state of /questions/7, but the read of /questions/7 begun at ' +
      '30 ms showed no /questions/7 as of 4.',
  )
})
