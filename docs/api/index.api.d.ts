// as TidemarkOptions
export interface RoutedOptions extends TidemarkOptions {
    readonly routing?: Routing | undefined;
    readonly tabs?: OpenTabs | false | undefined;
}

export declare abstract class TidemarkError extends Error {
    abstract readonly code: TidemarkErrorCode;
    readonly isTidemarkError: true;
}

export declare class ClosedError extends TidemarkError {
    readonly name = "ClosedError";
    readonly code = "closed";
}

export declare class EpochChangedError extends TidemarkError {
    readonly name = "EpochChangedError";
    readonly code = "epoch-changed";
    readonly facts: EpochChangedFacts;
    constructor(facts: EpochChangedFacts, options?: ErrorOptions);
}

export declare class MutationError extends TidemarkError {
    readonly name = "MutationError";
    readonly code = "mutation";
    readonly facts: MutationFacts;
    constructor(facts: MutationFacts, options?: ErrorOptions);
}

export declare class OptionsError extends TidemarkError {
    readonly name = "OptionsError";
    readonly code = "options";
    readonly facts: OptionsFacts;
    constructor(facts: OptionsFacts, options?: ErrorOptions);
}

export declare class ProtocolError extends TidemarkError {
    readonly name = "ProtocolError";
    readonly code = "protocol";
    readonly facts: ProtocolFacts;
    constructor(facts: ProtocolFacts, options?: ErrorOptions);
}

export declare class SessionEndedError extends TidemarkError {
    readonly name = "SessionEndedError";
    readonly code = "session-ended";
    readonly facts: SessionEndedFacts;
    constructor(facts: SessionEndedFacts, options?: ErrorOptions);
}

export declare class StorageError extends TidemarkError {
    readonly name = "StorageError";
    readonly code = "storage";
}

export declare class TransportError extends TidemarkError {
    readonly name = "TransportError";
    readonly code = "transport";
    readonly facts: TransportFacts;
    constructor(facts: TransportFacts, options?: ErrorOptions);
}

export declare class VersionUnavailableError extends TidemarkError {
    readonly name = "VersionUnavailableError";
    readonly code = "version-unavailable";
    readonly facts: VersionUnavailableFacts;
    constructor(facts: VersionUnavailableFacts, options?: ErrorOptions);
}

export declare class WriteNotSentError extends TidemarkError {
    readonly name = "WriteNotSentError";
    readonly code = "write-not-sent";
    readonly facts: WriteNotSentFacts;
    constructor(facts: WriteNotSentFacts, options?: ErrorOptions);
}

export declare const cosmosSession: VersionFormat;

export declare const d1Bookmark: VersionFormat;

export declare const epochSeq: VersionFormat;

export declare const etag: VersionFormat;

export declare const hybridClock: VersionFormat;

export declare const integer: VersionFormat;

export declare const isoTime: VersionFormat;

export declare const kubernetesResourceVersion: VersionFormat;

export declare const litefsPosition: VersionFormat;

export declare const mariadbGtid: VersionFormat;

export declare const mongoTime: VersionFormat;

export declare const mysqlGtid: VersionFormat;

export declare const opaqueSet: VersionFormat;

export declare const pgSnapshot: VersionFormat;

export declare const postgresLsn: VersionFormat;

export declare const syncToken: VersionFormat;

export declare const ulid: VersionFormat;

export declare const uuidV7: VersionFormat;

export declare const versionVector: VersionFormat;

export declare const wireVersion: Wire;

export declare function atProtocol(): Wire;

export declare function azureAppConfiguration(): Wire;

export declare function changeValue<T>(key: string, change: (value: T | undefined) => T | undefined): Operation;

export declare function consul(): Wire;

export declare function contember(): Wire;

export declare function cosmosDb(): Wire;

export declare function createClient(options?: RoutedOptions): Client;

export declare function createTidemark(options?: RoutedOptions): Tidemark;

export declare function d1(options?: D1Options): Wire;

export declare function entityTag(): Wire;

export declare function eraseValue(key: string): Operation;

export declare function fallbackStorage(first: OpenStorage, then: OpenStorage): OpenStorage;

export declare function headerVersion(name: string, format?: VersionFormat): Wire;

export declare function headerWire(options: HeaderWireOptions): Wire;

export declare function indexedDBOutboxStore(options?: IndexedDBOutboxStoreOptions): OpenOutboxStore;

export declare function indexedDBStorage(options?: IndexedDBStorageOptions): OpenStorage;

export declare function insertItem(key: string, item: object, shape?: InsertShape): Operation;

