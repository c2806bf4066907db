// A slice of `npm run faults`: the real client on disks that fail, hang, and lie by seed.

// oxlint-disable-next-line import/no-unassigned-import -- the classes of its realm have to be the global ones
import 'fake-indexeddb/auto'
import { expect, test } from 'vitest'
import { runOnBadDisk } from './disk-run.ts'
import type { DiskRun } from './disk-run.ts'
import { troubleNames } from './unreliable-indexeddb.ts'

test('I8: whatever becomes of the disk, nothing that was seen goes back and no read is over its budget', { timeout: 120_000 }, async () => {
  const runs: DiskRun[] = []
  // oxlint-disable-next-line no-await-in-loop -- the global timers are those of one run
  for (let seed = 1; seed <= 60; seed += 1) runs.push(await runOnBadDisk(seed))
  expect(runs.flatMap(({ violations }) => violations)).toEqual([])
  const met = new Set(runs.flatMap(({ troubles }) => troubles))
  expect(troubleNames.filter((name) => !met.has(name)), 'all of them were met').toEqual([])
})
