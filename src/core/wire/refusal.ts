// What a server says when it cannot answer at the version asked for (docs/protocol.md, *Refusals*).

import type { Point } from '../version.ts'
import { behindProblem, neverProblem } from './protocol.ts'
import type { VersionProblem } from './protocol.ts'

/** Why a server refuses. */
export interface RefusalFacts extends VersionProblem {
  /** Who refuses, such as `replica-2`. */
  readonly server: string
  readonly want: Point
  readonly have: Point
  /** How far behind the server knows itself to be, in milliseconds. */
  readonly lagMs?: number | undefined
}

/** A refusal as it is sent: a status, its headers, and a problem document (RFC 9457). */
export interface Refusal {
  readonly status: 503 | 409
  readonly headers: Readonly<Record<string, string>>
  readonly document: Readonly<Record<string, string | number>>
}

/** Makes a refusal: 503 for not yet, 409 for never (lessons W17). */
export function refusalOf(facts: RefusalFacts): Refusal {
  const { kind, server, lagMs, retryAfterMs = 100 } = facts
  const [want, have] = [describePoint(facts.want), describePoint(facts.have)]
  const detail = `${server} is at ${have} and cannot answer for ${want}.`
  const told = { detail, want, have, epoch: facts.have.epoch }
  const headers = { 'Content-Type': 'application/problem+json' }
  if (kind === 'never') {
    const title = 'The history asked for has ended'
    return { status: 409, headers, document: { type: neverProblem, title, status: 409, ...told } }
  }
  const retryMs = Math.max(0, Math.ceil(retryAfterMs))
  return {
    status: 503,
    // Whole seconds, and never 0, which would mean at once. The document has the exact hint.
    headers: { ...headers, 'Retry-After': String(Math.max(1, Math.ceil(retryMs / 1000))) },
    document: {
      type: behindProblem,
      title: 'Behind the version asked for',
      status: 503,
      ...told,
      ...(lagMs === undefined ? {} : { lag: Math.round(lagMs) }),
      retryAfterMs: retryMs,
    },
  }
}

function describePoint({ epoch, position }: Point): string {
  return epoch === '' ? position : `${epoch}:${position}`
}