export declare function isTidemarkError(value: unknown, code?: TidemarkErrorCode): value is TidemarkError;

export declare function jsonVersion(path: string, format?: VersionFormat): Wire;

export declare function kubernetes(): Wire;

export declare function lastModified(): Wire;

export declare function listOf<Row = unknown>(options: ListOptions<Row>): ListRule;

export declare function memoryOutboxStore(): OpenOutboxStore;

export declare function memoryStorage(options?: MemoryStorageOptions): OpenStorage;

export declare function outbox(options?: OutboxOptions): Outbox;

export declare function patchItem(key: string, id: string | number, fields: object, shape?: ItemsShape): Operation;

export declare function patchValue(key: string, fields: object): Operation;

export declare function putValue(key: string, value: unknown): Operation;

export declare function queryParameter(options?: QueryParameterOptions): Wire;

export declare function removeItem(key: string, id: string | number, shape?: ItemsShape): Operation;

export declare function resolveWith(resolve: ResolveValues): Concurrency;

export declare function serialized(options?: SerializedOptions): WriteOrder;

export declare function tabChannel({ open }?: TabChannelOptions): OpenTabs;

export declare function tokenWire(options: TokenWireOptions): Wire;

export declare function upstash(): Wire;

export interface Answered {
    readonly versions: Versions | undefined;
    readonly json: unknown;
    readonly at: number;
}

export interface Attachment {
    readonly headers?: readonly (readonly [name: string, value: string])[] | undefined;
    readonly query?: readonly (readonly [name: string, value: string | undefined])[] | undefined;
}

export interface Batch {
    readonly resets: ReadonlyMap<string, ScopeFloors>;
    readonly floors: ReadonlyMap<string, ScopeFloors>;
    readonly puts: readonly Put[];
    readonly used: ReadonlyMap<string, number>;
    readonly collected?: readonly string[] | undefined;
}

export interface Behind {
    readonly wanted: Version;
    readonly got: Version | undefined;
    readonly since: number;
}

export interface Carrying {
    readonly request: WireRequest;
    readonly floors: Versions;
    readonly level: string;
    readonly asksPrimary: boolean;
    readonly waitMs: number;
    readonly maxStalenessMs: number | undefined;
}

export interface Client {
    readonly fetch: (input: RequestInfo | URL, init?: TidemarkRequestInit) => Promise<Response>;
    readonly explain: (response: Response) => ReadReport | undefined;
    readonly session: TidemarkSession;
    readonly lag: LagSource | undefined;
    readonly subscribe: (listener: (event: TidemarkEvent) => void) => () => void;
    readonly loaded: Promise<void>;
    readonly flush: () => Promise<void>;
    readonly close: () => void;
}

export interface CommitResult {
    readonly rejected: readonly string[];
    readonly floors: ReadonlyMap<string, ScopeFloors>;
    readonly keys: ReadonlyMap<string, KeyMeta>;
    readonly evicted: readonly string[];
}

export interface Concurrency {
    readonly name: string;
    readonly resolve: (formatOf: FormatOf, state: KeyState<Representation>, incoming: Entry<Representation>) => KeyState<Representation> | undefined;
    readonly read: (answer: Answer, against: Against) => Promise<Answer | undefined>;
}

export interface ConcurrentVersions {
    readonly held: Versions;
    readonly arrived: Versions;
    readonly joined: Versions;
}

export interface Courier {
    readonly keep: (delivery: Delivery) => void;
    readonly keepNamed: () => void;
    readonly register: (name: string, resume: Resume) => void;
}

export interface D1Options {
    readonly header?: string | undefined;
    readonly first?: 'first-unconstrained' | 'first-primary' | undefined;
}

export interface DehydratedEntry {
    readonly key: string;
    readonly versions: Versions;
    readonly validatedAt: number;
    readonly isDurable: boolean;
    readonly url?: string;
    readonly type?: string;
    readonly text?: string;
}

export interface DehydratedState {
    readonly tidemark: 1;
    readonly principal: string;
    readonly entries: readonly DehydratedEntry[];
}

export interface Delivery {
    readonly record: OutboxRecord;
    readonly line: () => string;
    readonly after: () => readonly string[];
    readonly doomed: () => {
        readonly reason: unknown;
    } | undefined;
    readonly attempt: (headers: HeadersInit) => Promise<Outcome>;
    readonly caused: () => Versions | undefined;
    readonly succeed: (json: unknown) => void;
    readonly adopt: (answered: Answered) => void;
    readonly fail: (cause: unknown) => void;
    readonly enqueue: (send: () => Promise<void>, drop: () => void) => void;
}

