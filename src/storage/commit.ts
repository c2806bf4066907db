// Compare and put: what a commit changes, and what it leaves.
//
// Every storage gathers what stands, asks here, and carries out the answer, all in one atomic step
// (S1). So two storages cannot differ in what they let in, and the rule is tested without a disk.
//
// C1. Floors only rise. Within an epoch they join; a floor of another epoch changes nothing, unless
//     the batch resets its scope, and even then not back to an epoch known to be older.
// C2. A put meets the gate against what stands. Turned away or not, its key floor is joined: that it
//     was shown is true whatever has become of its value.
// C3. A put without an entry says that a value was let go, not that there is none: what stands stays.
//     But nothing is held that is before the floor of its key. The gate would never let it in again.
// C4. A put whose floor is of another epoch than its scope on disk comes from a tab that has not
//     heard of the reset. Nothing of it is kept, or it would bring the old history back.
// C5. Where two tabs hold one key at one version, the order in which they flush decides nothing: a
//     deletion after that version stands, else what was vouched for last.
//
// Nothing here looks at a value. `KeyState` without one is enough to decide by.

import type { Entry, KeyState } from '../core/entry.ts'
import { relateEpochs } from '../core/epoch.ts'
import { admit, joinAnswers } from '../core/gate.ts'
import { epochOf, joinFloors, noFloors } from '../core/session.ts'
import type { ScopeFloors } from '../core/session.ts'
import { compareAnswers } from '../core/version.ts'
import type { FormatOf, Version, Versions } from '../core/version.ts'
import type { Batch, CommitResult, HeldMeta, KeyMeta, Put } from './storage.ts'

/** Returns the scopes whose floors must be known to decide on a batch. */
export function scopesOf(batch: Batch): Set<string> {
  const ofPuts = batch.puts.flatMap(({ state }) => state.floor.map(({ scope }) => scope))
  return new Set([...batch.resets.keys(), ...batch.floors.keys(), ...ofPuts])
}

/** Returns the keys whose state must be known to decide on a batch that resets nothing. */
export function keysOf(batch: Batch): Set<string> {
  return new Set([...batch.puts.map(({ key }) => key), ...batch.used.keys()])
}

/** What a batch does to floors. */
export interface FloorDecision {
  /** The floors of all scopes of the batch, as they stand afterwards. */
  readonly after: ReadonlyMap<string, ScopeFloors>
  /** Those of them that are not yet on disk. */
  readonly written: ReadonlyMap<string, ScopeFloors>
  /** Those that differ from what the batch says. */
  readonly differing: ReadonlyMap<string, ScopeFloors>
  /** Whether some history restarts, so that every key has to be looked at. */
  readonly restarts: boolean
}

/** Decides on the floors of a batch, given those that stand. */
export function decideFloors(
  formatOf: FormatOf,
  standing: ReadonlyMap<string, ScopeFloors>,
  batch: Batch,
): FloorDecision {
  const after = new Map(standing)
  const written = new Map<string, ScopeFloors>()
  const differing = new Map<string, ScopeFloors>()
  let restarts = false
  for (const scope of new Set([...batch.resets.keys(), ...batch.floors.keys()])) {
    const reset = batch.resets.get(scope)
    const said = joinWithin(formatOf, reset, batch.floors.get(scope))
    if (said === undefined) continue
    const stands = standing.get(scope)
    const isRestart = reset !== undefined && replaces(formatOf, reset, stands)
    const next = isRestart ? said : (joinWithin(formatOf, stands, said) ?? said)
    restarts ||= isRestart
    after.set(scope, next)
    if (stands === undefined || !areSameFloors(next, stands)) written.set(scope, next)
    if (!areSameFloors(next, said)) differing.set(scope, next)
  }
  return { after, written, differing, restarts }
}

/** Joins floors of one epoch. Of two epochs, those that stand stay. */
function joinWithin(
  formatOf: FormatOf,
  stands: ScopeFloors | undefined,
  next: ScopeFloors | undefined,
): ScopeFloors | undefined {
  if (stands === undefined || next === undefined) return stands ?? next
  return epochOf(stands) === epochOf(next) ? joinFloors(formatOf, stands, next) : stands // C1
}

function replaces(formatOf: FormatOf, reset: ScopeFloors, stands?: ScopeFloors): boolean {
  const next = reset.read ?? reset.write
  const floor = stands?.read ?? stands?.write
  if (next === undefined) return false
  // Without floors nobody knows what the keys on disk rest on, so they are looked at.
  if (floor === undefined) return true
  const relation = relateEpochs(formatOf, next, floor)
  return relation === 'newer' || relation === 'unordered' // C1
}

