// The report as a program reads it.

import { backendLinesFor, configurationFor } from './configuration.ts'
import type { Examination } from './examination.ts'
import type { Finding } from './finding.ts'
import { histogramOf, percentilesOf } from './measures.ts'
import type { Bar, Percentiles, Staleness } from './measures.ts'

/** The report of `--json`. Times are in milliseconds. */
export interface JsonReport {
  readonly url: string
  readonly isFit: boolean
  readonly vocabulary: { readonly place: string; readonly evidence: string } | undefined
  readonly findings: readonly Finding[]
  readonly staleness: Staleness | undefined
  readonly latency: Percentiles | undefined
  readonly lag: Percentiles | undefined
  readonly settled: Percentiles | undefined
  readonly histogram: readonly Bar[]
  readonly configuration: string
  readonly backend: readonly string[] | undefined
}

/** Returns the report of an examination. */
export function jsonReport(examination: Examination): JsonReport {
  const { url, vocabulary, findings, staleness, latenciesMs, lagsMs, settledMs } = examination
  return {
    url: url.href,
    isFit: isFit(examination),
    vocabulary: vocabulary && { place: vocabulary.place, evidence: vocabulary.wire.evidence },
    findings,
    staleness,
    latency: percentilesOf(latenciesMs),
    lag: percentilesOf(lagsMs),
    settled: percentilesOf(settledMs),
    histogram: histogramOf(settledMs.length > 0 ? settledMs : lagsMs),
    configuration: configurationFor(examination),
    backend: backendLinesFor(examination),
  }
}

/** Tells whether the guarantees can be kept on an API: no fault was found. */
export function isFit({ findings }: Examination): boolean {
  return findings.every(({ kind }) => kind !== 'fault')
}
