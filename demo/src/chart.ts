// The timeline of one column, drawn: time to the right, positions upwards.
//
// The primary is the thick line at the top, and each replica a thin one below it, as far as it has
// come. Above the axis stands where each read was sent, in the colour of the server. On top lies what the column showed: a line that may rise and stand, but must not fall.

import { drawing } from './element.ts'
import { windowMs } from './timeline.ts'
import type { Decision, Mark, Point } from './timeline.ts'

/** What a chart shows. */
export interface ChartView {
  readonly nowMs: number
  /** The primary first. */
  readonly servers: ReadonlyMap<string, readonly Point[]>
  readonly marks: readonly Mark[]
  /** What routing did, where it does something. */
  readonly decisions: readonly Decision[]
}

/** A chart. */
export interface Chart {
  readonly draw: (view: ChartView) => void
}

const height = 190
const inset = { top: 10, right: 30, bottom: 20, left: 6 }
// A world in which little happened is not drawn as if much had.
const leastSpan = 6

/** Makes a chart that fills the width of its host. */
export function createChart(host: HTMLElement, label: string): Chart {
  const chart = drawing('svg', { class: 'chart', role: 'img', 'aria-label': label, height })
  host.append(chart)
  let width = 0
  let last: ChartView | undefined
  const draw = (view: ChartView): void => {
    last = view
    if (width === 0) return
    chart.replaceChildren(...drawView(view, width))
  }
  new ResizeObserver(([entry]) => {
    width = Math.floor(entry?.contentRect.width ?? 0)
    chart.setAttribute('viewBox', `0 0 ${width} ${height}`)
    if (last !== undefined) draw(last)
  }).observe(host)
  return { draw }
}

interface Scale {
  readonly x: (atMs: number) => number
  readonly y: (position: number) => number
}

function drawView(view: ChartView, width: number): Node[] {
  const { servers, marks, decisions, nowMs } = view
  const [low, high] = rangeOf(view)
  const inner = { width: width - inset.left - inset.right, height: height - inset.top - inset.bottom }
  const scale: Scale = {
    x: (atMs) => inset.left + Math.max(0, 1 - (nowMs - atMs) / windowMs) * inner.width,
    y: (position) => inset.top + (1 - (position - low) / (high - low)) * inner.height,
  }
  const base = height - inset.bottom
  return [
    drawing('line', { class: 'axis', x1: inset.left, x2: width - inset.right, y1: base, y2: base }),
    ...[0, 5, 10].map((seconds) => drawTime(scale, nowMs, seconds)),
    drawing('text', { class: 'tick', x: width - inset.right + 6, y: scale.y(high) + 4 }, String(high)),
    ...[...servers].toReversed().map(([name, points]) => drawServer(name, points, { scale, nowMs })),
    drawShown(marks, scale),
    ...marks.map((mark) => drawMark(mark, scale)),
    ...decisions.map((decision) => drawDecision(decision, scale.x(decision.atMs), base)),
  ]
}

/** The positions to show: those of the window, and some air above and below. */
function rangeOf({ servers, marks }: ChartView): readonly [low: number, high: number] {
  const positions = [...[...servers.values()].flat(), ...marks].map(({ position }) => position)
  const high = Math.max(1, ...positions)
  const low = Math.min(high - leastSpan, ...positions)
  return [Math.max(-1, low - 0.5), high]
}

function drawTime({ x }: Scale, nowMs: number, seconds: number): Node {
  const text = seconds === 0 ? 'now' : `−${seconds} s`
  const anchor = seconds === 0 ? 'end' : 'middle'
  const at = { class: 'tick', x: x(nowMs - seconds * 1000), y: height - 5 }
  return drawing('text', { ...at, 'text-anchor': anchor }, text)
}

function drawServer(
  name: string,
  points: readonly Point[],
  { scale: { x, y }, nowMs }: { readonly scale: Scale; readonly nowMs: number },
): Node {
  const steps = points.map(({ atMs, position }, index) => {
    const at = x(atMs).toFixed(1)
    return index === 0 ? `M${at} ${y(position).toFixed(1)}` : `H${at}V${y(position).toFixed(1)}`
  })
  const path = `${steps.join('')}H${x(nowMs).toFixed(1)}`
  return drawing('path', { class: `server ${name}`, d: points.length === 0 ? '' : path })
}

function drawShown(marks: readonly Mark[], { x, y }: Scale): Node {
  const points = marks
    .filter(({ kind }) => kind !== 'refused')
    .map(({ atMs, position }) => `${x(atMs).toFixed(1)},${y(position).toFixed(1)}`)
  return drawing('polyline', { class: 'shown', points: points.join(' ') })
}

function drawMark({ kind, atMs, position }: Mark, { x, y }: Scale): Node {
  const [cx, cy] = [x(atMs), y(position)]
  if (kind === 'shown') return drawing('circle', { class: 'mark shown-mark', cx, cy, r: 2.2 })
  if (kind === 'refused') return drawing('circle', { class: 'mark refused-mark', cx, cy, r: 3.4 })
  const arm = 3.6
  const cross = `M${cx - arm} ${cy - arm}l${arm * 2} ${arm * 2}m0 ${-arm * 2}l${-arm * 2} ${arm * 2}`
  return drawing('path', { class: 'mark violation-mark', d: cross })
}

function drawDecision({ server }: Decision, x: number, base: number): Node {
  if (server !== undefined) {
    return drawing('rect', { class: `routed ${server}`, x: x - 1, y: base - 7, width: 2, height: 6 })
  }
  const arm = 5
  return drawing('path', { class: 'decision', d: `M${x} ${base - 4 - arm}l${arm} ${arm}l${-arm} ${arm}l${-arm} ${-arm}z` })
}