export interface Departure {
    readonly request: WireRequest;
    readonly floors: Versions;
    readonly floorIn: (scope: string) => Version | undefined;
    readonly numberAbove: (number: number) => number;
}

export interface EmptySnapshot extends SnapshotFacts {
    readonly status: 'empty' | 'absent' | 'error';
    readonly value: undefined;
}

export interface EndpointReport {
    readonly name: string;
    readonly isPrimary: boolean;
    readonly health: 'well' | 'left' | 'due';
    readonly lagMs: Figures | undefined;
    readonly latencyMs: Figures | undefined;
    readonly behindRate: number | undefined;
}

export interface EpochChangedFacts {
    readonly url: string;
    readonly required: string;
    readonly offered: string;
}

export interface Figures {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly count: number;
}

export interface HeaderReader {
    readonly get: (name: string) => string | null;
}

export interface HeaderWireOptions {
    readonly name: string;
    readonly response: string;
    readonly request?: string | undefined;
    readonly format: VersionFormat;
    readonly evidence?: Evidence | undefined;
    readonly scope: (request: WireRequest) => string;
    readonly primary?: string | undefined;
}

export interface HintChannel {
    readonly send: (message: unknown) => void;
    readonly close: () => void;
}

export interface IndexedDBOutboxStoreOptions {
    readonly name?: string | undefined;
    readonly indexedDB?: IDBFactory | undefined;
}

export interface InsertShape extends ItemsShape {
    readonly at?: 'start' | 'end' | ((item: unknown) => boolean) | undefined;
}

export interface ItemsShape {
    readonly in?: string | undefined;
    readonly id?: string | undefined;
}

export interface KeyMeta {
    readonly floor: Versions;
    readonly held: HeldMeta | undefined;
}

export interface KeyState<T> {
    readonly floor: Versions;
    readonly entry: Entry<T> | undefined;
}

export interface LagReport {
    readonly endpoints: readonly EndpointReport[];
    readonly sources: readonly NamedFigures[];
    readonly scopes: readonly NamedFigures[];
    readonly settling: readonly NamedFigures[];
    readonly shareToPrimary: number;
    readonly hedgeAfterMs: number | undefined;
    readonly counts: RoutingCounts;
}

export interface LagSource {
    readonly get: () => LagReport;
    readonly getSnapshot: () => LagReport;
    readonly getServerSnapshot: () => LagReport;
    readonly listen: (listener: () => void) => () => void;
    readonly subscribe: (listener: (report: LagReport) => void) => () => void;
}

export interface ListenOptions {
    readonly signal?: AbortSignal | undefined;
}

export interface ListOptions<Row> {
    readonly item: string;
    readonly items?: string | undefined;
    readonly id?: string | undefined;
    readonly version?: string | undefined;
    toRow?(this: void, item: unknown): Row;
    includes?(this: void, row: Row, request: ListRequest): boolean;
    order?(this: void, left: Row, right: Row, request: ListRequest): number;
    members?(this: void, request: ListRequest): readonly string[];
    readonly pages?: ListPages | undefined;
}

export interface ListPages {
    readonly parameter: string;
    readonly first?: string | undefined;
    readonly next: string;
}

export interface ListRequest {
    readonly url: URL;
    readonly params: Params;
}

export interface Loaded {
    readonly floors: ReadonlyMap<string, ScopeFloors>;
    readonly keys: ReadonlyMap<string, KeyMeta>;
}

export interface Mutation<Variables, Value> extends Readable<MutationState<Variables, Value>> {
    readonly mutate: (variables: Variables) => MutationCall<Value>;
    readonly reset: () => void;
}

export interface MutationCall<Value> {
    readonly id: string;
    readonly acknowledged: Promise<Value>;
    readonly settled: Promise<'settled' | 'unknown'>;
}

export interface MutationContext {
    readonly temporaryId: string;
}

export interface MutationFacts {
    readonly id: string;
    readonly reason: 'creation-failed' | 'ended-elsewhere';
}

export interface MutationFunction {
    <Variables, Value>(options: MutationOptions<Variables, Value> & {
        readonly parse: StandardSchema<Value>;
    }): Mutation<Variables, Value>;
    <Variables, Value>(options: MutationOptions<Variables, Value> & {
        readonly parse: Parse<Value>;
    }): Mutation<Variables, Value>;
    <Variables>(options: MutationOptions<Variables, unknown> & {
        readonly parse?: undefined;
    }): Mutation<Variables, unknown>;
}

