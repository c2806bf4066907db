// Faults of what a session knows, and of how it is judged by.

import { describe } from 'vitest'
import { testThatAreCaught } from './catching.ts'
import { floorFaults } from './faults.ts'

describe('T3: the judge bites', () => {
  testThatAreCaught(floorFaults)
})
