// Our wire: the four headers and the two refusals, as text.
import * as fc from 'fast-check'
import * as oracle from 'structured-headers'
import { describe, expect, test } from 'vitest'
import { ProtocolError } from '../../../src/core/errors.ts'
import {
  behindProblem,
  headerNames,
  neverProblem,
  parseReadConsistency,
  parseServedBy,
  parseVersionList,
  printReadConsistency,
  printServedBy,
  printVersionList,
  readProblem,
  receivedLengthMax,
  sentLengthMax,
} from '../../../src/core/wire/protocol.ts'
import type { Versions } from '../../../src/core/version.ts'

const parseVersions = (text: string): Versions => parseVersionList('Data-Version', text)

const printable = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
const versionLists: fc.Arbitrary<Versions> = fc.uniqueArray(
  fc.record({ scope: printable, epoch: fc.oneof(fc.constant(''), printable), position: printable }),
  { selector: ({ scope }) => scope, maxLength: 6 },
)
const milliseconds = fc.oneof(
  fc.constant(undefined),
  fc.nat(),
  fc.constantFrom(0, 999_999_999_999_999),
)

/** Returns a member's name as the oracle read it: a string, or a token of its own class. */
function nameOf(bare: unknown): unknown {
  return bare instanceof oracle.Token ? bare.toString() : bare
}

test('the names of the headers are these', () => {
  expect(headerNames).toEqual({
    minVersion: 'Min-Version',
    readConsistency: 'Read-Consistency',
    dataVersion: 'Data-Version',
    servedBy: 'Served-By',
  })
})

