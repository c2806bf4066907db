// Compare and put: what a commit changes, and what it leaves.
//
// Every storage gathers what stands, asks here, and carries out the answer, all in one atomic step
// (S1). So two storages cannot differ in what they let in, and the rule is tested without a disk.
//
// C1. Floors only rise. Within an epoch they join; a floor of another epoch changes nothing, unless it is known to
//     be the newer one, or the batch resets its scope, and even then not back to an epoch known to be older.
// C2. A put meets the gate against what stands. Turned away or not, its key floor is joined: that it
//     was shown is true whatever has become of its value.
// C3. A put without an entry says that a value was let go, not that there is none: what stands stays.
//     But nothing is held that is before the floor of its key. The gate would never let it in again.
//     Where its scope has restarted, the floor of a key goes on as what the new history began with: the key
//     was shown, so no replica that has yet to hear of the restart may answer for it again.
// C4. A put whose floor is of another epoch than its scope on disk comes from a tab that has not
//     heard of the reset. Nothing of it is kept, or it would bring the old history back.
// C5. Where two tabs hold one key at one version, the order in which they flush decides nothing: a
//     deletion after that version stands, else what was vouched for last.
// C6. A key that was collected is forgotten, unless it has gone on meanwhile. From then on the floor of
//     collected keys is its floor, as it is that of all keys that nothing stands under.
//
// Nothing here looks at a value. What is known of it is enough to decide by.

import type { Entry } from '../core/entry.ts'
import { relateEpochs } from '../core/epoch.ts'
import { admit, joinAnswers } from '../core/gate.ts'
import { epochOf, joinFloors } from '../core/session.ts'
import type { ScopeFloors } from '../core/session.ts'
import { collectedKey, floorOfUnknown } from '../core/tombstone-collection.ts'
import { compareAnswers, compareVersions, versionIn } from '../core/version.ts'
import type { FormatOf, Version, Versions } from '../core/version.ts'
import { bytesOf, chooseEvicted } from './eviction.ts'
import type { Eviction } from './eviction.ts'
import type { Batch, CommitResult, HeldMeta, KeyMeta, Put } from './storage.ts'

/** All that stands. */
export interface Standing {
  readonly floors: ReadonlyMap<string, ScopeFloors>
  readonly keys: ReadonlyMap<string, KeyMeta>
  /** The bytes of all values. */
  readonly bytes: number
}

/** What a commit goes by, apart from what stands. */
export interface CommitRule {
  readonly formatOf: FormatOf
  /** In milliseconds since 1970. */
  readonly now: () => number
  /** How many bytes of values may stay. */
  readonly bytesMax: number
}

/** What a commit changes. */
export interface CommitDecision {
  readonly floors: ReadonlyMap<string, ScopeFloors>
  readonly keys: ReadonlyMap<string, KeyChange>
  /** The bytes of all values afterwards. */
  readonly bytes: number
  readonly result: CommitResult
}

/** What becomes of a key. Unless its meta holds a value, there is none afterwards. */
export interface KeyChange {
  /** What is known of it afterwards, or `undefined` when nothing is. */
  readonly meta: KeyMeta | undefined
  /** A new value, in a box since it may be `undefined`. Without one, the value stays what it is. */
  readonly box?: readonly [unknown] | undefined
}

