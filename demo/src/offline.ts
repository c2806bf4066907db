// Offline and back: notes written while there is no network. The column of plain fetch does what a page
// does without further code; the other has a mutation with an outbox, and a watch.
//
// O1. It has an API of its own, by the clock of the machine: here it is the network that fails, and not a
//     replica that is late. Nothing of it is in the histories above.
// O2. Both write to one list, and each shows its own notes of it.

import { createTidemark, insertItem, memoryOutboxStore, memoryStorage, outbox } from 'tidemark'
import { createLaggingApi, laggingApiOrigin } from 'tidemark/testing'
import { rowsOf, textOf } from './api-row.ts'
import type { ApiRow } from './api-row.ts'
import type { ColumnName } from './column.ts'
import { element, find, setText } from './element.ts'
import { createPanel } from './panel.ts'
import type { PanelNote } from './panel.ts'

const notesUrl = `${laggingApiOrigin}/notes`
const texts = ['Tide at ten', 'Bring the rope', 'Paint the hull', 'Call the harbour', 'Mend the net', 'Buy lamp oil']
const firstNote = 'Ferry leaves at nine'
const shownMax = 4

type Fetch = typeof globalThis.fetch
type Show = (rows: readonly ApiRow[], note: PanelNote) => void

/** Connects the section with what it plays. */
export function connectOffline(announce: (text: string) => void): void {
  const api = createLaggingApi({
    seed: 1,
    replicas: 3,
    lag: { kind: 'fixed', ms: 400 },
    floors: 'ignore',
    collections: ['notes'],
    initial: { items: { notes: (['plain', 'tidemark'] as const).map((by) => ({ text: firstNote, by })) } },
  })
  let isOnline = true
  const network: Fetch = (input, init) =>
    isOnline ? api.fetch(input, init) : Promise.reject(new TypeError('Failed to fetch'))
  const plain = createPlainNotes(network, showIn('plain'))
  const guarded = createGuardedNotes(network, showIn('tidemark'))

  const toggle = find('offline-toggle', HTMLButtonElement)
  toggle.addEventListener('click', () => {
    isOnline = !isOnline
    setText(toggle, isOnline ? 'Go offline' : 'Come back online')
    setText(find('offline-state', HTMLElement), isOnline ? 'Online' : 'Offline')
    announce(isOnline ? 'Online again.' : 'Offline.')
    if (!isOnline) return
    // As the platform does, when the network is back.
    dispatchEvent(new Event('online'))
    void plain.load()
  })
  let written = 0
  find('offline-write', HTMLButtonElement).addEventListener('click', () => {
    const text = texts[written % texts.length] ?? ''
    written += 1
    void plain.write(text)
    guarded.write(text)
  })
  void plain.load()
}

function showIn(name: ColumnName): Show {
  const host = find(`${name}-offline`, HTMLElement)
  const panel = createPanel(host)
  return (rows, note) => {
    const own = rows.filter((row) => textOf(row, 'by') === name)
    const lines = own.slice(0, shownMax).map((row) => element('li', {}, textOf(row, 'text')))
    const count = `${own.length} ${own.length === 1 ? 'note' : 'notes'}`
    panel.show([element('p', { class: 'caption' }, count), element('ul', { class: 'notes' }, ...lines)], note)
  }
}

interface Notes {
  readonly load: () => Promise<void>
  readonly write: (text: string) => Promise<void>
}

function createPlainNotes(fetch: Fetch, show: Show): Notes {
  let rows: readonly ApiRow[] = []
  const load = async (): Promise<void> => {
    try {
      rows = rowsOf(await (await fetch(notesUrl)).json())
      show(rows, { kind: 'calm', text: '' })
    } catch (error) {
      show(rows, { kind: 'violation', text: `${messageOf(error)}: what is shown may be old` })
    }
  }
  return {
    load,
    async write(text) {
      try {
        await fetch(notesUrl, { method: 'POST', body: JSON.stringify({ text, by: 'plain' }) })
      } catch (error) {
        show(rows, { kind: 'violation', text: `${messageOf(error)}: “${text}” is lost` })
        return
      }
      await load()
    },
  }
}

function createGuardedNotes(fetch: Fetch, show: Show): { readonly write: (text: string) => void } {
  const tidemark = createTidemark({
    origins: [laggingApiOrigin],
    storage: memoryStorage(),
    mirror: false,
    fetch,
  })
  const add = tidemark.mutation({
    name: 'add-note',
    outbox: outbox({ store: memoryOutboxStore(), locks: false }),
    request: ({ text }: { readonly text: string }) => ({ url: notesUrl, json: { text, by: 'tidemark' } }),
    optimistic: ({ text }, { temporaryId: id }) => [
      insertItem('/notes', { id, text, by: 'tidemark' }, { in: 'items', at: 'start' }),
    ],
  })
  const list = tidemark.watch(notesUrl)
  let waiting = 0
  const draw = (): void => {
    const notes = waiting === 1 ? 'one note waits' : `${waiting} notes wait`
    const text = waiting === 0 ? '' : `Kept: ${notes} for the network`
    show(rowsOf(list.get().value), { kind: waiting === 0 ? 'calm' : 'refused', text })
  }
  list.subscribe(draw)
  return {
    write(text) {
      waiting += 1
      const done = (): void => {
        waiting -= 1
        draw()
      }
      void add.mutate({ text }).acknowledged.then(done, done)
      draw()
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
