// A page with all that an app may have: a watch, serialised writes, an outbox, the channel to other tabs. What
// the test of `bfcache.page.test.ts` asks of it from outside.

import { createTidemark, outbox, serialized } from 'tidemark'

/** What a page offers to the test that drives it. */
export interface KeptPage {
  /** How often it was shown, and whether the last time was out of the back/forward cache. */
  readonly shown: { times: number; persisted: boolean }
  readonly use: () => Promise<void>
  readonly increment: () => Promise<void>
  readonly likes: () => unknown
  readonly floor: () => string | undefined
  readonly signOut: () => Promise<void>
  /** What is on the disk and in the mirror, as far as it is anybody's. */
  readonly stored: () => Promise<{ records: number; mirrors: readonly string[] }>
  readonly ended: readonly string[]
}

declare global {
  interface Window {
    kept: KeptPage
  }
}

const ended: string[] = []
const tidemark = createTidemark({
  rules: [{ match: '/counters/*', scope: 'main', writes: serialized() }],
})
tidemark.subscribe((event) => {
  if (event.type === 'session:ended') ended.push(event.reason)
})
const counter = tidemark.watch('/counters/likes', { revalidateOn: [] })
const add = tidemark.mutation({
  name: 'add',
  outbox: outbox(),
  request: (title: string) => ({ url: '/photos', method: 'POST', json: { title } }),
})

window.kept = {
  shown: { times: 0, persisted: false },
  async use() {
    counter.listen(() => undefined)
    await counter.until(({ status, fetching }) => status === 'ready' && !fetching)
    await window.kept.increment()
    await add.mutate('Dune').acknowledged
    await tidemark.flush()
  },
  async increment() {
    await (await tidemark.fetch('/counters/likes/increment', { method: 'POST' })).text()
    await tidemark.flush()
  },
  likes: () => counter.get().value,
  floor: () => [...tidemark.session.floors().values()][0]?.write?.position,
  signOut: tidemark.session.signOut,
  stored: async () => ({ records: await recordsOf('tidemark'), mirrors: Object.values(localStorage) }),
  ended,
}
addEventListener('pageshow', ({ persisted }) => {
  window.kept.shown.times += 1
  window.kept.shown.persisted = persisted
})

function recordsOf(name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name)
    opening.addEventListener('error', () => reject(opening.error))
    opening.addEventListener('success', () => {
      const database = opening.result
      const transaction = database.transaction(['meta', 'value'])
      const counts = ['meta', 'value'].map((store) => transaction.objectStore(store).count())
      transaction.addEventListener('complete', () => {
        database.close()
        resolve(counts.reduce((sum, { result }) => sum + result, 0))
      })
    })
  })
}
