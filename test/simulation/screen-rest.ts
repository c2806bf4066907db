// Screens after the play: once lag and faults have ended, everything that was done has come to an end, and
// each screen that is looked at anew shows the newest state, with nothing pending over it.

import { TransportError } from 'tidemark'
import { laggingApiOrigin } from 'tidemark/testing'
import type { LaggingApi } from 'tidemark/testing'
import type { Page } from './browser.ts'
import type { Breach } from './judge-run.ts'
import { withoutTruth } from './network.ts'
import type { Network } from './network.ts'
import type { World } from './plan.ts'
import type { Deed, Look, Screens } from './screen.ts'
import type { UserParts } from './user.ts'

/** What the rest of screens needs. */
export interface RestParts extends Pick<UserParts, 'browser' | 'clock'> {
  readonly network: Network
  readonly api: LaggingApi
  readonly world: World
  readonly screens: Screens
  /** How often a history has restarted. */
  readonly restarts: number
}

// An outbox tries again once a minute at the latest, and each line of its calls one by one.
const restMs = 80_000
const restsMax = 12
const triesMax = 5

/** Returns what did not become well. */
export async function judgeScreensAtRest(parts: RestParts): Promise<readonly Breach[]> {
  const { browser, clock, world, screens } = parts
  if (world.hooks === 'none') return []
  const here = screens.deeds.filter(({ page }) => !page.isGone())
  for (let count = 0; count < restsMax && here.some(({ hasEnded }) => !hasEnded); count += 1) await clock.sleep(restMs)
  const breaches: Breach[] = here
    .filter(({ hasEnded }) => !hasEnded)
    .map((deed) => owing(deed, `had not ended after ${(restMs * restsMax) / 1000} s`))
  for (let tab = 0; tab < world.tabs; tab += 1) {
    for (const path of ['/photos', '/photos/1']) breaches.push(...(await judgeScreen(parts, browser.pageOf(tab), path)))
  }
  const isCovered = world.versions === 'wire' && parts.restarts === 0
  breaches.push(...here.filter(({ isSettled }) => isCovered && !isSettled).map((deed) => owing(deed, 'never settled')))
  return [...breaches, ...(await judgeDelivery(parts))]
}

async function judgeScreen(parts: RestParts, page: Page, path: string): Promise<readonly Breach[]> {
  const look = parts.screens.look(page, { path })
  if (look === undefined) return []
  let lack: string | undefined
  for (let count = 0; count < triesMax; count += 1) {
    if (count > 0) await parts.clock.sleep(31_000) // A history without a name is left no sooner.
    lack = await lackOf(parts, look, path)
    if (lack === undefined) break
  }
  look.leave()
  if (lack === undefined) return []
  const message = `${page.name}: after ${triesMax} refreshes the watch of ${path} ${lack}.`
  return [{ promise: 'convergence', message }]
}

/** Tells what a screen lacks once it was refreshed, of what the primary has by then. */
async function lackOf(parts: RestParts, { watch }: Look, path: string): Promise<string | undefined> {
  await watch.refresh()
  const newest = await newestOf(parts, path)
  const { status, value, pending, behind, fetching, error } = watch.get()
  if (pending) return 'still had something pending'
  if (behind !== false) return `was still behind ${behind.wanted.position}`
  if (fetching) return 'was still reading'
  const shown = status === 'ready' ? withoutTruth(JSON.stringify(value)) : undefined
  if (shown === newest && status !== 'empty') return undefined
  return `was ${status} and showed ${shown ?? 'nothing'}, and not ${newest ?? 'nothing'}${error instanceof Error ? `: ${error.message}` : ''}`
}

/**
 * What an outbox has kept is done in the end, whatever became of its page, unless it was refused for what it is.
 * Where a history has restarted, what was done before may be gone with the history, and that it was done has to do.
 */
async function judgeDelivery(parts: RestParts): Promise<readonly Breach[]> {
  const { browser, clock, network, screens, restarts } = parts
  const kept = (): readonly Deed[] => screens.deeds.filter(({ change }) => browser.kept.has(change.act))
  const undone = async (): Promise<readonly Deed[]> => {
    const text = (await newestOf(parts, '/photos')) ?? '{}'
    const wasMade = ({ change }: Deed): boolean => restarts > 0 && network.made.has(change.act)
    return kept().filter((deed) => !screens.hasFailed(deed) && !wasMade(deed) && !isDone(text, deed))
  }
  let left = await undone()
  // A page whose disk hangs takes up what another has left half a minute later.
  for (let count = 0; count < restsMax && left.length > 0; count += 1) {
    await clock.sleep(restMs)
    left = await undone()
  }
  const givenUp = kept().filter((deed) => isByVersion(screens.failureOf(deed)))
  return [
    ...left.map((deed) => owing(deed, 'was kept, and never done')),
    ...givenUp.map((deed) => owing(deed, 'was given up when it was refused by version')),
  ]
}

function isByVersion(failure: unknown): boolean {
  return failure instanceof TransportError && failure.facts.body?.includes('urn:tidemark:problem:') === true
}

function isDone(text: string, { kind, change: { id, field, value } }: Deed): boolean {
  const { items = [] } = JSON.parse(text) as { readonly items?: readonly Readonly<Record<string, unknown>>[] }
  if (kind === 'add') return items.some((row) => row[field] === value)
  const row = items.find((candidate) => candidate['id'] === id)
  return row === undefined || Number(row[field] ?? 0) >= value
}

async function newestOf({ api }: RestParts, path: string): Promise<string | undefined> {
  const response = await api.handle(new Request(laggingApiOrigin + path), { server: 'primary' })
  return response.ok ? response.text() : undefined
}

function owing({ page, kind, change, isKept }: Deed, what: string): Breach {
  const message = `${page.name}: the ${isKept ? 'kept ' : ''}${kind} ${change.act} of ${change.id} ${what}.`
  return { promise: 'delivery', message }
}