describe('Min-Version and Data-Version', () => {
  test('an answer may say what it shows at most beside what it covers', () => {
    const versions = [{ scope: 'main', epoch: 'a', position: '42', upTo: '45' }]
    expect(printVersionList(versions)).toBe('main;e="a";v="42";u="45"')
    expect(parseVersions('main;u="45";e="a";v="42"')).toEqual(versions)
    expect(() => parseVersions('main;v="42";u=45')).toThrow(ProtocolError)
    expect(() => parseVersions('main;u="45"')).toThrow(ProtocolError)
  })

  test('W1: one member a scope, the epoch and the position as quoted strings', () => {
    const versions = [
      { scope: 'main', epoch: '7f3a', position: '42' },
      { scope: 'search index', epoch: '', position: '16/B374D848' },
    ]
    const text = 'main;e="7f3a";v="42", "search index";v="16/B374D848"'
    expect(printVersionList(versions)).toBe(text)
    expect(parseVersions(text)).toEqual(versions)
  })

  test('law: what is printed is parsed as it was, and by the oracle too', () => {
    fc.assert(
      fc.property(versionLists, (versions) => {
        const text = printVersionList(versions)
        expect(parseVersions(text)).toEqual(versions)
        const members = oracle.parseList(text)
        expect(members.map(([scope]) => nameOf(scope))).toEqual(versions.map(({ scope }) => scope))
        expect(members.map(([, parameters]) => parameters.get('v'))).toEqual(
          versions.map(({ position }) => position),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('the empty text is the empty list, since a list may be empty', () => {
    expect(parseVersions('')).toEqual([])
    expect(printVersionList([])).toBe('')
  })

  test('parameters that are not known are ignored, whatever their kind', () => {
    const text = 'main;v="42";x;y=?0;z=1.5;b=:YQ==:;t=@1659578233;d=%"%c3%a9";k=token;e="a"'
    expect(parseVersions(text)).toEqual([{ scope: 'main', epoch: 'a', position: '42' }])
  })

  test('of a repeated parameter the last stands', () => {
    expect(parseVersions('main;v="1";v="2"')).toEqual([{ scope: 'main', epoch: '', position: '2' }])
  })

  test('W2: a position of 20 digits comes through exactly', () => {
    const position = '18446744073709551615'
    expect(parseVersions(`main;v="${position}"`)[0]?.position).toBe(position)
  })

  describe('P1: a text that is malformed anywhere is refused whole', () => {
    test.each([
      ['a scope twice', 'main;v="1", main;v="2"', 'the scope "main" once'],
      ['a scope twice, as token and string', 'main;v="1", "main";v="2"', 'the scope "main" once'],
      ['no position', 'main;e="7f3a"', 'a parameter "v"'],
      ['W2: a position that is a number', 'main;v=42', '"v" as a quoted string'],
      ['a position that is a token', 'main;v=abc', '"v" as a quoted string'],
      ['a position that is a flag', 'main;v', '"v" as a quoted string'],
      ['V3: an empty position', 'main;v=""', '"v" as a quoted string'],
      ['V3: an empty epoch', 'main;e="";v="42"', '"e" as a quoted string'],
      ['an epoch that is a number', 'main;e=7;v="42"', '"e" as a quoted string'],
      ['V3: an empty scope', '"";v="42"', 'a name as token or string'],
      ['a scope that is a number', '42;v="42"', 'a name as token or string'],
      ['a scope that is a boolean', '?1;v="42"', 'a name as token or string'],
      ['an inner list', '(main);v="42"', 'an item at character 0'],
      ['a bad second member', 'main;v="42", other;v="4', 'an item'],
      ['a comma at the end', 'main;v="42",', 'a member after the comma'],
      ['a line break', 'main;v="42"\n', 'a comma between members'],
      ['a bare number, as of another wire', '42', 'a name as token or string'],
    ])('%s', (_, text, expected) => {
      expect(() => parseVersions(text)).toThrow(ProtocolError)
      expect(() => parseVersions(text)).toThrow(expected)
    })

    test('W7: one that is too long is refused unread, with a short message', () => {
      const member = 'main;v="42"'
      const longest = member + ' '.repeat(receivedLengthMax - member.length)
      expect(parseVersions(longest)).toHaveLength(1)
      expect(() => parseVersions(`${longest} `)).toThrow('Expected at most 8192 characters.')
      expect(messageOf(() => parseVersions('x'.repeat(10_000_000))).length).toBeLessThan(250)
    })

    test('W7: what is sent is capped well below what is read', () => {
      expect(sentLengthMax).toBe(1024)
      expect(receivedLengthMax).toBe(8192)
    })
  })

  test.each(['é', 'a\r\nX: y', '\0'])('a scope that a header cannot hold is not printed: %j', (scope) => {
    expect(() => printVersionList([{ scope, epoch: '', position: '1' }])).toThrow(ProtocolError)
  })
})

describe('Read-Consistency', () => {
  test('names the level, and the milliseconds left', () => {
    expect(printReadConsistency({ level: 'session', waitMs: 120 })).toBe('session;wait=120')
    expect(parseReadConsistency('session;wait=120')).toEqual({ level: 'session', waitMs: 120 })
    expect(parseReadConsistency('session;max-staleness=5000').maxStalenessMs).toBe(5000)
    expect(parseReadConsistency('strong')).toEqual({ level: 'strong' })
  })

  test('law: what is printed is parsed as it was', () => {
    fc.assert(
      fc.property(printable, milliseconds, milliseconds, (level, waitMs, maxStalenessMs) => {
        const consistency = { level, waitMs, maxStalenessMs }
        const text = printReadConsistency(consistency)
        expect(parseReadConsistency(text)).toEqual(consistency)
        expect(oracle.parseItem(text)).toBeDefined()
      }),
    )
  })

  test.each([
    [120.4, 'session;wait=120'],
    [-5, 'session;wait=0'],
    [Number.POSITIVE_INFINITY, 'session;wait=999999999999999'],
    [Number.NaN, 'session'],
  ])('a wait of %d ms is printed as %s', (waitMs, text) => {
    expect(printReadConsistency({ level: 'session', waitMs })).toBe(text)
    expect(() => parseReadConsistency(text)).not.toThrow()
  })

  test('a level that is not known is kept, for a later version of the wire', () => {
    expect(parseReadConsistency('causal+;x=1').level).toBe('causal+')
  })

  test.each([
    ['nothing', '', 'one item'],
    ['two levels', 'session, strong', 'one item'],
    ['a negative wait', 'session;wait=-1', '"wait" as milliseconds'],
    ['a wait with a fraction', 'session;wait=1.5', '"wait" as milliseconds'],
    ['a wait as text', 'session;wait="120"', '"wait" as milliseconds'],
    ['a wait that is a flag', 'session;wait', '"wait" as milliseconds'],
    ['a negative bound', 'session;max-staleness=-1', '"max-staleness" as milliseconds'],
    ['a number', '1', 'a name as token or string'],
    ['too much', `session${' '.repeat(receivedLengthMax)}`, 'at most 8192 characters'],
  ])('P1: %s is refused', (_, text, expected) => {
    expect(() => parseReadConsistency(text)).toThrow(expected)
  })
})

describe('Served-By', () => {
  test('names who answered, and how far behind it was', () => {
    expect(parseServedBy('replica-2;lag=120')).toEqual({
      name: 'replica-2',
      lagMs: 120,
      isPrimary: false,
    })
    expect(parseServedBy('db-1;primary')).toEqual({ name: 'db-1', isPrimary: true })
    expect(printServedBy({ name: 'replica-2', lagMs: 120, isPrimary: false })).toBe(
      'replica-2;lag=120',
    )
    expect(printServedBy({ name: 'db 1', isPrimary: true })).toBe('"db 1";primary')
  })

  test('law: what is printed is parsed as it was', () => {
    fc.assert(
      fc.property(printable, milliseconds, fc.boolean(), (name, lagMs, isPrimary) => {
        const servedBy = { name, lagMs, isPrimary }
        expect(parseServedBy(printServedBy(servedBy))).toEqual(servedBy)
      }),
    )
  })

  test.each(['db-1;primary=?0', 'db-1;primary=1', 'db-1;primary="yes"', 'db-1'])(
    'only a source that says so is the primary: %s',
    (text) => {
      expect(parseServedBy(text).isPrimary).toBe(false)
    },
  )

  test.each([
    ['nothing', '', 'one item'],
    ['two sources', 'a, b', 'one item'],
    ['a lag with a fraction', 'a;lag=1.5', '"lag" as milliseconds'],
    ['a negative lag', 'a;lag=-3', '"lag" as milliseconds'],
  ])('P1: %s is refused', (_, text, expected) => {
    expect(() => parseServedBy(text)).toThrow(expected)
  })
})

describe('problem documents', () => {
  test('W18: the type decides, and never the status, the title or the text', () => {
    expect(readProblem({ type: behindProblem })).toEqual({ kind: 'behind' })
    expect(readProblem({ type: neverProblem })).toEqual({ kind: 'never' })
    expect(readProblem({ type: 'about:blank', status: 503, title: behindProblem })).toBeUndefined()
    expect(readProblem({ status: 409, detail: neverProblem })).toBeUndefined()
  })

  test('the types are these, for ever', () => {
    expect(behindProblem).toBe('urn:tidemark:problem:behind')
    expect(neverProblem).toBe('urn:tidemark:problem:never')
  })

  test('W17: the hint in the body has milliseconds', () => {
    expect(readProblem({ type: behindProblem, retryAfterMs: 40.5 })?.retryAfterMs).toBe(40.5)
    expect(readProblem({ type: behindProblem, retryAfterMs: 0 })?.retryAfterMs).toBe(0)
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '40', null, {}])(
    'a hint that is no time is no hint: %s',
    (retryAfterMs) => {
      expect(readProblem({ type: behindProblem, retryAfterMs })).toEqual({ kind: 'behind' })
    },
  )

  test('law: any JSON is read or is not ours, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        expect(readProblem(document)).toBeUndefined()
      }),
    )
    expect(readProblem(undefined)).toBeUndefined()
  })
})

describe('I14: what comes from outside is never trusted', () => {
  const parsers = [parseVersions, parseReadConsistency, parseServedBy]
  const pieces = fc.constantFrom(
    'main',
    '"',
    '\\',
    ';v=',
    ';e=',
    '"42"',
    ',',
    ' ',
    '\t',
    '(',
    ')',
    '=',
    ':',
    '?1',
    '@1',
    '%"',
    '-',
    '.',
    '9',
    ';',
    '*',
    'é',
    '\0',
    '\n',
    'wait',
    ';lag=1',
    '😀',
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  )

  test('law: any text is parsed or refused with a ProtocolError', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const parse of parsers) expectParsedOrRefused(() => parse(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('law: any good header with a piece of litter in it is parsed or refused', () => {
    fc.assert(
      fc.property(versionLists, fc.nat(), pieces, (versions, seed, piece) => {
        const text = printVersionList(versions)
        const at = seed % (text.length + 1)
        expectParsedOrRefused(() => parseVersions(text.slice(0, at) + piece + text.slice(at)))
      }),
      { numRuns: 1000 },
    )
  })

  /**
   * Texts on which a careless pattern takes a time that is exponential or cubic in their length. At
   * 8192 characters such a pattern never ends, so that ending at all is the proof: no clock is read.
   */
  const adversaries: [string, (length: number) => string][] = [
    ['an open string', (length) => `"${'a'.repeat(length - 1)}`],
    ['an open string of escapes', (length) => `"${'\\"'.repeat((length - 1) / 2)}`],
    ['an open byte sequence', (length) => `:${'A'.repeat(length - 1)}`],
    ['padding without end', (length) => `:${'='.repeat(length - 1)}`],
    ['an open display string', (length) => `%"${'%aa'.repeat((length - 2) / 3)}`],
    ['a token without end', (length) => 'a'.repeat(length)],
    ['digits without end', (length) => '1'.repeat(length)],
    ['semicolons', (length) => `a${';'.repeat(length - 1)}`],
    ['blanks before a semicolon', (length) => `a${' '.repeat(length - 2)};`],
    ['blanks after a semicolon', (length) => `a;${' '.repeat(length - 2)}`],
    ['blanks and tabs, then litter', (length) => `a${' \t'.repeat((length - 2) / 2)}!`],
    ['many parameters', (length) => `a${';b'.repeat((length - 1) / 2)}`],
    ['many members without a position', (length) => 'a,'.repeat(length / 2)],
    ['one scope many times', (length) => 'a;v="1",'.repeat(length / 8)],
    ['backslashes', (length) => '"\\'.repeat(length / 2)],
    ['minus signs', (length) => '-'.repeat(length)],
  ]

  test.each(adversaries)('P1: at the cap, %s ends', (_, make) => {
    const text = make(receivedLengthMax)
    expect(text.length).toBeGreaterThan(receivedLengthMax - 4)
    for (const parse of parsers) expectParsedOrRefused(() => parse(text))
  })

  test('P1: a header of as many scopes as fit is parsed', () => {
    const names = Array.from({ length: 700 }, (_, index) => `s${index.toString(36)}`)
    const text = printVersionList(
      names.map((scope) => ({ scope, epoch: '', position: '1' })),
    )
    expect(text.length).toBeLessThanOrEqual(receivedLengthMax)
    expect(parseVersions(text).map(({ scope }) => scope)).toEqual(names)
  })
})

function expectParsedOrRefused(parse: () => unknown): void {
  try {
    parse()
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError)
    expect((error as ProtocolError).message.length).toBeLessThan(1000)
  }
}

function messageOf(parse: () => unknown): string {
  try {
    parse()
  } catch (error) {
    return String(error)
  }
  throw new Error('nothing was thrown')
}

test.each(['Min-Version', 'Data-Version'])('%s: what was read is said again, and is nobody’s to change', (header) => {
  const text = 'main;e="7f3a";v="42", photos;v="7"'
  const versions = parseVersionList(header, text)
  expect(parseVersionList(header, text)).toEqual(versions)
  expect(versions).toEqual([
    { scope: 'main', epoch: '7f3a', position: '42' },
    { scope: 'photos', epoch: '', position: '7' },
  ])
  expect(() => Object.assign(versions[0] ?? {}, { position: '1' })).toThrow(TypeError)
})
