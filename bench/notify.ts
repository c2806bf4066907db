// Telling listeners of a change, against the least that can tell them: a loop over a Set. And reading what
// is held, against the least that can hold it: a Map.

import { createTidemark, memoryStorage } from '../src/index.ts'
import type { Tidemark } from '../src/index.ts'
import { createReadable } from '../src/observers/readable-source.ts'
import type { Group, Variant } from './group.ts'

const photo = 'https://api.test/photos/1'

/** What one change costs, from the source's word to the last listener's, with so many of them. */
export function notifyGroup(listenersCount: number): Group {
  let heard = 0
  const hear = (): void => void (heard += 1)
  const plain = new Set(Array.from({ length: listenersCount }, () => () => hear()))
  let value = 0
  let change: () => void = () => undefined
  const readable = createReadable({
    get: () => value,
    start: (onChange) => {
      change = onChange
      return () => undefined
    },
    setTimer: () => () => undefined,
  })
  for (let index = 0; index < listenersCount; index += 1) readable.listen(() => hear())
  return {
    name: `notify: ${listenersCount} listeners`,
    times: listenersCount === 1 ? 20_000 : 2000,
    rounds: 15,
    variants: [
      {
        name: 'a Set loop, in a microtask',
        async run(times) {
          for (let time = 0; time < times; time += 1) {
            value += 1
            queueMicrotask(() => {
              for (const listener of plain) listener()
            })
            await Promise.resolve()
          }
        },
      },
      {
        name: 'a readable',
        async run(times) {
          for (let time = 0; time < times; time += 1) {
            value += 1
            change()
            await Promise.resolve()
          }
        },
      },
    ],
  }
}

/** What one look at a held value costs. */
export async function snapshotGroup(): Promise<Group> {
  const tidemark = clientOf()
  const watch = tidemark.watch(photo)
  const leave = watch.listen(() => undefined)
  const held = new Map([[photo, await watch.until(({ status }) => status === 'ready')]])
  let seen: unknown
  const look = (get: () => unknown): Variant['run'] => (times) => {
    for (let time = 0; time < times; time += 1) seen = get()
    if (seen === undefined) throw new Error('There was nothing to see.')
  }
  return {
    name: 'snapshot: a look at a held value',
    times: 2_000_000,
    rounds: 9,
    variants: [
      { name: 'Map.get', run: look(() => held.get(photo)) },
      { name: 'watch.get, while somebody listens', run: look(() => watch.get()) },
    ],
    close() {
      leave()
      tidemark.close()
    },
  }
}

function clientOf(): Tidemark {
  return createTidemark({
    origins: ['https://api.test'],
    storage: memoryStorage(),
    mirror: false,
    fetch: async () => Response.json({ title: 'Boat' }, { headers: { 'data-version': 'main;e="a";v="1"' } }),
  })
}