/** What becomes of one key. */
export interface KeyChange {
  /** What is known of the key afterwards, or `undefined` when nothing is. */
  readonly meta: KeyMeta | undefined
  /** What becomes of its value. A new one is boxed, since it may be `undefined`. */
  readonly value: 'stays' | 'goes' | readonly [unknown]
}

/** What a batch does to keys. */
export interface KeyDecision {
  readonly changes: Map<string, KeyChange>
  readonly rejected: string[]
  /** What is known of each key of which the disk knew more than its put. */
  readonly known: Map<string, KeyMeta>
  /** Floors of scopes whose epoch a put has missed. */
  readonly missed: Map<string, ScopeFloors>
}

/** What {@link decideKeys} decides by. */
export interface KeyQuestion {
  readonly formatOf: FormatOf
  readonly floors: FloorDecision
  /** What stands: at least the keys of the batch, and all keys where a history restarts. */
  readonly keys: ReadonlyMap<string, KeyMeta>
  readonly batch: Batch
  /** In milliseconds since 1970. */
  readonly now: number
}

/** Decides on the keys of a batch, once its floors are decided. */
export function decideKeys(question: KeyQuestion): KeyDecision {
  const { floors, keys, batch } = question
  const decision = { changes: new Map(), rejected: [], known: new Map(), missed: new Map() }
  for (const key of floors.restarts ? keys.keys() : keysOf(batch)) {
    const meta = keys.get(key)
    const rest = meta && dropOtherEpochs(meta, floors.after)
    if (rest !== meta) change(decision, key, { meta: rest, value: rest?.held ? 'stays' : 'goes' })
  }
  for (const put of batch.puts) decidePut(question, decision, put)
  for (const [key, usedAt] of batch.used) recordUse(question, decision, { key, usedAt })
  return decision
}

function decidePut(question: KeyQuestion, decision: KeyDecision, put: Put): void {
  const { formatOf, floors, now } = question
  const { key, state } = put
  const stands = metaOf(question, decision, key)
  const missed = state.floor.filter((version) => isOtherEpoch(version, floors.after))
  if (missed.length > 0) {
    for (const { scope } of missed) decision.missed.set(scope, floors.after.get(scope) ?? noFloors)
    decision.rejected.push(key) // C4
    if (stands !== undefined) decision.known.set(key, stands)
    return
  }
  const { entry } = state
  const isUseful = entry !== undefined && !isBefore(formatOf, entry, state.floor) // C3
  const verdict = isUseful ? judgeEntry(formatOf, stands, entry) : 'kept'
  const meta =
    verdict === 'taken'
      ? { floor: joinedFloor(formatOf, stands, state.floor), held: heldMeta(put, now) }
      : raise(formatOf, stands, state.floor)
  if (verdict === 'taken') change(decision, key, { meta, value: valueOf(state) })
  else if (meta !== stands) change(decision, key, { meta, value: meta.held ? 'stays' : 'goes' })
  if (verdict === 'rejected') decision.rejected.push(key)
  if (verdict === 'rejected' || !saysAll(state.floor, meta.floor)) decision.known.set(key, meta)
}

function recordUse(
  question: KeyQuestion,
  decision: KeyDecision,
  { key, usedAt }: { readonly key: string; readonly usedAt: number },
): void {
  const meta = metaOf(question, decision, key)
  if (meta?.held?.kind !== 'value' || meta.held.usedAt >= usedAt) return
  change(decision, key, { meta: { ...meta, held: { ...meta.held, usedAt } }, value: 'stays' })
}

/** Returns what is known of a key as far as it was decided. */
function metaOf(
  { keys }: KeyQuestion,
  { changes }: KeyDecision,
  key: string,
): KeyMeta | undefined {
  const changed = changes.get(key)
  return changed === undefined ? keys.get(key) : changed.meta
}

/** Adds a change to those decided: a value that stays is the one that was decided before. */
function change({ changes }: KeyDecision, key: string, next: KeyChange): void {
  const value = next.value === 'stays' ? (changes.get(key)?.value ?? 'stays') : next.value
  changes.set(key, { meta: next.meta, value })
}

/** Returns what is known of a key after its floor was told: the same object if that is nothing new. */
function raise(formatOf: FormatOf, stands: KeyMeta | undefined, told: Versions): KeyMeta {
  const floor = joinedFloor(formatOf, stands, told)
  if (stands === undefined) return { floor, held: undefined }
  if (saysAll(stands.floor, floor)) return stands
  const { held } = stands
  return { floor, held: held && isBefore(formatOf, held, floor) ? undefined : held } // C3
}

function joinedFloor(formatOf: FormatOf, stands: KeyMeta | undefined, told: Versions): Versions {
  return stands === undefined ? told : joinAnswers(formatOf, told, stands.floor) // C2
}