export interface MutationOptions<Variables, Value> {
    readonly request: (variables: Variables) => MutationRequest;
    readonly optimistic?: ((variables: Variables, context: MutationContext) => readonly Operation[]) | undefined;
    readonly parse?: Parse<Value> | StandardSchema<Value> | undefined;
    readonly idOf?: ((value: Value) => string | number | undefined) | undefined;
    readonly line?: ((variables: Variables) => string) | undefined;
    readonly outbox?: Outbox | undefined;
    readonly name?: string | undefined;
}

export interface MutationRequest {
    readonly url: string | URL;
    readonly method?: string | undefined;
    readonly headers?: HeadersInit | undefined;
    readonly json?: unknown;
    readonly body?: BodyInit | undefined;
}

export interface MutationState<Variables, Value> {
    readonly status: 'idle' | 'pending' | 'acknowledged' | 'settled' | 'error';
    readonly variables: Variables | undefined;
    readonly value: Value | undefined;
    readonly error: unknown;
    readonly underWay: number;
}

export interface NamedFigures extends Figures {
    readonly name: string;
}

export interface Names {
    readonly scopes: Iterable<string>;
    readonly keys: Iterable<string>;
}

export interface Observer<T> {
    readonly next?: ((value: T) => void) | undefined;
}

export interface Operation {
    readonly key: string;
    apply(value: unknown): unknown;
}

export interface OptionsFacts {
    readonly field: string;
    readonly value: unknown;
    readonly accepted: string;
}

export interface OrderedWrite {
    readonly client: object;
    readonly input: RequestInfo | URL;
    readonly init: RequestInit | undefined;
    readonly url: URL;
    readonly method: string;
    readonly signal: AbortSignal | undefined;
    readonly scopes: readonly string[] | undefined;
    readonly ruleScopes: readonly string[];
    readonly options: {
        readonly principal: string;
        readonly now: () => number;
        readonly setTimer: (callback: () => void, delayMs: number) => () => void;
    };
    readonly emit: (facts: EventFacts) => void;
}

export interface Outbox {
    readonly attach: (client: Client, parts: ClientParts) => Courier;
}

export interface OutboxContext {
    readonly principal: string;
    readonly onUnreadable: (record: string, cause: unknown) => void;
}

export interface OutboxOptions {
    readonly store?: OpenOutboxStore | undefined;
    readonly header?: string | undefined;
    readonly locks?: Pick<LockManager, 'request'> | false | undefined;
}

export interface OutboxRecord {
    readonly id: string;
    readonly name: string;
    readonly line: string;
    readonly variables: unknown;
    readonly at: number;
    readonly answered?: Answered | undefined;
}

export interface OutboxStore {
    readonly load: () => Promise<readonly OutboxRecord[]>;
    readonly add: (record: OutboxRecord) => Promise<void>;
    readonly answer: (id: string, answered: Answered) => Promise<void>;
    readonly remove: (id: string) => Promise<void>;
    readonly clear: () => Promise<void>;
    readonly close: () => void;
}

export interface OverlayReport {
    readonly replaced: number;
    readonly added: number;
    readonly hidden: number;
}

export interface Point {
    readonly epoch: string;
    readonly position: string;
}

export interface ProtocolFacts {
    readonly what: string;
    readonly text: string;
    readonly expected: string;
}

export interface Put {
    readonly key: string;
    readonly state: KeyState<unknown>;
    readonly bytes: number;
}

export interface QueryParameterOptions {
    readonly minVersion?: string | undefined;
    readonly readConsistency?: string | undefined;
}

export interface Readable<T> {
    readonly get: () => T;
    readonly getSnapshot: () => T;
    readonly getServerSnapshot: () => T;
    readonly listen: (listener: () => void, options?: ListenOptions) => Unsubscribe;
    readonly subscribe: (observer: ((value: T) => void) | Observer<T>, options?: ListenOptions) => Unsubscribe;
    readonly until: {
        <S extends T>(predicate: (value: T) => value is S, options?: UntilOptions): Promise<S>;
        (predicate: (value: T) => boolean, options?: UntilOptions): Promise<T>;
    };
    readonly select: <S>(part: (value: T) => S, equal?: (left: S, right: S) => boolean) => Readable<S>;
    readonly [Symbol.asyncIterator]: () => AsyncIterableIterator<T>;
    readonly '@@observable': () => Readable<T>;
}

