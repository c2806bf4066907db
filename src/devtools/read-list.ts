// The reads, newest first: each a line with its waterfall, which opens to the steps in words.
//
// L1. A row is drawn anew only when its read, or the scale of all bars, has changed.
// L2. The steps of a read are made when it is opened, and follow it while it is.

import { element, setAttribute, setText, svgElement } from './element.ts'
import { createRows } from './keyed-rows.ts'
import type { Row } from './keyed-rows.ts'
import { legsOf } from './read-trail.ts'
import type { ReadTrail } from './read-trail.ts'
import { nameOfKey, wordsOfMs, wordsOfVersions } from './words.ts'

/** The list of reads. */
export interface ReadList {
  readonly node: HTMLElement
  /** Shows reads, the newest first. */
  readonly show: (reads: readonly ReadTrail[], now: number) => void
}

/** Makes the list of reads. */
export function createReadList(): ReadList {
  const scale = element('p', { class: 'scale' })
  const legend = element('p', { class: 'legend', 'aria-hidden': 'true' }, outcomes.map(swatch))
  const list = element('ol', { class: 'reads', reversed: '' })
  const nothing = element('p', { class: 'nothing' }, ['No read yet. What the page reads through Tidemark shows here.'])
  const node = element('div', {}, [element('div', { class: 'above' }, [scale, legend]), list, nothing])
  let scaleMs = 0
  let nowMs = 0
  const showRows = createRows<ReadTrail>(list, {
    keyOf: ({ id }) => id,
    make: () => createRow(() => ({ scaleMs, nowMs })),
  })
  return {
    node,
    show(reads, now) {
      nowMs = now
      scaleMs = scaleOf(reads.map(({ beganAt, endedAt }) => (endedAt ?? now) - beganAt))
      setText(scale, `A whole bar is ${wordsOfMs(scaleMs)}.`)
      scale.hidden = legend.hidden = list.hidden = reads.length === 0
      nothing.hidden = reads.length > 0
      showRows(reads)
    },
  }
}

/** Returns a length of time that nine reads of ten fit into: one that hung must not flatten all others. */
function scaleOf(lengthsMs: readonly number[]): number {
  const sorted = lengthsMs.toSorted((left, right) => left - right)
  return 2 ** Math.ceil(Math.log2(Math.max(16, sorted[Math.floor(sorted.length * 0.9)] ?? 0)))
}

const outcomes = ['accepted', 'refused', 'under way'] as const

function swatch(name: (typeof outcomes)[number]): HTMLElement {
  return element('span', { class: 'swatch', 'data-became': name }, [name])
}

function createRow(measure: () => { readonly scaleMs: number; readonly nowMs: number }): Row<ReadTrail> {
  const key = element('span', { class: 'key' })
  const end = element('span', { class: 'end' })
  const version = element('span', { class: 'version' })
  const time = element('span', { class: 'time' })
  const bar = svgElement('svg', { viewBox: '0 0 1000 10', preserveAspectRatio: 'none', 'aria-hidden': 'true', class: 'bar' })
  const steps = element('ol', { class: 'steps' })
  const details = element('details', {}, [element('summary', {}, [key, end, version, time, bar]), steps])
  const node = element('li', {}, [details])
  let trail: ReadTrail | undefined
  let drawn = ''
  details.addEventListener('toggle', () => {
    if (trail !== undefined) drawSteps(steps, details.open ? trail : undefined)
  })
  return {
    node,
    update(next) {
      trail = next
      const { scaleMs, nowMs } = measure()
      const isOpenEnded = next.end === 'under way'
      const state = `${next.revision} ${scaleMs} ${isOpenEnded ? nowMs : ''}`
      if (state === drawn) return // L1
      drawn = state
      setAttribute(node, 'data-end', next.end)
      showKey(key, nameOfKey(next.url))
      setText(end, wordsOfEnd(next))
      setText(version, next.report === undefined ? '' : wordsOfVersions(next.report.versions))
      setText(time, next.endedAt === undefined ? '' : wordsOfMs(next.endedAt - next.beganAt))
      drawBar(bar, next, { scaleMs, nowMs })
      if (details.open) drawSteps(steps, next) // L2
    },
  }
}

/** Shows a key that, where it is too long for its line, ends there before a slash. */
function showKey(node: HTMLElement, name: string): void {
  if (node.textContent === name) return
  node.replaceChildren(...name.split(/(?=\/)/).flatMap((part) => [element('wbr'), part]))
}

function wordsOfEnd({ end, refusals, report, shared }: ReadTrail): string {
  const refused = refusals === 0 ? '' : `, ${refusals} refused`
  const source = report === undefined || report.source === 'network' ? '' : `, from ${report.source}`
  return `${end}${source}${refused}${shared === undefined ? '' : `, with read ${shared}`}`
}

function drawBar(bar: SVGElement, trail: ReadTrail, { scaleMs, nowMs }: { scaleMs: number; nowMs: number }): void {
  const place = (ms: number): number => Math.round((ms / scaleMs) * 1000)
  const whole = place((trail.endedAt ?? nowMs) - trail.beganAt)
  const line = svgElement('rect', { x: '0', y: '4', width: `${Math.max(2, whole)}`, height: '2', 'data-became': 'waiting' })
  const legs = legsOf(trail, nowMs).map(({ fromMs, toMs, became }) => {
    const width = Math.max(6, place(toMs) - place(fromMs))
    return svgElement('rect', { x: `${Math.min(994, place(fromMs))}`, y: '1', width: `${width}`, height: '8', 'data-became': became })
  })
  bar.replaceChildren(line, ...legs)
}

function drawSteps(list: HTMLElement, trail: ReadTrail | undefined): void {
  const steps = trail?.steps ?? []
  // Steps are only ever added to a read.
  while (list.childElementCount > steps.length) list.lastElementChild?.remove()
  for (const { kind, at, words } of steps.slice(list.childElementCount)) {
    const time = element('span', { class: 'time' }, [`+${wordsOfMs(at - (trail?.beganAt ?? at))}`])
    list.append(element('li', { 'data-kind': kind }, [time, element('span', {}, [words])]))
  }
}
