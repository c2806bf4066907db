// The suite that every `VersionFormat` must pass: the musts of its contract as laws.
//
// The laws are values, so that `version-format-suite.test.ts` can also turn them on formats with
// planted faults: a law that no fault breaks proves nothing.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProtocolError } from '../../src/core/errors.ts'
import type { Order, Point, VersionFormat } from '../../src/core/version.ts'

/** A format, with what the laws are tried on. */
export interface FormatSubject {
  readonly format: VersionFormat
  /** Texts that `parse` accepts, in any spelling, of few enough epochs that some are shared. */
  readonly texts: fc.Arbitrary<string>
  /** Texts that `parsePosition` accepts, in any spelling, close enough that some are equal. */
  readonly positions: fc.Arbitrary<string>
  /** Texts that `parse` accepts as epochs, where the format orders them. */
  readonly epochs?: fc.Arbitrary<string> | undefined
  /** Canonical positions, each before the next, where texts, lengths or rounding would mislead. */
  readonly ascending: readonly string[]
  /** Other spellings of a position, with the canonical one. */
  readonly spellings: readonly (readonly [spelling: string, canonical: string])[]
  /** Texts that neither `parse` nor `parsePosition` may accept, besides those of every format. */
  readonly invalid: readonly string[]
  /** Texts that only `parse` must refuse: a bad epoch before a good position. */
  readonly invalidWhole?: readonly string[] | undefined
  /** Whether two positions of one epoch may be concurrent. */
  readonly isPartial?: boolean | undefined
  /** Whether two positions of one epoch may be foreign, since the text itself tells histories apart. */
  readonly mayBeForeign?: boolean | undefined
  /** Litter that is none: characters that the last part of a position, a name, may end in. */
  readonly goodEndings?: readonly string[] | undefined
}

/** One law: it throws, with a counterexample, where the format breaks it. */
export interface FormatLaw {
  readonly name: string
  readonly check: (subject: FormatSubject) => void
}

/** What no format may take for a position, whatever its grammar. */
export const malformedEverywhere: readonly string[] = [
  '',
  ' ',
  '\t',
  '\n',
  '\0',
  '\uFEFF',
  '-',
  '+',
  '.',
  ':',
  '/',
  '@',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-Infinity',
  '[object Object]',
  '-1',
  '+1',
  '1.5',
  '1e3',
  '1E3',
  '0x10',
  '1_000',
  '1,000',
  '1n',
  '١٢', // Digits, but of another script.
  '４２',
  '²',
  '9'.repeat(100_000),
  'a'.repeat(100_000),
  ' '.repeat(100_000),
]

/** What nobody sees, and makes a good text bad at either end. */
const blanks = [' ', '\t', '\n', '\r\n', '\0', '\uFEFF', '\u00A0', '\u2028', '\u200B']
/** What makes a good text bad at its end. At its beginning it may be part of an epoch's name. */
const litter = [...blanks, ',', ';', '"', 'Z', 'x', '.', '/', ':', '@', '٢']

const swapped: Record<Order, Order> = {
  before: 'after',
  after: 'before',
  equal: 'equal',
  concurrent: 'concurrent',
  foreign: 'foreign',
}