export interface ReadReport {
    readonly level: Level;
    readonly achieved: 'fresh' | 'behind' | 'unverified';
    readonly source: Source;
    readonly versions: Versions | undefined;
    readonly want: Version | undefined;
    readonly attempts: number;
    readonly servedBy: string | undefined;
    readonly overlaid?: OverlayReport | undefined;
    readonly why: string;
}

export interface RoutingCounts {
    readonly reads: number;
    readonly requests: number;
    readonly toPrimary: number;
    readonly hedges: number;
    readonly wasted: number;
    readonly behind: number;
}

export interface Rule {
    readonly match: string | RegExp | ((request: {
        url: URL;
        method: string;
    }) => boolean);
    readonly scope?: string | undefined;
    readonly versions?: Wire | undefined;
    readonly consistency?: Level | undefined;
    readonly key?: string | undefined;
    readonly affects?: readonly string[] | ((write: WriteFacts) => readonly string[]) | undefined;
    readonly maxAgeMs?: number | undefined;
    readonly staleWhileRevalidateMs?: number | undefined;
    readonly keep?: Keep | undefined;
    readonly list?: ListRule | undefined;
    readonly writes?: WriteOrder | undefined;
    readonly concurrent?: Concurrency | undefined;
    readonly budgetMs?: number | undefined;
    readonly onUnavailable?: OnUnavailable | undefined;
    readonly onUnversioned?: OnUnversioned | undefined;
}

export interface ScopeFloors {
    readonly read?: Version | undefined;
    readonly write?: Version | undefined;
}

export interface SerializedOptions {
    readonly waitMs?: number | false | undefined;
    readonly locks?: Pick<LockManager, 'request'> | false | undefined;
}

export interface ServedBy {
    readonly name: string;
    readonly lagMs?: number | undefined;
    readonly isPrimary: boolean;
}

export interface SessionEndedFacts {
    readonly reason: SessionEnd;
}

export interface SessionSnapshot {
    readonly floors: ReadonlyMap<string, ScopeFloors>;
}

export interface SnapshotFacts {
    readonly version: Versions | undefined;
    readonly source: Source | undefined;
    readonly fetching: boolean;
    readonly behind: false | Behind;
    readonly pending: boolean;
    readonly validatedAt: number | undefined;
    readonly error: unknown;
}

export interface StandardIssue {
    readonly message: string;
    readonly path?: readonly (PropertyKey | {
        readonly key: PropertyKey;
    })[] | undefined;
}

export interface StandardSchema<Output> {
    readonly '~standard': {
        readonly version: 1;
        readonly vendor: string;
        readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
        readonly types?: {
            readonly input: unknown;
            readonly output: Output;
        } | undefined;
    };
}

export interface StorageContext {
    readonly formatOf: FormatOf;
    readonly principal: string;
    readonly now: () => number;
    readonly onDegraded: (reason: string, cause: unknown) => void;
    readonly onUnreadable: (record: string, cause: unknown) => void;
}

export interface TabChannelOptions {
    readonly open?: ((name: string, onMessage: (message: unknown) => void) => HintChannel) | undefined;
}

export interface Tabs {
    readonly tellStored: (batch: Batch) => void;
    readonly tellSignedOut: () => void;
    readonly close: () => void;
}

export interface TabsHost {
    readonly principal: string;
    readonly formatOf: FormatOf;
    readonly held: Held;
    readonly look: (names: Names) => Promise<void>;
    readonly checkSignedOut: () => void;
}

export interface Tidemark extends Client {
    readonly watch: WatchFunction;
    readonly session: TidemarkSession & Readable<SessionSnapshot>;
    readonly dehydrate: () => DehydratedState;
    readonly hydrate: (state: unknown) => void;
    readonly mutation: MutationFunction;
}

export interface TidemarkRequestInit extends RequestInit {
    readonly consistency?: Level | undefined;
    readonly budgetMs?: number | undefined;
    readonly onUnavailable?: OnUnavailable | undefined;
    readonly kind?: 'read' | undefined;
}

export interface TidemarkSession {
    readonly floors: () => ReadonlyMap<string, ScopeFloors>;
    readonly expect: (target: string, version: string, options?: {
        forMs?: number;
    }) => boolean;
    readonly admit: (target: string, value: unknown, version: string) => boolean;
    readonly settled: (response: Response, options?: WaitOptions) => Promise<'settled' | 'pending' | 'unknown'>;
    readonly token: () => string;
    readonly adopt: (token: string) => void;
    readonly signOut: () => Promise<void>;
    readonly use: (principal: string) => Promise<void>;
}

