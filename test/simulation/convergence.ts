// After the play: lag ends, what was broken works again, and every tab has to reach the newest state.

import { laggingApiOrigin } from 'tidemark/testing'
import type { LaggingApi } from 'tidemark/testing'
import { isNameless } from './judge-run.ts'
import type { Breach } from './judge-run.ts'
import { withoutTruth } from './network.ts'
import type { Network } from './network.ts'
import type { World } from './plan.ts'
import { judgeScreensAtRest } from './screen-rest.ts'
import { readOnce } from './user.ts'
import type { UserParts } from './user.ts'

/** What the time after the play needs. */
export interface ConvergenceParts extends UserParts {
  readonly api: LaggingApi
  readonly network: Network
  readonly world: World
  readonly restarts: () => number
}

// Longer than any copy is kept, and than a held value may be shown again without a request.
const restMs = 1000
// A history that restarted without a new name is given up after three reads in a row, once all answers
// have been behind for longer than replicas lag.
const triesMax = 5
const restUntoldMs = 31_000

/** Ends all faults, and returns what did not become well. */
export async function judgeConvergence(parts: ConvergenceParts): Promise<readonly Breach[]> {
  const { api, clock, browser, network, world } = parts
  for (const { name } of api.inspect().servers) {
    api.heal(name)
    if (name !== 'primary') api.resume(name)
  }
  api.setLag({ kind: 'fixed', ms: 0 })
  network.calm()
  browser.calm()
  // A replica hears of a new history by the lag of the time when that began.
  do await clock.sleep(restMs)
  while (!areCaughtUp(api))
  const breaches: Breach[] = []
  for (let tab = 0; tab < world.tabs; tab += 1) {
    for (const path of ['/counters/likes', '/photos']) {
      const { shown, newest } = await readUntilNewest(parts, tab, path)
      if (shown === newest) continue
      const page = browser.pageOf(tab).name
      const message = `${page}: after ${triesMax} reads ${path} was still ${shown ?? 'a failure'}, and not ${newest}.`
      breaches.push({ promise: 'convergence', message })
    }
  }
  return [...breaches, ...(await judgeScreensAtRest({ ...parts, restarts: parts.restarts() }))]
}

function areCaughtUp(api: LaggingApi): boolean {
  const [primary, ...replicas] = api.inspect().servers
  return replicas.every(({ epoch, position }) => epoch === primary?.epoch && position === primary.position)
}

/** Reads until what is shown is what the primary has by then: what an outbox had kept may still be sent. */
async function readUntilNewest(
  { api, ...parts }: ConvergenceParts,
  tab: number,
  path: string,
): Promise<{ readonly shown: string | undefined; readonly newest: string }> {
  let [shown, newest]: [string | undefined, string] = [undefined, '']
  for (let count = 0; count < triesMax && shown !== newest; count += 1) {
    if (count > 0) await parts.clock.sleep(isNameless(parts.world) ? restUntoldMs : restMs)
    const text = await readOnce(parts, parts.browser.pageOf(tab), path)
    shown = text === undefined ? undefined : withoutTruth(text)
    newest = await (await api.handle(new Request(laggingApiOrigin + path), { server: 'primary' })).text()
  }
  return { shown, newest }
}
