// What was measured: how often a read was behind, by how much time, and how long answers took.

import { compareVersions, joinVersions } from '../core/version.ts'
import type { Version, VersionFormat } from '../core/version.ts'
import type { Observation } from './observation.ts'
import type { Sighting } from './version-checks.ts'

/** Percentiles of times in milliseconds, and how many times there were. */
export interface Percentiles {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** One bar of a histogram: the times from `fromMs` up to that of the next bar. */
export interface Bar {
  readonly fromMs: number
  readonly count: number
}

/** How many reads showed less than an earlier one had shown. */
export interface Staleness {
  readonly reads: number
  readonly stale: number
  /** Whether anything changed while it was measured: if nothing did, none could be stale. */
  readonly isMoving: boolean
}

/** Returns the percentiles of some times, by nearest rank, or `undefined` where there are none. */
export function percentilesOf(times: readonly number[]): Percentiles | undefined {
  if (times.length === 0) return undefined
  const sorted = times.toSorted((left, right) => left - right)
  const at = (share: number): number => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0)
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}

const barsMax = 8

/** Returns a histogram of some times, in bars of one round width. */
export function histogramOf(times: readonly number[]): Bar[] {
  if (times.length === 0) return []
  const widthMs = roundUp(Math.max(...times, 1) / barsMax)
  const bars = Array.from({ length: Math.floor(Math.max(...times) / widthMs) + 1 }, (_, index) => {
    return times.filter((time) => Math.floor(time / widthMs) === index).length
  })
  return bars.map((count, index) => ({ fromMs: index * widthMs, count }))
}

/** The next of 1, 2, 5, 10, 20, 50… */
function roundUp(width: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(width))
  const step = [1, 2, 5, 10].find((candidate) => candidate * magnitude >= width) ?? 10
  return Math.max(1, step * magnitude)
}

/** Counts the reads that showed less than one that had ended before they were sent. */
export function stalenessOf(sightings: readonly Sighting[], format: VersionFormat): Staleness {
  const newest = new Map<string, Version>()
  const positions = new Set<string>()
  let stale = 0
  for (const { versions } of sightings) {
    if (versions.some((version) => isBefore(version, newest.get(version.scope), format))) stale += 1
    for (const version of versions) {
      positions.add(JSON.stringify([version.scope, version.epoch, version.position]))
      const known = newest.get(version.scope)
      newest.set(version.scope, (known && joinVersions(() => format, known, version)) ?? version)
    }
  }
  return { reads: sightings.length, stale, isMoving: positions.size > newest.size }
}

function isBefore(version: Version, known: Version | undefined, format: VersionFormat): boolean {
  if (known === undefined) return false
  const order = compareVersions(() => format, version, known)
  return order === 'before' || order === 'concurrent'
}

/** Tells whether an answer covers what a write made: all of its scopes that the answer speaks of. */
export function showsWrite(read: Sighting, write: Sighting, format: VersionFormat): boolean {
  const pairs = write.versions.flatMap((written) => {
    const shown = read.versions.find(({ scope }) => scope === written.scope)
    return shown === undefined ? [] : [compareVersions(() => format, shown, written)]
  })
  return pairs.length > 0 && pairs.every((order) => order === 'equal' || order === 'after')
}

/** How long an answer took, in milliseconds. */
export function latencyOf({ sentAtMs, endedAtMs }: Observation): number {
  return endedAtMs - sentAtMs
}
