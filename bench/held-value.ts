// One look at a value that is held, against the least that can hold it: a Map.

import { QueryClient } from '@tanstack/query-core'
import { atom } from 'nanostores'
import { SWRConfig } from 'swr'
import { createTidemark, memoryStorage } from '../src/index.ts'
import type { Group, Variant } from './group.ts'

/** Looks at these in turn, so that no engine can look once for all. */
const count = 64
const ids = Array.from({ length: count }, (_, id) => id)

/** Held values that somebody listens to, as a page does that shows them. */
export function heldValueGroup(): Group {
  const keys = ids.map((id) => `https://api.test/photos/${id}`)
  const values = ids.map((id) => ({ id, title: `Photo ${id}` }))
  const map = new Map(keys.map((key, id) => [key, values[id]]))
  const tidemark = createTidemark({
    origins: ['https://api.test'],
    rules: [{ match: '/photos/:id', scope: 'main', maxAgeMs: 3_600_000 }],
    storage: memoryStorage(),
    mirror: false,
    fetch: () => Promise.reject(new Error('Nothing is asked for here.')),
  })
  for (const [id, key] of keys.entries()) tidemark.session.admit(key, values[id], 'a:1')
  const watches = keys.map((key) => tidemark.watch(key))
  const leaves: (() => void)[] = watches.map((watch) => watch.listen(() => undefined))
  const atoms = values.map((value) => atom(value))
  leaves.push(...atoms.map((each) => each.listen(() => undefined)))
  const { cache } = SWRConfig.defaultValue
  for (const [id, key] of keys.entries()) cache.set(key, { data: values[id] })
  const queryClient = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity } } })
  const queryKeys = ids.map((id) => ['photos', id])
  for (const [id, queryKey] of queryKeys.entries()) queryClient.setQueryData(queryKey, values[id])

  const cold = keys.map((key) => tidemark.watch(key, { graceMs: 1 }))
  return {
    name: 'read: a look at a held value',
    times: 200_000,
    rounds: 21,
    variants: [
      looking('Map.get', (id) => map.get(keys[id] ?? '')),
      looking(ours, (id) => watches[id]?.get().value),
      { ...looking('tidemark, watch.get, while nobody does', (id) => cold[id]?.get().value), times: 10_000 },
      looking('nanostores, atom.get', (id) => atoms[id]?.get()),
      looking('SWR, cache.get', (id) => cache.get(keys[id] ?? '')?.data),
      { ...looking(theirs, (id) => queryClient.getQueryData(queryKeys[id] ?? [])), times: 20_000 },
    ],
    targets: [
      { variant: ours, by: 'ratio', must: 2, reach: 1.3 },
      { variant: ours, by: 'ratio', of: theirs, must: 1, reach: 1 / 20 },
    ],
    close() {
      for (const leave of leaves) leave()
      tidemark.close()
    },
  }
}

const ours = 'tidemark, watch.get, while somebody listens'
const theirs = 'TanStack, getQueryData'

function looking(name: string, look: (id: number) => unknown): Variant {
  return {
    name,
    run(times) {
      let missed = 0
      for (let time = 0; time < times; time += 1) if (look(time % count) === undefined) missed += 1
      if (missed > 0) throw new Error(`${name} saw nothing, ${missed} times.`)
    },
  }
}
