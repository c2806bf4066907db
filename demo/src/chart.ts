// The timeline of one column: time to the right, positions upwards. uPlot draws the axes and the lines.
//
// The primary is the thick line at the top, and each replica a thin one below it, as far as it has
// come. Above the axis stands where each read was sent, in the colour of the server. On top lies what the
// column showed: a line that may rise and stand, but must not fall.
//
// H1. However often something happens, a frame is drawn once, and only where something changed.
// H2. A canvas says nothing to who cannot see it, so a sentence beside it does.

import uPlot from 'uplot'
import { element, setText } from './element.ts'
import { createPalette, onThemeChange } from './palette.ts'
import type { Palette } from './palette.ts'
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

/** How the line of what was shown is coloured. */
export interface ChartLook {
  readonly label: string
  /** A custom property of the style sheet, such as `--accent`. */
  readonly shown: string
}

const height = 190
const font = '11px system-ui, sans-serif'
// A world in which little happened is not drawn as if much had.
const leastSpan = 6

/** Makes a chart that fills the width of its host. */
export function createChart(host: HTMLElement, { label, shown }: ChartLook): Chart {
  const canvas = element('div', { class: 'chart', role: 'img', 'aria-label': label })
  const words = element('p', { class: 'visually-hidden chart-words' })
  host.append(canvas, words)
  const palette = createPalette(host)
  let width = 0
  let view: ChartView = { nowMs: 0, servers: new Map(), marks: [], decisions: [] }
  let names = ''
  let plot: uPlot | undefined
  let isDue = false

  function paint(): void {
    isDue = false
    setText(words, describe(view)) // H2: also where it is out of sight, and so has no width yet.
    if (width === 0) return
    const named = [...view.servers.keys()].join()
    const data = dataOf(view)
    if (plot === undefined || named !== names) {
      plot?.destroy()
      plot = new uPlot(optionsFor({ width, shown, palette, view: () => view }), data, canvas)
    } else {
      if (plot.width !== width) plot.setSize({ width, height })
      plot.setData(data)
    }
    names = named
  }

  /** H1. */
  function demand(): void {
    if (!isDue) requestAnimationFrame(paint)
    isDue = true
  }

  new ResizeObserver(([entry]) => {
    width = Math.floor(entry?.contentRect.width ?? 0)
    demand()
  }).observe(host)
  onThemeChange(demand)
  return {
    draw(next) {
      view = next
      demand()
    },
  }
}

/** Times and positions, one table a line, and those joined to one: all lines of uPlot share their times. */
function dataOf({ servers, marks, nowMs }: ChartView): uPlot.AlignedData {
  const lines = [...servers.values()].map((points) => {
    const last = points.at(-1)
    return tableOf(last === undefined ? [] : [...points, { atMs: nowMs, position: last.position }])
  })
  return uPlot.join([...lines, tableOf(marks.filter(({ kind }) => kind !== 'refused'))])
}

function tableOf(points: readonly Point[]): uPlot.AlignedData {
  let nextMs = Number.POSITIVE_INFINITY
  // Time may stand still while things happen, and times of a line must grow. They give way to the left: what
  // lay to the right of now would not be drawn.
  const times = points.toReversed().map(({ atMs }) => {
    nextMs = Math.min(atMs, nextMs - 0.01)
    return nextMs
  })
  return [times.toReversed(), points.map(({ position }) => position)]
}

interface Frame {
  readonly width: number
  readonly shown: string
  readonly palette: Palette
  readonly view: () => ChartView
}

