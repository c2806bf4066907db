// The table, with headers that are not what they should be: an answer is delivered all the same.

import { afterAll } from 'vitest'
import { behaviours } from './behaviours.ts'
import { checkTable } from './check-table.ts'
import { badSpeeches } from './environment.ts'
import { startPlatformServers } from './servers.ts'

const servers = await startPlatformServers()
afterAll(() => servers.close())

checkTable({
  rows: behaviours.filter(({ where }) => where === 'both'),
  origins: { ...servers.origins, page: '' },
  speeches: badSpeeches,
  differences: [],
})
