// Two tabs of one user: a like in one, and both look. The page stands for both tabs: two clients that share
// a disk and a channel, as two tabs do.
//
// The API is one of its own, by the clock of the machine. Nothing of it is in the histories above.

import { createTidemark, indexedDBStorage } from 'tidemark'
import type { Tidemark } from 'tidemark'
import { createLaggingApi, laggingApiOrigin } from 'tidemark/testing'
import { rowsOf, textOf } from './api-row.ts'
import type { ColumnName } from './column.ts'
import { element, find } from './element.ts'
import { createPanel } from './panel.ts'

const likesUrl = `${laggingApiOrigin}/counters/likes`
const incrementUrl = `${likesUrl}/increment`
const tabs = ['Tab A', 'Tab B'] as const

/** Connects the section with what it plays. */
export function connectTabs(): void {
  const api = createLaggingApi({
    seed: 1,
    replicas: 3,
    lag: { kind: 'fixed', ms: 1500 },
    floors: 'ignore',
    initial: { counters: { likes: 10 } },
  })
  const user = crypto.randomUUID()
  const open = (): Tidemark =>
    createTidemark({
      origins: [laggingApiOrigin],
      rules: [{ match: '/counters/:name/increment', affects: ['/counters/:name'] }],
      principal: user,
      storage: indexedDBStorage({ name: 'tidemark-demo-tabs' }),
      mirror: false,
      fetch: api.fetch,
    })
  const [first, second] = [open(), open()]
  const showPlain = showIn('plain')
  const showGuarded = showIn('tidemark')
  const watches = [first, second].map((tab) => tab.watch(likesUrl))
  for (const watch of watches) watch.subscribe(() => showGuarded(watches.map(({ get }) => get().value)))

  const look = async (made: number): Promise<void> => {
    showPlain(await Promise.all(tabs.map(async () => (await api.fetch(likesUrl)).json() as Promise<unknown>)), made)
  }
  const like = async (): Promise<void> => {
    // The visitor clicks once, for both columns.
    const response = await first.fetch(incrementUrl, { method: 'POST', body: '{"by":1}' })
    await look(Number(countIn(await response.json())))
  }
  find('tabs-like', HTMLButtonElement).addEventListener('click', () => void like())
  void look(0)
}

function countIn(document: unknown): string {
  const [row = {}] = rowsOf(document)
  return textOf(row, 'value')
}

/** Returns what shows the counts of both tabs, beside the count that the user has made. */
function showIn(name: ColumnName): (documents: readonly unknown[], made?: number) => void {
  const panel = createPanel(find(`${name}-tabs`, HTMLElement))
  let most = 0
  return (documents, made = 0) => {
    const counts = documents.map((document) => countIn(document) || '–')
    const numbers = counts.map(Number).filter(Number.isFinite)
    const wentBack = numbers.some((count) => count < most)
    const isMissing = numbers.some((count) => count < made)
    most = Math.max(most, ...numbers)
    const differ = new Set(numbers).size > 1
    const tiles = tabs.map((title, index) => {
      return element('div', {}, element('dt', {}, title), element('dd', {}, counts[index] ?? '–'))
    })
    const violation = isMissing ? 'Your like is missing' : wentBack ? 'A count went back' : undefined
    const calm = differ ? 'One tab is behind the other' : ''
    panel.show([element('dl', { class: 'tiles' }, ...tiles)], { kind: violation === undefined ? 'calm' : 'violation', text: violation ?? calm })
  }
}
