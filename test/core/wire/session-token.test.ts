import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isTidemarkError } from '../../../src/core/errors.ts'
import { epochSeq } from '../../../src/core/formats/epoch-seq.ts'
import {
  parseSessionToken,
  printSessionToken,
  tokenLengthMax,
} from '../../../src/core/wire/session-token.ts'
import type { ScopeFloors } from '../../../src/core/session.ts'

const formatOf = (): typeof epochSeq => epochSeq
const parse = (text: string): ReturnType<typeof parseSessionToken> => parseSessionToken(formatOf, text)

const position = fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String)
const session = fc
  .uniqueArray(
    fc.record({
      scope: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      epoch: fc.constantFrom('', '7f3a', '7f3a\u2032', 'a:b'),
      read: fc.option(position, { nil: undefined }),
      write: fc.option(position, { nil: undefined }),
    }),
    { selector: ({ scope }) => scope, maxLength: 20 },
  )
  .map((all) => {
    const floors = new Map<string, ScopeFloors>()
    for (const { scope, epoch, read, write } of all) {
      if (read === undefined && write === undefined) continue
      const at = (text: string | undefined): ScopeFloors['read'] =>
        text === undefined ? undefined : { scope, epoch, position: text }
      floors.set(scope, { read: at(read), write: at(write) })
    }
    return floors
  })

describe('a session token', () => {
  test('is readable', () => {
    const scope = 'main@https://api.example.com'
    const floors = new Map([
      [scope, { read: { scope, epoch: '7f3a', position: '45' }, write: { scope, epoch: '7f3a', position: '42' } }],
    ])
    expect(printSessionToken({ principal: '1x9k2', floors })).toBe(
      'tm1;p="1x9k2", "main@https://api.example.com";e="7f3a";r="45";w="42"',
    )
  })

  test('law: parsing what was printed gives the same floors', () => {
    fc.assert(
      fc.property(session, (floors) => {
        const token = printSessionToken({ principal: 'p', floors })
        expect(token).toMatch(/^[\x20-\x7e]*$/)
        expect(parse(token)).toEqual({ principal: 'p', floors })
      }),
    )
  })

  test('a scope of which nothing is known asks for nothing', () => {
    const token = printSessionToken({ principal: 'p', floors: new Map([['main', {}]]) })
    expect(token).toBe('tm1;p="p", "main"')
    expect(parse(token).floors.get('main')).toEqual({})
  })

  test('K3: over the bound, write floors are kept before read floors, and it says so', () => {
    const floors = new Map<string, ScopeFloors>()
    for (let index = 0; index < 500; index += 1) {
      const scope = `scope-${index}@https://api.example.com`
      const version = { scope, epoch: 'e', position: String(index) }
      floors.set(scope, index % 10 === 0 ? { write: version } : { read: version })
    }
    const token = printSessionToken({ principal: 'p', floors })
    expect(token.length).toBeLessThanOrEqual(tokenLengthMax)
    expect(token).toContain(';part')
    const kept = parse(token).floors
    expect(kept.size).toBe(50)
    for (const { read } of kept.values()) expect(read).toBeUndefined()
  })

  test('K3: even write floors end at the bound', () => {
    const floors = new Map<string, ScopeFloors>()
    for (let index = 0; index < 500; index += 1) {
      const scope = `scope-${index}@https://api.example.com`
      floors.set(scope, { write: { scope, epoch: 'e', position: '1' } })
    }
    const token = printSessionToken({ principal: 'p', floors })
    expect(token.length).toBeLessThanOrEqual(tokenLengthMax)
    expect(parse(token).floors.size).toBeGreaterThan(50)
  })

  test.each([
    '',
    'tm2;p="x"',
    'tm1',
    'tm1;p=x',
    'tm1;p="x", main;r="1"',
    'tm1;p="x", "main";r=1',
    'tm1;p="x", "main";r="one"',
    'tm1;p="x", "main";e=5;r="1"',
    'tm1;p="x", "%E0%A4%A";r="1"',
    'tm1;p="x", "main";r="1",',
    `tm1;p="x", "${'m'.repeat(tokenLengthMax)}";r="1"`,
  ])('I14: is refused when it is malformed: %s', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'protocol' }))
  })

  test('law: I14 any text is read or refused, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map((tail) => `tm1;p="x", "m";r="1"${tail}`)), (text) => {
        try {
          parse(text)
        } catch (error) {
          expect(isTidemarkError(error, 'protocol')).toBe(true)
        }
      }),
    )
  })
})
