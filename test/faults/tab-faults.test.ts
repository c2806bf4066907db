// Faults between tabs, and between users.

import { describe } from 'vitest'
import { testThatAreCaught } from './catching.ts'
import { tabFaults } from './tab-faults.ts'

describe('T3: the judge bites', () => {
  testThatAreCaught(tabFaults)
})
