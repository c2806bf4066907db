// One of several tabs of a user, which shows what any of them changes.

import { createTidemark } from '../../src/index.ts'
import type { Tidemark } from '../../src/index.ts'
import { admitTo, diskOf, origin } from './client.ts'
import { entityAt, keyOf } from './entities.ts'
import type { Entity } from './entities.ts'

/** What a tab offers to whoever drives it. */
export interface TabPage {
  /** Opens a client, and resolves once it shows the entity: the first tab lets it in, the others find it on the disk. */
  readonly enter: (as: 'first' | 'other') => Promise<void>
  readonly leave: () => void
  /** Changes the entity, and returns how long it took until it was stored and so many others showed it, in milliseconds. */
  readonly change: (others: number) => Promise<number>
  /** Tells the others something by the browser's own channel, and returns how long it took until so many had answered. */
  readonly call: (others: number) => Promise<number>
}

const url = `${origin}${keyOf(1)}`
/** On which tabs tell what they show, and by which they are called. */
const channel = new BroadcastChannel('bench')
let tidemark: Tidemark | undefined
let version = Date.now()

type Message = { readonly type: 'called'; readonly at: number } | { readonly type: 'answered' | 'shown'; readonly at: number }

channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data.type === 'called' && tidemark !== undefined) tell({ type: 'answered', at: data.at })
})

/** The tab of this page. */
export const tab: TabPage = {
  async enter(as) {
    const opened = createTidemark({
      origins: [origin],
      rules: [{ match: '/photos/:id', scope: 'main', maxAgeMs: 3_600_000 }],
      storage: diskOf('tabs'),
      mirror: false,
      fetch: () => new Promise(() => undefined),
    })
    tidemark = opened
    const watch = opened.watch(url)
    watch.listen(() => {
      const { value } = watch.get()
      if (value !== undefined) tell({ type: 'shown', at: (value as Entity).version })
    })
    if (as === 'first') await tab.change(0)
    await watch.until(({ status }) => status === 'ready')
  },

  leave() {
    tidemark?.close()
    tidemark = undefined
  },

  async change(others) {
    if (tidemark === undefined) throw new Error('This tab has no client.')
    version += 1
    const shown = heard('shown', version, others)
    const startedAt = performance.now()
    admitTo(tidemark, entityAt(1, version))
    await tidemark.flush()
    await shown
    return performance.now() - startedAt
  },

  async call(others) {
    version += 1
    const answered = heard('answered', version, others)
    const startedAt = performance.now()
    tell({ type: 'called', at: version })
    await answered
    return performance.now() - startedAt
  },
}

function tell(message: Message): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- A BroadcastChannel has none.
  channel.postMessage(message)
}

/** Resolves once so many have told something of this version. */
function heard(type: Message['type'], at: number, count: number): Promise<void> {
  if (count === 0) return Promise.resolve()
  let left = count
  return new Promise((resolve) => {
    const hear = ({ data }: MessageEvent<Message>): void => {
      if (data.type !== type || data.at !== at) return
      left -= 1
      if (left > 0) return
      channel.removeEventListener('message', hear)
      resolve()
    }
    channel.addEventListener('message', hear)
  })
}
