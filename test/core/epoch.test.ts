// When a history restarts.
import { describe, expect, test } from 'vitest'
import { primed, relateEpochs, resetFloors, unprimed, withKnownEpoch } from '../../src/core/epoch.ts'
import type { EpochRelation } from '../../src/core/epoch.ts'
import { epochSeq } from '../../src/core/formats/epoch-seq.ts'
import { postgresLsn } from '../../src/core/formats/postgres-lsn.ts'
import { printVersionList } from '../../src/core/wire/protocol.ts'
import { epochOf, noFloors } from '../../src/core/session.ts'
import type { Version } from '../../src/core/version.ts'
import { at, formatOf } from './sample-versions.ts'

const onTimeline = (epoch: string): Version => ({ scope: 'log', epoch, position: '0/1' })
const inEpoch = (epoch: string): Version => at(1, 'main', epoch)

describe('relateEpochs', () => {
  test.each<[string, [answer: Version, floor: Version], EpochRelation]>([
    ['the same name', [inEpoch('7f3a'), inEpoch('7f3a')], 'same'],
    ['names without an order', [inEpoch('7f3b'), inEpoch('7f3a')], 'unordered'],
    ['no name', [inEpoch(''), inEpoch('7f3a')], 'unordered'],
    ['no name in both', [inEpoch(''), inEpoch('')], 'same'],
    ['the same timeline', [onTimeline('2'), onTimeline('2')], 'same'],
    ['E2: an older timeline', [onTimeline('9'), onTimeline('10')], 'older'],
    ['E1: a newer timeline', [onTimeline('10'), onTimeline('9')], 'newer'],
    ['no timeline', [onTimeline(''), onTimeline('9')], 'unordered'],
    ['one that PostgreSQL cannot have', [onTimeline('x'), onTimeline('9')], 'unordered'],
  ])('%s', (_, [answer, floor], relation) => {
    expect(relateEpochs(formatOf, answer, floor)).toBe(relation)
  })
})

test('E3: a reset leaves no floor of the scope in the old epoch', () => {
  const floors = resetFloors(at(3, 'main', 'e2'))
  expect(floors).toEqual({ read: at(3, 'main', 'e2') })
  expect(floors.write).toBeUndefined()
  expect(epochOf(floors)).toBe('e2')
})

describe('E4: a history that restarts under its old name gets a prime from us', () => {
  test('so that the two never share a name', () => {
    expect(primed('e1')).not.toBe('e1')
    expect(primed(primed('e1'))).not.toBe(primed('e1'))
    expect(unprimed(primed(primed('e1')))).toBe('e1')
    expect(unprimed(primed(''))).toBe('')
    expect(unprimed('e1')).toBe('e1')
  })

  test('and so is known what its source calls by the old name', () => {
    const seen = inEpoch('e1')
    const healed = { read: inEpoch(primed('e1')) }
    expect(withKnownEpoch(seen, healed)).toEqual(inEpoch(primed('e1')))
    expect(withKnownEpoch(seen, noFloors)).toBe(seen)
    expect(withKnownEpoch(seen, { write: inEpoch('e1') })).toBe(seen)
    expect(withKnownEpoch(inEpoch('e2'), healed)).toEqual(inEpoch('e2'))
    expect(withKnownEpoch(inEpoch(''), healed)).toEqual(inEpoch(''))
  })

  test('it is neither newer nor older than the epoch that it follows', () => {
    const restarted = onTimeline(primed('2'))
    expect(relateEpochs(formatOf, restarted, onTimeline('2'))).toBe('unordered')
    expect(relateEpochs(formatOf, onTimeline('3'), restarted)).toBe('unordered')
  })

  test('I14: the prime comes from no source, and does not travel', () => {
    const epoch = primed('2')
    expect(() => epochSeq.parse(`${epoch}:42`)).toThrow('visible ASCII characters')
    expect(() => postgresLsn.parse(`${epoch}@0/1`)).toThrow('a timeline')
    expect(() => printVersionList([inEpoch(epoch)])).toThrow('printable ASCII characters only')
  })
})
