// What is planted: enough, each under a name of its own, and in sources that stand.

import { describe, expect, test } from 'vitest'
import { diskFaults, floorFaults, historyFaults, readFaults } from './faults.ts'
import { hookFaults } from './hook-faults.ts'
import { tabFaults } from './tab-faults.ts'
import { patched } from './plant.ts'

const faults = [...floorFaults, ...readFaults, ...historyFaults, ...diskFaults, ...hookFaults, ...tabFaults]

describe('T3: planted faults', () => {
  test('are at least 25, each with a name of its own', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length)
    expect(faults.length).toBeGreaterThanOrEqual(25)
  })

  test.each(faults)('P2: stand in the sources: $name', ({ patches }) => {
    for (const source of patched(patches).values()) expect(source).not.toBe('')
  })

  test('P2: a text that is not there is refused', () => {
    expect(() => patched([{ file: 'src/core/judge.ts', found: 'nothing of the kind', put: '' }])).toThrow('0 times')
  })
})
