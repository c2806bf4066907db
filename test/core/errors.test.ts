// What is thrown, and what it says.
import { describe, expect, test } from 'vitest'
import {
  ClosedError,
  EpochChangedError,
  InvariantError,
  isTidemarkError,
  MutationError,
  OptionsError,
  ProtocolError,
  SessionEndedError,
  StorageError,
  TransportError,
  VersionUnavailableError,
  WriteNotSentError,
} from '../../src/core/errors.ts'
import type { TidemarkError } from '../../src/core/errors.ts'
import { invariant } from '../../src/core/invariant.ts'

const cause = new Error('the cause')
const unavailable = {
  url: 'https://api.example/photos',
  required: 'photos 7f3a:42',
  offered: 'photos 7f3a:41',
  attempts: 3,
  waitedMs: 1980,
}
const notSent = { url: 'https://api.example/a', method: 'PUT', scopes: ['a', 'b'], ahead: 2, waitedMs: 50 }

const errors: [TidemarkError, string, string][] = [
  [new SessionEndedError({ reason: 'signed-out' }, { cause }), 'SessionEndedError', 'session-ended'],
  [new VersionUnavailableError(unavailable, { cause }), 'VersionUnavailableError', 'version-unavailable'],
  [
    new EpochChangedError({ url: 'u', required: 'a', offered: 'b' }, { cause }),
    'EpochChangedError',
    'epoch-changed',
  ],
  [new WriteNotSentError(notSent, { cause }), 'WriteNotSentError', 'write-not-sent'],
  [
    new ProtocolError({ what: 'w', text: 't', expected: 'e' }, { cause }),
    'ProtocolError',
    'protocol',
  ],
  [new OptionsError({ field: 'f', value: 1, accepted: 'a' }, { cause }), 'OptionsError', 'options'],
  [new MutationError({ id: 'm', reason: 'creation-failed' }, { cause }), 'MutationError', 'mutation'],
  [new StorageError('s', { cause }), 'StorageError', 'storage'],
  [new ClosedError('c', { cause }), 'ClosedError', 'closed'],
  [
    new TransportError({ url: 'u', status: 500, statusText: '' }, { cause }),
    'TransportError',
    'transport',
  ],
  [new InvariantError('i', { cause }), 'InvariantError', 'invariant'],
]

describe.each(errors)('%s', (error, name, code) => {
  test('has a name and a code for programs, and passes its cause on', () => {
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe(name)
    expect(error.code).toBe(code)
    expect(error.cause).toBe(cause)
    expect(error.stack).toContain(name)
  })

  test('is recognised by its code, and by no other', () => {
    expect(isTidemarkError(error)).toBe(true)
    for (const [, , other] of errors) {
      expect(isTidemarkError(error, other as TidemarkError['code'])).toBe(other === code)
    }
  })
})

test('errors are recognised without instanceof, as from another bundle', () => {
  expect(isTidemarkError({ isTidemarkError: true, code: 'closed' }, 'closed')).toBe(true)
  expect(isTidemarkError({ isTidemarkError: true }, 'closed')).toBe(false)
  for (const value of [undefined, null, 'closed', 1, {}, { isTidemarkError: false }, new Error('x')]) {
    expect(isTidemarkError(value)).toBe(false)
  }
})

test('a write that was not sent: which one, what was in its way, what to do', () => {
  expect(new WriteNotSentError(notSent).message).toBe(
    'PUT https://api.example/a was not sent: writes to a, b go one after another, and 2 earlier of this ' +
      'page had no answer within 50 ms. Call it again, or raise `waitMs`.',
  )
  const elsewhere = new WriteNotSentError({ ...notSent, ahead: 0 })
  expect(elsewhere.message).toContain('those of another tab had no answer')
})

test('a version that is not available: what was asked, what was met, what was tried, what to do', () => {
  expect(new VersionUnavailableError(unavailable).message).toBe(
    'No source of https://api.example/photos covers photos 7f3a:42: the best was photos 7f3a:41, ' +
      "after 3 attempts in 1980 ms. Ask again later, raise `budgetMs`, or choose `onUnavailable: 'serve-stale'`.",
  )
  expect(new VersionUnavailableError({ ...unavailable, offered: undefined }).message).toContain(
    'no answer carried a version',
  )
})

test('a changed epoch: asking again cannot succeed', () => {
  const facts = { url: 'https://api.example/', required: 'main a:9', offered: 'main b:1' }
  const error = new EpochChangedError(facts)
  expect(error.facts).toBe(facts)
  expect(error.message).toBe(
    'https://api.example/ began a new history: main b:1 can never cover main a:9.',
  )
})

test('I14: a hostile text does not become a message of its length', () => {
  const { message } = new ProtocolError({ what: 'x', text: '\u0000"'.repeat(1e6), expected: 'y' })
  expect(message).toContain('and 1999920 characters more')
  expect(message.length).toBeLessThan(500)
  expect(message).not.toContain('\u0000')
})

test.each([
  ['text', '"text"'],
  [12, '12'],
  [Number.NaN, 'NaN'],
  [null, 'null'],
  [undefined, 'undefined'],
  [true, 'true'],
  [10n, '10'],
  [Symbol('s'), 'Symbol(s)'],
  [() => 1, 'a function'],
  [[1, 2], 'an array of 2'],
  [{ a: 1 }, 'an object'],
])('an option is shown by its value: %s', (value, shown) => {
  const error = new OptionsError({ field: 'rules[0].match', value, accepted: 'a pattern' })
  expect(error.message).toBe(`\`rules[0].match\` is ${shown}. Accepted: a pattern.`)
})

test('invariant throws a fault of ours, only when it is broken', () => {
  expect(() => invariant(true, 'never seen')).not.toThrow()
  expect(() => invariant(false, 'the floor fell')).toThrow(new InvariantError('the floor fell'))
})

test('an answer that failed is named with its status, and its words where it has any', () => {
  const url = 'https://api.example/photos'
  expect(new TransportError({ url, status: 503, statusText: 'Service Unavailable' }).message).toBe(
    `${url} answered 503 (Service Unavailable). Expected 2xx, or 404 or 410 for what is not there.`,
  )
  expect(new TransportError({ url, status: 500, statusText: '' }).message).toBe(
    `${url} answered 500. Expected 2xx, or 404 or 410 for what is not there.`,
  )
})

test.each([
  ['signed-out', 'its user has signed out'],
  ['signed-out-elsewhere', 'its user has signed out in another tab'],
  ['switched', 'another principal uses this client now'],
] as const)('the end of a session says how it ended: %s', (reason, words) => {
  const error = new SessionEndedError({ reason })
  expect(error.message).toBe(`The session has ended: ${words}. What it waited for was dropped. Ask again in the next one.`)
  expect(error.facts).toEqual({ reason })
})
