// The users of a simulated browser: they do what the plan says, tab by tab.
//
// U1. A user knows what exists from the answers to writes alone, so that what is asked for does not
//     depend on how careful the client is with reads.
// U2. A step waits for the one before it, unless that was done aside. Whoever waits for a page that is
//     gone goes on with the next page.

import { isTidemarkError } from 'tidemark'
import type { Level, TidemarkRequestInit } from 'tidemark'
import { laggingApiOrigin } from 'tidemark/testing'
import type { HistoryRecorder } from 'tidemark/testing'
import type { Browser, Page } from './browser.ts'
import type { SimulatedClock } from './clock.ts'
import type { Step, Subject, WriteKind } from './plan.ts'
import { isToldIn } from './network.ts'
import type { Privacy } from './privacy.ts'
import type { Recorder, State } from './recorder.ts'
import type { Screens } from './screen.ts'

/** What users need. */
export interface UserParts {
  readonly browser: Browser
  readonly clock: SimulatedClock
  readonly history: HistoryRecorder
  readonly recorder: Recorder
  readonly screens: Screens
  readonly privacy: Privacy
  readonly primaryState: () => State
}

/** Does the steps of all tabs, each tab in its own time, and waits for what was done aside. */
export async function actOut(parts: UserParts, steps: readonly Step[], tabs: number): Promise<void> {
  const made: Made = { photos: [], gone: [], last: undefined }
  const asides: Promise<void>[] = []
  const sit = async (tab: number): Promise<void> => {
    for (const step of steps) {
      if (step.tab !== tab) continue
      await parts.clock.sleep(step.afterMs)
      const page = parts.browser.pageOf(tab)
      const doing = perform(parts, { page, made, step })
      if ('isAside' in step && step.isAside) asides.push(doing)
      else await doing
    }
  }
  await Promise.all(Array.from({ length: tabs }, (_, tab) => sit(tab)))
  await Promise.all(asides)
}

interface Made {
  readonly photos: string[]
  readonly gone: string[]
  /** The last acknowledged write that told its version, for pushes. */
  last: { readonly path: string; readonly version: string; readonly text: string; readonly from: Page } | undefined
}

interface Doing {
  readonly page: Page
  readonly made: Made
  readonly step: Step
}

// Far beyond anything that a read may take. What is still under way then is a violation of its own.
const patienceMs = 60_000

async function perform(parts: UserParts, doing: Doing): Promise<void> {
  const { page, made, step } = doing
  switch (step.do) {
    case 'read': {
      const { level, abortAfterMs } = step
      await readOnce(parts, page, readPath(made, step), { level, abortAfterMs })
      return
    }
    case 'write':
      await write(parts, doing, step.of, step.pick)
      return
    case 'reload':
      await parts.browser.reload(step.tab, step.how)
      return
    case 'flush':
      await Promise.race([page.client.flush(), page.gone, parts.clock.sleep(1000)])
      return
    case 'sign-out':
      // The user of this browser: nobody knows any more what was made before.
      if (!page.isGone()) await Promise.race([parts.browser.signOut(page), page.gone])
      return
    case 'look': {
      const look = parts.screens.look(page, { path: readPath(made, step), level: step.level })
      if (look !== undefined) parts.clock.setTimer(look.leave, step.forMs)
      return
    }
    case 'act': {
      const { of, pick, tab, isKept = false } = step
      // Also what is still being added, by the id that the page has made up for it.
      const ids = [...made.photos, ...(page.hooks?.addedIds() ?? [])]
      const id = (pick < 0.5 ? ids.at(-1) : ids[Math.floor(pick * ids.length)]) ?? '1'
      parts.screens.act(page, { kind: of, id, tab, isKept })
      return
    }
    case 'hand-over': {
      const to = parts.browser.pageOf(step.to)
      if (to === page || page.isGone() || to.isGone()) return
      to.client.session.adopt(page.client.session.token())
      to.noteAdopted(page)
      return
    }
    case 'push': {
      const to = parts.browser.pageOf(step.to)
      if (made.last === undefined || to.isGone()) return
      const { path, version, text } = made.last
      if (step.what === 'version') to.client.session.expect('main', version)
      else admit(to, { path, version, text })
    }
  }
}

/** Lets a pushed value in, where the tab has met its resource: else it cannot know the scope. */
function admit(page: Page, { path, version, text }: { readonly path: string; readonly version: string; readonly text: string }): void {
  try {
    page.client.session.admit(path, JSON.parse(text), version)
  } catch (error) {
    if (!isTidemarkError(error, 'options')) throw error
  }
}

// --- Reads ---------------------------------------------------------------------------------------

function readPath({ photos, gone }: Made, { of, pick }: { readonly of: Subject; readonly pick: number }): string {
  switch (of) {
    case 'photo': {
      // People look at what they have just made more often than at anything else.
      const id = pick < 0.5 ? photos.at(-1) : photos[Math.floor(pick * photos.length)]
      return `/photos/${id ?? '1'}`
    }
    case 'gone':
      return `/photos/${gone.at(-1) ?? '1'}`
    case 'photos':
      return '/photos'
    case 'counter':
      return '/counters/likes'
    case 'messages':
      return '/conversations/guests/messages'
  }
}