export interface TokenWireOptions {
    readonly name: string;
    readonly response: string;
    readonly request?: string | undefined;
    readonly scope: (request: WireRequest) => string;
    readonly parse?: ((text: string) => string) | undefined;
    readonly merge?: ((held: string, received: string) => string) | undefined;
    readonly print?: ((token: string) => string) | undefined;
}

export interface Tombstone {
    readonly kind: 'tombstone';
    readonly versions: Versions;
    readonly isAfter: boolean;
    readonly validatedAt: number;
}

export interface TransportFacts {
    readonly url: string;
    readonly status: number;
    readonly statusText: string;
    readonly body?: string | undefined;
}

export interface Unsubscribe {
    (): void;
    readonly unsubscribe: () => void;
    readonly [Symbol.dispose]: () => void;
}

export interface UntilOptions {
    readonly timeoutMs?: number | undefined;
    readonly signal?: AbortSignal | undefined;
}

export interface ValueEntry<T> {
    readonly kind: 'value';
    readonly versions: Versions;
    readonly value: T;
    readonly validatedAt: number;
}

export interface ValueSnapshot<T> extends SnapshotFacts {
    readonly status: 'ready';
    readonly value: T;
}

export interface Version extends Point {
    readonly scope: string;
    readonly upTo?: string | undefined;
}

export interface VersionedStorage {
    readonly load: (only?: Names) => Promise<Loaded>;
    readonly read: (key: string) => Promise<Entry<unknown> | undefined>;
    readonly commit: (batch: Batch) => Promise<CommitResult>;
    readonly clear: () => Promise<void>;
    readonly close: () => void;
}

export interface VersionFormat {
    readonly name: string;
    readonly parse: (text: string) => Point;
    readonly print: (point: Point) => string;
    readonly parsePosition: (text: string) => string;
    readonly comparePositions: (left: string, right: string) => Order;
    readonly joinPositions: (left: string, right: string) => string;
    readonly compareEpochs?: ((left: string, right: string) => Order) | undefined;
}

export interface VersionProblem {
    readonly kind: 'behind' | 'never';
    readonly retryAfterMs?: number | undefined;
}

export interface VersionUnavailableFacts {
    readonly url: string;
    readonly required: string;
    readonly offered: string | undefined;
    readonly attempts: number;
    readonly waitedMs: number;
}

export interface WaitOptions {
    readonly timeoutMs?: number | undefined;
    readonly signal?: AbortSignal | undefined;
}

export interface Watch<T> extends Readable<Snapshot<T>> {
    readonly refresh: () => Promise<Snapshot<T>>;
}

export interface WatchFunction {
    <T>(target: WatchTarget, options: WatchOptions & {
        readonly parse: StandardSchema<T>;
    }): Watch<T>;
    <T>(target: WatchTarget, options: WatchOptions & {
        readonly parse: Parse<T>;
    }): Watch<T>;
    (target: WatchTarget, options?: WatchOptions & {
        readonly parse?: undefined;
    }): Watch<unknown>;
}

export interface WatchOptions extends Pick<TidemarkRequestInit, 'consistency' | 'budgetMs' | 'onUnavailable'> {
    readonly parse?: Parse<unknown> | StandardSchema<unknown> | undefined;
    readonly headers?: HeadersInit | undefined;
    readonly revalidateOn?: readonly RevalidationCause[] | undefined;
    readonly intervalMs?: number | false | undefined;
    readonly graceMs?: number | undefined;
}

export interface WatchRequest {
    readonly url: string;
    readonly method?: string | undefined;
    readonly headers?: HeadersInit | undefined;
    readonly credentials?: RequestCredentials | undefined;
}

export interface Wire {
    readonly name: string;
    readonly evidence: Evidence;
    readonly format?: VersionFormat | undefined;
    readonly asksPrimary: boolean;
    readonly scopesOf?: ((request: WireRequest) => readonly [string, ...string[]]) | undefined;
    readonly touches?: ((request: WireRequest, scope: string) => boolean) | undefined;
    readonly versionsIn: (answer: WireAnswer) => Versions | 'in-body' | undefined;
    readonly refusalIn?: ((answer: WireAnswer) => VersionProblem | 'in-body' | undefined) | undefined;
    readonly sourceIn?: ((answer: WireAnswer) => ServedBy | undefined) | undefined;
    readonly attach?: ((carrying: Carrying) => Attachment | undefined) | undefined;
    readonly depart?: ((departure: Departure) => Settle) | undefined;
}

