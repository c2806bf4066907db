// The table in Chromium: bodies and signals.

import { aborts } from './behaviours/aborts.ts'
import { bodies } from './behaviours/bodies.ts'
import { checkTable } from './check-table.ts'
import { differencesInPages } from './differences.ts'
import { speeches } from './environment.ts'
import { pageOrigins } from './page-origins.ts'

checkTable({
  rows: [...bodies, ...aborts],
  origins: pageOrigins(),
  speeches,
  differences: differencesInPages,
})
