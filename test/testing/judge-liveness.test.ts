// Liveness: reads end in time, and nobody asks more often than was agreed.
import { describe, expect, test } from 'vitest'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import type {
  History,
  Operation,
  RequestSent,
  UnfinishedOperation,
} from '../../src/testing/history/history.ts'
import { read, reset, value, write } from './sample-history.ts'

// A step is ten milliseconds.
const bound = { budgetMs: 30, networkMs: 10 }
const counted = { ...bound, requestsPerOperationMax: 2 }

const judge = (history: History, liveness = bound) => checkGuarantees(history, { liveness })
const sent = (...steps: number[]): RequestSent[] =>
  steps.map((step) => ({ session: 's', sent: { step, atMs: step * 10 } }))
const open = (step: number): UnfinishedOperation => {
  return { kind: 'read', session: 's', key: '/a', invoked: { step, atMs: step * 10 } }
}

describe('L1: time', () => {
  test.each<[string, string, History]>([
    ['as long as it may', 'kept', { operations: [read([1, 5], value('5'))] }],
    ['longer', 'broken', { operations: [read([1, 6], value('5'))] }],
    ['a failure counts, too', 'broken', { operations: [read([1, 6], { kind: 'nothing' })] }],
    ['a write may take its time', 'undecided', { operations: [write([1, 9], '5')] }],
    ['not ended, for as long as it may', 'kept', { operations: [], unfinished: [open(1)], endedAtMs: 50 }],
    ['not ended, for longer', 'broken', { operations: [], unfinished: [open(1)], endedAtMs: 51 }],
    ['nothing was read', 'undecided', { operations: [] }],
  ])('%s: %s', (_, kind, history) => {
    expect(judge(history).verdicts.liveness.kind).toBe(kind)
  })

  test('I7: names the read that outlived its budget', () => {
    const late = read([1, 6], value('5'))
    const { violations } = judge({ operations: [late], unfinished: [open(3)], endedAtMs: 900 })
    expect(violations).toMatchObject([{ operation: late }, { operation: open(3) }])
    expect(violations.map(({ message }) => message)).toEqual([
      'liveness broken in session "s": the read of /photos/7 begun at 10 ms took 50 ms, where 30 ms ' +
        "are its budget and 10 ms the network's.",
      'liveness broken in session "s": the read of /a begun at 30 ms had not ended after 870 ms, ' +
        "where 30 ms are its budget and 10 ms the network's.",
    ])
  })
})

describe('L2: requests', () => {
  const two = [read([1, 4], value('5')), read([10, 14], value('5'))]
  test.each<[string, string, readonly Operation[], readonly RequestSent[] | undefined]>([
    ['as many as agreed', 'kept', two, sent(2, 3, 11, 12)],
    ['one too many for the first', 'broken', two, sent(2, 3, 5, 11)],
    ['which the second does not make good', 'broken', two, sent(2, 3, 5)],
    ['overlapping reads share theirs', 'kept', [read([1, 4], value('5')), read([2, 6], value('5'))], sent(3, 4, 5, 5)],
    ['before anything was asked for', 'kept', two, sent(0, 0, 0, 0)],
    ['those of another session', 'kept', two, sent(2, 3, 3, 3).map((each) => ({ ...each, session: 't' }))],
    ['a reset asks nobody', 'broken', [...two, reset([15, 16], 'e1', 'e2')], sent(11, 12, 17)],
    ['nobody noted them', 'undecided', two, undefined],
  ])('%s: %s', (_, kind, operations, requests) => {
    expect(judge({ operations, requests }, counted).verdicts.liveness.kind).toBe(kind)
  })

  test('tells how many they were', () => {
    const { violations } = judge({ operations: two, requests: sent(11, 12, 13) }, counted)
    expect(violations.map(({ message }) => message)).toEqual([
      'liveness broken in session "s": 3 requests were sent for 1 operation from 100 ms on, where 2 ' +
        'for each are agreed.',
    ])
  })
})

test('G4: without bounds it is undecided', () => {
  expect(checkGuarantees({ operations: [read([1, 9], value('5'))] }).verdicts.liveness).toEqual({
    kind: 'undecided',
    why: 'no bounds were stated for it',
  })
})