export interface WireAnswer {
    readonly request: WireRequest;
    readonly status: number;
    readonly headers: HeaderReader;
    readonly document: unknown;
    readonly attached: Attachment | undefined;
}

export interface WireRequest {
    readonly kind: 'read' | 'write';
    readonly url: URL;
    readonly scope: string | undefined;
}

export interface WriteFacts {
    readonly url: URL;
    readonly method: string;
    readonly params: Params;
    readonly body: unknown;
}

export interface WriteNotSentFacts {
    readonly url: string;
    readonly method: string;
    readonly scopes: readonly string[];
    readonly ahead: number;
    readonly waitedMs: number;
}

export interface WriteOrder {
    readonly name: string;
    readonly send: <T>(write: OrderedWrite, transmit: (request: Request) => Promise<T>) => Promise<T>;
}

export type Entry<T> = ValueEntry<T> | Tombstone;

export type Evidence = 'version' | 'hint' | 'token';

export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

export type FormatOf = (scope: string) => VersionFormat;

export type HeldMeta = {
    readonly kind: 'value';
    readonly versions: Versions;
    readonly validatedAt: number;
    readonly bytes: number;
    readonly usedAt: number;
} | {
    readonly kind: 'tombstone';
    readonly versions: Versions;
    readonly isAfter: boolean;
    readonly validatedAt: number;
};

export type Keep = 'disk' | 'memory' | 'nothing';

export type Level = LevelName | {
    readonly maxStalenessMs: number;
};

export type LevelName = (typeof levelNames)[number];

export type OnUnavailable = 'throw' | 'serve-stale';

export type OnUnversioned = 'accept' | 'throw';

export type OpenOutboxStore = (context: OutboxContext) => OutboxStore;

export type OpenStorage = (context: StorageContext) => VersionedStorage;

export type OpenTabs = (host: TabsHost) => Tabs;

export type Order = 'before' | 'equal' | 'after' | 'concurrent' | 'foreign';

export type Outcome = {
    readonly kind: 'acknowledged';
    readonly json: unknown;
} | {
    readonly kind: 'refused';
    readonly error: unknown;
    readonly status: number | undefined;
    readonly isByVersion: boolean;
    readonly retryAfterMs: number | undefined;
};

export type Params = Readonly<Record<string, string>>;

export type Parse<T> = (json: unknown) => T;

export type RejectionReason = 'older' | 'concurrent' | 'foreign' | 'deleted';

export type ResolveValues = (held: unknown, arrived: unknown, versions: ConcurrentVersions) => unknown;

export type RevalidationCause = 'focus' | 'reconnect';

export type Routing = (parts: ClientParts) => Router;

export type SessionEnd = 'signed-out' | 'signed-out-elsewhere' | 'switched';

export type SetTimer = (callback: () => void, delayMs: number) => () => void;

export type Settle = (versions: Versions | undefined, servedBy: ServedBy | undefined) => Versions | undefined;

export type Snapshot<T> = ValueSnapshot<T> | EmptySnapshot;

export type Source = 'memory' | 'disk' | 'network' | 'tab' | 'push' | 'optimistic' | 'ssr';

export type StandardResult<Output> = {
    readonly value: Output;
    readonly issues?: undefined;
} | {
    readonly issues: readonly StandardIssue[];
};

export type TidemarkErrorCode = 'version-unavailable' | 'epoch-changed' | 'write-not-sent' | 'protocol' | 'storage' | 'options' | 'closed' | 'session-ended' | 'transport' | 'mutation' | 'invariant';

