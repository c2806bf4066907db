// The report as a person reads it in a terminal.

import { backendLinesFor, configurationFor } from './configuration.ts'
import type { Examination } from './examination.ts'
import type { Finding } from './finding.ts'
import { histogramOf, percentilesOf } from './measures.ts'
import type { Bar } from './measures.ts'

/** How parts of a text stand out; each is the identity where colours are not wanted. */
export interface Ink {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
  readonly dim: (text: string) => string
  readonly strong: (text: string) => string
}

/** Writes no colours. */
export const plainInk: Ink = {
  good: (text) => text,
  bad: (text) => text,
  warn: (text) => text,
  dim: (text) => text,
  strong: (text) => text,
}

/** Returns the report of an examination. */
export function reportText(examination: Examination, ink: Ink): string {
  const { url, vocabulary, findings } = examination
  const backend = backendLinesFor(examination)
  const sections = [
    `${ink.strong('tidemark doctor')} ${url.href}`,
    [
      ink.strong('Versions'),
      vocabulary === undefined
        ? `  ${ink.bad('✗')} none was found`
        : `  ${ink.good('✓')} in ${vocabulary.place}${evidenceText(vocabulary.wire.evidence)}`,
    ].join('\n'),
    findings.length === 0 ? undefined : findings.map((finding) => findingText(finding, ink)).join('\n'),
    measuredText(examination, ink),
    `${ink.strong('For the app')}\n${indented(configurationFor(examination))}`,
    backend === undefined
      ? undefined
      : `${ink.strong('For the backend')}, on every answer (docs/protocol.md; docs/server.md does it for you)\n${indented(backend.join('\n'))}`,
    verdictText(findings, ink),
  ]
  return `${sections.filter((section) => section !== undefined).join('\n\n')}\n`
}

function evidenceText(evidence: string): string {
  return evidence === 'version' ? ', in an order that can be relied on' : ''
}

function findingText({ code, kind, what, seen, remedy }: Finding, ink: Ink): string {
  const mark = kind === 'fault' ? ink.bad('✗') : ink.warn('!')
  return [`  ${mark} ${what} ${ink.dim(`[${code}]`)}`, `      seen: ${seen}`, `      do:   ${remedy}`].join('\n')
}

function measuredText(examination: Examination, ink: Ink): string {
  const { latenciesMs, lagsMs, settledMs, staleness } = examination
  const lines = [ink.strong('Measured')]
  if (staleness !== undefined) {
    const { stale, reads, isMoving } = staleness
    const share = ((100 * stale) / Math.max(1, reads)).toFixed(1)
    const note = isMoving ? '' : ink.dim(' (nothing changed meanwhile: write with --write, or use the app)')
    lines.push(`  stale reads         ${stale} of ${reads} (${share} %)${note}`)
  }
  lines.push(...timesText('answers took', latenciesMs))
  lines.push(...timesText('replicas said', lagsMs))
  lines.push(...timesText('writes shown after', settledMs))
  const times = settledMs.length > 0 ? settledMs : lagsMs
  return [...lines, ...histogramText(histogramOf(times), ink)].join('\n')
}

function timesText(name: string, times: readonly number[]): string[] {
  const percentiles = percentilesOf(times)
  if (percentiles === undefined) return []
  const { p50, p95, p99, max, count } = percentiles
  return [`  ${name.padEnd(20)}p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, at most ${max} ms (${count})`]
}

const barLengthMax = 32

function histogramText(bars: readonly Bar[], ink: Ink): string[] {
  const most = Math.max(1, ...bars.map(({ count }) => count))
  return bars.map(({ fromMs, count }) => {
    const bar = '█'.repeat(Math.ceil((barLengthMax * count) / most))
    return `  ${ink.dim(`${fromMs} ms`.padStart(10))} ${bar} ${count}`
  })
}

function verdictText(findings: readonly Finding[], ink: Ink): string {
  const faults = findings.filter(({ kind }) => kind === 'fault').length
  if (faults === 0) return ink.good('Tidemark can keep its guarantees on this API.')
  return ink.bad(`${faults === 1 ? 'One fault keeps' : `${faults} faults keep`} Tidemark from its guarantees on this API.`)
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ')
}