/** The laws, in the order in which a reader would ask them. */
export const formatLaws: readonly FormatLaw[] = [
  {
    name: 'law: print undoes parse',
    check: ({ format, texts }) =>
      always(texts, (text) => {
        const point = format.parse(text)
        expect(format.parse(format.print(point))).toEqual(point)
      }),
  },
  {
    name: 'law: what parse returns as a position is canonical',
    check: ({ format, texts }) =>
      always(texts, (text) => {
        const { position } = format.parse(text)
        expect(format.parsePosition(position)).toBe(position)
      }),
  },
  {
    name: 'law: parsePosition is idempotent',
    check: ({ format, positions }) =>
      always(positions, (text) => {
        const position = format.parsePosition(text)
        expect(format.parsePosition(position)).toBe(position)
      }),
  },
  {
    name: 'law: positions are equal just where their canonical texts are',
    check: ({ format, positions }) =>
      onCanonical(format, positions, ([a, b]) => {
        expect(format.comparePositions(a, b) === 'equal').toBe(a === b)
        expect(format.comparePositions(a, a)).toBe('equal')
      }),
  },
  {
    name: 'law: comparePositions is antisymmetric',
    check: ({ format, positions }) =>
      onCanonical(format, positions, ([a, b]) => {
        expect(format.comparePositions(b, a)).toBe(swapped[format.comparePositions(a, b)])
      }),
  },
  {
    name: 'law: comparePositions is transitive',
    check: ({ format, positions }) =>
      onCanonical(format, positions, ([a, b, c]) => {
        const covers = coversIn(format)
        if (covers(a, b) && covers(b, c)) expect(covers(a, c)).toBe(true)
      }),
  },
  {
    name: 'law: comparePositions gives an answer that the format promises',
    check: ({ format, positions, isPartial = false, mayBeForeign = false }) =>
      onCanonical(format, positions, ([a, b]) => {
        const promised: Order[] = ['before', 'equal', 'after']
        if (isPartial) promised.push('concurrent')
        if (mayBeForeign) promised.push('foreign')
        expect(promised).toContain(format.comparePositions(a, b))
      }),
  },
  {
    name: 'law: positions given in ascending order compare so, each with each',
    check: ({ format, ascending }) => {
      for (const [at, position] of ascending.entries()) {
        expect(format.parsePosition(position)).toBe(position)
        for (const [otherAt, other] of ascending.entries()) {
          const expected = at < otherAt ? 'before' : at > otherAt ? 'after' : 'equal'
          const found = format.comparePositions(position, other)
          expect(`${position} is ${found} ${other}`).toBe(`${position} is ${expected} ${other}`)
        }
      }
    },
  },
  {
    name: 'law: each spelling has its canonical text',
    check: ({ format, spellings }) => {
      for (const [spelling, canonical] of spellings) {
        expect(format.parsePosition(spelling)).toBe(canonical)
        expect(format.parse(spelling).position).toBe(canonical)
      }
    },
  },
  {
    name: 'law: joinPositions is commutative, associative and idempotent',
    check: ({ format, positions }) =>
      onJoinable(format, positions, ([a, b, c]) => {
        const join = format.joinPositions
        expect(join(a, b)).toBe(join(b, a))
        expect(join(join(a, b), c)).toBe(join(a, join(b, c)))
        expect(join(a, a)).toBe(a)
      }),
  },
  {
    name: 'law: a join is canonical and covers both',
    check: ({ format, positions }) =>
      onJoinable(format, positions, ([a, b]) => {
        const joined = format.joinPositions(a, b)
        expect(format.parsePosition(joined)).toBe(joined)
        expect(['equal', 'after']).toContain(format.comparePositions(joined, a))
        expect(['equal', 'after']).toContain(format.comparePositions(joined, b))
      }),
  },
  {
    name: 'law: a join is the least that covers both',
    check: ({ format, positions }) =>
      onJoinable(format, positions, ([a, b, c]) => {
        const covers = coversIn(format)
        // The join of all three is tried too, since a chance `c` seldom covers both.
        for (const upper of [c, format.joinPositions(format.joinPositions(a, b), c)]) {
          if (covers(upper, a) && covers(upper, b)) {
            expect(covers(upper, format.joinPositions(a, b))).toBe(true)
          }
        }
        const order = format.comparePositions(a, b)
        if (order === 'before') expect(format.joinPositions(a, b)).toBe(b)
      }),
  },
  {
    name: 'law: malformed texts are refused with a ProtocolError',
    check: ({ format, invalid, invalidWhole = [] }) => {
      for (const text of [...malformedEverywhere, ...invalid]) {
        expectRefusal(() => format.parsePosition(text), text)
        expectRefusal(() => format.parse(text), text)
      }
      for (const text of invalidWhole) expectRefusal(() => format.parse(text), text)
    },
  },
  {
    name: 'law: a good text with litter at an end is refused',
    check: ({ format, texts, positions, goodEndings = [] }) =>
      always(fc.tuple(texts, positions), ([text, position]) => {
        for (const extra of litter.filter((end) => !goodEndings.includes(end))) {
          expectRefusal(() => format.parse(text + extra), text + extra)
          expectRefusal(() => format.parsePosition(position + extra), position + extra)
        }
        for (const blank of blanks) {
          expectRefusal(() => format.parse(blank + text), blank + text)
          expectRefusal(() => format.parsePosition(blank + position), blank + position)
        }
      }),
  },
  {
    name: 'law: any text is parsed or refused with a ProtocolError, and what is parsed is canonical',
    check: ({ format, texts }) =>
      always(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), mutations(texts)), (text) => {
        const point = parsedOrRefused(() => format.parse(text), text)
        if (point !== undefined) expect(format.parse(format.print(point))).toEqual(point)
        const position = parsedOrRefused(() => format.parsePosition(text), text)
        if (position !== undefined) expect(format.parsePosition(position)).toBe(position)
      }),
  },
  {
    name: 'law: compareEpochs is a total order, and the epoch of no name is foreign to it',
    check: ({ format, epochs }) => {
      const compare = format.compareEpochs
      expect(compare === undefined, 'give `epochs` where the format orders them').toBe(
        epochs === undefined,
      )
      if (compare === undefined || epochs === undefined) return
      always(fc.tuple(epochs, epochs, epochs), ([a, b, c]) => {
        expect(compare(a, b) === 'equal').toBe(a === b)
        expect(['before', 'equal', 'after']).toContain(compare(a, b))
        expect(compare(b, a)).toBe(swapped[compare(a, b)])
        if (compare(a, b) === 'before' && compare(b, c) === 'before') {
          expect(compare(a, c)).toBe('before')
        }
        for (const stranger of ['', 'x', ` ${a}`, `${a}\n`, `0${a}`]) {
          expect(compare(stranger, a)).toBe('foreign')
          expect(compare(a, stranger)).toBe('foreign')
        }
      })
    },
  },
]

