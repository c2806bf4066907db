// The judge is judged, in Chromium: with the faults that only a page shows.

import { brokenWrappers } from './broken-wrappers.ts'
import { checkBroken } from './check-broken.ts'
import { pageOrigins } from './page-origins.ts'

checkBroken(brokenWrappers, pageOrigins())
