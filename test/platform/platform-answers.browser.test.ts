// The table in Chromium: statuses, redirects, origins, cookies and the HTTP cache.

import { origins } from './behaviours/origins.ts'
import { statuses } from './behaviours/statuses.ts'
import { checkTable } from './check-table.ts'
import { differencesInPages } from './differences.ts'
import { speeches } from './environment.ts'
import { pageOrigins } from './page-origins.ts'

checkTable({
  rows: [...statuses, ...origins],
  origins: pageOrigins(),
  speeches,
  differences: differencesInPages,
})
