// Structured fields, held against a published parser of RFC 9651 (`structured-headers`).
import * as fc from 'fast-check'
import * as oracle from 'structured-headers'
import { describe, expect, test } from 'vitest'
import { ProtocolError } from '../../../src/core/errors.ts'
import { parseList, printList, tokenOrString } from '../../../src/core/wire/structured-field.ts'
import type { BareItem, Item } from '../../../src/core/wire/structured-field.ts'

/** What a field says, in the same words for both parsers: parameters keep their order. */
type Meaning = readonly (readonly [unknown, readonly (readonly [string, unknown])[]])[]

type Outcome =
  | { readonly isAccepted: true; readonly meaning: Meaning }
  | { readonly isAccepted: false; readonly error: unknown }

function attempt(parse: () => Meaning): Outcome {
  try {
    return { isAccepted: true, meaning: parse() }
  } catch (error) {
    return { isAccepted: false, error }
  }
}

const ours = (text: string): Outcome => attempt(() => parseList('field', text).map(meaningOfItem))

function meaningOfItem({ bare, parameters }: Item): Meaning[number] {
  return [meaningOf(bare), [...parameters].map(([key, value]) => [key, meaningOf(value)])]
}

function meaningOf(bare: BareItem): unknown {
  switch (bare.kind) {
    case 'token':
      return { token: bare.value }
    case 'binary':
      return { binary: atob(bare.value) }
    case 'display':
      // The oracle's decoder drops a byte order mark.
      return { display: decodeURIComponent(bare.value).replace(/^\uFEFF/, '') }
    case 'date':
      return { date: bare.value * 1000 + 0 } // A `Date` has no zero with a sign.
    case 'integer':
    case 'decimal':
      return { number: bare.value }
    case 'string':
    case 'boolean':
      return bare.value
  }
}

const theirs = (text: string): Outcome =>
  attempt(() =>
    oracle.parseList(text).map((member) => {
      if (oracle.isInnerList(member)) throw new TypeError('inner list')
      const [bare, parameters] = member
      return [theirMeaningOf(bare), [...parameters].map(([key, value]) => [key, theirMeaningOf(value)])]
    }),
  )

function theirMeaningOf(bare: oracle.BareItem): unknown {
  if (bare instanceof oracle.Token) return { token: bare.toString() }
  if (bare instanceof oracle.DisplayString) return { display: bare.toString() }
  if (bare instanceof Date) return { date: bare.getTime() }
  if (bare instanceof ArrayBuffer) {
    return { binary: String.fromCharCode(...new Uint8Array(bare)) }
  }
  return typeof bare === 'number' ? { number: bare } : bare
}

/**
 * Where the oracle itself is not RFC 9651. It ends a date only with the whole text, while section
 * 4.2.9 lets anything follow it that is no part of a number. Such a date is then held against the
 * integer of the same digits.
 */
function isDateFault(outcome: Outcome): boolean {
  return !outcome.isAccepted && String(outcome.error).includes('whitespace or EOL')
}

/** Dates beyond the range of the platform's `Date`, which only the oracle uses. */
const isDateOutOfRange = (text: string): boolean => /@-?\d{13,15}/.test(text)

function expectAgreement(text: string): void {
  const [mine, reference] = [ours(text), theirs(text)]
  if (!mine.isAccepted) {
    expect(mine.error).toBeInstanceOf(ProtocolError)
    const isLaxity = reference.isAccepted && /%"[^"]*[^\x20-\x7e]/.test(text)
    expect(reference.isAccepted && !isLaxity, `refused ${JSON.stringify(text)}`).toBe(false)
    return
  }
  if (isDateOutOfRange(text)) return
  if (isDateFault(reference)) {
    const asIntegers = text.replaceAll(/@(?=-?\d)/g, '')
    expect(ours(asIntegers)).toEqual(theirs(asIntegers))
    return
  }
  expect(mine, JSON.stringify(text)).toEqual(reference)
}

