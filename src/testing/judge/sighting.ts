// Sightings: what an operation of a history says of one key, and what of it is remembered.
//
// Positions are whole numbers here, of any size, and are compared as such: this file shares no
// comparison with the client that is judged.

import type { History, Operation, ReadOperation, WriteOperation } from '../history/history.ts'
import type { Dependency } from '../history/server-log.ts'

/** Returns the value of a key, made first where there is none. */
export function entryOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const existing = map.get(key)
  if (existing !== undefined) return existing
  const created = create()
  map.set(key, created)
  return created
}

/** What the whole history knows. */
export interface Archive {
  readonly granularity: 'key' | 'scope'
  /** The keys that anything names, by their list: what a complete list may lack. */
  readonly keysIn: ReadonlyMap<string, ReadonlySet<string>>
  /** The deletes of a key, by any session, that happened or may have. */
  readonly deletesOf: ReadonlyMap<string, readonly WriteOperation[]>
}

/** Joins names to the key of a map. No path and no header can hold the separator. */
export function joinNames(...names: readonly string[]): string {
  return names.join('\n')
}

/** Goes through a history once, for what its sessions cannot know of each other. */
export function createArchive(
  { operations, log = [] }: History,
  granularity: Archive['granularity'],
): Archive {
  const keysIn = new Map<string, Set<string>>()
  const deletesOf = new Map<string, WriteOperation[]>()
  const note = (scope: string, list: string, item: string): void =>
    void entryOf(keysIn, joinNames(scope, list), () => new Set()).add(item)
  const noteAll = (depends: readonly Dependency[] = []): void => {
    for (const { scope, key } of depends) {
      if (key !== undefined) note(scope, key.slice(0, key.lastIndexOf('/')), key)
    }
  }
  for (const entry of log) if (entry.kind === 'commit') noteAll(entry.depends)
  for (const operation of operations) {
    if (operation.kind === 'reset') continue
    const { scope, collection, key } = operation
    if (collection !== undefined) note(scope, collection, key)
    if (operation.kind === 'read') noteAll(operation.depends)
    if (operation.kind === 'read' && operation.seen.kind === 'rows') {
      for (const row of operation.seen.rows) note(scope, key, row.key)
    }
    if (operation.kind === 'write' && operation.isDelete && operation.outcome !== 'refused') {
      entryOf(deletesOf, joinNames(scope, key), () => []).push(operation)
    }
  }
  return { granularity, keysIn, deletesOf }
}

/**
 * What an operation says of one key. An unknown position says only that it was there, or was not.
 */
export interface Sighting {
  readonly key: string
  readonly kind: 'present' | 'absent'
  readonly position: bigint | undefined
}

function toBigInt(position: string | undefined): bigint | undefined {
  return position === undefined ? undefined : BigInt(position)
}

/** Returns what a read says of each key. */
export function sightingsOfRead(archive: Archive, read: ReadOperation): readonly Sighting[] {
  const { seen, scope, key } = read
  const asOf = toBigInt(read.asOf)
  if (archive.granularity === 'scope') {
    return seen.kind === 'nothing' ? [] : [{ key: scope, kind: 'present', position: asOf }]
  }
  switch (seen.kind) {
    case 'nothing':
      return []
    case 'value':
      return [{ key, kind: 'present', position: toBigInt(seen.position) ?? asOf }]
    case 'absent':
      return [{ key, kind: 'absent', position: asOf }]
    case 'rows': {
      const shown = new Set(seen.rows.map((row) => row.key))
      const known = seen.isComplete ? (archive.keysIn.get(joinNames(scope, key)) ?? []) : []
      return [
        ...seen.rows.map((row): Sighting => {
          return { key: row.key, kind: 'present', position: toBigInt(row.position) ?? asOf }
        }),
        ...[...known]
          .filter((other) => !shown.has(other))
          .map((other): Sighting => ({ key: other, kind: 'absent', position: asOf })),
      ]
    }
  }
}

/**
 * Returns what an acknowledged write says of its key. A delete that told no position is known to
 * have come after what was sighted before it: `goneSince`.
 */
export function sightingOfWrite(
  { granularity }: Archive,
  { scope, key, isDelete, position }: WriteOperation,
  goneSince: bigint | undefined,
): Sighting {
  const at = toBigInt(position)
  if (granularity === 'scope') return { key: scope, kind: 'present', position: at }
  if (!isDelete) return { key, kind: 'present', position: at }
  return { key, kind: 'absent', position: at ?? goneSince }
}

/** The strongest that was sighted of one key in one epoch, each with who sighted it. */
export interface Mark {
  present?: { readonly position: bigint; readonly by: Operation }
  absent?: { readonly position: bigint; readonly by: Operation }
  /**
   * The last, by invocation, that found it there: the fewest deletes can explain its absence since.
   */
  last?: Operation
}

/** The marks of one session, by {@link joinNames} of scope, epoch and key. */
export type Marks = Map<string, Mark>

/** Raises a mark by a sighting. */
export function raise(mark: Mark, { kind, position }: Sighting, by: Operation): void {
  const isLast = mark.last === undefined || mark.last.invoked.step < by.invoked.step
  if (kind === 'present' && isLast) mark.last = by
  if (position === undefined) return // An unknown position raises nothing.
  const held = mark[kind]
  if (held === undefined || position > held.position) mark[kind] = { position, by }
}

/**
 * Returns the operation that a later sighting contradicts, by the table in the head of
 * `check-guarantees.ts`. `isExplained` tells whether a delete explains an absence without a
 * position.
 */
export function contradicted(
  { present, absent, last }: Mark,
  { kind, position }: Sighting,
  isExplained: (earlier: Operation) => boolean,
): Operation | undefined {
  if (position === undefined) {
    const isLost = kind === 'absent' && last !== undefined && !isExplained(last)
    return isLost ? last : undefined
  }
  if (present !== undefined && position < present.position) return present.by
  const isBack = kind === 'present' && absent !== undefined && position <= absent.position
  return isBack ? absent.by : undefined
}
