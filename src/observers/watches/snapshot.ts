// Snapshots: what a watch shows, one field for each question that a screen asks (lessons B6).
//
//   is there something to show?       `status`, `value`
//   of which version is it?           `version`, `validatedAt`, `source`
//   is a request under way?           `fetching`
//   is more known to exist?           `behind`
//   is some of it not yet confirmed?  `pending`
//   did the last read fail?           `error`, beside the value that is still shown

import type { Source } from '../../core/entry.ts'
import type { Version, Versions } from '../../core/version.ts'
import type { Parsed } from './shown.ts'

/** What is shown, though more is known to exist. */
export interface Behind {
  /** The version that the session has caused, or was told to expect. */
  readonly wanted: Version
  /** The version that is shown, in the same scope, if it names one. */
  readonly got: Version | undefined
  /** Since when, in milliseconds since 1970. */
  readonly since: number
}

/** What a watch shows at one moment. Frozen; another moment is another object. */
export type Snapshot<T> = ValueSnapshot<T> | EmptySnapshot

/** A snapshot with something to show. */
export interface ValueSnapshot<T> extends SnapshotFacts {
  readonly status: 'ready'
  readonly value: T
}

/**
 * A snapshot with nothing to show: `empty`, nothing is known yet; `absent`, the resource is known not to
 * be there; `error`, nothing is known, and the last read failed.
 */
export interface EmptySnapshot extends SnapshotFacts {
  readonly status: 'empty' | 'absent' | 'error'
  readonly value: undefined
}

/** What every snapshot tells. */
export interface SnapshotFacts {
  /** The versions of what is shown: one for each scope that it speaks of. */
  readonly version: Versions | undefined
  readonly source: Source | undefined
  /** Whether a read is under way. */
  readonly fetching: boolean
  readonly behind: false | Behind
  /** Whether operations that nobody has confirmed lie over the value. */
  readonly pending: boolean
  /** When a source last vouched for what is shown, in milliseconds since 1970. */
  readonly validatedAt: number | undefined
  /** Why the last read failed; `undefined` once one succeeds. */
  readonly error: unknown
}

/** Puts what is shown, or what operations have made of it, together with what else is known. */
export function snapshotOf<T>(
  shown: { readonly parsed: Parsed<T> | undefined } | undefined,
  facts: SnapshotFacts,
  changed: Parsed<T> | undefined = facts.pending ? undefined : shown?.parsed,
): Snapshot<T> {
  if (changed !== undefined) return { ...facts, status: 'ready', value: changed.value }
  if (shown !== undefined) return { ...facts, status: 'absent', value: undefined }
  return { ...facts, status: facts.error === undefined ? 'empty' : 'error', value: undefined }
}

/** Returns `next`, frozen; or `previous`, where the two say the same. */
export function renewed<T>(previous: Snapshot<T>, next: Snapshot<T>): Snapshot<T> {
  const isSame =
    Object.is(previous.value, next.value) &&
    previous.status === next.status &&
    previous.version === next.version &&
    previous.source === next.source &&
    previous.fetching === next.fetching &&
    previous.behind === next.behind &&
    previous.pending === next.pending &&
    previous.validatedAt === next.validatedAt &&
    Object.is(previous.error, next.error)
  return isSame ? previous : Object.freeze(next)
}

/** The snapshot of what nobody has read yet. */
export const emptySnapshot: EmptySnapshot = Object.freeze({
  status: 'empty',
  value: undefined,
  version: undefined,
  source: undefined,
  fetching: false,
  behind: false,
  pending: false,
  validatedAt: undefined,
  error: undefined,
})
