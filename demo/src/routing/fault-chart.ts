// A fault in the cluster, drawn: time to the right, a lane for each server, a stroke for each request.
//
// Where routing may move reads to the primary, the share that it sends there stands above the lanes.

import { drawing } from '../element.ts'
import { percent } from './choices.ts'
import { servers } from './cluster.ts'
import type { Moment, Sent } from './cluster.ts'
import type { FaultScene } from './plays.ts'

/** What the chart shows of a play. */
export interface FaultView extends Moment {
  /** When the play ends. */
  readonly endsAtMs: number
}

const lane = 20
const inset = { left: 66, right: 12, top: 20, bottom: 20 }
const shareHeight = 64
const gap = 14
const stroke = 11
// Of the ticks, rather too much than too little.
const letterWidth = 7

/** Makes a chart that fills the width of its host. */
export function createFaultChart(
  host: HTMLElement,
  { label, scene, hasShare }: { readonly label: string; readonly scene: FaultScene; readonly hasShare: boolean },
): { readonly draw: (view: FaultView) => void } {
  const top = inset.top + (hasShare ? shareHeight + gap : 0)
  const height = top + servers.length * lane + inset.bottom
  const chart = drawing('svg', { class: 'chart', role: 'img', 'aria-label': label, height })
  host.replaceChildren(chart)
  let width = 0
  let last: FaultView | undefined
  const draw = (view: FaultView): void => {
    last = view
    if (width === 0) return
    const x = (atMs: number): number =>
      inset.left + Math.min(1, atMs / view.endsAtMs) * (width - inset.left - inset.right)
    const frame = { x, top, height, right: width - inset.right }
    chart.replaceChildren(
      ...drawSpans(scene, frame),
      ...(hasShare ? drawShare(view, x) : []),
      ...drawLanes(frame, width),
      ...drawDecisions(view, frame),
      ...drawRequests(view.sent, frame),
      ...drawTimes(view.endsAtMs, frame),
    )
  }
  new ResizeObserver(([entry]) => {
    width = Math.floor(entry?.contentRect.width ?? 0)
    chart.setAttribute('viewBox', `0 0 ${width} ${height}`)
    if (last !== undefined) draw(last)
  }).observe(host)
  return { draw }
}

interface Frame {
  readonly x: (atMs: number) => number
  /** Where the lanes begin. */
  readonly top: number
  readonly height: number
  /** Where the time ends. */
  readonly right: number
}

function drawSpans({ spans }: FaultScene, { x, height, right }: Frame): Node[] {
  return spans.flatMap(({ fromMs, toMs, text }) => {
    const left = x(fromMs)
    const box = { class: 'fault-span', x: left, y: inset.top, width: x(toMs) - left }
    return [
      drawing('rect', { ...box, height: height - inset.top - inset.bottom }),
      drawing('text', { class: 'tick', y: inset.top - 6, ...within(right, left, text) }, text),
    ]
  })
}

/** Begins a text at its place, or lets it end where the time does: it must not leave the chart. */
function within(right: number, left: number, text: string): Record<string, string | number> {
  const fits = left + text.length * letterWidth <= right
  return fits ? { x: left } : { x: right, 'text-anchor': 'end' }
}

function drawShare({ events, atMs }: FaultView, x: Frame['x']): Node[] {
  const y = (share: number): number => inset.top + (1 - share) * shareHeight
  let path = `M${x(0)} ${y(0)}`
  for (const event of events) {
    if (event.type === 'share:moved') path += `H${x(event.at).toFixed(1)}V${y(event.to).toFixed(1)}`
  }
  const tick = { class: 'tick', x: inset.left - 8, 'text-anchor': 'end' }
  return [
    drawing('text', { ...tick, y: y(1) + 8 }, percent(1)),
    drawing('text', { ...tick, y: y(0.5) + 4 }, 'share'),
    drawing('text', { ...tick, y: y(0) }, percent(0)),
    drawing('line', { class: 'axis', x1: x(0), x2: x(Infinity), y1: y(0), y2: y(0) }),
    drawing('path', { class: 'share', d: `${path}H${x(atMs).toFixed(1)}` }),
  ]
}

function drawLanes({ top }: Frame, width: number): Node[] {
  return servers.flatMap((name, index) => {
    const middle = top + (index + 0.5) * lane
    return [
      drawing('line', { class: 'axis', x1: inset.left, x2: width - inset.right, y1: middle, y2: middle }),
      drawing('text', { class: 'tick', x: inset.left - 8, y: middle + 4, 'text-anchor': 'end' }, name),
    ]
  })
}

/** One path for each outcome: a thousand elements would be slower to draw than the play is to play. */
function drawRequests(sent: readonly Sent[], { x, top }: Frame): Node[] {
  const paths: Record<Sent['outcome'], string> = { fresh: '', aborted: '', behind: '', failed: '' }
  for (const { server, atMs, outcome } of sent) {
    const index = servers.findIndex((name) => name === server)
    paths[outcome] += `M${x(atMs).toFixed(1)} ${top + (index + 0.5) * lane - stroke / 2}v${stroke}`
  }
  return Object.entries(paths).map(([outcome, d]) => drawing('path', { class: `sent ${outcome}`, d }))
}

/** What routing decided: about an endpoint on its lane, and of the share on the line of it. */
function drawDecisions({ events }: FaultView, { x, top }: Frame): Node[] {
  return events.flatMap((event) => {
    if (event.type !== 'endpoint:left' && event.type !== 'endpoint:rejoined') return []
    const index = servers.findIndex((name) => name === event.endpoint)
    const [at, middle] = [x(event.at), top + (index + 0.5) * lane]
    const d = `M${at} ${middle - 6}l6 6l-6 6l-6 -6z`
    return [drawing('path', { class: event.type === 'endpoint:left' ? 'decision left' : 'decision', d })]
  })
}

function drawTimes(endsAtMs: number, { x, height, right }: Frame): Node[] {
  const seconds = Array.from({ length: Math.floor(endsAtMs / 10_000) + 1 }, (_, index) => index * 10)
  return seconds.map((second) => {
    const at = x(second * 1000)
    const anchor = at < right ? 'middle' : 'end'
    return drawing('text', { class: 'tick', x: at, y: height - 5, 'text-anchor': anchor }, `${second} s`)
  })
}
