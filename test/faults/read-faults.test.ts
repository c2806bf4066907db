// Faults of reads: what is served, and what is asked for.

import { describe } from 'vitest'
import { testThatAreCaught } from './catching.ts'
import { readFaults } from './faults.ts'

describe('T3: the judge bites', () => {
  testThatAreCaught(readFaults)
})
