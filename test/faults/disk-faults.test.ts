// Faults of what outlives a page.

import { describe } from 'vitest'
import { testThatAreCaught } from './catching.ts'
import { diskFaults } from './faults.ts'

describe('T3: the judge bites', () => {
  testThatAreCaught(diskFaults)
})
