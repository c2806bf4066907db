// Faults of histories: how they are left, and how not.

import { describe } from 'vitest'
import { testThatAreCaught } from './catching.ts'
import { historyFaults } from './faults.ts'

describe('T3: the judge bites', () => {
  testThatAreCaught(historyFaults)
})
