// What a server says when it cannot answer at the version asked for.
import { expect, test } from 'vitest'
import { readProblem } from '../../../src/core/wire/protocol.ts'
import { refusalOf } from '../../../src/core/wire/refusal.ts'

const facts = {
  server: 'replica-1',
  want: { epoch: 'a', position: '42' },
  have: { epoch: 'a', position: '40' },
}

test('W17: not yet is 503 with Retry-After in whole seconds, and the exact hint in the document', () => {
  const refusal = refusalOf({ ...facts, kind: 'behind', lagMs: 119.6, retryAfterMs: 1200.5 })
  expect(refusal.status).toBe(503)
  expect(refusal.headers).toEqual({ 'Content-Type': 'application/problem+json', 'Retry-After': '2' })
  expect(refusal.document).toMatchObject({ want: 'a:42', have: 'a:40', epoch: 'a', lag: 120 })
  expect(readProblem(refusal.document)).toEqual({ kind: 'behind', retryAfterMs: 1201 })
})

test('W17: without a hint it is never "at once"', () => {
  const refusal = refusalOf({ ...facts, kind: 'behind' })
  expect(refusal.headers['Retry-After']).toBe('1')
  expect(readProblem(refusal.document)).toEqual({ kind: 'behind', retryAfterMs: 100 })
  expect(refusalOf({ ...facts, kind: 'behind', retryAfterMs: -5 }).document['retryAfterMs']).toBe(0)
})

test('W17: never is 409, and says nothing of asking again', () => {
  const refusal = refusalOf({ ...facts, have: { epoch: '', position: '9' }, kind: 'never' })
  expect(refusal.status).toBe(409)
  expect(refusal.headers['Retry-After']).toBeUndefined()
  expect(refusal.document).toMatchObject({ want: 'a:42', have: '9' })
  expect(readProblem(refusal.document)).toEqual({ kind: 'never', retryAfterMs: undefined })
})
