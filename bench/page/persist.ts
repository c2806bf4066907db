// Storing what an answer has brought, against blind puts of as many rows in one relaxed transaction.

import { Dexie } from 'dexie'
import type { Table } from 'dexie'
import { createStore, setMany } from 'idb-keyval'
import type { Batch } from '../../src/index.ts'
import type { Group, Variant } from '../group.ts'
import { admitTo, filledClient, filledStorage } from './client.ts'
import { batchAt, commitWhole, entityAt, keyOf, rowsAt, windowOf } from './entities.ts'
import type { Entity } from './entities.ts'
import { openFloor } from './floor-database.ts'

/** What is stored: answers of so many entities, among so many that are there. */
export interface PersistWork {
  readonly title: string
  readonly entities: number
  readonly among: number
  readonly times: number
  readonly rounds: number
  /** What a commit has to come to, as a share of blind puts. */
  readonly must: number
  readonly reach: number
}

const ours = 'tidemark, storage.commit'

/** Stores one answer after the other, each newer than what stands. */
export async function persistGroup({ title, entities, among, times, rounds, must, reach }: PersistWork): Promise<Group> {
  const all = windowOf(0, among, among)
  const floor = await openFloor('floor')
  await floor.put(rowsAt(all, 1))
  const storage = await filledStorage('storage', all)
  const keyval = createStore('keyval', 'rows')
  await setMany(rowsAt(all, 1), keyval)
  const dexie = await openDexie()
  await dexie.bulkPut(all.map((id) => entityAt(id, 1)), all.map(keyOf))
  const tidemark = await filledClient('client', all)

  let version = 1
  let from = 0
  /** Returns the windows that are written in one turn, each at a version of its own. */
  const turns = <T>(count: number, make: (ids: readonly number[], version: number) => T): T[] =>
    Array.from({ length: count }, () => {
      version += 1
      // No multiple of the window, so that windows do not always meet the same neighbours.
      from = (from + entities * 7 + 13) % among
      return make(windowOf(from, entities, among), version)
    })

  function storing<T>(name: string, make: (ids: readonly number[], version: number) => T, store: (made: T) => Promise<unknown>): Variant {
    let made: T[] = []
    return {
      name,
      prepare(count) {
        made = turns(count, make)
      },
      async run() {
        for (const each of made) await store(each)
      },
    }
  }

  const entitiesAt = (ids: readonly number[], at: number): Entity[] => ids.map((id) => entityAt(id, at))
  return {
    name: title,
    times,
    rounds,
    showsThread: true,
    variants: [
      storing('put, blind', rowsAt, (rows) => floor.put(rows)),
      storing('get and put, each compared', rowsAt, (rows) => floor.compareAndPut(rows)),
      storing('idb-keyval setMany', rowsAt, (rows) => setMany(rows, keyval)),
      storing('dexie bulkPut', entitiesAt, (rows) => dexie.bulkPut(rows, rows.map(({ id }) => keyOf(id)))),
      storing(ours, batchAt, (batch: Batch) => commitWhole(storage, batch)),
      storing('tidemark, session.admit of each, and flush', entitiesAt, async (rows) => {
        for (const each of rows) admitTo(tidemark, each)
        await tidemark.flush()
      }),
    ],
    targets: [{ variant: ours, by: 'ratio', must, reach }],
    close() {
      floor.close()
      storage.close()
      tidemark.close()
    },
  }
}

async function openDexie(): Promise<Table<Entity, string>> {
  const database = new Dexie('dexie', { chromeTransactionDurability: 'relaxed' })
  database.version(1).stores({ rows: '' })
  await database.open()
  return database.table('rows')
}
