// A client to measure: of one API, with nothing that goes off by itself.

import { createTidemark, indexedDBStorage } from '../../src/index.ts'
import type { OpenStorage, Tidemark, VersionedStorage } from '../../src/index.ts'
import { batchAt, commitWhole, entityAt, keyOf, openStorage } from './entities.ts'
import type { Entity } from './entities.ts'

/** The origin of the API, which nobody asks. */
export const origin = 'https://api.test'

/** Makes a client that holds all it is given. */
export function clientOn(storage: OpenStorage): Tidemark {
  return createTidemark({
    origins: [origin],
    rules: [{ match: '/photos/:id', scope: 'main', maxAgeMs: 3_600_000 }],
    storage,
    mirror: false,
    memoryBytesMax: 2 ** 30,
    // Only what is asked for is written: a timer of the client's own would write a part before.
    setTimer: () => () => undefined,
    // What is not held is never answered: only what is held can be seen.
    fetch: () => new Promise(() => undefined),
  })
}

/** Lets an entity in, and makes sure that it is. */
export function admitTo({ session }: Tidemark, entity: Entity): void {
  const isIn = session.admit(`${origin}${keyOf(entity.id)}`, entity, `7f3a:${entity.version}`)
  if (!isIn) throw new Error(`${keyOf(entity.id)} was not let in.`)
}

/** The storage on disk, with room for all. */
export function diskOf(name: string): OpenStorage {
  return indexedDBStorage({ name, bytesMax: 2 ** 30, workTimeoutMs: 120_000 })
}

/** The storage of a disk on which so many entities are stored. */
export async function filledStorage(name: string, ids: readonly number[]): Promise<VersionedStorage> {
  const storage = openStorage(diskOf(name))
  await storage.load()
  await commitWhole(storage, batchAt(ids, 1))
  return storage
}

/** A client that holds so many entities, and has stored them. */
export async function filledClient(name: string, ids: readonly number[]): Promise<Tidemark> {
  const tidemark = clientOn(diskOf(name))
  for (const id of ids) admitTo(tidemark, entityAt(id, 1))
  await tidemark.flush()
  return tidemark
}
