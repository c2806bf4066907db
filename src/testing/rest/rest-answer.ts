// What the simulated API answers, before it becomes a `Response`.

import type { Dependency } from '../../core/wire/dependency.ts'
import type { JsonObject, JsonValue, Row } from './rest-store.ts'

/** A status with a document, if the answer has one. */
export interface RestAnswer {
  readonly status: number
  readonly body?: JsonValue | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** What the rows that it shows depend on, in other partitions. */
  readonly depends?: readonly Dependency[] | undefined
}

/** Which versions an answer tells: in headers and bodies, in bodies alone, or none at all. */
export type VersionsTold = 'wire' | 'body' | 'none'

/** How rows become JSON. */
export interface Rendering {
  readonly versions: VersionsTold
  /** The time since 1970 at which the clock of the API read 0, in milliseconds. */
  readonly timeOriginMs: number
}

/**
 * Returns a row as it is shown, such as
 * `{ id: '7', title: 'Dune', version: 42, updatedAt: '2026-01-01T00:00:01.200Z' }`.
 */
export function renderRow({ fields, position, atMs }: Row, rendering: Rendering): JsonObject {
  if (rendering.versions === 'none') return fields
  const updatedAt = new Date(rendering.timeOriginMs + atMs).toISOString()
  return { ...fields, version: position, updatedAt }
}

/** Makes a problem document (RFC 9457) that says what failed and what to do. */
export function problem(
  status: number,
  title: string,
  more: {
    readonly detail: string
    readonly headers?: Record<string, string>
  } & Partial<JsonObject>,
): RestAnswer {
  const { headers = {}, ...fields } = more
  return {
    status,
    body: { type: 'about:blank', title, status, ...fields },
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  }
}