/** Decides on a batch. */
export function decideCommit(rule: CommitRule, standing: Standing, batch: Batch): CommitDecision {
  const { floors, after, differing, restarts } = decideFloors(rule.formatOf, standing.floors, batch)
  const changes = new Map<string, KeyChange>()
  const rejected: string[] = []
  const known = new Map<string, KeyMeta>()
  const metaOf = (key: string): KeyMeta | undefined =>
    (changes.get(key) ?? { meta: standing.keys.get(key) }).meta

  for (const key of restarts ? standing.keys.keys() : keysOf(batch)) {
    const meta = metaOf(key)
    const rest = meta && inThisHistory(meta, after)
    if (rest !== meta) changes.set(key, { meta: rest })
  }
  const collected = (): Versions | undefined => metaOf(collectedKey)?.floor
  const knownOf = (key: string, floor: Versions): KeyMeta | undefined => {
    const unknown = key === collectedKey ? [] : floorOfUnknown(collected(), floor)
    return metaOf(key) ?? (unknown.length === 0 ? undefined : { floor: unknown, held: undefined }) // C6
  }

  function takePut(put: Put): void {
    const { key, state } = put
    let meta = knownOf(key, state.floor)
    const missed = state.floor.filter((version) => isOtherEpoch(version, after))
    for (const { scope } of missed) differing.set(scope, after.get(scope) ?? {})
    const verdict = missed.length > 0 ? 'rejected' : judge(rule.formatOf, meta, state)
    if (missed.length === 0) {
      const held = verdict === 'taken' ? heldMeta(put, rule.now()) : meta?.held
      meta = raised(rule.formatOf, { floor: meta?.floor ?? [], held }, state.floor)
      changes.set(key, { meta, box: verdict === 'taken' ? boxOf(state.entry) : undefined })
    }
    if (verdict === 'rejected') rejected.push(key)
    if (meta && (verdict === 'rejected' || !saysAll(state.floor, meta.floor))) known.set(key, meta)
  }

  // The floor of collected keys first, since it is what the others are judged by.
  for (const put of batch.puts) if (put.key === collectedKey) takePut(put)
  for (const key of batch.collected ?? []) {
    const meta = metaOf(key)
    if (meta && isCollected(rule.formatOf, meta, collected() ?? [])) changes.set(key, { meta: undefined })
  }
  for (const put of batch.puts) if (put.key !== collectedKey) takePut(put)
  for (const [key, usedAt] of batch.used) {
    const meta = metaOf(key)
    if (meta?.held?.kind !== 'value' || meta.held.usedAt >= usedAt) continue
    changes.set(key, { ...changes.get(key), meta: { ...meta, held: { ...meta.held, usedAt } } })
  }
  const eviction = evict(rule.bytesMax, standing, changes)
  const result = { rejected, floors: differing, keys: known, evicted: eviction.keys }
  return { floors, keys: changes, bytes: eviction.bytes, result }
}

/** Returns the keys that a batch may concern. */
function keysOf(batch: Batch): Set<string> {
  return new Set([collectedKey, ...batch.puts.map(({ key }) => key), ...batch.used.keys(), ...(batch.collected ?? [])])
}

/** Tells whether all that is known of a key is covered by the floor of collected keys (C6). */
function isCollected(formatOf: FormatOf, { floor, held }: KeyMeta, collected: Versions): boolean {
  const isFinal = held !== undefined && isDeletedAfter(held)
  return floor.every((version) => {
    const stands = versionIn(collected, version.scope)
    const order = stands && compareVersions(formatOf, stands, version)
    return order === 'after' || (order === 'equal' && !isFinal)
  })
}

/** Returns what is left of a key when its value goes. */
export function bare(meta: KeyMeta | undefined): KeyChange {
  return { meta: meta && { floor: meta.floor, held: undefined } }
}

/** Returns the entry that a key holds, given its value in a box. */
export function entryOf(
  held: HeldMeta | undefined,
  box: readonly [unknown] | undefined,
): Entry<unknown> | undefined {
  if (held?.kind !== 'value') return held
  const { kind, versions, validatedAt } = held
  return box && { kind, versions, value: box[0], validatedAt }
}

interface FloorDecision {
  /** The floors to be written. */
  readonly floors: Map<string, ScopeFloors>
  /** All floors of scopes of the batch, as they stand afterwards. */
  readonly after: Map<string, ScopeFloors>
  /** Those that differ from what the batch says. */
  readonly differing: Map<string, ScopeFloors>
  /** Whether a history restarts, so that what rests on the old one has to go. */
  readonly restarts: boolean
}

