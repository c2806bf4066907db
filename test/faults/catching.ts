// Tests that planted faults are caught.
//
// C1. Each fault is caught within the seeds that are stated for it, and the client without the fault keeps
//     all promises in the very run that caught it.
// C2. After a change of the plans the seeds mean others: the table that is printed tells what to state.

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from './fault.ts'
import { withPlanted } from './plant.ts'
import type { TryOut } from './plant.ts'

// Some seconds are enough for a file, unless a machine has much else to do.
const patienceMs = 120_000

/** Declares a test for each fault. */
export function testThatAreCaught(faults: readonly Fault[]): void {
  const lines: string[] = []
  let tryOutSound: TryOut
  let release: () => void = () => undefined
  let released: Promise<void> = Promise.resolve()

  // The client without a fault is loaded for as long as the tests run.
  beforeAll(async () => {
    const used = new Promise<void>((resolve) => void (release = resolve))
    await new Promise<void>((resolve, reject) => {
      released = withPlanted([], async (tryOut) => {
        tryOutSound = tryOut
        resolve()
        await used
      })
      released.catch(reject)
    })
  }, patienceMs)

  afterAll(async () => {
    release()
    await released
    console.log(`caught by seed\n${lines.join('\n')}`)
  })

  test.each(faults)('$name', async ({ name, patches, seedsMax, ...setting }: Fault) => {
    const caught = await withPlanted(patches, (tryOut) => tryOut({ setting, from: 1, seeds: seedsMax }))
    const seed = String(caught?.seed ?? 'none').padStart(5)
    lines.push(`${seed} of ${String(seedsMax).padEnd(4)} ${(caught?.promise ?? '').padEnd(20)} ${name}`)
    expect(caught, `was not caught in ${seedsMax} seeds`).toBeDefined()
    expect(await tryOutSound({ setting, from: caught?.seed ?? 0, seeds: 1 }), 'without the fault').toBeUndefined()
  }, patienceMs)
}