export type TidemarkEvent = {
    readonly at: number;
} & ({
    readonly type: 'read:planned';
    readonly read: number;
    readonly key: string;
    readonly url: string;
    readonly level: Level;
    readonly plan: ReadPlan;
}
 | {
    readonly type: 'read:joined';
    readonly read: number;
    readonly key: string;
    readonly shared: number;
} | {
    readonly type: 'read:served';
    readonly read: number;
    readonly key: string;
    readonly report: ReadReport;
} | {
    readonly type: 'read:escalated';
    readonly read: number;
    readonly key: string;
    readonly url: string;
} | {
    readonly type: 'read:refused';
    readonly read: number;
    readonly url: string;
    readonly reason: string;
}
 | {
    readonly type: 'read:failed';
    readonly read: number;
    readonly key: string;
    readonly cause: unknown;
} | {
    readonly type: 'request:sent';
    readonly read: number;
    readonly key: string;
    readonly floors: Versions;
    readonly asksPrimary: boolean;
} | {
    readonly type: 'answer:received';
    readonly read: number;
    readonly key: string;
    readonly status: number;
    readonly versions: Versions | undefined;
    readonly servedBy: ServedBy | undefined;
} | {
    readonly type: 'answer:refused';
    readonly read: number;
    readonly key: string;
    readonly url: string;
    readonly verdict: 'behind' | 'never' | 'unknown';
    readonly want: Version | undefined;
    readonly got: Version | undefined;
    readonly servedBy: string | undefined;
} | {
    readonly type: 'entry:admitted';
    readonly key: string;
    readonly source: Source;
    readonly versions: Versions;
    readonly kind: Entry<unknown>['kind'];
    readonly bytes: number;
} | {
    readonly type: 'entry:rejected';
    readonly key: string;
    readonly source: Source;
    readonly reason: RejectionReason;
    readonly versions: Versions;
}
 | {
    readonly type: 'entry:resolved';
    readonly key: string;
    readonly source: Source;
    readonly versions: Versions;
}
 | {
    readonly type: 'write:sent';
    readonly write: number;
    readonly url: string;
    readonly method: string;
}
 | {
    readonly type: 'write:refused';
    readonly write: number;
    readonly url: string;
    readonly status: number;
}
 | {
    readonly type: 'write:failed';
    readonly write: number;
    readonly url: string;
    readonly cause: unknown;
} | {
    readonly type: 'write:acknowledged';
    readonly write: number;
    readonly url: string;
    readonly method: string;
    readonly versions: Versions | undefined;
}
 | {
    readonly type: 'write:unanswered';
    readonly url: string;
    readonly method: string;
    readonly cause: unknown;
}
 | {
    readonly type: 'operation:begun';
    readonly id: string;
    readonly keys: readonly string[];
}
 | {
    readonly type: 'operation:settled';
    readonly id: string;
}
 | {
    readonly type: 'operation:failed';
    readonly id: string;
    readonly cause: unknown;
}
 | {
    readonly type: 'write:confined';
    readonly cause: unknown;
} | {
    readonly type: 'floor:raised';
    readonly kind: 'read' | 'write';
    readonly version: Version;
} | {
    readonly type: 'floor:overflowed';
    readonly scope: string;
    readonly cause: unknown;
} | {
    readonly type: 'epoch:reset';
    readonly scope: string;
    readonly from: string | undefined;
    readonly version: Version;
} | {
    readonly type: 'dependency:awaited';
    readonly url: string;
    readonly resource: string | undefined;
    readonly version: Version;
} | {
    readonly type: 'listing:advanced';
    readonly url: string;
    readonly versions: Versions;
    readonly pagesBehind: readonly string[];
} | {
    readonly type: 'list:unreadable';
    readonly url: string;
    readonly items: string;
} | {
    readonly type: 'read:routed';
    readonly read: number;
    readonly key: string;
    readonly url: string;
    readonly endpoint: string;
    readonly why: string;
    readonly hedgeAfterMs: number | undefined;
} | {
    readonly type: 'read:hedged';
    readonly read: number;
    readonly key: string;
    readonly endpoint: string;
    readonly afterMs: number;
} | {
    readonly type: 'endpoint:left';
    readonly endpoint: string;
    readonly restMs: number;
    readonly why: string;
} | {
    readonly type: 'endpoint:rejoined';
    readonly endpoint: string;
} | {
    readonly type: 'share:moved';
    readonly from: number;
    readonly to: number;
    readonly why: string;
} | {
    readonly type: 'answer:shadowed';
    readonly key: string;
    readonly url: string;
    readonly want: Version | undefined;
    readonly got: Version | undefined;
    readonly servedBy: string | undefined;
} | {
    readonly type: 'expectation:raised';
    readonly version: Version;
} | {
    readonly type: 'expectation:expired';
    readonly version: Version;
} | {
    readonly type: 'session:adopted';
    readonly scopes: readonly string[];
}
 | {
    readonly type: 'session:ended';
    readonly reason: SessionEnd;
}
 | {
    readonly type: 'session:begun';
} | {
    readonly type: 'version:malformed';
    readonly url: string;
    readonly cause: unknown;
} | {
    readonly type: 'version:missing';
    readonly url: string;
    readonly scope: string;
} | {
    readonly type: 'storage:degraded';
    readonly reason: string;
    readonly cause: unknown;
} | {
    readonly type: 'record:unreadable';
    readonly record: string;
    readonly cause: unknown;
} | {
    readonly type: 'client:closed';
});

export type VersionLocation = Wire;

export type Versions = readonly Version[];

export type WatchTarget = string | URL | WatchRequest;