function optionsFor({ width, shown, palette, view }: Frame): uPlot.Options {
  const axis = { font, stroke: () => palette('--ink-soft'), grid: { show: false }, ticks: { show: false } }
  const line = { spanGaps: true, points: { show: false } }
  const stepped = uPlot.paths.stepped?.({ align: 1 })
  return {
    width,
    height,
    padding: [10, 0, 0, 8],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: () => [view().nowMs - windowMs, view().nowMs] },
      y: { range: () => rangeOf(view()) },
    },
    axes: [
      {
        ...axis,
        size: 22,
        gap: 4,
        border: { show: true, stroke: () => palette('--line'), width: 1 },
        splits: () => [10, 5, 0].map((seconds) => view().nowMs - seconds * 1000),
        values: () => ['−10 s', '−5 s', 'now'],
      },
      { ...axis, side: 1, size: 30, gap: 6, splits: () => [rangeOf(view())[1]], values: (_, [high]) => [String(high)] },
    ],
    series: [
      {},
      ...[...view().servers.keys()].map((name) => ({
        ...line,
        stroke: () => (name === 'primary' ? palette('--line-strong') : palette(`--${name}`)),
        width: name === 'primary' ? 2.5 : 1.25,
        ...(stepped === undefined ? {} : { paths: stepped }),
      })),
      { ...line, stroke: () => palette(shown), width: 1.5 },
    ],
    hooks: { draw: [(plot) => drawMarks(plot, { view: view(), shown, palette })] },
  }
}

/** The positions to show: those of the window, and some air above and below. */
function rangeOf({ servers, marks }: ChartView): [low: number, high: number] {
  const positions = [...[...servers.values()].flat(), ...marks].map(({ position }) => position)
  const high = Math.max(1, ...positions)
  const low = Math.min(high - leastSpan, ...positions)
  return [Math.max(-1, low - 0.5), high]
}

/** What uPlot has no words for: crosses, rings, and what routing did. */
function drawMarks(
  plot: uPlot,
  { view, shown, palette }: { readonly view: ChartView; readonly shown: string; readonly palette: Palette },
): void {
  const { ctx } = plot
  const unit = devicePixelRatio
  const x = (atMs: number): number => plot.valToPos(Math.max(atMs, view.nowMs - windowMs), 'x', true)
  ctx.save()
  for (const { kind, atMs, position } of view.marks) {
    const [left, top] = [x(atMs), plot.valToPos(position, 'y', true)]
    ctx.beginPath()
    if (kind === 'violation') {
      const arm = 3.6 * unit
      ctx.moveTo(left - arm, top - arm)
      ctx.lineTo(left + arm, top + arm)
      ctx.moveTo(left - arm, top + arm)
      ctx.lineTo(left + arm, top - arm)
    } else {
      ctx.arc(left, top, (kind === 'refused' ? 3.4 : 2.2) * unit, 0, 2 * Math.PI)
    }
    ctx.lineWidth = 1.75 * unit
    ctx.fillStyle = palette(kind === 'refused' ? '--surface' : shown)
    ctx.strokeStyle = palette(kind === 'refused' ? '--refused' : kind === 'violation' ? '--violation' : shown)
    if (kind !== 'violation') ctx.fill()
    if (kind !== 'shown') ctx.stroke()
  }
  const base = plot.bbox.top + plot.bbox.height
  for (const { atMs, server } of view.decisions) {
    const left = x(atMs)
    ctx.fillStyle = palette(server === undefined ? '--routing' : server === 'primary' ? '--ink' : `--${server}`)
    if (server !== undefined) {
      ctx.fillRect(left - unit, base - 7 * unit, 2 * unit, 6 * unit)
      continue
    }
    const arm = 5 * unit
    ctx.beginPath()
    ctx.moveTo(left, base - 4 * unit - arm)
    ctx.lineTo(left + arm, base - 4 * unit)
    ctx.lineTo(left, base - 4 * unit + arm)
    ctx.lineTo(left - arm, base - 4 * unit)
    ctx.fill()
  }
  ctx.restore()
}

function describe({ marks, decisions, servers }: ChartView): string {
  const count = (kind: Mark['kind']): number => marks.filter((mark) => mark.kind === kind).length
  const sent = [...servers.keys()].flatMap((name) => {
    const reads = decisions.filter(({ server }) => server === name).length
    return reads === 0 ? [] : [`${reads} to ${name}`]
  })
  const routed = sent.length === 0 ? '' : ` Reads were sent: ${sent.join(', ')}.`
  return `${count('shown')} answers were shown, ${count('violation')} broke a guarantee, ${count('refused')} were refused.${routed}`
}