const keys = fc.constantFrom('e', 'v', 'wait', '*', 'a-b_c.d*1', 'lag')
const bareTexts = fc.oneof(
  fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
  fc.constantFrom('main', '*', 'a/b:c', "x!#$%&'*+-.^_`|~:/9", 'T'),
  fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }).map(String),
  fc.constantFrom('0', '-0', '007', '1.5', '-1.125', '999999999999.999', '1.0', '0.001'),
  fc.constantFrom('?0', '?1'),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => `:${btoa(String.fromCharCode(...bytes))}:`),
  fc.constantFrom('::', ':YQ:', ':YWI:', ':YR==:'),
  fc.constantFrom('@0', '@-1', '@1659578233'),
  fc.constantFrom('%""', '%"a%c3%a9"', '%"%ef%bb%bfa"'),
)
const nearMisses = fc.constantFrom(
  '1.',
  '.5',
  '1.2345',
  '1234567890123.0',
  '1234567890123456',
  '--1',
  '-',
  '1e3',
  '+1',
  '1.5.5',
  '?2',
  '?',
  ':YQ=:',
  ':Y:',
  ':Y===:',
  ':Y Q:',
  ':=:',
  ':',
  ':YQ',
  '@1.5',
  '@',
  '@x',
  '@1234567890123456',
  '%"%C3%A9"',
  '%"%ff"',
  '%"%ed%a0%80"',
  '%"é"',
  '%"',
  '%a',
  '%"%c3',
  '"',
  '"\\"',
  '"a\\n"',
  '"a\x7f"',
  '"é"',
  '"\t"',
  '()',
  '(a)',
  '{}',
  '١',
)
const bareOrNearMiss = fc.oneof(
  { arbitrary: bareTexts, weight: 15 },
  { arbitrary: nearMisses, weight: 1 },
)
const parameterTexts = fc
  .tuple(
    fc.oneof({ arbitrary: fc.constantFrom(';', '; ', ';  '), weight: 15 }, fc.constant(' ;')),
    fc.oneof({ arbitrary: keys, weight: 15 }, fc.constantFrom('E', '1', '')),
    fc.option(bareOrNearMiss, { nil: undefined }),
  )
  .map(([separator, key, value]) => `${separator}${key}${value === undefined ? '' : `=${value}`}`)
const itemTexts = fc
  .tuple(bareOrNearMiss, fc.array(parameterTexts, { maxLength: 3 }))
  .map(([bare, parameters]) => bare + parameters.join(''))
const commas = fc.oneof(
  { arbitrary: fc.constantFrom(',', ', ', ' ,\t', ' , '), weight: 15 },
  fc.constantFrom(',,', ' ', ';'),
)
const fieldTexts = fc
  .tuple(
    fc.oneof({ arbitrary: fc.constantFrom('', ' ', '  '), weight: 15 }, fc.constant('\t')),
    fc.array(fc.tuple(itemTexts, commas), { maxLength: 3 }),
    itemTexts,
    fc.oneof(
      { arbitrary: fc.constantFrom('', ' ', '\t'), weight: 15 },
      fc.constantFrom(',', ', ', '\n', '\0'),
    ),
  )
  .map(([lead, members, last, trail]) => lead + members.flat().join('') + last + trail)

const alphabet = fc.constantFrom(...Array.from('aZ*09-.:;,="\\?@%/ \t\n()_é\u2028\0\x7f'))
const mutatedTexts = fc
  .tuple(fieldTexts, fc.nat(), fc.nat({ max: 2 }), alphabet)
  .map(([text, seed, dropped, piece]) => {
    const at = seed % (text.length + 1)
    return text.slice(0, at) + piece + text.slice(at + dropped)
  })
