// What is stored: entities of a common size, each newer than the one before, as a plain row and as an entry.

import { epochSeq } from '../../src/index.ts'
import type { Batch, OpenStorage, Put, Version, VersionedStorage } from '../../src/index.ts'
import type { FloorRow } from './floor-database.ts'

/** An entity, some 500 bytes of JSON. */
export interface Entity extends FloorRow {
  readonly id: number
  readonly title: string
  readonly text: string
}

/** Returns an entity at a version. */
export function entityAt(id: number, version: number): Entity {
  return { id, version, title: `Photo ${id} at ${version}`, text: 'All work and no play. '.repeat(20) }
}

/** Returns the key of an entity. */
export function keyOf(id: number): string {
  return `/photos/${id}`
}

/** Returns `count` ids from a place on, round a ring of `among`. */
export function windowOf(from: number, count: number, among: number): number[] {
  return Array.from({ length: count }, (_, index) => (from + index) % among)
}

/** Returns rows as a floor takes them. */
export function rowsAt(ids: readonly number[], version: number): [string, Entity][] {
  return ids.map((id) => [keyOf(id), entityAt(id, version)])
}

/** Returns a batch of entities, each an answer as the client holds it: bytes. */
export function batchAt(ids: readonly number[], version: number): Batch {
  return {
    resets: new Map(),
    floors: new Map([[scope, { read: versionAt(version) }]]),
    puts: ids.map((id) => putAt(id, version)),
    used: new Map(),
  }
}

/** Opens a storage, of which a failure is one of the benchmark. */
export function openStorage(open: OpenStorage): VersionedStorage {
  const fail = (what: string, cause: unknown): never => {
    throw new Error(what, { cause })
  }
  return open({
    formatOf: () => epochSeq,
    principal: '',
    now: () => Date.now(),
    onDegraded: fail,
    onUnreadable: fail,
  })
}

/** Commits a batch, and makes sure that it was taken. */
export async function commitWhole(storage: VersionedStorage, batch: Batch): Promise<void> {
  const { rejected, evicted } = await storage.commit(batch)
  if (rejected.length + evicted.length > 0) throw new Error(`${rejected.length} puts were rejected, ${evicted.length} evicted.`)
}

const scope = 'main'

function versionAt(version: number): Version {
  return { scope, epoch: '7f3a', position: String(version) }
}

function putAt(id: number, version: number): Put {
  const body = new TextEncoder().encode(JSON.stringify(entityAt(id, version))).buffer
  const value = {
    url: `https://api.test${keyOf(id)}`,
    type: 'cors',
    redirected: false,
    status: 200,
    statusText: 'OK',
    headers: [['content-type', 'application/json']],
    body,
    selection: '',
  }
  const versions = [versionAt(version)]
  return {
    key: keyOf(id),
    state: { floor: versions, entry: { kind: 'value', versions, value, validatedAt: Date.now() } },
    bytes: body.byteLength,
  }
}