/** Registers the laws for a format. */
export function describeFormat(name: string, subject: FormatSubject): void {
  describe(`the format ${name}`, () => {
    test('is named in messages and on disk as here', () => {
      expect(subject.format.name).toBe(name)
    })
    for (const law of formatLaws) test(law.name, () => law.check(subject))
  })
}

function always<T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, predicate), { numRuns: 300 })
}

function onCanonical(
  format: VersionFormat,
  positions: fc.Arbitrary<string>,
  predicate: (three: readonly [string, string, string]) => void,
): void {
  const canonical = positions.map((position) => format.parsePosition(position))
  always(fc.tuple(canonical, canonical, canonical), predicate)
}

/** As `onCanonical`, without what no format is ever asked to join. */
function onJoinable(
  format: VersionFormat,
  positions: fc.Arbitrary<string>,
  predicate: (three: readonly [string, string, string]) => void,
): void {
  onCanonical(format, positions, ([a, b, c]) => {
    const isForeign = (left: string, right: string): boolean =>
      format.comparePositions(left, right) === 'foreign'
    fc.pre(!isForeign(a, b) && !isForeign(b, c) && !isForeign(a, c))
    predicate([a, b, c])
  })
}

function coversIn(format: VersionFormat): (left: string, right: string) => boolean {
  return (left, right) => ['equal', 'after'].includes(format.comparePositions(left, right))
}

/** Returns texts of the arbitrary with one character dropped, doubled or replaced. */
function mutations(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(texts, fc.nat(), fc.oneof(fc.constant(''), fc.string({ maxLength: 2 })))
    .map(([text, seed, piece]) => {
      const at = seed % (text.length + 1)
      return text.slice(0, at) + piece + text.slice(at + (seed % 2))
    })
}

function expectRefusal(parse: () => Point | string, text: string): void {
  const parsed = parsedOrRefused(parse, text)
  expect(parsed, `accepted ${JSON.stringify(text.slice(0, 80))}`).toBeUndefined()
}

function parsedOrRefused<T extends Point | string>(parse: () => T, text: string): T | undefined {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    expect(error.facts.text.length).toBeLessThanOrEqual(text.length)
    expect(error.message.length).toBeLessThan(1000)
    return undefined
  }
}
