// How costs grow with what is held: the same work among a hundred entries and among a hundred thousand.

import { memoryStorage } from '../../src/index.ts'
import type { Tidemark, VersionedStorage } from '../../src/index.ts'
import type { Group, MakeGroup, Variant } from '../group.ts'
import { admitTo, clientOn, diskOf, origin } from './client.ts'
import { batchAt, commitWhole, entityAt, keyOf, openStorage, windowOf } from './entities.ts'

const sizes = [100, 1000, 10_000, 100_000]

/** How many are looked at, or written to: the same whatever else is held. */
const few = 50

/** All of them, by entries held and by listeners. */
export const scaleGroups: readonly MakeGroup[] = [lookGroup, heldAnswerGroup, gateGroup, notifyGroup, commitGroup, loadGroup, startGroup]

function lookGroup(): Group {
  const clients = sizes.map(holding)
  const leaves: (() => void)[] = []
  const variants = clients.map(({ size, tidemark }): Variant => {
    const watches = Array.from({ length: few }, (_, index) => tidemark.watch(urlOf((index * 7919) % size)))
    for (const watch of watches) leaves.push(watch.listen(() => undefined))
    return {
      ...named(size),
      run(times) {
        for (let time = 0; time < times; time += 1) {
          if (watches[time % few]?.get().status !== 'ready') throw new Error('There was nothing to see.')
        }
      },
    }
  })
  return {
    name: 'scale: a look at a held value, by entries held',
    times: 200_000,
    rounds: 15,
    variants,
    close() {
      for (const leave of leaves) leave()
      closeAll(clients)
    },
  }
}

function heldAnswerGroup(): Group {
  const clients = sizes.map(holding)
  return {
    name: 'scale: a held answer as a Response, by entries held',
    times: 500,
    rounds: 15,
    variants: clients.map(({ size, tidemark }) => ({
      ...named(size),
      async run(times) {
        for (let time = 0; time < times; time += 1) await tidemark.fetch(urlOf((time * 7919) % size))
      },
    })),
    close: () => closeAll(clients),
  }
}

function gateGroup(): Group {
  const clients = sizes.map(holding)
  let version = 1
  return {
    name: `scale: ${few} newer entities let in, by entries held`,
    times: 10,
    rounds: 15,
    variants: clients.map(({ size, tidemark }) => ({
      ...named(size),
      run(times) {
        for (let time = 0; time < times; time += 1) {
          version += 1
          for (const id of windowOf((version * 7919) % size, few, size)) admitTo(tidemark, entityAt(id, version))
        }
      },
    })),
    close: () => closeAll(clients),
  }
}

function notifyGroup(): Group {
  const listenersCounts = [1, 10, 100, 1000]
  let version = 1
  const clients = listenersCounts.map((size) => ({ ...holding(1), size }))
  const leaves: (() => void)[] = []
  return {
    name: 'scale: a newer entity let in and told, by listeners',
    times: 200,
    rounds: 15,
    variants: clients.map(({ size, tidemark }): Variant => {
      let heard = 0
      const watch = tidemark.watch(urlOf(0))
      for (let count = 0; count < size; count += 1) leaves.push(watch.listen(() => void (heard += 1)))
      return {
        ...named(size),
        async run(times) {
          heard = 0
          for (let time = 0; time < times; time += 1) {
            version += 1
            admitTo(tidemark, entityAt(0, version))
            await Promise.resolve()
          }
          if (heard !== times * size) throw new Error(`${heard} were told, not ${times * size}.`)
        },
      }
    }),
    close() {
      for (const leave of leaves) leave()
      closeAll(clients)
    },
  }
}

async function commitGroup(): Promise<Group> {
  let version = 1
  const storages: { readonly size: number; readonly storage: VersionedStorage }[] = []
  for (const size of sizes) {
    const storage = openStorage(diskOf(`storage-${size}`))
    await storage.load()
    for (const from of starts(size)) await commitWhole(storage, batchAt(windowOf(from, Math.min(size, inBatch), size), 1))
    storages.push({ size, storage })
  }
  return {
    name: `scale: ${few} newer entities stored, by entries stored`,
    times: 10,
    rounds: 15,
    variants: storages.map(({ size, storage }) => ({
      ...named(size),
      async run(times) {
        for (let time = 0; time < times; time += 1) {
          version += 1
          await commitWhole(storage, batchAt(windowOf((version * 7919) % size, few, size), version))
        }
      },
    })),
    close() {
      for (const { storage } of storages) storage.close()
    },
  }
}

async function loadGroup(): Promise<Group> {
  for (const size of sizes) await store(size)
  return {
    name: 'scale: floors and versions loaded, by entries stored',
    times: 1,
    rounds: 7,
    showsThread: true,
    variants: sizes.map((size) => ({
      ...named(size),
      async run() {
        const storage = openStorage(diskOf(`client-${size}`))
        const { keys } = await storage.load()
        storage.close()
        if (keys.size !== size) throw new Error(`${keys.size} keys were loaded of ${size}.`)
      },
    })),
  }
}

async function startGroup(): Promise<Group> {
  for (const size of sizes) await store(size)
  let asked = 1
  return {
    name: 'scale: a client begins, until it shows a stored value, by entries stored',
    times: 1,
    rounds: 7,
    showsThread: true,
    variants: sizes.map((size) => ({
      ...named(size),
      async run() {
        asked += 1
        const tidemark = clientOn(diskOf(`client-${size}`))
        await tidemark.watch(urlOf((asked * 7919) % size)).until(({ status }) => status === 'ready')
        tidemark.close()
      },
    })),
  }
}

interface Holding {
  readonly size: number
  readonly tidemark: Tidemark
}

function holding(size: number): Holding {
  const tidemark = clientOn(memoryStorage())
  for (let id = 0; id < size; id += 1) admitTo(tidemark, entityAt(id, 1))
  return { size, tidemark }
}

function closeAll(clients: readonly Holding[]): void {
  for (const { tidemark } of clients) tidemark.close()
}

const inBatch = 1000

function starts(size: number): number[] {
  return Array.from({ length: Math.ceil(size / inBatch) }, (_, index) => index * inBatch)
}

/** Stores so many entries as a client does. */
async function store(size: number): Promise<void> {
  const tidemark = clientOn(diskOf(`client-${size}`))
  for (const from of starts(size)) {
    for (let id = from; id < Math.min(size, from + inBatch); id += 1) admitTo(tidemark, entityAt(id, 1))
    await tidemark.flush()
  }
  tidemark.close()
}

function named(size: number): { readonly name: string; readonly size: number } {
  return { name: size.toLocaleString('en'), size }
}

function urlOf(id: number): string {
  return `${origin}${keyOf(id)}`
}