/** Reads once, and notes what came of it. Returns the text, if there was an answer. */
export async function readOnce(
  { clock, history, recorder, privacy, primaryState }: Omit<UserParts, 'screens'>,
  page: Page,
  path: string,
  { level = 'session', abortAfterMs }: { readonly level?: Level | undefined; readonly abortAfterMs?: number | undefined } = {},
): Promise<string | undefined> {
  if (page.isGone()) return undefined
  const begun = { page: page.name, path, level, invoked: history.invoke(), primaryAtStart: primaryState() }
  const { sinceUser } = page
  recorder.noteBegun(begun)
  const controller = abortAfterMs === undefined ? undefined : new AbortController()
  if (controller !== undefined) clock.setTimer(() => controller.abort(), abortAfterMs ?? 0)
  const init: TidemarkRequestInit = { consistency: level, ...(controller && { signal: controller.signal }) }
  const reading = async (): Promise<string | undefined> => {
    const response = await page.client.fetch(laggingApiOrigin + path, init)
    const text = await response.text()
    if (page.isGone()) return undefined
    recorder.noteRead(begun, page.client, response, text)
    privacy.judge(page, { begun, sinceUser, response })
    return text
  }
  try {
    return await within(clock, page, reading())
  } catch (error) {
    if (!page.isGone()) recorder.noteFailedRead(begun, error)
    return undefined
  }
}

/** Waits for something of a page, but neither after its end nor for ever. */
async function within<T>(clock: SimulatedClock, page: Page, doing: Promise<T>): Promise<T | undefined> {
  let cancel: () => void = () => undefined
  const tooLong = new Promise<never>((_, reject) => {
    cancel = clock.setTimer(() => reject(new Error(`Nothing came within ${patienceMs} ms.`)), patienceMs)
  })
  try {
    return await Promise.race([doing, page.gone.then(() => undefined), tooLong])
  } finally {
    cancel()
  }
}

// --- Writes --------------------------------------------------------------------------------------

interface Draft {
  readonly method: string
  readonly path: string
  readonly body?: string
}

function draftOf(made: Made, of: WriteKind, pick: number): Draft {
  const photo = made.photos[Math.floor(pick * made.photos.length)]
  const create = { method: 'POST', path: '/photos', body: '{"title":"Dune"}' }
  switch (of) {
    case 'count':
      return { method: 'POST', path: '/counters/likes/increment' }
    case 'say':
      return { method: 'POST', path: '/conversations/guests/messages', body: '{"text":"Hello"}' }
    case 'create':
      return create
    case 'change':
      if (photo === undefined) return create
      return { method: 'PATCH', path: `/photos/${photo}`, body: `{"title":"Dune ${pick}"}` }
    case 'delete':
      return photo === undefined ? create : { method: 'DELETE', path: `/photos/${photo}` }
  }
}

async function write(
  { clock, history, recorder }: UserParts,
  { page, made }: Doing,
  of: WriteKind,
  pick: number,
): Promise<void> {
  if (page.isGone()) return
  const draft = draftOf(made, of, pick)
  const { method, path, body } = draft
  const begun = { page: page.name, path, isDelete: method === 'DELETE', invoked: history.invoke() }
  let isNoted = false
  const writing = async (): Promise<void> => {
    const init = body === undefined ? { method } : { method, body }
    const response = await page.client.fetch(laggingApiOrigin + path, init)
    if (page.isGone()) return
    isNoted = true
    // Where the header told the version, the user may act on it before the body has come.
    const early = response.headers.has('Data-Version') ? '' : await response.clone().text()
    recorder.noteWrite(begun, response, early)
    // What a refusal tells is not in the mirror before the next flush (K1 of `knowledge.ts`).
    if (response.ok && isToldIn(response)) page.noteAcknowledged()
    const text = await response.text()
    if (response.ok) learn(made, draft, { page, response, text })
  }
  try {
    await within(clock, page, writing())
  } catch {
    // A network that failed: recorded below as such, and the user goes on.
  }
  if (!isNoted) recorder.noteUnknownWrite(begun)
}

function learn(
  made: Made,
  { method, path }: Draft,
  { page, response, text }: { readonly page: Page; readonly response: Response; readonly text: string },
): void {
  const id = /"id":"([^"]+)"/.exec(text)?.[1]
  if (method === 'POST' && path === '/photos' && id !== undefined) made.photos.push(id)
  if (method === 'DELETE') {
    const [, gone = ''] = /^\/photos\/(.+)$/.exec(path) ?? []
    const at = made.photos.indexOf(gone)
    if (at >= 0) made.photos.splice(at, 1)
    made.gone.push(gone)
  }
  const told = /^main;e="([^"]*)";v="(\d+)"$/.exec(response.headers.get('Data-Version') ?? '')
  const at = response.headers.get('Content-Location')
  if (told === null || at === null || text === '') return
  made.last = { path: at, version: `${told[1]}:${told[2]}`, text, from: page }
}
