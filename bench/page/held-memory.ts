// Something that is held, so that whoever drives the page can see what it takes.

import { QueryClient } from '@tanstack/query-core'
import { memoryStorage } from '../../src/index.ts'
import { admitTo, clientOn } from './client.ts'
import { entityAt, keyOf } from './entities.ts'
import { queryKeyOf } from './rivals.ts'

/** Who holds it. */
export type HolderName = 'a Map of bytes' | 'TanStack, queries' | 'tidemark, entries'

/** What is held now: nothing else in the page leads to it. */
let holder: unknown

const holders: Record<HolderName, (count: number) => unknown> = {
  'a Map of bytes'(count) {
    const held = new Map<string, Uint8Array>()
    const encoder = new TextEncoder()
    for (let id = 0; id < count; id += 1) held.set(keyOf(id), encoder.encode(JSON.stringify(entityAt(id, 1))))
    return held
  },
  'TanStack, queries'(count) {
    const client = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity } } })
    // As they come from an answer: each text is its own.
    for (let id = 0; id < count; id += 1) client.setQueryData(queryKeyOf(id), JSON.parse(JSON.stringify(entityAt(id, 1))))
    return client
  },
  'tidemark, entries'(count) {
    const tidemark = clientOn(memoryStorage())
    for (let id = 0; id < count; id += 1) admitTo(tidemark, entityAt(id, 1))
    return tidemark
  },
}

/** Holds so many entities, and nothing that was held before. */
export function hold(name: HolderName, count: number): void {
  holder = holders[name](count)
  if (holder === undefined) throw new Error('Nothing is held.')
}
