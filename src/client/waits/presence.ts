// Presence: what was on its way to a page when it was frozen.
//
// P1. Chromium loses some of it: a body whose headers had come before may neither come nor fail, ever (seen in 156
//     by `frozen.page.test.ts`). So what is still waited for a while after the page is back has broken off, like a
//     connection that was lost, and whoever waits goes on as after that.
// P2. What somebody else asked for before the page was away is joined by nobody afterwards.
//
// Requests whose headers have yet to come are the platform's to end: they may be uploads that go on for long.

import { watchThisPage } from '../../storage/page-absence.ts'
import { waitIn } from './waiting.ts'
import type { Waiting } from './waiting.ts'

/** How long after a return a body may still come, in milliseconds. */
const graceMs = 1000

const waiting: Waiting = new Set()
let stays = 0
let isAway = false
let isWatching = false

function watch(): void {
  if (!isWatching) watchThisPage(leave, comeBack)
  isWatching = true
}

function leave(): void {
  isAway = true
}

function comeBack(): void {
  if (!isAway) return // A page that is shown for the first time was not away.
  isAway = false
  stays += 1
  const left = [...waiting]
  setTimeout(() => {
    const reason = new DOMException('The page was frozen while this was read.', 'NetworkError')
    for (const breakOff of left) breakOff(reason)
  }, graceMs)
}

/** Returns what the time since the page was last out of reach is told apart by from all before (P2). */
export function stayOfNow(): number {
  watch()
  return stays
}

/** Settles as the reading of a body does, or rejects where the page was frozen meanwhile and it does not come (P1). */
export function whilePresent<T>(reading: Promise<T>): Promise<T> {
  watch()
  return waitIn(waiting, reading)
}
