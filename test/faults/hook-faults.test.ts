// Faults of watches and mutations: what is seen at once, and what goes on over a reload.

import { describe } from 'vitest'
import { testThatAreCaught } from './catching.ts'
import { hookFaults } from './hook-faults.ts'

describe('T3: the judge bites', () => {
  testThatAreCaught(hookFaults)
})