function decideFloors(
  formatOf: FormatOf,
  standing: ReadonlyMap<string, ScopeFloors>,
  batch: Batch,
): FloorDecision {
  const floors = new Map<string, ScopeFloors>()
  const differing = new Map<string, ScopeFloors>()
  let restarts = false
  for (const scope of [...batch.resets.keys(), ...batch.floors.keys()]) {
    const reset = batch.resets.get(scope)
    const said = joinWithin(formatOf, reset, batch.floors.get(scope)) ?? {}
    const stands = standing.get(scope)
    const isRestart = reset === undefined ? isNewer(formatOf, said, stands) : replaces(formatOf, reset, stands)
    const next = (isRestart ? said : joinWithin(formatOf, stands, said)) ?? said
    restarts ||= isRestart
    floors.set(scope, next)
    if (!areSame(next.read, said.read) || !areSame(next.write, said.write)) {
      differing.set(scope, next)
    }
  }
  return { floors, after: new Map([...standing, ...floors]), differing, restarts }
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

function replaces(formatOf: FormatOf, reset: ScopeFloors, stands: ScopeFloors = {}): boolean {
  const next = reset.read ?? reset.write
  const floor = stands.read ?? stands.write
  // Without floors nobody knows what the keys on disk rest on, so they are looked at.
  if (next === undefined || floor === undefined) return next !== undefined
  const relation = relateEpochs(formatOf, next, floor)
  return relation !== 'same' && relation !== 'older' // C1
}

/** Tells whether floors are of a history that is known to have begun after the one that stands. */
function isNewer(formatOf: FormatOf, said: ScopeFloors, stands: ScopeFloors = {}): boolean {
  const next = said.read ?? said.write
  const floor = stands.read ?? stands.write
  return next !== undefined && floor !== undefined && relateEpochs(formatOf, next, floor) === 'newer'
}

function isOtherEpoch(version: Version, floors: ReadonlyMap<string, ScopeFloors>): boolean {
  const epoch = epochOf(floors.get(version.scope) ?? {})
  return epoch !== undefined && epoch !== version.epoch
}

/** Returns a key as it goes on once histories that it rests on have ended (C3). */
function inThisHistory(meta: KeyMeta, floors: ReadonlyMap<string, ScopeFloors>): KeyMeta {
  if (!meta.floor.some((version) => isOtherEpoch(version, floors))) return meta
  const floor = meta.floor.map((version) => {
    const { read, write } = floors.get(version.scope) ?? {}
    return isOtherEpoch(version, floors) ? (read ?? write ?? version) : version
  })
  const isVoid = meta.held?.versions.some((version) => isOtherEpoch(version, floors))
  return { floor, held: isVoid === true ? undefined : meta.held }
}

function judge(
  formatOf: FormatOf,
  stands: KeyMeta | undefined,
  { floor, entry }: Put['state'],
): 'taken' | 'kept' | 'rejected' {
  if (!entry || isBefore(formatOf, entry, floor)) return 'kept' // C3
  if (!stands) return 'taken'
  const { held } = stands
  const state = { floor: stands.floor, entry: held && { ...held, value: undefined } }
  if (admit<unknown>(formatOf, state, entry).outcome === 'rejected') return 'rejected' // C2
  if (!held || compareAnswers(formatOf, entry.versions, held.versions) !== 'equal') return 'taken'
  const isFinal = isDeletedAfter(entry)
  const ahead = Number(isFinal) - Number(isDeletedAfter(held)) || entry.validatedAt - held.validatedAt
  if (ahead === 0) return 'kept'
  return ahead > 0 ? 'taken' : 'rejected' // C5
}

function isDeletedAfter(entry: Entry<unknown> | HeldMeta): boolean {
  return entry.kind === 'tombstone' && entry.isAfter
}

/** Returns what is known of a key after a put has told its floor. */
function raised(formatOf: FormatOf, { floor, held }: KeyMeta, told: Versions): KeyMeta {
  const joined = joinAnswers(formatOf, told, floor) // C2
  return { floor: joined, held: held && isBefore(formatOf, held, joined) ? undefined : held } // C3
}

function isBefore(
  formatOf: FormatOf,
  { versions }: { readonly versions: Versions },
  floor: Versions,
): boolean {
  return compareAnswers(formatOf, versions, floor) === 'before'
}

function heldMeta({ state: { entry }, bytes }: Put, usedAt: number): HeldMeta | undefined {
  if (entry?.kind !== 'value') return entry
  const { kind, versions, validatedAt } = entry
  return { kind, versions, validatedAt, bytes, usedAt }
}

function boxOf(entry: Entry<unknown> | undefined): readonly [unknown] | undefined {
  return entry?.kind === 'value' ? [entry.value] : undefined
}

/** Tells whether a floor says no less than the one that was joined from it. */
function saysAll(floor: Versions, joined: Versions): boolean {
  return joined.every((version) => floor.some((known) => areSame(known, version)))
}

function areSame(left: Version | undefined, right: Version | undefined): boolean {
  return (
    left?.scope === right?.scope &&
    left?.epoch === right?.epoch &&
    left?.position === right?.position
  )
}

/** Adds what has to be evicted to the changes. */
function evict(bytesMax: number, standing: Standing, changes: Map<string, KeyChange>): Eviction {
  let { bytes } = standing
  for (const [key, { meta }] of changes) bytes += bytesOf(meta) - bytesOf(standing.keys.get(key))
  if (bytes <= bytesMax) return { keys: [], bytes }
  const all = new Map(standing.keys)
  for (const [key, { meta }] of changes) {
    if (meta === undefined) all.delete(key)
    else all.set(key, meta)
  }
  const evicted = chooseEvicted(all, bytesMax)
  for (const key of evicted.keys) changes.set(key, bare(all.get(key)))
  return evicted
}
