// What happened, in words: `count fell from 12 to 10 (replica-2 is 1.3 s behind)`.

import type { Operation, ReadViolation } from 'tidemark/testing'
import type { Lore } from './lore.ts'

/** Says what a violation looked like on the screen, and who answered. */
export function describeViolation(violation: ReadViolation, lore: Lore): string {
  const words = describeChange(violation, lore)
  const sentence = words[0]?.toUpperCase() + words.slice(1)
  const answeredBy = describeSource(violation.read.source)
  return answeredBy === undefined ? sentence : `${sentence} (${answeredBy})`
}

function describeChange({ guarantee, key, read, witness }: ReadViolation, lore: Lore): string {
  const isOwn = guarantee === 'read-your-writes'
  const before = positionIn(witness, key)
  const now = positionIn(read, key)
  const was = lore.nameOf(key, before) ?? key
  if (now === undefined && guarantee === 'consistent-prefix') {
    return `the ${was} was missing, and what rests on it was there`
  }
  if (now === undefined) return isOwn ? `your ${was} was missing` : `the ${was} vanished`
  const is = lore.nameOf(key, now) ?? key
  if (guarantee === 'consistent-prefix') return `what rests on ${was} came before it`
  if (isOwn) return `you made it ${was}, and it showed ${is}`
  return Number.isFinite(Number(was)) ? `count fell from ${was} to ${is}` : `${was} became ${is} again`
}

/** Returns the version of a key that an operation made or showed, or `undefined` where it was absent. */
function positionIn(operation: Operation, key: string): string | undefined {
  if (operation.kind === 'write') return operation.position
  if (operation.kind === 'reset') return undefined
  const { seen } = operation
  if (seen.kind === 'value') return seen.position
  return seen.kind === 'rows' ? seen.rows.find((row) => row.key === key)?.position : undefined
}

/** Reads `replica-2;lag=1300`, as the answer named its source. */
export function describeSource(servedBy: string | undefined): string | undefined {
  const [, name, lagMs] = /^([\w/-]+)(?:;lag=(\d+))?/.exec(servedBy ?? '') ?? []
  if (name === undefined) return undefined
  if (lagMs === undefined) return name
  // Where time stands still, or nearly: `0.0 s behind` would say that it is not.
  if (Number(lagMs) < briefMs) return `${name} has not heard of it`
  return `${name} is ${formatSeconds(Number(lagMs))} behind`
}

/** What `formatSeconds` prints as nothing, in milliseconds. */
export const briefMs = 50

/** Prints a duration, such as `1.3 s`. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