function isBefore(
  formatOf: FormatOf,
  { versions }: { readonly versions: Versions },
  floor: Versions,
): boolean {
  return compareAnswers(formatOf, versions, floor) === 'before'
}

/** Returns the bytes that the value of a key takes. */
export function bytesOf(meta: KeyMeta | undefined): number {
  return meta?.held?.kind === 'value' ? meta.held.bytes : 0
}

/** Returns how many bytes more the values take after the changes. */
export function bytesAdded(
  changes: ReadonlyMap<string, KeyChange>,
  keys: ReadonlyMap<string, KeyMeta>,
): number {
  let bytes = 0
  for (const [key, { meta }] of changes) bytes += bytesOf(meta) - bytesOf(keys.get(key))
  return bytes
}

/** Returns the change after which only the floor of a key is left. */
export function withoutValue(meta: KeyMeta | undefined): KeyChange {
  return { meta: meta && { floor: meta.floor, held: undefined }, value: 'goes' }
}

/** Returns what both decisions say to the caller. */
export function resultOf(
  floors: FloorDecision,
  { rejected, known, missed }: KeyDecision,
): Omit<CommitResult, 'evicted'> {
  return { rejected, floors: new Map([...missed, ...floors.differing]), keys: known }
}

/** Returns the entry that a key holds, given its value in a box. */
export function entryOf(
  held: HeldMeta | undefined,
  value: readonly [unknown] | undefined,
): Entry<unknown> | undefined {
  if (held?.kind !== 'value') return held
  const { kind, versions, validatedAt } = held
  return value && { kind, versions, value: value[0], validatedAt }
}

/** Why a storage takes no more batches once another tab has cleared it (lessons P2). */
export const clearedMessage =
  'Another tab has cleared what was stored. Open another storage to begin anew.'

function isOtherEpoch(version: Version, floors: ReadonlyMap<string, ScopeFloors>): boolean {
  const epoch = epochOf(floors.get(version.scope) ?? {})
  return epoch !== undefined && epoch !== version.epoch
}

/** Returns what is left of a key without the histories that have ended, or `undefined` for nothing. */
function dropOtherEpochs(
  meta: KeyMeta,
  floors: ReadonlyMap<string, ScopeFloors>,
): KeyMeta | undefined {
  const floor = meta.floor.filter((version) => !isOtherEpoch(version, floors))
  if (floor.length === meta.floor.length) return meta
  if (floor.length === 0) return undefined
  const isVoid = meta.held?.versions.some((version) => isOtherEpoch(version, floors))
  return { floor, held: isVoid ? undefined : meta.held }
}

function judgeEntry(
  formatOf: FormatOf,
  stands: KeyMeta | undefined,
  entry: Entry<unknown>,
): 'taken' | 'kept' | 'rejected' {
  if (stands === undefined) return 'taken'
  const { floor, held } = stands
  const state = { floor, entry: held && { ...held, value: undefined } }
  if (admit<unknown>(formatOf, state, entry).outcome === 'rejected') return 'rejected'
  if (!held || compareAnswers(formatOf, entry.versions, held.versions) !== 'equal') return 'taken'
  const isFinal = isDeletedAfter(entry)
  if (isDeletedAfter(held) !== isFinal) return isFinal ? 'taken' : 'rejected' // C5
  if (entry.validatedAt === held.validatedAt) return 'kept'
  return entry.validatedAt > held.validatedAt ? 'taken' : 'rejected'
}

function isDeletedAfter(entry: Entry<unknown> | HeldMeta): boolean {
  return entry.kind === 'tombstone' && entry.isAfter
}

function heldMeta({ state, bytes }: Put, now: number): HeldMeta | undefined {
  const { entry } = state
  if (entry?.kind !== 'value') return entry
  const { versions, validatedAt } = entry
  return { kind: 'value', versions, validatedAt, bytes, usedAt: now }
}

function valueOf({ entry }: KeyState<unknown>): KeyChange['value'] {
  return entry?.kind === 'value' ? [entry.value] : 'goes'
}

/** Tells whether a floor says no less than the one that was joined from it. */
function saysAll(floor: Versions, joined: Versions): boolean {
  return joined.every((version) => floor.some((known) => areSame(known, version)))
}

function areSameFloors(left: ScopeFloors, right: ScopeFloors): boolean {
  return areSame(left.read, right.read) && areSame(left.write, right.write)
}

/** Tells whether two versions of one scope are the same text. */
function areSame(left: Version | undefined, right: Version | undefined): boolean {
  return (
    left === right ||
    (left?.scope === right?.scope &&
      left?.epoch === right?.epoch &&
      left?.position === right?.position)
  )
}
