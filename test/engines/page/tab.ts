// What runs in each tab of the tests of real engines: one client on the default disk and mirror, as an app
// has it, and what a test asks of it from outside.
//
// With `?toil=NAME&tabs=3` in its address the page opens so many tabs, itself the first. Each works until it is
// killed, and tells the server what it has been told to be on disk: see `test/engines/crash.ts`.

import { createTidemark, epochSeq, indexedDBStorage } from 'tidemark'
import type { ScopeFloors, Tidemark } from 'tidemark'
import { createRandom } from 'tidemark/testing'

/** An answer, as it is passed out of the page. */
export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly text: string
}

/** Floors by scope: positions as they travel. */
export type PlainFloors = Readonly<Record<string, { readonly read?: string; readonly write?: string }>>

/** What a page found when it was opened. */
export interface Arrival {
  readonly name: string
  /** What the first answers showed, before anything was waited for, and what the client said they are worth. */
  readonly shown: readonly { readonly version: string; readonly achieved: string }[]
  /** What the client knew once the disk was read. */
  readonly floors: PlainFloors
  readonly records: number
  readonly unreadable: readonly string[]
  readonly degraded: readonly string[]
}

/** What a page offers to the test that drives it. */
export interface Tab {
  readonly fetch: (url: string, init: RequestInit) => Promise<Answer>
  /** The platform's own, for comparison. */
  readonly plainFetch: (url: string, init: RequestInit) => Promise<Answer>
  /** Watches a resource until there is something to show. */
  readonly show: (path: string) => Promise<unknown>
  readonly signOut: () => Promise<void>
  readonly flush: () => Promise<void>
  readonly floors: () => PlainFloors
}

declare global {
  interface Window {
    tab: Tab
  }
}

const principal = 'ada'
const degraded: string[] = []
const unreadable: string[] = []
const tidemark = openClient()

const answerOf = async (response: Response): Promise<Answer> => ({
  status: response.status,
  headers: [...response.headers],
  text: await response.text(),
})

window.tab = {
  fetch: async (url, init) => answerOf(await tidemark.fetch(url, init)),
  plainFetch: async (url, init) => answerOf(await fetch(url, init)),
  async show(path) {
    const { value } = await tidemark.watch(path).until(({ status }) => status === 'ready')
    return value
  },
  signOut: () => tidemark.session.signOut(),
  flush: tidemark.flush,
  floors: () => plain(tidemark.session.floors()),
}

const asked = new URL(location.href).searchParams
const toiler = asked.get('toil')
if (toiler !== null) {
  for (let tab = 1; tab < Number(asked.get('tabs')); tab += 1) window.open(`/?toil=${toiler}.${tab}`, '_blank', 'noopener')
  void arrive(toiler).then(() => toil(toiler))
}

function openClient(): Tidemark {
  const client = createTidemark({ principal })
  client.subscribe((event) => {
    if (event.type === 'storage:degraded') degraded.push(`${event.reason} ${String(event.cause)}`)
    if (event.type === 'record:unreadable') unreadable.push(event.record)
  })
  return client
}

function plain(floors: ReadonlyMap<string, ScopeFloors>): PlainFloors {
  const entries = [...floors].map(([scope, { read, write }]) => {
    return [scope, { ...(read && { read: read.position }), ...(write && { write: write.position }) }]
  })
  return Object.fromEntries(entries) as PlainFloors
}

/** Reads as a page does that has just been loaded, and looks at every record on the disk. */
async function arrive(name: string): Promise<void> {
  const first = await Promise.all(['/counters/likes', '/photos'].map((path) => tidemark.fetch(path)))
  const shown = first.map((response) => ({
    version: response.headers.get('Data-Version') ?? '',
    achieved: tidemark.explain(response)?.achieved ?? 'nothing',
  }))
  await tidemark.loaded
  const floors = plain(tidemark.session.floors())
  const storage = indexedDBStorage()({
    formatOf: () => epochSeq,
    principal,
    now: Date.now,
    onDegraded: (reason) => degraded.push(reason),
    onUnreadable: (record) => unreadable.push(record),
  })
  const { keys } = await storage.load()
  // Values are only looked at when they are asked for. One that cannot be understood is told of above.
  await Promise.all([...keys.keys()].map((key) => storage.read(key)))
  storage.close()
  await tell('/arrived', { name, shown, floors, records: keys.size, unreadable, degraded } satisfies Arrival)
}

/** Reads and writes without end, and tells of each flush what it has brought to the disk. */
async function toil(name: string): Promise<never> {
  const random = createRandom(name)
  for (;;) {
    // oxlint-disable no-await-in-loop
    try {
      const path = random.next() < 0.5 ? '/counters/likes' : '/photos'
      await (await tidemark.fetch(path)).text()
      if (random.next() < 0.4) await (await tidemark.fetch('/counters/likes/increment', { method: 'POST' })).text()
      if (random.next() < 0.3) {
        const body = JSON.stringify({ title: `${name} ${'x'.repeat(random.below(2000))}` })
        const made = await (await tidemark.fetch('/photos', { method: 'POST', body })).text()
        await (await tidemark.fetch(`/photos/${/"id":"([^"]+)"/.exec(made)?.[1]}`)).text()
      }
    } catch {
      // No source covered the floor in time: the user goes on.
    }
    const floors = plain(tidemark.session.floors())
    await tidemark.flush()
    if (degraded.length === 0) await tell('/durable', floors)
    // oxlint-enable no-await-in-loop
  }
}

async function tell(path: string, body: unknown): Promise<void> {
  await fetch(path, { method: 'POST', body: JSON.stringify(body) })
}
