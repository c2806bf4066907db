// What needs the log or declared dependencies, by definition: every pair, and every server, with no
// cleverness.
//
// It shares nothing with the checker but the form of histories. The histories of its test know the
// items of one list, `/photos`, in two scopes, and always tell positions.

import type {
  History,
  Operation,
  ReadOperation,
  WriteOperation,
} from '../../src/testing/history/history.ts'
import type { CommitEntry, Dependency, LogEntry } from '../../src/testing/history/server-log.ts'

type Log = readonly LogEntry[]

/** Returns what is broken, as `'monotonic-writes 12'`: the guarantee, and the id of the operation. */
export function brokenByLog({ operations, log = [] }: History): Set<string> {
  const broken = new Set<string>()
  for (const later of operations) {
    if (later.kind === 'read' && isTooStale(log, later)) broken.add(`bounded-staleness ${later.id}`)
    for (const earlier of operations) {
      if (earlier.session !== later.session) continue
      if (!(earlier.completed.step < later.invoked.step)) continue
      if (breaksPrefix(log, earlier, later)) broken.add(`consistent-prefix ${later.id}`)
      if (later.kind !== 'write' || earlier.kind === 'reset') continue
      if (later.outcome !== 'acknowledged') continue
      const name = earlier.kind === 'write' ? 'monotonic-writes' : 'writes-follow-reads'
      if (positionsOf(earlier).some((at) => isDisordered(log, earlier, at, later))) {
        broken.add(`${name} ${later.id}`)
      }
    }
  }
  return broken
}

function positionsOf(operation: ReadOperation | WriteOperation): string[] {
  if (operation.kind === 'write') {
    return operation.outcome === 'acknowledged' ? [operation.position ?? ''] : []
  }
  const { seen } = operation
  if (seen.kind === 'value') return [seen.position ?? '']
  return seen.kind === 'rows' ? seen.rows.map(({ position }) => position ?? '') : []
}

function isDisordered(
  log: Log,
  { scope, epoch }: ReadOperation | WriteOperation,
  before: string,
  after: WriteOperation,
): boolean {
  if (after.scope !== scope || after.epoch !== epoch) return false
  const orderOf = (server: string): string[] =>
    log
      .filter((own) => own.scope === scope && own.epoch === epoch && own.server === server)
      .filter(({ kind }) => kind !== 'epoch')
      .map(({ position }) => position)
  const orders = [...new Set(log.map(({ server }) => server))].map(orderOf)
  if (!orders.some((order) => order.includes(before))) return false
  return orders.some((order) => {
    const [first, second] = [order.indexOf(before), order.indexOf(after.position ?? '')]
    return second !== -1 && (first === -1 || first > second)
  })
}

function breaksPrefix(log: Log, earlier: Operation, later: Operation): boolean {
  if (earlier.kind !== 'read' || later.kind !== 'read') return false
  if (earlier.seen.kind === 'nothing') return false
  const own = positionsOf(earlier).flatMap((position) => commitAt(log, { ...earlier, position }))
  const all = [...(earlier.depends ?? []), ...own.flatMap(({ depends = [] }) => depends)]
  // A list grows while it is walked through.
  for (const next of all) {
    const further = commitAt(log, next).flatMap(({ depends = [] }) => depends)
    all.push(...further.filter((each) => !all.some((known) => isSame(known, each))))
  }
  return all.some((dependency) => contradicts(later, dependency))
}

function isSame(left: Dependency, right: Dependency): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

function commitAt(log: Log, at: Pick<Dependency, 'scope' | 'epoch' | 'position'>): CommitEntry[] {
  return log.flatMap((entry) => {
    const isIt =
      entry.kind === 'commit' &&
      entry.scope === at.scope &&
      entry.epoch === at.epoch &&
      entry.position === at.position
    return isIt ? [entry] : []
  })
}

function contradicts(read: ReadOperation, { scope, epoch, key, position }: Dependency): boolean {
  if (read.scope !== scope || read.epoch !== epoch || read.seen.kind === 'nothing') return false
  const asOf = BigInt(read.asOf ?? 0)
  if (key === undefined) return asOf < BigInt(position)
  if (read.seen.kind === 'rows') {
    const row = read.seen.rows.find((each) => each.key === key)
    if (row !== undefined) return BigInt(row.position ?? 0) < BigInt(position)
    return read.seen.isComplete && asOf < BigInt(position)
  }
  if (read.key !== key) return false
  const shown = read.seen.kind === 'value' ? BigInt(read.seen.position ?? 0) : asOf
  return shown < BigInt(position)
}

/** The state at `invoked - bound`, held against what was shown: key by key. */
function isTooStale(log: Log, read: ReadOperation): boolean {
  const { maxStalenessMs, seen, scope, epoch, asOf = '0' } = read
  if (maxStalenessMs === undefined || seen.kind === 'nothing') return false
  const due = log.filter((entry): entry is CommitEntry => {
    const isIts = entry.kind === 'commit' && entry.scope === scope && entry.epoch === epoch
    return isIts && entry.atMs < read.invoked.atMs - maxStalenessMs
  })
  const lacks = (key: string, position: string): boolean =>
    due.some((entry) => {
      const isBeyond = [asOf, position].every((at) => BigInt(entry.position) > BigInt(at))
      return entry.key === key && isBeyond
    })
  if (seen.kind === 'value') return lacks(read.key, seen.position ?? '0')
  if (seen.kind === 'absent') return lacks(read.key, '0')
  if (seen.rows.some(({ key, position }) => lacks(key, position ?? '0'))) return true
  if (!seen.isComplete) return false
  return due.some(({ key, position }) => {
    const last = due.findLast((entry) => entry.key === key)
    const isShown = seen.rows.some((row) => row.key === key)
    return !isShown && BigInt(position) > BigInt(asOf) && last?.isDelete === false
  })
}
