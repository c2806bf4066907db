// Read your writes and monotonic reads by definition: every pair of operations, with no cleverness.
//
// It shares nothing with the checker but the form of histories.

import type {
  History,
  Operation,
  ReadOperation,
  WriteOperation,
} from '../../src/testing/history/history.ts'

type Granularity = 'key' | 'scope'

/** What one operation says of one key. */
interface Said {
  readonly isThere: boolean
  readonly position: bigint | undefined
}

/** Returns what is broken, as `'read-your-writes 12'`: the guarantee, and the id of the read. */
export function brokenByDefinition({ operations }: History, granularity: Granularity): Set<string> {
  const broken = new Set<string>()
  for (const later of operations) {
    if (later.kind !== 'read' || later.seen.kind === 'nothing') continue
    if (cameFromEndedEpoch(operations, later)) broken.add(`monotonic-reads ${later.id}`)
    for (const earlier of operations) {
      if (earlier.session !== later.session || earlier.scope !== later.scope) continue
      if (!(earlier.completed.step < later.invoked.step)) continue
      if (earlier.kind === 'reset') continue
      if (!contradicts(operations, granularity, earlier, later)) continue
      const name = earlier.kind === 'write' ? 'read-your-writes' : 'monotonic-reads'
      if (name === 'read-your-writes' || !cameFromEndedEpoch(operations, later)) {
        broken.add(`${name} ${later.id}`)
      }
    }
  }
  return broken
}

function contradicts(
  operations: readonly Operation[],
  granularity: Granularity,
  earlier: ReadOperation | WriteOperation,
  later: ReadOperation,
): boolean {
  if (granularity === 'scope') {
    if (earlier.epoch !== later.epoch) return false
    const required = earlier.kind === 'read' ? whole(earlier) : acknowledged(earlier)
    const offered = whole(later)
    return required !== undefined && offered !== undefined && offered < required
  }
  return keysOf(operations).some((key) => {
    const before = said(operations, earlier, key)
    const after = said(operations, later, key)
    if (before === undefined || after === undefined) return false
    if (!before.isThere && !after.isThere) return false
    const isBare = !after.isThere && after.position === undefined && later.epoch === ''
    if (earlier.epoch !== (isBare ? presentEpoch(operations, later) : later.epoch)) return false
    if (before.isThere && !after.isThere && after.position === undefined) {
      return !operations.some(
        (gone) =>
          gone.kind === 'write' &&
          gone.isDelete &&
          gone.outcome !== 'refused' &&
          gone.key === key &&
          gone.invoked.step < later.completed.step &&
          gone.completed.step > earlier.invoked.step,
      )
    }
    if (before.position === undefined || after.position === undefined) return false
    return before.isThere ? after.position < before.position : after.position <= before.position
  })
}

function keysOf(operations: readonly Operation[]): string[] {
  return operations.flatMap((operation) => {
    if (operation.kind === 'reset') return []
    const shown =
      operation.kind === 'read' && operation.seen.kind === 'rows'
        ? operation.seen.rows.map(({ key }) => key)
        : []
    return [operation.key, ...shown]
  })
}

/** The histories of the test know one collection, `/photos`, with an item at each longer path. */
function said(
  operations: readonly Operation[],
  operation: ReadOperation | WriteOperation,
  key: string,
): Said | undefined {
  if (operation.kind === 'write') {
    if (operation.key !== key || operation.outcome !== 'acknowledged') return undefined
    const position = acknowledged(operation)
    if (!operation.isDelete) return { isThere: true, position }
    return { isThere: false, position: position ?? seenBefore(operations, operation) }
  }
  const { seen } = operation
  if (seen.kind === 'rows') {
    const row = seen.rows.find((candidate) => candidate.key === key)
    if (row !== undefined) return { isThere: true, position: big(row.position) ?? whole(operation) }
    const isMissing = seen.isComplete && key.startsWith(`${operation.key}/`)
    return isMissing ? { isThere: false, position: whole(operation) } : undefined
  }
  if (operation.key !== key || seen.kind === 'nothing') return undefined
  if (seen.kind === 'absent') return { isThere: false, position: whole(operation) }
  return { isThere: true, position: big(seen.position) ?? whole(operation) }
}

/** The highest position at which the session had found the key before it began to delete it. */
function seenBefore(operations: readonly Operation[], write: WriteOperation): bigint | undefined {
  let highest: bigint | undefined
  for (const earlier of operations) {
    if (earlier.kind === 'reset' || earlier.session !== write.session) continue
    if (earlier.epoch !== write.epoch || !(earlier.completed.step < write.invoked.step)) continue
    if (earlier.kind === 'write' && earlier.isDelete) continue
    const before = said(operations, earlier, write.key)
    if (before?.isThere !== true || before.position === undefined) continue
    if (highest === undefined || before.position > highest) highest = before.position
  }
  return highest
}

/** The epoch that the session had met last when it began to read. */
function presentEpoch(operations: readonly Operation[], read: ReadOperation): string {
  const told = operations
    .filter(
      (other) =>
        other.session === read.session &&
        other.completed.step < read.invoked.step &&
        (other.kind === 'reset' ||
          (other.epoch !== '' &&
            (other.kind === 'read'
              ? other.seen.kind !== 'nothing'
              : other.outcome === 'acknowledged'))),
    )
    .toSorted((left, right) => left.completed.step - right.completed.step)
    .at(-1)
  if (told === undefined) return ''
  return told.kind === 'reset' ? told.toEpoch : told.epoch
}

function cameFromEndedEpoch(operations: readonly Operation[], read: ReadOperation): boolean {
  const last = operations
    .filter(
      (other) =>
        other.kind === 'reset' &&
        other.session === read.session &&
        other.completed.step < read.invoked.step &&
        [other.fromEpoch, other.toEpoch].includes(read.epoch),
    )
    .toSorted((left, right) => left.completed.step - right.completed.step)
    .at(-1)
  return last?.kind === 'reset' && last.fromEpoch === read.epoch
}

function whole({ asOf, seen }: ReadOperation): bigint | undefined {
  return seen.kind === 'nothing' ? undefined : big(asOf)
}

function acknowledged({ outcome, position }: WriteOperation): bigint | undefined {
  return outcome === 'acknowledged' ? big(position) : undefined
}

function big(position: string | undefined): bigint | undefined {
  return position === undefined ? undefined : BigInt(position)
}
