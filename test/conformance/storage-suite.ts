// The suite that every storage must pass. It asks for what `src/storage/storage.ts` demands, by number,
// through the contract alone: what happens on a disk is looked at by opening another storage on it.

import * as fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Entry } from '../../src/core/entry.ts'
import { isTidemarkError } from '../../src/core/errors.ts'
import { integer } from '../../src/core/formats/integer.ts'
import type { ScopeFloors } from '../../src/core/session.ts'
import { collectedKey } from '../../src/core/tombstone-collection.ts'
import { compareVersions } from '../../src/core/version.ts'
import type { FormatOf, Version, VersionFormat } from '../../src/core/version.ts'
import type {
  Batch,
  Loaded,
  Put,
  StorageContext,
  VersionedStorage,
} from '../../src/storage/storage.ts'
import { vector } from '../core/vector-format.ts'

/** Somebody who writes into the database of others. */
export interface Stranger {
  /** Writes anything under anything. */
  readonly write: (store: string, key: IDBValidKey, record: unknown) => Promise<void>
  /** Finds the first number that was given out, to a row or a pack. */
  readonly first: () => Promise<number>
}

/** One disk, on which any number of storages can be opened, as tabs do. */
export interface TestDisk {
  readonly open: (context: StorageContext) => VersionedStorage
  /** What only a stranger would do. Absent where nobody can. */
  readonly stranger?: Stranger
  /** Ends each write in its midst, until told to stop. Absent where nothing can come between. */
  readonly breakWrites?: () => () => void
  readonly remove: () => Promise<void>
}

/** Makes an empty disk. */
export type MakeDisk = (options: { readonly bytesMax?: number }) => TestDisk

const orderedEpochs: VersionFormat = {
  ...integer,
  name: 'ordered',
  compareEpochs: (left, right) => integer.comparePositions(left, right),
}

/** Scopes say their format, as those of a client do. */
export const formatOf: FormatOf = (scope) => {
  if (scope.startsWith('vector')) return vector
  return scope.startsWith('ordered') ? orderedEpochs : integer
}

/** Makes a version of the scope `main` and the epoch `e1`, unless told otherwise. */
export function version(position: number | string, scope = 'main', epoch = 'e1'): Version {
  return { scope, epoch, position: String(position) }
}

let clock = 0

/** Makes an entry, each validated later than the one before. */
export function valueAt(at: Version, value: unknown = `at ${at.position}`): Entry<unknown> {
  clock += 1
  return { kind: 'value', versions: [at], value, validatedAt: clock }
}

/** Makes a tombstone, validated later than all before. */
export function tombstoneAt(at: Version, isAfter = false): Entry<unknown> {
  clock += 1
  return { kind: 'tombstone', versions: [at], isAfter, validatedAt: clock }
}

/** Makes a put whose floor is that of its entry. */
export function putOf(key: string, entry: Entry<unknown>, bytes = 10): Put {
  return { key, state: { floor: entry.versions, entry }, bytes }
}

/** Makes a put that tells a floor only. */
export function floorOf(key: string, ...floor: readonly Version[]): Put {
  return { key, state: { floor, entry: undefined }, bytes: 0 }
}

/** Makes a batch of some of its parts. */
export function batchOf(parts: {
  readonly resets?: Record<string, ScopeFloors>
  readonly floors?: Record<string, ScopeFloors>
  readonly puts?: readonly Put[]
  readonly used?: Record<string, number>
  readonly collected?: readonly string[]
}): Batch {
  return {
    resets: new Map(Object.entries(parts.resets ?? {})),
    floors: new Map(Object.entries(parts.floors ?? {})),
    puts: parts.puts ?? [],
    used: new Map(Object.entries(parts.used ?? {})),
    ...(parts.collected && { collected: parts.collected }),
  }
}

/** Makes what a client gives to a storage. */
export function contextOf(parts: Partial<StorageContext> = {}): StorageContext {
  const complain = (what: string, cause: unknown): never => {
    throw new Error(`unexpected: ${what}`, { cause })
  }
  return {
    formatOf,
    principal: 'ada',
    now: () => 1000,
    onDegraded: complain,
    onUnreadable: complain,
    ...parts,
  }
}

