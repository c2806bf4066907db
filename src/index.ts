// The public names of the client, one by one.

export { createTidemark } from './client/client.ts'
export type { Tidemark } from './client/client.ts'
export type { TidemarkEvent } from './client/events.ts'
export type { SetTimer, TidemarkOptions } from './client/options.ts'
export type { Params } from './client/path-pattern.ts'
export type { ReadReport } from './client/report.ts'
export type { TidemarkRequestInit } from './client/request.ts'
export type { Keep, OnUnavailable, OnUnversioned, Rule, WriteFacts } from './client/rules.ts'
export type { TidemarkSession, WaitOptions } from './client/session.ts'
export type { Entry, KeyState, Source, Tombstone, ValueEntry } from './core/entry.ts'
export {
  ClosedError,
  EpochChangedError,
  isTidemarkError,
  OptionsError,
  ProtocolError,
  StorageError,
  TidemarkError,
  VersionUnavailableError,
} from './core/errors.ts'
export type {
  EpochChangedFacts,
  OptionsFacts,
  ProtocolFacts,
  TidemarkErrorCode,
  VersionUnavailableFacts,
} from './core/errors.ts'
export { epochSeq } from './core/formats/epoch-seq.ts'
export { integer } from './core/formats/integer.ts'
export { isoTime } from './core/formats/iso-time.ts'
export { postgresLsn } from './core/formats/postgres-lsn.ts'
export type { RejectionReason } from './core/gate.ts'
export type { Level, LevelName } from './core/guarantee.ts'
export type { ScopeFloors } from './core/session.ts'
export type { FormatOf, Order, Point, Version, VersionFormat, Versions } from './core/version.ts'
export { fallbackStorage } from './storage/fallback-storage.ts'
export { indexedDBStorage } from './storage/indexeddb-storage.ts'
export { memoryStorage } from './storage/memory-storage.ts'
export type {
  Batch,
  CommitResult,
  HeldMeta,
  KeyMeta,
  Loaded,
  OpenStorage,
  Put,
  StorageContext,
  VersionedStorage,
} from './storage/storage.ts'
export { headerVersion, jsonVersion, wireVersion } from './transport/version-location.ts'
export type { VersionLocation } from './transport/version-location.ts'
export type { Fetch } from './transport/versioned-fetch.ts'
