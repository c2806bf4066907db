// The table in Chromium: a real page, real origins, cookies, CORS and an HTTP cache. Here what goes
// out; `platform-answers` and `platform-bodies` have what comes back.

import { expect, test } from 'vitest'
import { behaviours } from './behaviours.ts'
import { inputs } from './behaviours/inputs.ts'
import { isolation } from './behaviours/isolation.ts'
import { requests } from './behaviours/requests.ts'
import { checkOrigins } from './check-origins.ts'
import { checkTable } from './check-table.ts'
import { differencesInPages } from './differences.ts'
import { speeches } from './environment.ts'
import { pageOrigins } from './page-origins.ts'

const origins = pageOrigins()

test('the page serves the endpoints on its own origin', async () => {
  const response = await fetch(`${origins.page}/status/204`)
  expect(response.status, 'The plugin platformEndpoints() has to be in the config.').toBe(204)
})

test('the table has its size', () => {
  console.log(`platform: ${behaviours.length} behaviours in ${navigator.userAgent}`)
  expect(behaviours.length).toBeGreaterThanOrEqual(70)
})

checkTable({
  rows: [...inputs, ...requests, ...isolation],
  origins,
  speeches,
  differences: differencesInPages,
})
checkOrigins(origins)