const randomTexts = fc.oneof(
  fc.string({ unit: alphabet, maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
)

describe('RFC 9651: what we accept the oracle accepts with equal meaning, and else we refuse', () => {
  const arbitraries: [string, fc.Arbitrary<string>][] = [
    ['of the grammar, and of near misses', fieldTexts],
    ['mutated', mutatedTexts],
    ['random', randomTexts],
  ]
  test.each(arbitraries)('law: texts %s', (_, texts) => {
    fc.assert(fc.property(texts, expectAgreement), { numRuns: 3000 })
  })

  test('and the texts tried are of both kinds', () => {
    const sample = fc.sample(fieldTexts, { numRuns: 1000, seed: 1 })
    const accepted = sample.filter((text) => ours(text).isAccepted).length
    expect(accepted).toBeGreaterThan(300)
    expect(accepted).toBeLessThan(700)
  })
})

describe('where we and the oracle differ, and why', () => {
  test.each(['()', '(a b)', 'a, (b c);d', '("x";y=1)'])(
    'an inner list is refused, as no header of ours has one: %s',
    (text) => {
      expect(() => oracle.parseList(text)).not.toThrow()
      expect(() => parseList('field', text)).toThrow(ProtocolError)
    },
  )

  test.each(['@1, a', '@1;v=2', 'a;d=@1;e'])(
    'RFC 9651 section 4.2.9: a date may be followed by more: %s',
    (text) => {
      expect(() => oracle.parseList(text)).toThrow('whitespace or EOL')
      expect(() => parseList('field', text)).not.toThrow()
    },
  )

  test('RFC 9651 section 4.2: a field that is not ASCII is refused, in a display string too', () => {
    expect(() => oracle.parseList('%"\u0100"')).not.toThrow()
    expect(() => parseList('field', '%"\u0100"')).toThrow(ProtocolError)
  })

  test('a byte order mark in a display string is text, not an encoding', () => {
    expect(parseList('field', '%"%ef%bb%bfa"')).toHaveLength(1)
  })
})

describe('what is printed', () => {
  test('law: any item that was read is printed as a text of the same meaning', () => {
    fc.assert(
      fc.property(fc.oneof(fieldTexts, mutatedTexts), (text) => {
        const mine = ours(text)
        if (!mine.isAccepted) return
        const printed = printList(parseList('field', text))
        expect(printList(parseList('field', printed))).toBe(printed)
        // A zero has no sign on paper.
        const withoutSign = JSON.parse(JSON.stringify(mine))
        expect(JSON.parse(JSON.stringify(ours(printed)))).toEqual(withoutSign)
        if (isDateOutOfRange(text) || isDateFault(theirs(printed))) return
        expect(JSON.parse(JSON.stringify(theirs(printed)))).toEqual(withoutSign)
      }),
      { numRuns: 2000 },
    )
  })

  test('law: any printable text travels as a token or a string, and comes back', () => {
    const printable = fc.string({ unit: 'grapheme-ascii' })
    fc.assert(
      fc.property(printable, printable, (name, value) => {
        const parameters = new Map([['v', { kind: 'string', value } as const]])
        const text = printList([{ bare: tokenOrString(name), parameters }])
        const [item] = parseList('field', text)
        expect(item).toEqual({ bare: tokenOrString(name), parameters })
        expect(theirs(text)).toEqual(ours(text))
      }),
      { numRuns: 1000 },
    )
  })

  test.each(['é', 'a\nb', 'a\r\nSet-Cookie: x', '\0', '\x7f'])(
    'a string that a header cannot hold is refused, so that none is injected: %j',
    (value) => {
      expect(() => printList([{ bare: tokenOrString(value), parameters: new Map() }])).toThrow(
        'Expected printable ASCII characters only',
      )
    },
  )

  test.each<[BareItem, string]>([
    [{ kind: 'token', value: 'main' }, 'main'],
    [{ kind: 'string', value: 'a"b\\c' }, '"a\\"b\\\\c"'],
    [{ kind: 'integer', value: 120 }, '120'],
    [{ kind: 'integer', value: -0 }, '0'],
    [{ kind: 'decimal', value: 1.5 }, '1.5'],
    [{ kind: 'decimal', value: 2 }, '2.0'],
    [{ kind: 'boolean', value: true }, '?1'],
    [{ kind: 'boolean', value: false }, '?0'],
    [{ kind: 'date', value: 1_659_578_233 }, '@1659578233'],
    [{ kind: 'binary', value: 'YQ==' }, ':YQ==:'],
    [{ kind: 'display', value: 'a%c3%a9' }, '%"a%c3%a9"'],
  ])('%j is printed as %s', (bare, text) => {
    expect(printList([{ bare, parameters: new Map() }])).toBe(text)
    expect(ours(text)).toEqual(theirs(text))
  })

  test('a true parameter has no value, and a false one has', () => {
    const parameters = new Map([
      ['a', { kind: 'boolean', value: true } as const],
      ['b', { kind: 'boolean', value: false } as const],
    ])
    expect(printList([{ bare: tokenOrString('x'), parameters }])).toBe('x;a;b=?0')
  })
})

describe('refusals', () => {
  test('name the field, the text, what was expected, and where', () => {
    expect(() => parseList('Data-Version', 'main;e=')).toThrow(
      'Malformed Data-Version: "main;e=". Expected an item at character 7.',
    )
    expect(() => parseList('Data-Version', 'a b')).toThrow('a comma between members at character 2')
    expect(() => parseList('Data-Version', 'a,')).toThrow('a member after the comma at character 2')
    expect(() => parseList('Data-Version', 'a;E')).toThrow('a parameter name at character 2')
    expect(() => parseList('Data-Version', '%"%ff"')).toThrow(
      'UTF-8 in the display string that ends at character 6',
    )
  })

  test('of a repeated parameter the last stands, in the place of the first', () => {
    expect(ours('a;v=1;e=2;v=3')).toEqual(theirs('a;v=1;e=2;v=3'))
  })
})
