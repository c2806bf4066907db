// Tombstones and floors of keys in memory: bounded, and nothing comes back for that.
import { describe, expect, test } from 'vitest'
import { createTidemark, memoryStorage, VersionUnavailableError } from '../../src/index.ts'
import { createEvents } from '../../src/client/events/events.ts'
import { createHeld } from '../../src/client/memory/held.ts'
import { integer } from '../../src/core/formats/integer.ts'
import { collectedKey } from '../../src/core/tombstone-collection.ts'
import type { Version } from '../../src/core/version.ts'
import type { Representation } from '../../src/transport/representation.ts'
import { memoryDisk } from '../../src/storage/memory-storage.ts'
import { inScene, origin } from './scripted-server.ts'

const at = (position: number, scope = 'main'): Version => ({ scope, epoch: 'a', position: String(position) })
const value: Representation = {
  url: `${origin}/photos/1`,
  type: 'basic',
  redirected: false,
  status: 200,
  statusText: '',
  headers: [],
  body: new ArrayBuffer(0),
  selection: '',
}
const heldOf = (onUnsaved = (): void => undefined) =>
  createHeld({
    formatOf: () => integer,
    events: createEvents(() => 0),
    now: () => 0,
    memoryBytesMax: 1000,
    onUnsaved,
  })
const network = { source: 'network', isDurable: true } as const

test('R9: a hundred thousand deletions leave few tombstones, and no key of them comes back', () => {
  const held = heldOf()
  const count = 100_000
  for (let position = 1; position <= count; position += 1) {
    const versions = [at(position)]
    held.session.recordWrite(versions)
    const tombstone = { kind: 'tombstone', versions, isAfter: false, validatedAt: 0 } as const
    held.admitEntry(`photo ${position}`, tombstone, network)
  }
  const known = Array.from({ length: count }, (_, index) => held.slotOf(`photo ${index + 1}`)).filter(Boolean)
  expect(known.length).toBeLessThanOrEqual(1024)
  expect(held.slotOf(`photo ${count}`)?.entry?.kind).toBe('tombstone')
  expect(held.unsaved.keys.size).toBeLessThanOrEqual(1025)
  for (const position of [1, 500, 50_000, 99_000]) {
    const entry = { kind: 'value', versions: [at(position - 1)], value, validatedAt: 0 } as const
    expect(held.admitEntry(`photo ${position}`, entry, network)).toBe(false)
    expect(held.floorIn(`photo ${position}`, 'main')).toBeDefined()
  }
})

test('R9: what no floor covers stays', () => {
  const held = heldOf()
  for (let count = 1; count <= 5000; count += 1) {
    const tombstone = { kind: 'tombstone', versions: [at(count)], isAfter: false, validatedAt: 0 } as const
    held.admitEntry(`photo ${count}`, tombstone, network)
  }
  expect(held.slotOf('photo 1')?.entry?.kind).toBe('tombstone')
  expect(held.slotOf(collectedKey)).toBeUndefined()
})

test('R9: a read that asks for its own key alone does not see a collected key again', inScene({}, async (scene) => {
  scene.answer({ v: 5, e: 'a' })
  await scene.body('/photos/0')
  for (let count = 0; count < 1100; count += 1) {
    scene.answer({ status: 204, v: 6 + count, e: 'a' })
    await scene.tidemark.fetch(`${origin}/photos/${count}`, { method: 'DELETE' })
  }
  scene.answer({ v: 5, e: 'a' })
  const reading = scene.get('/photos/0', { consistency: 'monotonic-reads', budgetMs: 40 })
  await expect(reading).rejects.toThrow(VersionUnavailableError)
  scene.answer({ v: 1200, e: 'a' })
  expect(await scene.body('/photos/0')).toEqual({ v: 1200 })
}))

describe('I6: the floors of keys whose values are gone', () => {
  const count = 20_000
  const valueAt = (position: number) =>
    ({ kind: 'value', versions: [at(position)], value: { ...value, body: new ArrayBuffer(100) }, validatedAt: 0 }) as const
  const known = (held: ReturnType<typeof heldOf>): number => [...held.slots()].length

  test('are few, however many keys there were, and let nothing older in', () => {
    const held = heldOf()
    for (let position = 1; position <= count; position += 1) {
      held.recordShown(`search ${position}`, [at(position)])
      held.admitEntry(`search ${position}`, valueAt(position), { ...network, isDurable: false })
      held.unsaved.keys.clear() // As a flush does.
    }
    expect(known(held)).toBeLessThanOrEqual(1100)
    for (const position of [1, 500, 10_000]) {
      expect(held.admitEntry(`search ${position}`, valueAt(position - 1), network)).toBe(false)
    }
  })

  test('stay for what the disk has, until it has let go of it', () => {
    const held = heldOf()
    for (let position = 1; position <= count; position += 1) {
      held.recordShown(`search ${position}`, [at(position)])
      held.admitEntry(`search ${position}`, valueAt(position), network)
      held.unsaved.keys.clear()
    }
    expect(known(held)).toBe(count)
    for (let position = 1; position <= count; position += 1) held.noteEvicted(`search ${position}`)
    held.recordShown('search', [at(count)])
    expect(known(held)).toBeLessThanOrEqual(1100)
  })

  test('stay where they are all that is known: no floor of the session covers them', () => {
    const held = heldOf()
    for (let index = 1; index <= 3000; index += 1) held.recordShown(`photo ${index}`, [at(1, `scope ${index}`)])
    expect(known(held)).toBeGreaterThan(2800)
  })

  test('go on the disk as well', async () => {
    const disk = memoryDisk()
    const client = createTidemark({
      origins: [origin],
      storage: memoryStorage({ disk, bytesMax: 10_000 }),
      memoryBytesMax: 5000,
      mirror: false,
      fetch: async () => Response.json({ text: 'x'.repeat(100) }, { headers: { 'data-version': 'main;e="a";v="7"' } }),
    })
    for (let index = 0; index < 2600; index += 1) {
      // oxlint-disable no-await-in-loop
      await (await client.fetch(`${origin}/photos?q=${index}`)).text()
      if (index % 50 === 0) await client.flush()
      // oxlint-enable no-await-in-loop
    }
    await client.flush()
    expect(disk.shelves.get('')?.keys.size).toBeLessThanOrEqual(1200)
    client.close()
  })

  test('a history that ends takes all values, and their floors go on in the next', () => {
    const held = heldOf()
    for (let position = 1; position <= 1500; position += 1) {
      held.recordShown(`photo ${position}`, [at(position)])
      if (position > 700) held.admitEntry(`photo ${position}`, valueAt(position), network)
    }
    held.session.goBack({ ...at(3), epoch: 'b' })
    expect(known(held)).toBeLessThanOrEqual(1100)
    for (const [, { floor }] of held.slots()) expect(floor).toEqual([{ ...at(3), epoch: 'b' }])
  })
})
