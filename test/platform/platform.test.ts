// The part of the table that a server can show, in Node.

import { afterAll, expect, test } from 'vitest'
import { behaviours } from './behaviours.ts'
import { checkOrigins } from './check-origins.ts'
import { checkTable } from './check-table.ts'
import { differencesInPages } from './differences.ts'
import { speeches } from './environment.ts'
import { startPlatformServers } from './servers.ts'

const servers = await startPlatformServers()
afterAll(() => servers.close())

const origins = { ...servers.origins, page: '' }
const rows = behaviours.filter(({ where }) => where === 'both')

test('the table has its size, and no name twice', () => {
  console.log(`platform: ${behaviours.length} behaviours, ${rows.length} of them also in Node`)
  expect(behaviours.length).toBeGreaterThanOrEqual(70)
  expect(rows.length).toBeGreaterThanOrEqual(60)
  expect(new Set(behaviours.map(({ name }) => name)).size).toBe(behaviours.length)
})

test('each difference that is named is of a row', () => {
  const names = differencesInPages.flatMap((difference) => difference.rows)
  expect(names.filter((name) => !behaviours.some((row) => row.name === name))).toEqual([])
})

checkTable({ rows, origins, speeches, differences: [] })
checkOrigins(origins)
