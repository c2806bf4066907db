// The panel: what is around the views, and when they are drawn.
//
// N1. However many events come, the view that is open is drawn once a frame, and no other is drawn at all.
// N2. While it is paused nothing on it moves. What happens meanwhile is recorded.
// N3. What nobody has opened costs the recording and nothing else.

import { element, setAttribute, setText } from './element.ts'
import type { Picture } from './picture.ts'
import { createRecorder } from './recorder.ts'
import type { DevtoolsSource, Recorder } from './recorder.ts'
import { createViews } from './views.ts'
import type { View } from './views.ts'
import { wordsOfBytes } from './words.ts'

/** A panel in its shadow root. */
export interface Panel {
  /** Shows another client, or none. */
  readonly attach: (source: DevtoolsSource | undefined) => void
  readonly recorder: () => Recorder | undefined
  /** Begins to draw: the element is on a page. */
  readonly connect: () => void
  readonly disconnect: () => void
}

/** What a panel needs of its element. */
export interface PanelHost {
  readonly isShown: () => boolean
  readonly setOpen: (isOpen: boolean) => void
}

/** Makes the panel in a shadow root. */
export function createPanel(root: ShadowRoot, host: PanelHost): Panel {
  const views = createViews()
  const totals = element('p', { class: 'totals' })
  const filter = element('input', { type: 'search', placeholder: 'Filter', 'aria-label': 'Filter what is shown' })
  const pause = element('button', { type: 'button', 'aria-pressed': 'false' }, ['Pause'])
  const clear = element('button', { type: 'button' }, ['Clear'])
  const save = element('button', { type: 'button', 'aria-label': 'Export history' }, ['Export'])
  const close = element('button', { type: 'button', class: 'close' }, ['Close'])
  const toggle = element('button', { type: 'button', class: 'toggle' }, ['Tidemark'])
  const view = element('div', { class: 'view', role: 'tabpanel', tabindex: '0', id: 'view' })
  const tabs = createTabs(views, (next) => {
    shown = next
    view.replaceChildren(next.node)
    view.scrollTop = 0
    setAttribute(view, 'aria-label', next.name)
    draw()
  })
  const panel = element('section', { class: 'panel', 'aria-label': 'Tidemark devtools' }, [
    element('header', {}, [
      element('h2', {}, ['Tidemark']),
      totals,
      element('div', { class: 'tools' }, [filter, pause, clear, save, close]),
    ]),
    tabs.node,
    view,
  ])
  let shown: View | undefined
  let recorder: Recorder | undefined
  let source: DevtoolsSource | undefined
  let frame: number | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  let isPaused = false
  let storage = ''

  function schedule(): void {
    if (isPaused || frame !== undefined || timer === undefined || !host.isShown()) return // N2, N3
    frame = requestAnimationFrame(() => {
      frame = undefined
      draw() // N1
    })
  }

  function draw(): void {
    const picture = recorder?.picture()
    if (picture === undefined) {
      setText(totals, 'No client yet. Set the property tidemark of this element.')
      return
    }
    setText(totals, wordsOfTotals(picture, isPaused))
    tabs.count('Refused', picture.totals.refusals)
    shown?.draw({ picture, now: nowOf(recorder), filter: filter.value.trim().toLowerCase(), storage })
  }

  async function askStorage(): Promise<void> {
    try {
      const { usage = 0, quota = 0 } = (await navigator.storage?.estimate()) ?? {}
      storage = quota === 0 ? '' : `This origin uses ${wordsOfBytes(usage)} of ${wordsOfBytes(quota)}.`
    } catch {
      storage = '' // Denied, as in a sandboxed frame.
    }
  }

  function tick(): void {
    if (!host.isShown()) return
    if (shown?.name === 'Entries') void askStorage()
    schedule() // Ages grow while nothing happens.
  }

  filter.addEventListener('input', draw)
  pause.addEventListener('click', () => {
    isPaused = !isPaused
    setAttribute(pause, 'aria-pressed', String(isPaused))
    draw()
  })
  clear.addEventListener('click', () => {
    recorder?.clear()
    draw()
  })
  save.addEventListener('click', () => {
    if (recorder !== undefined) download('tidemark-history.json', JSON.stringify(recorder.history()))
  })
  const setOpen = (isOpen: boolean): void => {
    host.setOpen(isOpen)
    if (isOpen) draw()
    ;(isOpen ? tabs.current() : toggle).focus()
  }
  toggle.addEventListener('click', () => setOpen(true))
  close.addEventListener('click', () => setOpen(false))
  root.append(toggle, panel)

  function record(): void {
    recorder?.close()
    recorder = source && createRecorder(source)
    recorder?.listen(schedule)
    draw()
  }

  return {
    attach(next) {
      source = next
      record()
    },
    recorder: () => recorder,
    connect() {
      timer ??= setInterval(tick, 1000)
      tabs.select(shown?.name ?? 'Reads')
    },
    disconnect() {
      clearInterval(timer)
      timer = undefined
      if (frame !== undefined) cancelAnimationFrame(frame)
      frame = undefined
    },
  }
}

