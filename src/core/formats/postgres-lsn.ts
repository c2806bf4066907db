// Positions in the write-ahead log of PostgreSQL (the type `pg_lsn`), such as `16/B374D848`, alone or
// within a timeline, as in `2@16/B374D848`.
//
// An LSN is 64 bits, printed as two hexadecimal halves. The halves are not padded, so the texts do not
// sort: `0/9FFFFFF` is before `0/10000000`, and as text after it.
//
// L1. The timeline is the epoch. A promoted standby may pass the LSN of the lost primary without its
//     last writes (lessons V15), so positions of two timelines are never compared.
// L2. Timelines are numbered upwards, so of two epochs it is known which is newer. The epoch `''`, of
//     a source that tells no timeline, is neither newer nor older than any.
// L3. There is one text for a position: upper case, without leading zeros. PostgreSQL itself reads
//     both cases and up to eight digits a half, and so does `parse`.

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'
import { compareDecimals } from './integer.ts'

/** Versions such as `"16/B374D848"`, or with the timeline in decimal, `"2@16/B374D848"`. */
export const postgresLsn: VersionFormat = {
  name: 'postgres-lsn',
  parse(text) {
    const at = text.indexOf('@')
    if (at === -1) return { epoch: '', position: parseLsn(text) }
    const epoch = text.slice(0, at)
    if (!isTimeline(epoch)) {
      const expected = `a timeline from 1 to ${timelineMax} in decimal before the "@"`
      throw new ProtocolError({ what: 'PostgreSQL LSN', text, expected })
    }
    return { epoch, position: parseLsn(text.slice(at + 1)) }
  },
  print: ({ epoch, position }) => (epoch === '' ? position : `${epoch}@${position}`),
  parsePosition: parseLsn,
  comparePositions: compareLsns,
  joinPositions: (left, right) => (compareLsns(left, right) === 'before' ? right : left),
  compareEpochs(left, right) {
    if (left === '' && right === '') return 'equal'
    return isTimeline(left) && isTimeline(right) ? compareDecimals(left, right) : 'foreign' // L2
  },
}

const timelineMax = '4294967295'

function isTimeline(text: string): boolean {
  if (text.length > timelineMax.length || !/^[1-9]\d*$/.test(text)) return false
  return compareDecimals(text, timelineMax) !== 'after'
}

function parseLsn(text: string): string {
  if (!/^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/.test(text)) {
    const expected = 'two hexadecimal numbers of 1 to 8 digits with a slash between, as "16/B374D848"'
    throw new ProtocolError({ what: 'PostgreSQL LSN', text, expected })
  }
  return halvesOf(text)
    .map((half) => half.toString(16).toUpperCase())
    .join('/') // L3
}

function compareLsns(left: string, right: string): Order {
  const [leftHigh, leftLow] = halvesOf(left)
  const [rightHigh, rightLow] = halvesOf(right)
  if (leftHigh !== rightHigh) return leftHigh < rightHigh ? 'before' : 'after'
  if (leftLow !== rightLow) return leftLow < rightLow ? 'before' : 'after'
  return 'equal'
}

/** Returns the upper and the lower 32 bits. */
function halvesOf(lsn: string): [number, number] {
  const slash = lsn.indexOf('/')
  return [Number.parseInt(lsn.slice(0, slash), 16), Number.parseInt(lsn.slice(slash + 1), 16)]
}
