// What every run of sessions has to come to, on whatever database.
import { expect } from 'vitest'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import { parseHistory } from '../../src/testing/history/parse-history.ts'
import type { SessionsRecord } from './stage.ts'

/** What the sessions of both kinds have come to. */
export interface Results {
  readonly tidemark: SessionsRecord
  readonly plain: SessionsRecord
}

const budgetMs = 2000

/** No violation, no history entered unannounced, and no read beyond its budget. */
export function expectKept({ tidemark, plain }: Results): void {
  const report = checkGuarantees(parseHistory(JSON.stringify(tidemark.history)))
  expect(report.violations.map(({ message }) => message).slice(0, 5)).toEqual([])
  expect(tidemark.unannounced).toEqual([])
  // The time of one answer is the network's, which a busy machine makes slow for plain `fetch` as well.
  const networkMs = Math.max(...plain.readMs)
  expect(Math.max(...tidemark.readMs)).toBeLessThan(budgetMs + networkMs + 500)
}

/** Prints the whole run, and asks for so many operations, and for plain `fetch` to show what was kept off. */
export function expectProven(
  { tidemark, plain }: Results,
  { operations, violations }: { readonly operations: number; readonly violations: number },
): void {
  const kept = checkGuarantees(parseHistory(JSON.stringify(tidemark.history)))
  const broken = checkGuarantees(parseHistory(JSON.stringify(plain.history)))
  const lines = [
    `tidemark: ${kept.reads} reads, ${kept.writes} writes, ${kept.violations.length} violations, ` +
      `${kept.unjudged} unjudged, ${tidemark.resets} resets, ` +
      `slowest read ${Math.round(Math.max(...tidemark.readMs))} ms, gave up: ${JSON.stringify(tidemark.failures)}`,
    `plain:    ${broken.reads} reads, ${broken.writes} writes, ${broken.violations.length} violations`,
  ]
  console.log(lines.join('\n'))
  expect(kept.reads + kept.writes).toBeGreaterThanOrEqual(operations)
  expect(kept.violations.length).toBe(0)
  // What the definitions say literally: whole answers, and not only what a page shows of them.
  const strict = checkGuarantees(parseHistory(JSON.stringify(tidemark.history)), { granularity: 'scope' })
  expect(strict.violations.map(({ message }) => message).slice(0, 5)).toEqual([])
  expect(broken.violations.length).toBeGreaterThanOrEqual(violations)
}
