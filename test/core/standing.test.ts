// How a server stands to a floor.
import { describe, expect, test } from 'vitest'
import { integer } from '../../src/core/formats/integer.ts'
import { standingTo } from '../../src/core/standing.ts'
import type { Standing, Standpoint } from '../../src/core/standing.ts'

const replica: Standpoint = { epoch: 'b', position: '120', isPrimary: false }
const primary: Standpoint = { ...replica, isPrimary: true, ancestors: new Map([['a', '100']]) }

describe('S1, S2, S3', () => {
  test.each<[string, Standpoint, string, string, Standing]>([
    ['covers what it has applied', replica, 'b', '120', 'met'],
    ['is behind what it has not', replica, 'b', '121', 'behind'],
    ['of another epoch is behind, since a replica hears of it later', replica, 'c', '1', 'behind'],
    ['that is the primary covers what it has applied', primary, 'b', '119', 'met'],
    ['that is the primary never reaches what is above it', primary, 'b', '121', 'never'],
    ['that is the primary never enters an epoch it does not know', primary, 'c', '1', 'never'],
    ['V15: covers an ancestor up to the fork', primary, 'a', '100', 'met'],
    ['V15: never has what an ancestor did after the fork', primary, 'a', '101', 'never'],
  ])('a server %s', (_, have, epoch, position, standing) => {
    expect(standingTo(integer, have, { epoch, position })).toBe(standing)
  })

  test('V15: a replica of a new history that has not come to the fork yet is behind', () => {
    const have = { epoch: 'b', position: '90', isPrimary: false, ancestors: new Map([['a', '100']]) }
    expect(standingTo(integer, have, { epoch: 'a', position: '95' })).toBe('behind')
    expect(standingTo(integer, have, { epoch: 'a', position: '90' })).toBe('met')
  })
})
