// The public names of the client, one by one.

export { createTidemark } from './tidemark.ts'
export type { Tidemark } from './tidemark.ts'
export { createClient } from './client/client.ts'
export type { Client } from './client/client.ts'
export type { DehydratedEntry, DehydratedState } from './client/carried/dehydrated-state.ts'
export type { TidemarkEvent } from './client/events/events.ts'
export { listOf } from './client/lists/list-of.ts'
export type { ListOptions, ListPages } from './client/lists/list-of.ts'
export type { ListRequest } from './client/lists/list-rule.ts'
export type { SetTimer } from './client/waits/clock.ts'
export type { Params } from './client/paths/path-pattern.ts'
export type { OverlayReport, ReadReport } from './client/events/report.ts'
export type { TidemarkRequestInit } from './client/rules/request.ts'
export type {
  EndpointReport,
  Figures,
  LagReport,
  LagSource,
  NamedFigures,
  RoutingCounts,
} from './client/exchanges/routing.ts'
export type { RoutedOptions as TidemarkOptions, Routing } from './client/sessions/routing-option.ts'
export { resolveWith } from './client/memory/resolve-with.ts'
export type { Concurrency, ConcurrentVersions, ResolveValues } from './client/memory/resolve-with.ts'
export type { Keep, OnUnavailable, OnUnversioned, Rule, WriteFacts } from './client/rules/rules.ts'
export { serialized } from './client/write-order/serialized.ts'
export type { SerializedOptions } from './client/write-order/serialized.ts'
export type { TidemarkSession, WaitOptions } from './client/sessions/session.ts'
export { tabChannel } from './client/sessions/tab-channel.ts'
export type { HintChannel, TabChannelOptions } from './client/sessions/tab-channel.ts'
export type { OpenTabs, Tabs, TabsHost } from './client/sessions/tabs.ts'
export type { OrderedWrite, WriteOrder } from './client/write-order/write-order.ts'
export type { Entry, KeyState, Source, Tombstone, ValueEntry } from './core/entry.ts'
export {
  ClosedError,
  EpochChangedError,
  isTidemarkError,
  MutationError,
  OptionsError,
  ProtocolError,
  SessionEndedError,
  StorageError,
  TidemarkError,
  TransportError,
  VersionUnavailableError,
  WriteNotSentError,
} from './core/errors.ts'
export type {
  EpochChangedFacts,
  MutationFacts,
  OptionsFacts,
  ProtocolFacts,
  SessionEnd,
  SessionEndedFacts,
  TidemarkErrorCode,
  TransportFacts,
  VersionUnavailableFacts,
  WriteNotSentFacts,
} from './core/errors.ts'
export { cosmosSession } from './core/formats/cosmos-session.ts'
export { d1Bookmark } from './core/formats/d1-bookmark.ts'
export { epochSeq } from './core/formats/epoch-seq.ts'
export { etag } from './core/formats/etag.ts'
export { hybridClock } from './core/formats/hybrid-clock.ts'
export { integer } from './core/formats/integer.ts'
export { isoTime } from './core/formats/iso-time.ts'
export { kubernetesResourceVersion } from './core/formats/kubernetes-resource-version.ts'
export { litefsPosition } from './core/formats/litefs-position.ts'
export { mariadbGtid } from './core/formats/mariadb-gtid.ts'
export { mongoTime } from './core/formats/mongo-time.ts'
export { mysqlGtid } from './core/formats/mysql-gtid.ts'
export { opaqueSet } from './core/formats/opaque-set.ts'
export { pgSnapshot } from './core/formats/pg-snapshot.ts'
export { postgresLsn } from './core/formats/postgres-lsn.ts'
export { syncToken } from './core/formats/sync-token.ts'
export { ulid } from './core/formats/ulid.ts'
export { uuidV7 } from './core/formats/uuid-v7.ts'
export { versionVector } from './core/formats/version-vector.ts'
export type { RejectionReason } from './core/gate.ts'
export { insertItem, patchItem, removeItem } from './core/operations/item-operations.ts'
export type { InsertShape, ItemsShape } from './core/operations/item-operations.ts'
export { changeValue, eraseValue, patchValue, putValue } from './core/operations/operation.ts'
export type { Operation } from './core/operations/operation.ts'
export type { Level, LevelName } from './core/guarantee.ts'
export type { ScopeFloors } from './core/session.ts'
export type { FormatOf, Order, Point, Version, VersionFormat, Versions } from './core/version.ts'
export { headerWire } from './core/wire/header-wire.ts'
export type { HeaderWireOptions } from './core/wire/header-wire.ts'
export type { ServedBy, VersionProblem } from './core/wire/protocol.ts'
export { queryParameter } from './core/wire/tidemark-wire.ts'
export type { QueryParameterOptions } from './core/wire/tidemark-wire.ts'
export { tokenWire } from './core/wire/token-wire.ts'
export type { TokenWireOptions } from './core/wire/token-wire.ts'
export { atProtocol } from './core/wire-presets/at-protocol.ts'
export { azureAppConfiguration } from './core/wire-presets/azure-app-configuration.ts'
export { consul } from './core/wire-presets/consul.ts'
export { contember } from './core/wire-presets/contember.ts'
export { cosmosDb } from './core/wire-presets/cosmos-db.ts'
export { d1 } from './core/wire-presets/d1.ts'
export type { D1Options } from './core/wire-presets/d1.ts'
export { entityTag } from './core/wire-presets/entity-tag.ts'
export { kubernetes } from './core/wire-presets/kubernetes.ts'
export { lastModified } from './core/wire-presets/last-modified.ts'
export { upstash } from './core/wire-presets/upstash.ts'
export type {
  Attachment,
  Carrying,
  Departure,
  Evidence,
  HeaderReader,
  Settle,
  Wire,
  WireAnswer,
  WireRequest,
} from './core/wire/wire.ts'
export type { ListenOptions, Unsubscribe } from './observers/readables/listeners.ts'
export type { Courier, Delivery, Outbox, Outcome } from './observers/mutations/delivery.ts'
export type { Mutation, MutationCall, MutationFunction } from './observers/mutations/mutation.ts'
export type { MutationContext, MutationOptions, MutationRequest } from './observers/mutations/mutation-options.ts'
export type { MutationState } from './observers/mutations/mutation-state.ts'
export { outbox } from './observers/outbox/outbox.ts'
export type { OutboxOptions } from './observers/outbox/outbox.ts'
export type { Parse, StandardIssue, StandardResult, StandardSchema } from './observers/watches/parsing.ts'
export type { SessionSnapshot } from './observers/readables/session-readable.ts'
export type { Observer, Readable, UntilOptions } from './observers/readables/readable.ts'
export type { Behind, EmptySnapshot, Snapshot, SnapshotFacts, ValueSnapshot } from './observers/watches/snapshot.ts'
export type {
  RevalidationCause,
  WatchOptions,
  WatchRequest,
  WatchTarget,
} from './observers/watches/watch-options.ts'
export type { Watch } from './observers/watches/watch.ts'
export type { WatchFunction } from './observers/watches/watches.ts'
export { fallbackStorage } from './storage/fallback-storage.ts'
export { indexedDBStorage } from './storage/indexeddb/indexeddb-storage.ts'
export { indexedDBOutboxStore } from './storage/indexeddb/indexeddb-outbox-store.ts'
export type { IndexedDBOutboxStoreOptions } from './storage/indexeddb/indexeddb-outbox-store.ts'
export { memoryStorage } from './storage/memory-storage.ts'
export { memoryOutboxStore } from './storage/outbox-store.ts'
export type { Answered, OpenOutboxStore, OutboxContext, OutboxRecord, OutboxStore } from './storage/outbox-store.ts'
export type {
  Batch,
  CommitResult,
  HeldMeta,
  KeyMeta,
  Loaded,
  Names,
  OpenStorage,
  Put,
  StorageContext,
  VersionedStorage,
} from './storage/storage.ts'
export { headerVersion, jsonVersion, wireVersion } from './transport/version-location.ts'
export type { VersionLocation } from './transport/version-location.ts'
export type { Fetch } from './transport/versioned-fetch.ts'
