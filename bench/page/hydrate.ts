// Reading back what is stored, against one `getAll` of as many rows. Each opens its database as a new page does.

import type { Group, Variant } from '../group.ts'
import { diskOf } from './client.ts'
import { batchAt, commitWhole, openStorage, rowsAt, windowOf } from './entities.ts'
import { openFloor } from './floor-database.ts'
import { eachQuery, wholeClient } from './rivals.ts'

/** How many entities one answer brought when they were stored. */
const inAnswer = 50

/** How many values are asked for at once. While they come, as many more are asked for. */
const atOnce = 500

const ours = 'tidemark, load, and read of every value'

/** Reads back so many entities. */
export async function hydrateGroup(count: number, { rounds, reach }: { readonly rounds: number; readonly reach: number }): Promise<Group> {
  const all = windowOf(0, count, count)
  const filled = await openFloor('floor')
  await filled.put(rowsAt(all, 1))
  filled.close()
  await fillStorage(all)
  const each = eachQuery()
  await each.fill(count)
  each.queryClient.clear()
  const whole = wholeClient()
  await whole.fill(count)
  whole.queryClient.clear()
  return {
    name: `hydrate: ${count.toLocaleString('en')} entries`,
    times: 1,
    rounds,
    showsThread: true,
    showsTasks: true,
    variants: [
      reading('getAll', count, async () => {
        const floor = await openFloor('floor')
        const { length } = await floor.getAll()
        floor.close()
        return length
      }),
      reading('tidemark, load', count, async () => {
        const storage = openStorage(diskOf('storage'))
        const { keys } = await storage.load()
        storage.close()
        return keys.size
      }),
      reading(ours, count, async () => {
        const storage = openStorage(diskOf('storage'))
        const { keys } = await storage.load()
        const found = await readAll(storage, [...keys.keys()])
        storage.close()
        return found
      }),
      reading('TanStack, the whole client restored', count, whole.restore),
      reading('TanStack, each query restored', count, each.restore),
    ],
    targets: [
      { variant: ours, by: 'ratio', must: 1, reach },
      { variant: ours, by: 'task-ms', must: 16, reach: 16 },
    ],
  }
}

function reading(name: string, count: number, read: () => Promise<number>): Variant {
  return {
    name,
    async run() {
      const found = await read()
      if (found !== count) throw new Error(`${name} found ${found} of ${count}.`)
    },
  }
}

async function fillStorage(all: readonly number[]): Promise<void> {
  const storage = openStorage(diskOf('storage'))
  await storage.load()
  for (let from = 0; from < all.length; from += inAnswer) {
    await commitWhole(storage, batchAt(all.slice(from, from + inAnswer), from + 1))
  }
  storage.close()
}

async function readAll(storage: ReturnType<typeof openStorage>, keys: readonly string[]): Promise<number> {
  let found = 0
  const ask = (from: number): ReturnType<typeof storage.read>[] => keys.slice(from, from + atOnce).map(storage.read)
  let asked = ask(0)
  for (let from = atOnce; asked.length > 0; from += atOnce) {
    // In a turn of its own: those that are asked for in one turn are read together.
    const next = Promise.resolve().then(() => ask(from))
    const entries = await Promise.all(asked)
    found += entries.filter((entry) => entry?.kind === 'value').length
    asked = await next
  }
  return found
}
