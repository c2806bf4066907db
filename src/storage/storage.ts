// The contract of every storage, and the consistency that it demands.
//
// A storage keeps, for one principal, what must outlive a page: the floors of each scope, the floor of
// each key, and the values. It is a copy of what the tabs know, and several tabs write to it at once,
// so its one hard promise is monotonic: nothing on disk is ever replaced by something before it. In
// everyday words: the slowest tab, flushing last, changes nothing that a faster one knew better.
//
// S1. `commit` must compare and put inside one atomic transaction: what it replaces is what it has
//     compared with, whatever other tabs do meanwhile (lessons D9).
// S2. `commit` must never lower a floor, nor put an entry that the gate (`core/gate.ts`) would turn
//     away. Only a reset replaces floors of another epoch, and with them the entries that rest on them.
// S3. A batch must be applied whole or not at all. When `commit` has resolved it survives the page;
//     unless the storage says otherwise of itself, it may still be lost with the power.
// S4. Floors must outlive values: eviction drops values only, least recently used first (I6).
// S5. What is read back must be checked as if a stranger had written it (I14): a record that cannot
//     be understood is reported to `onUnreadable` and left out, and never harms another.
// S6. A storage must fail by rejecting with a `StorageError`, and never hang without a bound: but for a page
//     that is frozen or kept for the way back, in which nothing may be under way that others wait for.
// S7. Once cleared, it must take no batch from who knew it before, in whatever tab, and reject it with a
//     `SessionEndedError`: a flush that was under way elsewhere must not refill what a sign-out has
//     emptied (lessons P2). Whoever has cleared it may go on.
//
// A caller may rely on a committed batch being seen by the next `load` in any tab. It may not assume
// that a value is still there, that `load` is quick, or that `commit` applied what it was given: the
// result tells what the disk knew better.

import type { Entry, KeyState } from '../core/entry.ts'
import type { ScopeFloors } from '../core/session.ts'
import type { FormatOf, Versions } from '../core/version.ts'

/** What a storage is given when the client opens it. */
export interface StorageContext {
  readonly formatOf: FormatOf
  /** Whose data it is. A storage never reads or writes another principal's records (I11). */
  readonly principal: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Told when the storage goes on without its disk, once for each cause. */
  readonly onDegraded: (reason: string, cause: unknown) => void
  /** Told of each record that could not be understood, and was left out. */
  readonly onUnreadable: (record: string, cause: unknown) => void
}

/** Opens a storage for one client. Opening must not touch the disk before `load` or `commit` asks. */
export type OpenStorage = (context: StorageContext) => VersionedStorage

/** A store of versioned entries and session floors. */
export interface VersionedStorage {
  /**
   * Reads all that is small: the floors, and what is known of each key but its value; or no more than some
   * of it. A storage that is asked for some may as well read all.
   */
  readonly load: (only?: Names) => Promise<Loaded>
  /** Reads one entry with its value, as it stands on disk now. */
  readonly read: (key: string) => Promise<Entry<unknown> | undefined>
  /** Applies a batch, as far as nothing on disk is after it. */
  readonly commit: (batch: Batch) => Promise<CommitResult>
  /** Forgets all that the principal has stored, floors included. */
  readonly clear: () => Promise<void>
  /** Lets go of the disk. Later calls reject with a `ClosedError`. */
  readonly close: () => void
}

/** Some scopes and keys. */
export interface Names {
  readonly scopes: Iterable<string>
  readonly keys: Iterable<string>
}

/** What `load` found. */
export interface Loaded {
  readonly floors: ReadonlyMap<string, ScopeFloors>
  readonly keys: ReadonlyMap<string, KeyMeta>
}

/** What is known of a key without reading its value. */
export interface KeyMeta {
  readonly floor: Versions
  readonly held: HeldMeta | undefined
}

/** What is known of a held entry without reading its value. */
export type HeldMeta =
  | {
      readonly kind: 'value'
      readonly versions: Versions
      readonly validatedAt: number
      /** The size of the value, in bytes, as its writer counted it. */
      readonly bytes: number
      /** When it was last used, in milliseconds since 1970. */
      readonly usedAt: number
    }
  | {
      readonly kind: 'tombstone'
      readonly versions: Versions
      readonly isAfter: boolean
      readonly validatedAt: number
    }

/** What one flush brings. Each key and each scope stands in it once. */
export interface Batch {
  /** Scopes whose history restarted: their floors are replaced, and what rests on others is dropped. */
  readonly resets: ReadonlyMap<string, ScopeFloors>
  /** Floors to join with those on disk. */
  readonly floors: ReadonlyMap<string, ScopeFloors>
  readonly puts: readonly Put[]
  /** Keys that were used since the last flush, and when. */
  readonly used: ReadonlyMap<string, number>
  /**
   * Keys that may be forgotten altogether, as far as the floor under `collectedKey` covers them: their
   * tombstones were collected (`core/tombstone-collection.ts`). A storage may as well keep them.
   */
  readonly collected?: readonly string[] | undefined
}

/** The state of one key, as a client holds it. */
export interface Put {
  readonly key: string
  readonly state: KeyState<unknown>
  /** The size of the value, in bytes. */
  readonly bytes: number
}

/** What the disk knew better, so that the caller can learn it. */
export interface CommitResult {
  /** Keys whose put was turned away because another tab had put something at or after it. */
  readonly rejected: readonly string[]
  /**
   * The floors on disk after the commit, of each scope in the batch where they differ from it. A
   * scope that only puts name is there when its epoch on disk is another than theirs.
   */
  readonly floors: ReadonlyMap<string, ScopeFloors>
  /**
   * What is known of the keys that were put, where the disk knew more: those rejected, as far as they
   * stand at all, and those whose floor was higher. It teaches a floor whose value was evicted.
   */
  readonly keys: ReadonlyMap<string, KeyMeta>
  /** Keys whose values are not kept: evicted to stay within the bound, or impossible to store. */
  readonly evicted: readonly string[]
}
