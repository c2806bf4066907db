// Draws how costs grow: a chart for each group whose variants have sizes, both axes by powers of ten.

import uPlot from 'uplot'
import { growthOf, printGrowth } from '../growth.ts'
import type { GroupResult } from '../measure.ts'

const size = { width: 400, height: 230 }
const line = '#0b6bcb'

/** Draws all of them into the page. */
export function plot(results: readonly GroupResult[]): void {
  const figure = document.createElement('main')
  figure.style.cssText = `display: grid; grid-template-columns: repeat(2, ${size.width}px); gap: 16px 24px; padding: 16px; background: #fff; width: max-content; font: 13px system-ui, sans-serif`
  document.body.replaceChildren(figure)
  for (const result of results) {
    const chart = document.createElement('section')
    const title = document.createElement('div')
    const [what = '', by = ''] = result.name.replace(/^\w+: /, '').split(/, (?=by )/)
    const growth = growthOf(result)
    title.textContent = growth === undefined ? what : `${what}: ${printGrowth(growth)}`
    chart.append(title)
    figure.append(chart)
    draw(chart, result, by.replace('by ', ''))
  }
}

function draw(chart: HTMLElement, { variants, unit }: GroupResult, by: string): void {
  const points = variants.flatMap(({ size: count, each }) => (count === undefined ? [] : [[count, each] as const]))
  const options: uPlot.Options = {
    ...size,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, distr: 3, range: (_, min, max) => decades(min, max, 1) },
      // Three powers of ten at least, so that noise does not look like growth.
      y: { distr: 3, range: (_, min, max) => decades(min, max, 3) },
    },
    axes: [
      { label: by, labelSize: 18, size: 32, values: (_, splits) => splits.map((value) => (isPower(value) ? value.toLocaleString('en') : '')) },
      { size: 64, values: (_, splits) => splits.map((value) => (isPower(value) ? printed(value, unit) : '')) },
    ],
    series: [{}, { stroke: line, width: 2, points: { show: true, size: 7, fill: line } }],
  }
  const drawn = new uPlot(options, [points.map(([count]) => count), points.map(([, each]) => each)], chart)
  drawn.root.setAttribute('role', 'img')
}

/** Returns whole powers of ten around a range, so many at least. */
function decades(min: number, max: number, atLeast: number): [number, number] {
  const low = Math.floor(Math.log10(min))
  const high = Math.max(Math.ceil(Math.log10(max)), low + 1)
  const missing = Math.max(0, atLeast - (high - low))
  return [10 ** (low - Math.floor(missing / 2)), 10 ** (high + Math.ceil(missing / 2))]
}

function isPower(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6
}

function printed(value: number, unit: GroupResult['unit']): string {
  if (unit === 'bytes') return value >= 1000 ? `${value / 1000} kB` : `${value} B`
  if (value >= 1e6) return `${value / 1e6} s`
  if (value >= 1e3) return `${value / 1e3} ms`
  return value >= 1 ? `${value} µs` : `${Number((value * 1e3).toFixed(3))} ns`
}
