// Snapshots of PostgreSQL (the type `pg_snapshot`), such as `10:20:10,14,15`: all transactions below
// the first number are over, none from the second on is, and of those between all but the listed ones.
//
// S1. A snapshot is after another if it sees all that the other sees. Two that each see a transaction
//     which the other does not are concurrent. Numbers are given at the first write and not at COMMIT,
//     so the number of a transaction says nothing about when it became visible (lessons V21).
// S2. There is one text for what is seen: the first number is the lowest that is still running, and the
//     last that runs up to the second number are left out, since neither text sees them.
// S3. Numbers have 64 bits (`xid8`). What went through `::xid` has wrapped at 2^32, and cannot be told.
// S4. A standby lists no running transaction, and so seems to see them all: while 725 was running the
//     primary said `725:728:725` and its standby `725:728:` (PostgreSQL 15). Take snapshots on the
//     primary only; a replica is asked for its log position (`postgres-lsn.ts`).

import { ProtocolError } from '../errors.ts'
import type { Order, VersionFormat } from '../version.ts'
import { byNumber, isDecimalUpTo, u64Max } from './integer.ts'
import { orderOf, withinLength } from './partial-order.ts'

/** Versions such as `"10:20:10,14,15"`, of one endless epoch. */
export const pgSnapshot: VersionFormat = {
  name: 'pg-snapshot',
  parse: (text) => ({ epoch: '', position: parseSnapshot(text) }),
  print: ({ position }) => position,
  parsePosition: parseSnapshot,
  comparePositions: compareSnapshots,
  joinPositions: joinSnapshots,
}

interface Snapshot {
  /** The first transaction that had not begun: all from here on are unseen. */
  readonly end: string
  /** Those before it that were running, in ascending order. */
  readonly running: readonly string[]
}

const what = 'PostgreSQL snapshot'
const shape = /^[1-9]\d*:[1-9]\d*:(?:[1-9]\d*(?:,[1-9]\d*)*)?$/

function parseSnapshot(text: string): string {
  if (!shape.test(withinLength(what, text))) {
    refuse(text, 'xmin, xmax and the transactions running between, as "10:20:10,14,15"')
  }
  const snapshot = readSnapshot(text)
  const { end, running } = snapshot
  const first = text.slice(0, text.indexOf(':'))
  const isAscending =
    byNumber(first, running[0] ?? end) <= 0 &&
    running.every((number, at) => byNumber(number, running[at + 1] ?? end) < 0)
  // Where they ascend, the last one bounds them all.
  if (!isAscending || !isDecimalUpTo(u64Max, end)) refuse(text, 'ascending numbers of 64 bits')
  return printSnapshot(snapshot)
}

function readSnapshot(text: string): Snapshot {
  const [begin, colon] = [text.indexOf(':'), text.lastIndexOf(':')]
  const list = text.slice(colon + 1)
  return { end: text.slice(begin + 1, colon), running: list === '' ? [] : list.split(',') }
}

function printSnapshot({ end, running }: Snapshot): string {
  const kept = [...running]
  let last = BigInt(end)
  while (kept.at(-1) === String(last - 1n)) {
    kept.pop()
    last -= 1n
  } // S2
  return withinLength(what, `${kept[0] ?? last}:${last}:${kept.join(',')}`)
}

function compareSnapshots(left: string, right: string): Order {
  if (left === right) return 'equal'
  const [ours, theirs] = [readSnapshot(left), readSnapshot(right)]
  return orderOf(seesAllOf(theirs, ours), seesAllOf(ours, theirs)) // S1
}

/** Tells whether all that `part` sees is seen by `whole`. Both are canonical: each sees its last. */
function seesAllOf(whole: Snapshot, part: Snapshot): boolean {
  if (byNumber(whole.end, part.end) < 0) return false
  const unseen = new Set(part.running)
  return whole.running.every((number) => byNumber(number, part.end) >= 0 || unseen.has(number))
}

function joinSnapshots(left: string, right: string): string {
  const [ours, theirs] = [readSnapshot(left), readSnapshot(right)]
  const [low, high] = byNumber(ours.end, theirs.end) < 0 ? [ours, theirs] : [theirs, ours]
  const unseen = new Set(low.running)
  // What neither sees: of those that run in the higher one, what runs in the lower or came after it.
  const running = high.running.filter(
    (number) => unseen.has(number) || byNumber(number, low.end) >= 0,
  )
  return printSnapshot({ end: high.end, running })
}

function refuse(text: string, expected: string): never {
  throw new ProtocolError({ what, text, expected })
}
