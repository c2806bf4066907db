// Synchronisation tokens of Azure App Configuration.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { syncToken } from '../../../src/core/formats/sync-token.ts'
import { describeFormat } from '../../conformance/version-format-suite.ts'

const numbers = fc.constantFrom('0', '1', '9', '10', '9007199254740993')
const ids = fc.constantFrom('jtqGc1I4', 'b', '__proto__')
// One value in ten is that of another history.
const values = fc.oneof(
  { weight: 9, arbitrary: fc.constant('MDoyOA==') },
  { weight: 1, arbitrary: fc.constant('x=y?') },
)
const texts = fc
  .tuple(
    fc.uniqueArray(fc.tuple(ids, values, numbers), {
      minLength: 1,
      maxLength: 3,
      selector: ([id]) => id,
    }),
    fc.constantFrom(',', ', '),
  )
  .map(([tokens, comma]) =>
    tokens.map(([id, value, number]) => `${id}=${value};sn=${number}`).join(comma),
  )

describeFormat('sync-token', {
  format: syncToken,
  texts,
  positions: texts,
  isPartial: true,
  mayBeForeign: true,
  ascending: [
    'a=z;sn=0',
    'a=y;sn=9',
    'a=x;sn=10',
    'a=x;sn=10,b=x;sn=1',
    'a=w;sn=18446744073709551615,b=x;sn=1',
  ],
  spellings: [
    ['b=x;sn=1, a=x;sn=10', 'a=x;sn=10,b=x;sn=1'],
    ['jtqGc1I4=MDoyOA==;sn=28', 'jtqGc1I4=MDoyOA==;sn=28'],
  ],
  invalid: [
    'a',
    'a=x',
    'a;sn=1',
    '=x;sn=1',
    'a=;sn=1',
    'a=x;sn=',
    'a=x;sn=-1',
    'a=x;sn=01',
    'a=x;sn=1.0',
    'a=x;sn=1e3',
    'a=x; sn=1',
    'a=x;SN=1',
    'a=x;sn=1;sn=2',
    'a=x;y=1;sn=2',
    'a =x;sn=1',
    'a= x;sn=1',
    'a=x;sn=18446744073709551616',
    'a=x;sn=99999999999999999999',
    'a=x;sn=1,',
    ',a=x;sn=1',
    'a=x;sn=1,a=y;sn=2',
    'é=x;sn=1',
    'a="x";sn=1,b',
    `${'a'.repeat(129)}=x;sn=1`,
    `a=${'x'.repeat(1025)};sn=1`,
  ],
})

test('S1: several ids at once: the text of the highest number is kept for each', () => {
  const [left, right] = ['a=old;sn=9,b=new;sn=3', 'a=new;sn=10,b=old;sn=2']
  expect(syncToken.comparePositions(left, right)).toBe('concurrent')
  expect(syncToken.joinPositions(left, right)).toBe('a=new;sn=10,b=new;sn=3')
  expect(syncToken.joinPositions('a=x;sn=1', 'b=y;sn=1')).toBe('a=x;sn=1,b=y;sn=1')
})

test('S2: the value is opaque: it goes back as it came, and never decides the order', () => {
  expect(syncToken.parse('jtqGc1I4=MDoyOA==;sn=28').position).toBe('jtqGc1I4=MDoyOA==;sn=28')
  expect(syncToken.comparePositions('a=z;sn=1', 'a=a;sn=2')).toBe('before')
})

test('S3: one number with two values is two histories', () => {
  expect(syncToken.comparePositions('a=x;sn=1', 'a=y;sn=1')).toBe('foreign')
  expect(syncToken.comparePositions('a=x;sn=1,b=x;sn=5', 'a=y;sn=1,b=x;sn=4')).toBe('foreign')
})
