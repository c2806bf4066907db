// Storing one change among many queries that are held: against TanStack's persisters, and a put of one row.

import type { Group, Target, Variant } from '../group.ts'
import { admitTo, filledClient, filledStorage } from './client.ts'
import { batchAt, commitWhole, entityAt, keyOf, rowsAt, windowOf } from './entities.ts'
import { openFloor } from './floor-database.ts'
import { eachQuery, wholeClient } from './rivals.ts'

const ours = 'tidemark, storage.commit'
const each = 'TanStack, each query persisted'
const whole = 'TanStack, the whole client persisted'

const ofWhole: readonly Target[] = [
  { variant: ours, of: whole, by: 'ratio', must: 1 / 20, reach: 1 / 30 },
  { variant: ours, of: whole, by: 'thread-ratio', must: 1 / 20, reach: 1 / 80 },
]

/** Stores one change after the other, with so many entries held. */
export async function persistOneGroup(held: number): Promise<Group> {
  const all = windowOf(0, held, held)
  const floor = await openFloor('floor')
  await floor.put(rowsAt(all, 1))
  const storage = await filledStorage('storage', all)
  const tidemark = await filledClient('client', all)
  const queries = eachQuery()
  await queries.fill(held)
  const client = wholeClient()
  await client.fill(held)

  let version = 1
  const changing = (name: string, change: (id: number, at: number) => Promise<unknown>, times?: number): Variant => ({
    name,
    ...(times !== undefined && { times }),
    async run(count) {
      for (let time = 0; time < count; time += 1) {
        version += 1
        await change((version * 7919) % held, version)
      }
    },
  })
  return {
    name: `persist-one: one change among ${held.toLocaleString('en')} entries`,
    times: 40,
    rounds: 15,
    showsThread: true,
    variants: [
      changing('put of one row', (id, at) => floor.put(rowsAt([id], at))),
      changing('a question and a put, both at once', (id, at) => floor.askAndPut(keyOf(id), batchAt([id], at).puts)),
      changing(each, (id, at) => queries.change(entityAt(id, at))),
      changing(whole, (id, at) => client.change(entityAt(id, at)), 2),
      changing(ours, (id, at) => commitWhole(storage, batchAt([id], at))),
      changing('tidemark, session.admit and flush', (id, at) => {
        admitTo(tidemark, entityAt(id, at))
        return tidemark.flush()
      }),
    ],
    targets: [
      { variant: ours, of: each, by: 'ratio', must: 1.1, reach: 0.8 },
      // The whole client grows with what is held, so how many times as much it costs depends on that.
      ...(held < 10_000 ? [] : ofWhole),
    ],
    close() {
      floor.close()
      storage.close()
      tidemark.close()
    },
  }
}
