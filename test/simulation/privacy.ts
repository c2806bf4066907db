// What one user must not learn of another, where users sign out (I11).
//
// P1. An answer that a session shows, from wherever, was made for a user of its own.
// P2. A session's floors are versions that were told to a user of its own.

import type { Page } from './browser.ts'
import type { Breach } from './judge-run.ts'
import { userHeader } from './network.ts'
import type { Network } from './network.ts'
import type { World } from './plan.ts'
import type { BegunRead } from './recorder.ts'

/** Judges what is shown after a sign-out. */
export interface Privacy {
  readonly breaches: readonly Breach[]
  /** Judges a read that has ended, and what its session knows. `sinceUser` is what it was when the read began. */
  readonly judge: (page: Page, read: { readonly begun: BegunRead; readonly sinceUser: number; readonly response: Response }) => void
}

/** Makes the judge of a run. */
export function createPrivacy(network: Network, { signOuts, epochs }: World): Privacy {
  const breaches: Breach[] = []
  const breach = (message: string): void => void breaches.push({ promise: 'privacy', message })
  return {
    breaches,
    judge(page, { begun, sinceUser, response }) {
      if (!signOuts) return
      const user = response.headers.get(userHeader)
      if (user !== null && Number(user) < sinceUser) {
        breach(`${begun.page}: ${begun.path} showed what was answered to user ${user}, who had signed out before user ${sinceUser} came.`) // P1
      }
      // Within a read its session may have ended, and another begun.
      for (const [, { read, write }] of page.client.session.floors()) {
        for (const floor of [read, write]) {
          // Where epochs have no names, the client calls each that follows by one of its own.
          const version = floor && `${epochs === 'untold' ? '' : floor.epoch}:${floor.position}`
          if (version === undefined || network.hasTold(version, page.sinceUser)) continue
          breach(`${page.name}: after ${begun.path} the floor was ${version}, which nobody since user ${page.sinceUser} was told.`) // P2
        }
      }
    },
  }
}