/** Runs the suite on the disks of one kind of storage. */
export function describeStorage(title: string, makeDisk: MakeDisk): void {
  describe(title, () => {
    const disks: TestDisk[] = []
    const opened: VersionedStorage[] = []

    function disk(options: { readonly bytesMax?: number } = {}): TestDisk {
      const made = makeDisk(options)
      disks.push(made)
      return made
    }

    function open(on: TestDisk, parts?: Partial<StorageContext>): VersionedStorage {
      const storage = on.open(contextOf(parts))
      opened.push(storage)
      return storage
    }

    afterEach(async () => {
      for (const storage of opened.splice(0)) storage.close()
      for (const made of disks.splice(0)) await made.remove()
    })

    test('begins empty', async () => {
      const storage = open(disk())
      expect(await storage.load()).toEqual({ floors: new Map(), keys: new Map() })
      expect(await storage.read('photo')).toBeUndefined()
    })

    describe('what is committed', () => {
      test('is seen by the next load and read in any tab (S3)', async () => {
        const shared = disk()
        const floors = { main: { read: version(5), write: version(3) } }
        const entry = valueAt(version(5), { deep: [1, { text: 'é' }] })
        await open(shared).commit(batchOf({ floors, puts: [putOf('photo', entry, 42)] }))

        const other = open(shared)
        const loaded = await other.load()
        expect(loaded.floors).toEqual(new Map(Object.entries(floors)))
        expect(loaded.keys.get('photo')).toEqual({
          floor: [version(5)],
          held: {
            kind: 'value',
            versions: [version(5)],
            validatedAt: entry.validatedAt,
            bytes: 42,
            usedAt: 1000,
          },
        })
        expect(await other.read('photo')).toEqual(entry)
      })

      test('is all of a load, however much it is', async () => {
        const shared = disk()
        const keys = Array.from({ length: 600 }, (_, index) => `key ${index}`)
        const puts = keys.map((key, index) => putOf(key, valueAt(version(index))))
        await open(shared).commit(batchOf({ puts }))
        const loaded = await open(shared).load()
        expect([...loaded.keys.keys()].toSorted()).toEqual(keys.toSorted())
      })

      test('may have any text as a key, and `undefined` as a value', async () => {
        const shared = disk()
        const keys = ['', '__proto__', 'constructor', 'a\u0000b', '\ud800', '["ada","x"]']
        const entry = { ...valueAt(version(1)), value: undefined }
        const puts = keys.map((key) => putOf(key, entry))
        await open(shared).commit(batchOf({ puts }))
        const other = open(shared)
        expect(new Set((await other.load()).keys.keys())).toEqual(new Set(keys))
        for (const key of keys) {
          expect(await other.read(key)).toMatchObject({ kind: 'value', value: undefined })
        }
      })

      test('keeps tombstones as they are (I9)', async () => {
        const shared = disk()
        const [gone, later] = [tombstoneAt(version(4)), tombstoneAt(version(4), true)]
        await open(shared).commit(batchOf({ puts: [putOf('one', gone), putOf('two', later)] }))
        const other = open(shared)
        expect(await other.read('one')).toEqual(gone)
        expect(await other.read('two')).toEqual(later)
        expect((await other.load()).keys.get('two')).toEqual({ floor: [version(4)], held: later })
      })

      test('says nothing when it agreed with the disk', async () => {
        const storage = open(disk())
        const batch = batchOf({
          floors: { main: { read: version(5) } },
          puts: [putOf('photo', valueAt(version(5)))],
        })
        const nothing = { rejected: [], floors: new Map(), keys: new Map(), evicted: [] }
        expect(await storage.commit(batch)).toEqual(nothing)
        expect(await storage.commit(batch), 'once more').toEqual(nothing)
      })
    })

    describe('floors of scopes (S2)', () => {
      test('join, and tell what the disk knew better', async () => {
        const shared = disk()
        await open(shared).commit(
          batchOf({ floors: { main: { read: version(9) }, other: { write: version(1, 'other') } } }),
        )
        const result = await open(shared).commit(
          batchOf({
            floors: {
              main: { read: version(5), write: version(4) },
              other: { write: version(2, 'other') },
            },
          }),
        )
        const joined = { read: version(9), write: version(4) }
        expect(result.floors).toEqual(new Map([['main', joined]]))
        const { floors } = await open(shared).load()
        expect(floors.get('main')).toEqual(joined)
        expect(floors.get('other')?.write).toEqual(version(2, 'other'))
      })

      test('become the least version that covers both, where positions are concurrent', async () => {
        const shared = disk()
        const at = (position: string): Version => version(position, 'vector')
        await open(shared).commit(batchOf({ floors: { vector: { read: at('a1.b1') } } }))
        const result = await open(shared).commit(batchOf({ floors: { vector: { read: at('b1.c1') } } }))
        expect(result.floors.get('vector')?.read).toEqual(at('a1.b1.c1'))
        expect((await open(shared).load()).floors.get('vector')?.read).toEqual(at('a1.b1.c1'))
      })

      test('of another epoch change nothing without a reset', async () => {
        const shared = disk()
        await open(shared).commit(batchOf({ floors: { main: { read: version(5) } } }))
        const result = await open(shared).commit(
          batchOf({ floors: { main: { read: version(99, 'main', 'e2') } } }),
        )
        expect(result.floors.get('main')?.read).toEqual(version(5))
        expect((await open(shared).load()).floors.get('main')?.read).toEqual(version(5))
      })
    })

    describe('puts (S1, S2)', () => {
      /** Commits puts one after the other from tabs of their own, and returns what is left. */
      async function after(...puts: readonly Put[]) {
        const shared = disk()
        const results = []
        for (const put of puts) results.push(await open(shared).commit(batchOf({ puts: [put] })))
        const storage = open(shared)
        const key = puts[0]?.key ?? ''
        const meta = (await storage.load()).keys.get(key)
        return { entry: await storage.read(key), meta, last: results.at(-1) }
      }

      test('replace what is before them', async () => {
        const next = valueAt(version(6))
        const { entry, last } = await after(putOf('photo', valueAt(version(5))), putOf('photo', next))
        expect(entry).toEqual(next)
        expect(last?.rejected).toEqual([])
      })

      test('are turned away by what is after them', async () => {
        const next = valueAt(version(6))
        const { entry, last } = await after(putOf('photo', next), putOf('photo', valueAt(version(5))))
        expect(entry).toEqual(next)
        expect(last?.rejected).toEqual(['photo'])
        expect(last?.keys.get('photo')).toMatchObject({ floor: [version(6)], held: { kind: 'value' } })
      })

      test('are compared as positions and not as texts', async () => {
        const next = valueAt(version(10))
        const { entry } = await after(putOf('photo', next), putOf('photo', valueAt(version(9))))
        expect(entry).toEqual(next)
      })

      test('at one version: what was vouched for last stands, in either order', async () => {
        const [early, late] = [valueAt(version(5), 'early'), valueAt(version(5), 'late')]
        const one = await after(putOf('photo', early), putOf('photo', late))
        const other = await after(putOf('photo', late), putOf('photo', early))
        expect([one.entry, other.entry]).toEqual([late, late])
        expect([one.last?.rejected, other.last?.rejected]).toEqual([[], ['photo']])
      })

      test('cannot bring back what was deleted after their version, in either order (I9)', async () => {
        const gone = tombstoneAt(version(5), true)
        const value = valueAt(version(5))
        expect((await after(putOf('photo', gone), putOf('photo', value))).entry).toEqual(gone)
        expect((await after(putOf('photo', value), putOf('photo', gone))).entry).toEqual(gone)
        const weaker = tombstoneAt(version(5))
        expect((await after(putOf('photo', gone), putOf('photo', weaker))).entry).toEqual(gone)
      })

      test('revive a deleted key at a later version', async () => {
        const value = valueAt(version(6))
        const gone = tombstoneAt(version(5), true)
        expect((await after(putOf('photo', gone), putOf('photo', value))).entry).toEqual(value)
      })

      test('without an entry raise the floor, and leave a value that covers it', async () => {
        const value = valueAt(version(8))
        const { entry, meta } = await after(putOf('photo', value), floorOf('photo', version(8)))
        expect(entry).toEqual(value)
        expect(meta?.floor).toEqual([version(8)])
        const lower = await after(putOf('photo', value), floorOf('photo', version(2)))
        expect(lower.entry).toEqual(value)
        expect(lower.last?.keys.get('photo')?.floor).toEqual([version(8)])
        expect(lower.last?.rejected).toEqual([])
      })

      test('without an entry and with a higher floor leave nothing that is before it', async () => {
        for (const held of [valueAt(version(5)), tombstoneAt(version(5), true)]) {
          const { entry, meta } = await after(putOf('photo', held), floorOf('photo', version(8)))
          expect(entry).toBeUndefined()
          expect(meta).toEqual({ floor: [version(8)], held: undefined })
        }
      })

      test('meet a floor whose value is gone', async () => {
        const { entry, last } = await after(
          floorOf('photo', version(8)),
          putOf('photo', valueAt(version(7))),
        )
        expect(entry).toBeUndefined()
        expect(last?.rejected).toEqual(['photo'])
        expect(last?.keys.get('photo')?.floor).toEqual([version(8)])
        const same = valueAt(version(8))
        expect((await after(floorOf('photo', version(8)), putOf('photo', same))).entry).toEqual(same)
      })

      test('whose entry is before their own floor keep the floor alone', async () => {
        const state = { floor: [version(8)], entry: valueAt(version(5)) }
        const put = { key: 'photo', state, bytes: 10 }
        const { entry, meta, last } = await after(put, put)
        expect(entry).toBeUndefined()
        expect(meta?.floor).toEqual([version(8)])
        expect(last?.rejected).toEqual([])
      })

      test('concurrent with what stands raise the floor to cover both (V6)', async () => {
        const at = (position: string): Version => version(position, 'vector')
        const { meta, last } = await after(
          putOf('photo', valueAt(at('a1.b1'))),
          putOf('photo', valueAt(at('b1.c1'))),
        )
        expect(meta?.floor).toEqual([at('a1.b1.c1')])
        expect(last?.rejected).toEqual(['photo'])
        expect(last?.keys.get('photo')?.floor).toEqual([at('a1.b1.c1')])
      })

      test('of several scopes join each of them', async () => {
        const [a, b] = [version(5, 'a'), version(7, 'b')]
        const { meta } = await after(floorOf('photo', a), floorOf('photo', b, version(3, 'a')))
        expect(new Set(meta?.floor)).toEqual(new Set([a, b]))
      })

      test('of another epoch than the key on disk are turned away', async () => {
        const held = valueAt(version(5))
        const { entry, last } = await after(
          putOf('photo', held),
          putOf('photo', valueAt(version(9, 'main', 'e2'))),
        )
        expect(entry).toEqual(held)
        expect(last?.rejected).toEqual(['photo'])
      })
    })

    describe('a reset', () => {
      const next = version(2, 'main', 'e2')

      async function filled(): Promise<TestDisk> {
        const shared = disk()
        await open(shared).commit(
          batchOf({
            floors: {
              main: { read: version(50), write: version(40) },
              other: { read: version(3, 'other') },
            },
            puts: [
              putOf('old', valueAt(version(50))),
              putOf('elsewhere', valueAt(version(3, 'other'))),
              floorOf('both', version(50), version(3, 'other')),
              putOf('gone', tombstoneAt(version(50))),
            ],
          }),
        )
        return shared
      }

      test('replaces the floors of its scope, and drops what rested on them', async () => {
        const shared = await filled()
        const fresh = valueAt(next)
        const result = await open(shared).commit(
          batchOf({ resets: { main: { read: next } }, puts: [putOf('new', fresh)] }),
        )
        expect(result).toMatchObject({ rejected: [], floors: new Map() })
        const storage = open(shared)
        const { floors, keys } = await storage.load()
        expect(floors.get('main')).toEqual({ read: next })
        expect(floors.get('other')?.read).toEqual(version(3, 'other'))
        expect(keys.get('both')?.floor, 'the other scope goes on').toEqual([next, version(3, 'other')])
        for (const key of ['old', 'gone']) {
          expect(keys.get(key), 'C3: it was shown, and goes on with the history').toEqual({ floor: [next], held: undefined })
        }
        expect(await storage.read('old')).toBeUndefined()
        expect(await storage.read('new')).toEqual(fresh)
        expect(await storage.read('elsewhere')).toBeDefined()
      })

      test('joins floors that the same batch brings', async () => {
        const shared = await filled()
        const floors = { main: { read: version(3, 'main', 'e2') } }
        await open(shared).commit(batchOf({ resets: { main: { read: next } }, floors }))
        const loaded = await open(shared).load()
        expect(loaded.floors.get('main')?.read).toEqual(version(3, 'main', 'e2'))
      })

      test('that another tab has made before lowers nothing', async () => {
        const shared = await filled()
        const high = version(9, 'main', 'e2')
        const entry = valueAt(high)
        await open(shared).commit(
          batchOf({ resets: { main: { read: high } }, puts: [putOf('new', entry)] }),
        )
        const result = await open(shared).commit(batchOf({ resets: { main: { read: next } } }))
        expect(result.floors.get('main')?.read).toEqual(high)
        expect(await open(shared).read('new')).toEqual(entry)
      })

      test('to an epoch known to be older changes nothing', async () => {
        const shared = disk()
        const at = (position: number, epoch: string): Version => version(position, 'ordered', epoch)
        const entry = valueAt(at(5, '7'))
        await open(shared).commit(
          batchOf({ floors: { ordered: { read: at(5, '7') } }, puts: [putOf('photo', entry)] }),
        )
        const result = await open(shared).commit(
          batchOf({ resets: { ordered: { read: at(90, '6') } } }),
        )
        expect(result.floors.get('ordered')?.read).toEqual(at(5, '7'))
        expect(await open(shared).read('photo')).toEqual(entry)
      })

      test('C1: is not needed by a floor of an epoch that is known to be newer', async () => {
        const shared = disk()
        const at = (position: number, epoch: string): Version => version(position, 'ordered', epoch)
        await open(shared).commit(
          batchOf({ floors: { ordered: { read: at(50, '6') } }, puts: [putOf('photo', valueAt(at(50, '6')))] }),
        )
        const result = await open(shared).commit(batchOf({ floors: { ordered: { write: at(3, '7') } } }))
        expect(result.floors.size).toBe(0)
        const { floors, keys } = await open(shared).load()
        expect(floors.get('ordered')).toEqual({ write: at(3, '7') })
        expect(keys.get('photo')).toEqual({ floor: [at(3, '7')], held: undefined })
      })

      test('is not undone by a tab that has not heard of it', async () => {
        const shared = await filled()
        const late = open(shared)
        await open(shared).commit(batchOf({ resets: { main: { read: next } } }))
        const result = await late.commit(
          batchOf({
            floors: { main: { read: version(60) } },
            puts: [putOf('old', valueAt(version(60))), putOf('quite new', valueAt(version(61)))],
          }),
        )
        expect(result.rejected).toEqual(['old', 'quite new'])
        expect(result.floors.get('main')).toEqual({ read: next })
        const { keys } = await open(shared).load()
        expect(keys.get('old')).toEqual({ floor: [next], held: undefined })
        expect(keys.has('quite new')).toBe(false)
        const putsOnly = await late.commit(batchOf({ puts: [putOf('old', valueAt(version(62)))] }))
        expect(putsOnly.floors.get('main'), 'also told of puts alone').toEqual({ read: next })
      })
    })

    describe('eviction (S4)', () => {
      const entries = Array.from({ length: 12 }, (_, index) => valueAt(version(index)))
      const puts = entries.map((entry, index) => putOf(`key ${index}`, entry, 100))

      async function keysHeld(shared: TestDisk): Promise<string[]> {
        const { keys } = await open(shared).load()
        return [...keys].flatMap(([key, { held }]) => (held === undefined ? [] : [key])).toSorted()
      }

      test('drops the values used longest ago, and keeps their floors (I6, D10)', async () => {
        const shared = disk({ bytesMax: 1000 })
        for (const [index, put] of puts.slice(0, 10).entries()) {
          await open(shared, { now: () => index }).commit(batchOf({ puts: [put] }))
        }
        expect(await keysHeld(shared)).toHaveLength(10)
        await open(shared).commit(batchOf({ used: { 'key 0': 500 } }))

        const { evicted } = await open(shared, { now: () => 600 }).commit(
          batchOf({ puts: puts.slice(10, 11) }),
        )
        expect(evicted.length).toBeGreaterThan(0)
        expect(evicted, 'oldest use first').toEqual(
          Array.from(evicted, (_, index) => `key ${index + 1}`),
        )
        const storage = open(shared)
        const { keys } = await storage.load()
        expect(keys.size).toBe(11)
        for (const key of evicted) {
          const position = key.split(' ')[1] ?? ''
          expect(keys.get(key)).toEqual({ floor: [version(position)], held: undefined })
          expect(await storage.read(key)).toBeUndefined()
        }
        expect(await storage.read('key 0')).toEqual(entries[0])
        const bytes = [...keys.values()].reduce(
          (sum, { held }) => sum + (held?.kind === 'value' ? held.bytes : 0),
          0,
        )
        expect(bytes).toBeLessThanOrEqual(1000)
      })

      test('never drops tombstones', async () => {
        const shared = disk({ bytesMax: 100 })
        const gone = putOf('gone', tombstoneAt(version(1)))
        await open(shared, { now: () => 1 }).commit(batchOf({ puts: [gone] }))
        await open(shared).commit(batchOf({ puts: puts.slice(0, 5) }))
        expect(await open(shared).read('gone')).toEqual(gone.state.entry)
      })

      test('of a value larger than the bound drives out no other', async () => {
        const shared = disk({ bytesMax: 1000 })
        await open(shared).commit(batchOf({ puts: puts.slice(0, 5) }))
        const giant = putOf('giant', valueAt(version(1)), 5000)
        const { evicted } = await open(shared).commit(batchOf({ puts: [giant] }))
        expect(evicted).toEqual(['giant'])
        expect(await keysHeld(shared)).toHaveLength(5)
      })

      test('counts what tabs put, replace and drop', async () => {
        const shared = disk({ bytesMax: 1000 })
        for (let round = 0; round < 30; round += 1) {
          const put = putOf('same', valueAt(version(round)), 100 + round)
          const { evicted } = await open(shared).commit(batchOf({ puts: [put] }))
          expect(evicted).toEqual([])
        }
        await open(shared).commit(batchOf({ puts: [putOf('same', tombstoneAt(version(99)))] }))
        const { evicted } = await open(shared).commit(batchOf({ puts: puts.slice(0, 10) }))
        expect(evicted).toEqual([])
      })
    })

    describe('collected tombstones (R9)', () => {
      const collecting = (at: number, ...collected: string[]): Batch =>
        batchOf({ puts: [floorOf(collectedKey, version(at))], collected })

      test('go, and what is before them stays out all the same, in any tab', async () => {
        const shared = disk()
        const tab = open(shared)
        const other = open(shared)
        await tab.commit(batchOf({ puts: [putOf('photo', tombstoneAt(version(7)))] }))
        await tab.commit(collecting(7, 'photo'))
        expect([...(await tab.load()).keys.keys()]).toEqual([collectedKey])
        const late = await other.commit(batchOf({ puts: [putOf('photo', valueAt(version(6)))] }))
        expect(late.rejected).toEqual(['photo'])
        expect(late.keys.get('photo')?.floor).toEqual([version(7)])
        expect(await other.read('photo')).toBeUndefined()
        const revived = valueAt(version(8))
        await other.commit(batchOf({ puts: [putOf('photo', revived)] }))
        expect(await tab.read('photo')).toEqual(revived)
      })

      test('go in the batch that brings their floor, with the value that they deleted', async () => {
        const tab = open(disk())
        await tab.commit(batchOf({ puts: [putOf('photo', valueAt(version(5)))] }))
        await tab.commit(collecting(7, 'photo', 'never stored'))
        expect([...(await tab.load()).keys.keys()]).toEqual([collectedKey])
        expect(await tab.read('photo')).toBeUndefined()
      })

      test('stay where another tab has gone on with them', async () => {
        const tab = open(disk())
        const revived = valueAt(version(8))
        await tab.commit(batchOf({ puts: [putOf('photo', revived), putOf('last', tombstoneAt(version(7), true))] }))
        await tab.commit(collecting(7, 'photo', 'last'))
        expect(await tab.read('photo')).toEqual(revived)
        expect((await tab.load()).keys.get('last')?.held?.kind).toBe('tombstone')
      })

      test('leave a disk that is no larger for two thousand deletions', async () => {
        const tab = open(disk())
        const names = Array.from({ length: 2000 }, (_, index) => `photo ${index}`)
        for (let from = 0; from < names.length; from += 500) {
          const part = names.slice(from, from + 500)
          await tab.commit(batchOf({ puts: part.map((name, index) => putOf(name, tombstoneAt(version(from + index)))) }))
          await tab.commit(collecting(from + 500, ...part))
        }
        expect((await tab.load()).keys.size).toBe(1)
      })
    })

    test('the time of last use only rises', async () => {
      const shared = disk()
      const usedAt = async (): Promise<number | undefined> => {
        const held = (await open(shared).load()).keys.get('photo')?.held
        return held?.kind === 'value' ? held.usedAt : undefined
      }
      await open(shared).commit(batchOf({ puts: [putOf('photo', valueAt(version(5)))] }))
      expect(await usedAt()).toBe(1000)
      await open(shared).commit(batchOf({ used: { photo: 2000, absent: 2000 } }))
      expect(await usedAt()).toBe(2000)
      await open(shared).commit(batchOf({ used: { photo: 1500 } }))
      expect(await usedAt()).toBe(2000)
      expect((await open(shared).load()).keys.has('absent')).toBe(false)
    })

    describe('principals (I11, P1)', () => {
      test('see nothing of each other', async () => {
        const shared = disk()
        const batch = batchOf({
          floors: { main: { read: version(5) } },
          puts: [putOf('photo', valueAt(version(5)))],
        })
        // The second begins with the first, and the third is the first and a key of it.
        for (const principal of ['ada', 'ada2', 'ada,photo', '']) {
          await open(shared, { principal }).commit(batch)
        }
        await open(shared, { principal: 'ada' }).clear()
        expect((await open(shared, { principal: 'ada' }).load()).keys.size).toBe(0)
        expect((await open(shared, { principal: 'bob' }).load()).floors.size).toBe(0)
        for (const principal of ['ada2', 'ada,photo', '']) {
          const loaded = await open(shared, { principal }).load()
          expect([loaded.floors.size, loaded.keys.size]).toEqual([1, 1])
        }
      })
    })

    describe('clear', () => {
      const batch = batchOf({
        floors: { main: { read: version(5) } },
        puts: [putOf('photo', valueAt(version(5)))],
      })

      test('forgets all, floors included', async () => {
        const shared = disk()
        const storage = open(shared)
        await storage.commit(batch)
        await storage.clear()
        expect(await open(shared).load()).toEqual({ floors: new Map(), keys: new Map() })
        expect(await storage.read('photo')).toBeUndefined()
      })

      test('can be followed by new commits of the same storage', async () => {
        const shared = disk()
        const storage = open(shared)
        await storage.commit(batch)
        await storage.clear()
        const lower = putOf('photo', valueAt(version(1)))
        expect((await storage.commit(batchOf({ puts: [lower] }))).rejected).toEqual([])
        expect(await open(shared).read('photo')).toEqual(lower.state.entry)
      })

      test('P2: is not undone by what the same storage has under way', async () => {
        const shared = disk()
        const storage = open(shared)
        await storage.load()
        const late = storage.commit(batch).catch(() => undefined)
        const cleared = storage.clear()
        await Promise.all([late, cleared, storage.load()])
        expect(await open(shared).load()).toEqual({ floors: new Map(), keys: new Map() })
      })

      test('P2: is not undone by what another tab has under way', async () => {
        const shared = disk()
        const late = open(shared, { onDegraded: () => undefined })
        await late.load()
        await open(shared).clear()
        await late.commit(batch).catch((cause: unknown) => {
          expect(isTidemarkError(cause, 'session-ended')).toBe(true)
        })
        expect(await open(shared).load()).toEqual({ floors: new Map(), keys: new Map() })
        await open(shared).commit(batch)
        const again = batchOf({ puts: [putOf('photo', valueAt(version(9)))] })
        await late.commit(again).catch(() => undefined)
        expect(await open(shared).read('photo')).toEqual(batch.puts[0]?.state.entry)
      })
    })

    test('P2: a tab that has written much is refused after a clear, though as much stands there again', async () => {
      const shared = disk()
      const late = open(shared, { onDegraded: () => undefined })
      const other = open(shared)
      const batchAt = (at: number): Batch => batchOf({ puts: [putOf('photo', valueAt(version(at)))] })
      for (const at of [1, 2, 3]) await late.commit(batchAt(at))
      await other.clear()
      for (const at of [1, 2, 3]) await other.commit(batchAt(at))
      await late.commit(batchAt(9)).catch((cause: unknown) => {
        expect(isTidemarkError(cause, 'session-ended')).toBe(true)
      })
      expect((await open(shared).read('photo'))?.versions).toEqual([version(3)])
    })

    test('close: later calls reject with a `ClosedError`, and the data stays', async () => {
      const shared = disk()
      const storage = open(shared)
      await storage.commit(batchOf({ floors: { main: { read: version(5) } } }))
      storage.close()
      storage.close()
      const calls = [
        storage.load(),
        storage.read('photo'),
        storage.commit(batchOf({})),
        storage.clear(),
      ]
      for (const result of await Promise.allSettled(calls)) {
        expect(result.status === 'rejected' && isTidemarkError(result.reason, 'closed')).toBe(true)
      }
      expect((await open(shared).load()).floors.size).toBe(1)
    })

    test('S3: a write that ends in its midst leaves nothing of the batch', async (context) => {
      const shared = disk()
      if (shared.breakWrites === undefined) return context.skip('nothing can come between')
      const before = putOf('photo', valueAt(version(5)))
      await open(shared).commit(batchOf({ puts: [before] }))
      const stopBreaking = shared.breakWrites()
      const batch = batchOf({
        floors: { main: { read: version(6) } },
        puts: [putOf('photo', valueAt(version(6)), 20_000), putOf('other', valueAt(version(6)), 20_000)],
      })
      await expect(open(shared).commit(batch)).rejects.toSatisfy((cause: unknown) =>
        isTidemarkError(cause, 'storage'),
      )
      stopBreaking()
      const storage = open(shared)
      const loaded = await storage.load()
      expect(loaded.floors.size).toBe(0)
      expect([...loaded.keys.keys()]).toEqual(['photo'])
      expect(await storage.read('photo')).toEqual(before.state.entry)
      expect((await storage.commit(batch)).rejected).toEqual([])
      expect((await open(shared).load()).keys.size).toBe(2)
    })

    describe('S5: what a stranger has written', () => {
      const good = ['main', 'e1', '5']
      const metas: readonly [string, readonly unknown[]][] = [
        ['a text', ['garbage']],
        ['null', [null]],
        ['a list of numbers', [[1, 2]]],
        ['a floor of nothing', [undefined]],
        ['an empty floor', [[]]],
        ['half a version', [['main', 'e1']]],
        ['a floor of too many', [Array.from({ length: 1000 }, (_, i) => [`s${i}`, 'e1', '1']).flat()]],
        ['a scope twice', [[...good, ...good]]],
        ['a position of no number', [['main', 'e1', '12abc']]],
        ['a position of another type', [['main', 'e1', 1]]],
        ['a long epoch', [['main', 'e'.repeat(1000), '1']]],
        ['a long scope', [['s'.repeat(100_000), 'e1', '1']]],
        ['no versions', [good, null, 1, 1, 1]],
        ['no kind', [good, 0, 1]],
        ['no time', [good, 0, '1', true]],
        ['negative bytes', [good, 0, 1, -1, 1]],
        ['endless bytes', [good, 0, 1, Infinity, 1]],
        ['no number', [good, 0, 1, 1, Number.NaN]],
        ['half a place', [good, 0, 1, 1, 1, 1]],
      ]

      test.for(metas)('%s instead of what is known of a key', async ([, record], context) => {
        const shared = disk()
        if (shared.stranger === undefined) return context.skip('nobody else can write')
        for (const key of ['good', 'bad']) await open(shared).commit(batchOf({ puts: [putOf(key, valueAt(version(5)))] }))
        await shared.stranger.write('meta', ['ada', (await shared.stranger.first()) + 1], { floors: [], keys: [['bad', ...record]] })
        const unreadable: string[] = []
        const storage = open(shared, { onUnreadable: (name) => unreadable.push(name) })
        expect([...(await storage.load()).keys.keys()]).toEqual(['good'])
        expect(unreadable).toEqual([expect.stringContaining('bad')])
        expect(await storage.read('bad')).toBeUndefined()
        const put = putOf('bad', valueAt(version(1)))
        expect((await storage.commit(batchOf({ puts: [put] }))).rejected).toEqual([])
        expect(await open(shared).read('bad'), 'and is replaced').toEqual(put.state.entry)
      })

      const floors: readonly [string, unknown][] = [
        ['a number', 7],
        ['none', {}],
        ['another scope', { read: version(1, 'other') }],
        ['two epochs', { read: version(1), write: version(1, 'main', 'e2') }],
      ]

      test.for(floors)('%s instead of floors', async ([, record], context) => {
        const shared = disk()
        if (shared.stranger === undefined) return context.skip('nobody else can write')
        await open(shared).commit(batchOf({ floors: { other: { read: version(1, 'other') } } }))
        await open(shared).commit(batchOf({ floors: { main: { read: version(1) } } }))
        await shared.stranger.write('meta', ['ada', (await shared.stranger.first()) + 1], { floors: [['main', record]], keys: [] })
        const unreadable: string[] = []
        const storage = open(shared, { onUnreadable: (name) => unreadable.push(name) })
        expect([...(await storage.load()).floors.keys()]).toEqual(['other'])
        expect(unreadable).toEqual([expect.stringContaining('main')])
        await storage.commit(batchOf({ floors: { main: { read: version(2) } } }))
        expect((await open(shared).load()).floors.get('main')?.read).toEqual(version(2))
      })

      test('values without a box, keys of other shapes, a broken account', async (context) => {
        const shared = disk({ bytesMax: 1000 })
        const { stranger } = shared
        if (stranger === undefined) return context.skip('nobody else can write')
        const puts = ['a', 'b', 'c'].map((key) => putOf(key, valueAt(version(5)), 300))
        await open(shared).commit(batchOf({ puts: puts.slice(0, 2) }))
        await open(shared).commit(batchOf({ puts: puts.slice(2) }))
        await stranger.write('value', ['ada', await stranger.first()], [['a'], ['b', 'at 5'], 7])
        await stranger.write('value', ['ada', 'c'], 'bare')
        await stranger.write('meta', ['ada', (await stranger.first()) + 6], good)
        await stranger.write('meta', ['ada', [7]], good)
        await stranger.write('floor', ['ada'], { schema: 1, generation: 'x', bytes: -5 })
        const unreadable: string[] = []
        const storage = open(shared, { onUnreadable: (name) => unreadable.push(name) })
        expect([...(await storage.load()).keys.keys()].toSorted()).toEqual(['a', 'b', 'c'])
        expect(unreadable.splice(0)).toContain('account')
        // A row of which nothing is known may have replaced any of them: floors stay, and values go.
        for (const key of ['a', 'b', 'c']) expect(await storage.read(key)).toBeUndefined()
        await storage.commit(batchOf({ puts: puts.slice(0, 2) }))
        await storage.commit(batchOf({ puts: puts.slice(2) }))
        expect(await open(shared).read('b')).toEqual(puts[1]?.state.entry)
        expect(unreadable).toEqual([])
      })

      test('a value without its box harms no other', async (context) => {
        const shared = disk()
        const { stranger } = shared
        if (stranger === undefined) return context.skip('nobody else can write')
        const bytes = [3000, 3000, 20_000]
        const puts = ['a', 'b', 'c'].map((key, index) => putOf(key, valueAt(version(5)), bytes[index]))
        await open(shared).commit(batchOf({ puts: puts.slice(0, 2) }))
        await open(shared).commit(batchOf({ puts: puts.slice(2) }))
        await stranger.write('value', ['ada', await stranger.first()], [['a'], ['b', 'at 5'], 7])
        await stranger.write('value', ['ada', 'c'], 'bare')
        const unreadable: string[] = []
        const storage = open(shared, { onUnreadable: (name) => unreadable.push(name) })
        expect(await storage.read('a')).toBeUndefined()
        expect(unreadable.splice(0)).toContain('value a')
        expect(await storage.read('b')).toEqual(puts[1]?.state.entry)
        unreadable.length = 0
        expect(await storage.read('c')).toBeUndefined()
        expect(unreadable).toEqual(['value c'])
      })

      test.for([
        ['no values', undefined],
        ['a text', 'garbage'],
        ['others', [['elsewhere', 'at 5'], ['photo']]],
      ] as const)('%s instead of the values in a row', async ([, values], context) => {
        const shared = disk()
        if (shared.stranger === undefined) return context.skip('nobody else can write')
        await open(shared).commit(batchOf({ puts: [putOf('photo', valueAt(version(5)))] }))
        const row = await shared.stranger.first()
        const keys = [['photo', ['main', 'e1', '5'], 0, 1, 10, 1, row, 0], ['elsewhere', ['main', 'e1', '5'], 0, 1, 10, 1, 77, 0]]
        await shared.stranger.write('meta', ['ada', row], { floors: [], keys, values })
        const storage = open(shared, { onUnreadable: () => undefined })
        expect(await storage.read('photo')).toBeUndefined()
        expect(await storage.read('elsewhere'), 'from a row that is not there').toBeUndefined()
        expect((await storage.load()).keys.get('photo')?.floor).toEqual([version(5)])
        const next = putOf('photo', valueAt(version(6)))
        expect((await storage.commit(batchOf({ puts: [next] }))).rejected).toEqual([])
        expect(await open(shared).read('photo')).toEqual(next.state.entry)
      })

      const rows: readonly [string, unknown][] = [
        ['a text', 'garbage'],
        ['null', null],
        ['no list of keys', { floors: [] }],
        ['a record that is none', { floors: [], keys: [7] }],
        ['a record without a name', { floors: [], keys: [[7, ['main', 'e1', '5']]] }],
      ]

      test.for(rows)('%s instead of a row: what was said before it keeps its floors', async ([, row], context) => {
        const shared = disk()
        if (shared.stranger === undefined) return context.skip('nobody else can write')
        const newest = valueAt(version(9))
        await open(shared).commit(batchOf({ floors: { main: { read: version(4) } }, puts: [putOf('old', valueAt(version(5)))] }))
        await open(shared).commit(batchOf({ puts: [putOf('old', valueAt(version(7)))] }))
        await open(shared).commit(batchOf({ puts: [putOf('new', newest)] }))
        await shared.stranger.write('meta', ['ada', (await shared.stranger.first()) + 1], row)
        const unreadable: string[] = []
        const storage = open(shared, { onUnreadable: (name) => unreadable.push(name) })
        expect((await storage.load()).floors.get('main')?.read).toEqual(version(4))
        expect(unreadable.length).toBeGreaterThan(0)
        expect(await storage.read('old'), 'who knows what has replaced it').toBeUndefined()
        expect(await storage.read('new')).toEqual(newest)
        await storage.commit(batchOf({}))
        const mended = await open(shared).load()
        expect(mended.keys.get('new')?.held).toBeDefined()
      })

      test('D5, D24: a later schema: the storage keeps its hands off', async (context) => {
        const shared = disk()
        if (shared.stranger === undefined) return context.skip('nobody else can write')
        await shared.stranger.write('floor', ['ada'], { schema: 3, generation: 1, bytes: 0 })
        const storage = open(shared)
        for (const call of [storage.load(), storage.commit(batchOf({}))]) {
          await expect(call).rejects.toThrow('schema 3')
        }
      })
    })

    test('law: tabs that race end where any order of theirs would, and nothing falls', async () => {
      const position = fc.integer({ min: 0, max: 12 })
      const floors = fc.record({ read: position, write: position }, { requiredKeys: ['read'] })
      const put = fc.record({
        key: fc.constantFrom('a', 'b', 'c'),
        position,
        kind: fc.constantFrom('value', 'floor', 'tombstone', 'tombstone after'),
      })
      const commit = fc.record({
        tab: fc.nat(2),
        floors: fc.option(floors, { nil: undefined }),
        puts: fc.uniqueArray(put, { maxLength: 3, selector: ({ key }) => key }),
      })
      const rounds = fc.array(fc.array(commit, { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 6,
      })
      await fc.assert(
        fc.asyncProperty(rounds, async (history) => {
          const shared = makeDisk({})
          const tabs = [0, 1, 2].map(() => shared.open(contextOf()))
          try {
            const all: Batch[] = []
            let seen = await shared.open(contextOf()).load()
            for (const round of history) {
              const racing = round.map(({ tab, ...made }) => ({ tab, batch: madeBatch(made) }))
              all.push(...racing.map(({ batch }) => batch))
              await Promise.all(racing.map(async ({ tab, batch }) => tabs[tab]?.commit(batch)))
              const witness = shared.open(contextOf())
              const now = await witness.load()
              witness.close()
              expectNothingFell(seen, now)
              seen = now
            }
            await expectModel(shared, all)
          } finally {
            for (const tab of tabs) tab.close()
            await shared.remove()
          }
        }),
        { numRuns: 25 },
      )
    })
  })
}

interface MadeCommit {
  readonly floors: { readonly read: number; readonly write?: number | undefined } | undefined
  readonly puts: readonly { readonly key: string; readonly position: number; readonly kind: string }[]
}

function madeBatch({ floors, puts }: MadeCommit): Batch {
  const write = floors?.write === undefined ? {} : { write: version(floors.write) }
  return batchOf({
    floors: floors === undefined ? {} : { main: { read: version(floors.read), ...write } },
    puts: puts.map(({ key, position, kind }) => {
      if (kind === 'floor') return floorOf(key, version(position))
      const isAfter = kind === 'tombstone after'
      const entry = kind === 'value' ? valueAt(version(position)) : tombstoneAt(version(position), isAfter)
      return putOf(key, entry)
    }),
  })
}

function expectNothingFell(before: Loaded, after: Loaded): void {
  const fell = (from: Version | undefined, to: Version | undefined): boolean =>
    from !== undefined &&
    (to === undefined || compareVersions(formatOf, to, from) === 'before')
  for (const [scope, { read, write }] of before.floors) {
    const now = after.floors.get(scope)
    expect(fell(read, now?.read) || fell(write, now?.write)).toBe(false)
  }
  for (const [key, { floor }] of before.keys) {
    expect(fell(floor[0], after.keys.get(key)?.floor[0])).toBe(false)
  }
}

/** Compares with what a few lines of arithmetic say of the same batches, in no order at all. */
async function expectModel(shared: TestDisk, batches: readonly Batch[]): Promise<void> {
  const storage = shared.open(contextOf())
  const { floors, keys } = await storage.load()
  const highest = (versions: readonly (Version | undefined)[]): number | undefined => {
    const positions = versions.flatMap((found) => (found ? [Number(found.position)] : []))
    return positions.length === 0 ? undefined : Math.max(...positions)
  }
  const positionOf = (found: Version | undefined): number | undefined =>
    found && Number(found.position)
  const told = batches.map((batch) => batch.floors.get('main'))
  expect(positionOf(floors.get('main')?.read)).toBe(highest(told.map((floor) => floor?.read)))
  expect(positionOf(floors.get('main')?.write)).toBe(highest(told.map((floor) => floor?.write)))
  const puts = batches.flatMap((batch) => batch.puts)
  for (const key of new Set(puts.map((put) => put.key))) {
    const states = puts.flatMap((put) => (put.key === key ? [put.state] : []))
    const floor = highest(states.map((state) => state.floor[0]))
    expect(positionOf(keys.get(key)?.floor[0])).toBe(floor)
    const strength = (entry: Entry<unknown>): number =>
      entry.kind === 'tombstone' && entry.isAfter ? 1 : 0
    const [best] = states
      .flatMap(({ entry }) => (positionOf(entry?.versions[0]) === floor && entry ? [entry] : []))
      .toSorted((a, b) => strength(b) - strength(a) || b.validatedAt - a.validatedAt)
    expect(await storage.read(key)).toEqual(best)
  }
  storage.close()
}