interface Tabs {
  readonly node: HTMLElement
  readonly select: (name: string) => void
  readonly current: () => HTMLElement
  /** Shows a number at a tab. */
  readonly count: (name: string, count: number) => void
}

/** Makes the tabs: arrows, Home and End move between them, as the ARIA pattern for tabs says. */
function createTabs(views: readonly View[], onSelect: (view: View) => void): Tabs {
  const all = views.map((view) => {
    const count = element('span', { class: 'count' })
    const button = element('button', { type: 'button', role: 'tab', 'aria-controls': 'view' }, [view.name, count])
    return { view, button, count }
  })
  let selected = 0

  function choose(index: number): void {
    selected = (index + all.length) % all.length
    for (const [place, { button }] of all.entries()) {
      setAttribute(button, 'aria-selected', String(place === selected))
      setAttribute(button, 'tabindex', place === selected ? '0' : '-1')
    }
    const tab = all[selected]
    if (tab !== undefined) onSelect(tab.view)
  }

  for (const [place, { button }] of all.entries()) button.addEventListener('click', () => choose(place))
  const node = element('div', { class: 'tabs', role: 'tablist', 'aria-label': 'What is shown' }, all.map(({ button }) => button))
  node.addEventListener('keydown', ({ key }) => {
    const places: Record<string, number> = { ArrowRight: selected + 1, ArrowLeft: selected - 1, Home: 0, End: all.length - 1 }
    const place = Object.hasOwn(places, key) ? places[key] : undefined
    if (place === undefined) return
    choose(place)
    all[selected]?.button.focus()
  })
  return {
    node,
    select: (name) => choose(Math.max(0, all.findIndex(({ view }) => view.name === name))),
    current: () => all[selected]?.button ?? node,
    count(name, number) {
      const tab = all.find(({ view }) => view.name === name)
      if (tab !== undefined) setText(tab.count, number === 0 ? '' : ` ${number}`)
    },
  }
}

function wordsOfTotals({ totals: { reads, requests, refusals, writes } }: Picture, isPaused: boolean): string {
  const paused = isPaused ? 'Paused. ' : ''
  return `${paused}${countOf(reads, 'read')}, ${countOf(requests, 'request')}, ${countOf(refusals, 'answer')} refused, ${countOf(writes, 'write')}`
}

function countOf(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

/** Returns the time by the clock of the events, which may be one that an app brought. */
function nowOf(recorder: Recorder | undefined): number {
  const last = recorder?.events().at(-1)?.at ?? 0
  const now = Date.now()
  return Math.abs(now - last) < dayMs ? now : last
}

const dayMs = 86_400_000

function download(name: string, text: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  element('a', { href, download: name }).click()
  // Whoever saves has the address by then.
  setTimeout(() => URL.revokeObjectURL(href), 10_000)
}
