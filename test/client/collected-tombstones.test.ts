// Tombstones in memory: bounded, and nothing comes back for that.
import { expect, test } from 'vitest'
import { VersionUnavailableError } from '../../src/index.ts'
import { createEvents } from '../../src/client/events.ts'
import { createHeld } from '../../src/client/held.ts'
import { integer } from '../../src/core/formats/integer.ts'
import { collectedKey } from '../../src/core/tombstone-collection.ts'
import type { Version } from '../../src/core/version.ts'
import type { Representation } from '../../src/transport/representation.ts'
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
const heldOf = () =>
  createHeld({
    formatOf: () => integer,
    events: createEvents(() => 0),
    now: () => 0,
    memoryBytesMax: 1000,
    onUnsaved: () => undefined,
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
