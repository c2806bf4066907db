// Telling listeners of a change, against the least that can tell them: a loop over a Set.

import { notifyManager, QueryClient, QueryObserver } from '@tanstack/query-core'
import { atom } from 'nanostores'
import { createReadable } from '../src/observers/readables/readable-source.ts'
import type { Group, Variant } from './group.ts'

/** What one change costs, from the source's word to the last listener's, with so many of them. */
export function notifyGroup(listenersCount: number): Group {
  let heard = 0
  const hear = (): void => void (heard += 1)
  const each = Array.from({ length: listenersCount }, (_, index) => index)
  const plain = new Set(each.map(() => () => hear()))
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
  for (const _ of each) readable.listen(() => hear())
  const store = atom(0)
  for (const _ of each) store.listen(() => hear())
  const queries = observedQuery(listenersCount, hear)
  return {
    name: `notify: ${listenersCount} listeners`,
    times: listenersCount === 1 ? 20_000 : 2000,
    rounds: 15,
    variants: [
      {
        name: 'a Set loop',
        run(times) {
          for (let time = 0; time < times; time += 1) {
            value += 1
            for (const listener of plain) listener()
          }
        },
      },
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
        name: ours,
        async run(times) {
          for (let time = 0; time < times; time += 1) {
            value += 1
            change()
            await Promise.resolve()
          }
        },
      },
      {
        name: 'nanostores, an atom',
        run(times) {
          for (let time = 0; time < times; time += 1) {
            value += 1
            store.set(value)
          }
        },
      },
      { ...queries, times: Math.ceil(2000 / listenersCount) },
    ],
    // With few of them, most of the time is that of a microtask, which a loop has no need of.
    targets: listenersCount === 1000 ? [{ variant: ours, by: 'ratio', must: 5, reach: 2 }] : [],
  }
}

const ours = 'tidemark, a readable'

/** One query of TanStack with so many observers, told in a microtask as we tell ours. */
function observedQuery(observers: number, hear: () => void): Variant {
  notifyManager.setScheduler(queueMicrotask)
  const client = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity, staleTime: Infinity } } })
  const queryKey = ['photos', 1]
  let value = 0
  client.setQueryData(queryKey, value)
  for (let index = 0; index < observers; index += 1) new QueryObserver(client, { queryKey }).subscribe(() => hear())
  return {
    name: 'TanStack, observers of a query',
    async run(times) {
      for (let time = 0; time < times; time += 1) {
        value += 1
        client.setQueryData(queryKey, value)
        await Promise.resolve()
      }
    },
  }
}
