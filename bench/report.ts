// Prints what was measured, as a compact table.

import type { Table, Target } from './group.ts'
import { growthOf, printGrowth } from './growth.ts'
import type { GroupResult, Measured } from './measure.ts'
import type { Share } from './profile.ts'
import { verdictsOf } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** Prints a result, and what its targets come to. */
export function printResult(result: GroupResult): void {
  const [floor] = result.variants
  const withThread = floor?.threadMicroseconds !== undefined
  const withTask = floor?.longestTaskMs !== undefined
  const rows = result.variants.map((measured) => cellsOf(measured, result))
  const heads = ['each', 'ratio', 'quartiles', ...(withThread ? ['thread', 'ratio'] : []), ...(withTask ? ['longest task'] : [])]
  const width = Math.max(...result.variants.map(({ name }) => name.length)) + 2
  console.log(`\n${result.name} (${result.engine ?? 'Node'}, median of ${result.rounds} rounds, A/A ${times(result.noise)})`)
  const line = (name: string, cells: readonly string[]): void =>
    console.log(`  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(13)).join('')}`)
  line('', heads)
  for (const [index, { name }] of result.variants.entries()) line(name, rows[index] ?? [])
  const growth = growthOf(result)
  if (growth !== undefined) console.log(`  growth: ${printGrowth(growth)}`)
  for (const verdict of verdictsOf(result)) console.log(`  ${sentence(verdict)}`)
}

/** Prints within which functions most of a variant's time goes. */
export function printProfile(variant: string, shares: readonly Share[]): void {
  console.log(`\n${variant}: of all samples, those within a function, and those in itself`)
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(9)
  for (const { name, within, self } of shares.slice(0, 40)) console.log(`${percent(within)}${percent(self)}  ${name}`)
}

/** Prints a table of counts. */
export function printTable({ name: title, columns, rows }: Table): void {
  console.log(`\n${title}`)
  const line = (name: string, cells: readonly string[]): void =>
    console.log(`  ${name.padEnd(68)}${cells.map((cell) => cell.padStart(17)).join('')}`)
  line('', columns)
  for (const { name, cells } of rows) line(name, cells)
}

/** Prints a time that is given in microseconds, such as `6.43 ms`. */
export function duration(microseconds: number): string {
  if (microseconds >= 1000) return `${digits(microseconds / 1000)} ms`
  return microseconds >= 1 ? `${digits(microseconds)} µs` : `${(microseconds * 1000).toFixed(0)} ns`
}

/** Prints a ratio, such as `0.39x`. */
export function times(ratio: number): string {
  return `${digits(ratio)}x`
}

/** Prints what a target asks for, such as `1.5x`. */
export function limit(by: Target['by'], value: number): string {
  switch (by) {
    case 'added-us':
      return `${value} µs more`
    case 'each-us':
      return `${value} µs`
    case 'task-ms':
      return `${value} ms`
    case 'ratio':
    case 'thread-ratio':
      return `${Number(value.toFixed(3))}x`
  }
}

/** Prints what was measured of a target. */
export function figure(by: Target['by'], value: number): string {
  switch (by) {
    case 'added-us':
      return `${duration(value)} more`
    case 'each-us':
      return duration(value)
    case 'task-ms':
      return `${digits(value)} ms`
    case 'ratio':
    case 'thread-ratio':
      return times(value)
  }
}

function digits(number: number): string {
  return number.toFixed(number >= 100 ? 0 : number >= 10 ? 1 : number >= 0.1 ? 2 : 3)
}

function cellsOf(
  { each, quartiles, threadMicroseconds, longestTaskMs }: Measured,
  { variants: [floor], unit }: GroupResult,
): string[] {
  const cells = [
    unit === 'bytes' ? `${Math.round(each)} B` : duration(each),
    times(each / (floor?.each ?? Number.NaN)),
    quartiles.map((quartile) => times(quartile / each)).join(' '),
  ]
  if (threadMicroseconds !== undefined) {
    cells.push(duration(threadMicroseconds), times(threadMicroseconds / (floor?.threadMicroseconds ?? Number.NaN)))
  }
  if (longestTaskMs !== undefined) cells.push(`${digits(longestTaskMs)} ms`)
  return cells
}

function sentence({ target, value, holds }: Verdict): string {
  const { variant, by, of, must, reach } = target
  const what = `${variant}${of === undefined ? '' : `, of ${of}`}: ${figure(by, value)}`
  const verdict = { reach: 'reached', must: 'the must holds', neither: 'MISSED' }[holds]
  return `${verdict}: ${what} (must ${limit(by, must)}, reach ${limit(by, reach)})`
}
