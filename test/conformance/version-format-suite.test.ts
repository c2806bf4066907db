// The judge is judged: each law of the suite must catch the fault that it is there for.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtocolError } from '../../src/core/errors.ts'
import { integer } from '../../src/core/formats/integer.ts'
import { postgresLsn } from '../../src/core/formats/postgres-lsn.ts'
import type { Order, VersionFormat } from '../../src/core/version.ts'
import { vector, vectorPositions } from '../core/vector-format.ts'
import { formatLaws } from './version-format-suite.ts'
import type { FormatSubject } from './version-format-suite.ts'

const byText = (left: string, right: string): Order =>
  left === right ? 'equal' : left < right ? 'before' : 'after'

const numbers = fc.nat({ max: 30 }).map(String)
const integers: FormatSubject = {
  format: integer,
  texts: numbers,
  positions: numbers,
  ascending: ['9', '10'],
  spellings: [],
  invalid: ['01'],
}
const halves = fc.nat({ max: 40 }).map((value) => value.toString(16))
const lsns: FormatSubject = {
  format: postgresLsn,
  texts: fc.tuple(halves, halves).map(([high, low]) => `2@${high}/${low}`),
  positions: fc.tuple(halves, halves).map(([high, low]) => `${high}/0${low}`),
  epochs: fc.integer({ min: 1, max: 20 }).map(String),
  ascending: ['0/9FFFFFF', '0/10000000'],
  spellings: [['0/0a', '0/A']],
  invalid: [],
}
const vectors: FormatSubject = {
  format: vector,
  texts: vectorPositions,
  positions: vectorPositions,
  ascending: ['a9', 'a10'],
  spellings: [['b1.a1', 'a1.b1']],
  invalid: [],
  isPartial: true,
}

interface Fault {
  readonly name: string
  readonly subject: FormatSubject
  readonly fault: Partial<VersionFormat>
  readonly caughtBy: string
}

const faults: readonly Fault[] = [
  {
    name: 'the epoch is lost in print',
    subject: lsns,
    fault: { print: ({ position }) => position },
    caughtBy: 'law: print undoes parse',
  },
  {
    name: 'parse keeps the spelling',
    subject: lsns,
    fault: { parse: (text) => ({ epoch: '2', position: text.slice(2) }) },
    caughtBy: 'law: what parse returns as a position is canonical',
  },
  {
    name: 'parsePosition adds a digit at each turn',
    subject: integers,
    fault: { parsePosition: (text) => (text.length < 9 ? `${text}0` : text) },
    caughtBy: 'law: parsePosition is idempotent',
  },
  {
    name: 'positions are rounded before they are compared',
    subject: integers,
    fault: {
      comparePositions: (left, right) =>
        integer.comparePositions(left.replace(/\d$/, '0'), right.replace(/\d$/, '0')),
    },
    caughtBy: 'law: positions are equal just where their canonical texts are',
  },
  {
    name: 'the answer is never "before"',
    subject: integers,
    fault: { comparePositions: (left, right) => (left === right ? 'equal' : 'after') },
    caughtBy: 'law: comparePositions is antisymmetric',
  },
  {
    name: 'the order is that of stone, paper and scissors',
    subject: integers,
    fault: {
      comparePositions: (left, right) => {
        const distance = (((Number(left) - Number(right)) % 3) + 3) % 3
        return distance === 0 ? 'equal' : distance === 1 ? 'after' : 'before'
      },
    },
    caughtBy: 'law: comparePositions is transitive',
  },
  {
    name: 'a total order answers "concurrent"',
    subject: integers,
    fault: {
      comparePositions: (left, right) =>
        left.length === right.length ? integer.comparePositions(left, right) : 'concurrent',
    },
    caughtBy: 'law: comparePositions gives an answer that the format promises',
  },
  {
    name: 'V2: positions are compared as texts',
    subject: lsns,
    fault: { comparePositions: byText },
    caughtBy: 'law: positions given in ascending order compare so, each with each',
  },
  {
    name: 'a spelling is kept',
    subject: lsns,
    fault: { parsePosition: (text) => text },
    caughtBy: 'law: each spelling has its canonical text',
  },
  {
    name: 'V6: a join picks its left side',
    subject: vectors,
    fault: { joinPositions: (left) => left },
    caughtBy: 'law: joinPositions is commutative, associative and idempotent',
  },
  {
    name: 'a join picks the lesser',
    subject: integers,
    fault: {
      joinPositions: (left, right) =>
        integer.comparePositions(left, right) === 'before' ? left : right,
    },
    caughtBy: 'law: a join is canonical and covers both',
  },
  {
    name: 'F3: a join covers more than was seen',
    subject: vectors,
    fault: {
      joinPositions: (left, right) =>
        left === right ? left : vector.joinPositions('a4.b4.c4', vector.joinPositions(left, right)),
    },
    caughtBy: 'law: a join is the least that covers both',
  },
  {
    name: 'V4: what Number accepts is accepted',
    subject: integers,
    fault: {
      parsePosition: (text) => {
        if (text.trim() !== '' && Number.isFinite(Number(text))) return String(Number(text))
        throw new ProtocolError({ what: 'number', text, expected: 'a number' })
      },
    },
    caughtBy: 'law: malformed texts are refused with a ProtocolError',
  },
  {
    name: 'V4: what parseInt accepts is accepted',
    subject: integers,
    fault: { parse: (text) => ({ epoch: '', position: String(Number.parseInt(text, 10)) }) },
    caughtBy: 'law: a good text with litter at an end is refused',
  },
  {
    name: 'a bad text is another error',
    subject: integers,
    fault: { parsePosition: (text) => String(BigInt(text)) },
    caughtBy: 'law: any text is parsed or refused with a ProtocolError, and what is parsed is canonical',
  },
  {
    name: 'V5: timelines are compared as texts',
    subject: lsns,
    fault: { compareEpochs: byText },
    caughtBy: 'law: compareEpochs is a total order, and the epoch of no name is foreign to it',
  },
]

test.each(faults)('$name: $caughtBy', ({ subject, fault, caughtBy }) => {
  const law = formatLaws.find(({ name }) => name === caughtBy)
  expect(law).toBeDefined()
  expect(() => law!.check(subject)).not.toThrow()
  expect(() => law!.check({ ...subject, format: { ...subject.format, ...fault } })).toThrow()
})

test('each law has a fault that it catches', () => {
  expect(faults.map(({ caughtBy }) => caughtBy)).toEqual(formatLaws.map(({ name }) => name))
})
