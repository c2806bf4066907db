// The suite that every `VersionSource` must pass: the musts of its contract, on a real database.
import { expect, test } from 'vitest'
import { coversPosition } from '../../src/core/standing.ts'
import type { Sample, VersionSource } from '../../src/server/version-source.ts'

/** A database of one row, as the suite works it. */
export interface SourceSubject {
  /** The node that takes writes. */
  readonly primary: VersionSource
  /** One that follows, where there is one. */
  readonly replica?: VersionSource | undefined
  /** Raises the row by one, and resolves when that is acknowledged. Returns what it is then. */
  readonly write: () => Promise<number>
  readonly readPrimary: () => Promise<number>
  readonly readReplica?: (() => Promise<number>) | undefined
}

/** Runs the suite. The subject is asked for once the tests run. */
export function testVersionSource(subjectOf: () => SourceSubject): void {
  const covers = (have: Sample, floor: Sample): boolean =>
    coversPosition(subjectOf().primary.format, have.position, floor.position)

  test('must 3: after a write the position has moved, and covers it', async () => {
    const { primary, write } = subjectOf()
    const before = await primary.sample()
    await write()
    const after = await primary.sample()
    expect(covers(after, before)).toBe(true)
    expect(covers(before, after)).toBe(false)
    expect(after.epoch).toBe(before.epoch)
  })

  test('roles, and one epoch for all nodes', async () => {
    const { primary, replica } = subjectOf()
    const [first, second] = [await primary.sample(), await replica?.sample()]
    expect(first.isPrimary).toBe(true)
    if (second !== undefined) expect(second).toMatchObject({ isPrimary: false, epoch: first.epoch })
  })

  test('positions are canonical texts of the format', async () => {
    const { primary } = subjectOf()
    const { position, epoch } = await primary.sample()
    expect(primary.format.parsePosition(position)).toBe(position)
    expect(epoch).toMatch(/^[\x21-\x7e]{1,128}$/)
  })

  test('law: never goes back', async () => {
    const { primary, replica, write } = subjectOf()
    for (const source of replica === undefined ? [primary] : [primary, replica]) {
      let last = await source.sample()
      for (let count = 0; count < 30; count += 1) {
        if (count % 3 === 0) await write()
        const next = await source.sample()
        expect(covers(next, last)).toBe(true)
        last = next
      }
    }
  })

  test('V22, must 2: what covers the version of a write has the write', async () => {
    const { primary, replica, write, readPrimary, readReplica } = subjectOf()
    for (let count = 0; count < 40; count += 1) {
      const value = await write()
      const floor = await primary.sample()
      expect(await readPrimary()).toBeGreaterThanOrEqual(value)
      if (replica === undefined || readReplica === undefined) continue
      const endsAt = performance.now() + 10_000
      while (!covers(await replica.sample(), floor)) {
        expect(performance.now(), 'the replica comes to the position of the write').toBeLessThan(endsAt)
      }
      expect(await readReplica()).toBeGreaterThanOrEqual(value)
    }
  })

  test('must 3: what was read is covered by a position that is asked for afterwards', async () => {
    const { primary, replica, write, readReplica, readPrimary } = subjectOf()
    const [source, read] =
      replica === undefined || readReplica === undefined ? [primary, readPrimary] : [replica, readReplica]
    const versionOf = new Map<number, Sample>()
    const progress = { isWriting: true }
    const writing = (async () => {
      for (let count = 0; count < 100; count += 1) {
        const before = await primary.sample()
        // The value lies after this position, whatever else is written.
        versionOf.set(await write(), before)
      }
      progress.isWriting = false
    })()
    while (progress.isWriting) {
      const value = await read()
      const after = await source.sample()
      const before = versionOf.get(value)
      if (before !== undefined) expect(covers(after, before)).toBe(true)
    }
    await writing
  })

  test('V18: without writes a replica comes to the position of its primary, and stays', async () => {
    const { primary, replica } = subjectOf()
    if (replica === undefined) return
    const floor = await primary.sample()
    const endsAt = performance.now() + 10_000
    let last = await replica.sample()
    while (!covers(last, floor)) {
      expect(performance.now(), 'the replica comes to an idle primary').toBeLessThan(endsAt)
      last = await replica.sample()
    }
    expect(covers(last, floor)).toBe(true)
  })
}
