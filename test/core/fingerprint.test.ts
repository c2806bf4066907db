// Fingerprints: equal for equal texts, and for no others that anybody will meet.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprint } from '../../src/core/fingerprint.ts'

test('is the same in every release, since the names of locks and channels of two tabs are made of it', () => {
  expect(fingerprint('')).toBe('ztntfp9zloz')
  expect(fingerprint('alice')).toBe('11ht1wn1w8mmkz')
})

test('law: a text of one character more, less or other has another', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), (text, at) => {
      const index = at % text.length
      const others = [
        text + 'a',
        text.slice(0, index) + text.slice(index + 1),
        text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ 1) + text.slice(index + 1),
      ]
      for (const other of others) expect(fingerprint(other)).not.toBe(fingerprint(text))
    }),
  )
})

test('P2: says nothing of the text that could be read, however long it is', () => {
  const token = 'Bearer eyJhbGciOiJIUzI1NiJ9'.repeat(1000)
  expect(fingerprint(token)).toMatch(/^[0-9a-z]{2,14}$/)
})
