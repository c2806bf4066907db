export declare const laggingApiOrigin = "http://lagging.test";

export declare const systemClock: Clock;

export declare function checkGuarantees(history: History, options?: CheckOptions): GuaranteeReport;

export declare function createHistory(clock?: Pick<Clock, 'now'>): HistoryRecorder;

export declare function createLaggingApi(options?: LaggingApiOptions): LaggingApi;

export declare function createRandom(seed: number | string): Random;

export declare function createVirtualClock({ startMs }?: {
    startMs?: number;
}): VirtualClock;

export declare function culpritOf(violation: Violation): Operation | UnfinishedOperation;

export declare function parseHistory(text: string): History;

export declare function recordFetch(fetch: typeof globalThis.fetch, history: HistoryRecorder, options?: RecordFetchOptions): typeof globalThis.fetch;

export declare function recordRequests(fetch: typeof globalThis.fetch, history: HistoryRecorder, { session }?: {
    readonly session?: string | undefined;
}): typeof globalThis.fetch;

export declare function runWorkload(options: WorkloadOptions): Promise<HistoryRecorder>;

export interface ApplyEntry extends LogFacts {
    readonly kind: 'apply';
}

export interface CheckOptions {
    readonly granularity?: 'key' | 'scope' | undefined;
    readonly convergence?: ConvergenceBound | undefined;
    readonly liveness?: LivenessBound | undefined;
}

export interface Clock {
    readonly now: () => number;
    readonly sleep: Sleep;
}

export interface CommitEntry extends LogFacts {
    readonly kind: 'commit';
    readonly key: string;
    readonly collection?: string | undefined;
    readonly isDelete: boolean;
    readonly depends?: readonly Dependency[] | undefined;
}

export interface ConvergenceBound {
    readonly withinMs: number;
    readonly lagEndedAtMs?: number | undefined;
}

export interface CorsOptions {
    readonly origin: string;
    readonly exposes?: readonly string[] | undefined;
}

export interface Dependency {
    readonly scope: string;
    readonly epoch: string;
    readonly position: string;
    readonly key?: string | undefined;
}

export interface EpochBeginning extends Place {
    readonly from: string;
    readonly parent: string;
}

export interface EpochEntry extends LogFacts {
    readonly kind: 'epoch';
    readonly ended: string;
    readonly parent: string;
}

export interface GuaranteeReport {
    readonly reads: number;
    readonly writes: number;
    readonly unjudged: number;
    readonly violations: readonly Violation[];
    readonly verdicts: Readonly<Record<Guarantee, Verdict>>;
    readonly perThousand: {
        readonly readYourWrites: number;
        readonly monotonicReads: number;
    };
}

export interface HandleOptions {
    readonly server?: string | undefined;
    readonly basePath?: string | undefined;
}

export interface History {
    readonly operations: readonly Operation[];
    readonly log?: readonly LogEntry[] | undefined;
    readonly requests?: readonly RequestSent[] | undefined;
    readonly unfinished?: readonly UnfinishedOperation[] | undefined;
    readonly endedAtMs?: number | undefined;
}

export interface HistoryDocument extends History {
    readonly format: typeof historyFormat;
}

export interface HistoryRecorder extends History {
    readonly invoke: (operation?: Omit<UnfinishedOperation, 'invoked'>) => Moment;
    readonly recordRead: (facts: ReadFacts) => ReadOperation;
    readonly recordWrite: (facts: WriteFacts) => WriteOperation;
    readonly recordReset: (facts: ResetFacts) => ResetOperation;
    readonly recordRequest: (session: string) => void;
    readonly recordLog: (log: readonly LogEntry[]) => void;
    readonly subscribe: (listener: (operation: Operation) => void) => () => void;
    readonly toJSON: () => HistoryDocument;
}

export interface InitialContent {
    readonly items?: Readonly<Record<string, readonly JsonObject[]>> | undefined;
    readonly counters?: Readonly<Record<string, number>> | undefined;
    readonly conversations?: Readonly<Record<string, readonly JsonObject[]>> | undefined;
}

export interface Inspection {
    readonly atMs: number;
    readonly servers: readonly ServerState[];
}

export interface LaggingApi {
    readonly handle: (request: Request, options?: HandleOptions) => Promise<Response>;
    readonly fetch: typeof globalThis.fetch;
    readonly setLag: (lag: Distribution, replica?: string) => void;
    readonly setReplicas: (count: number) => void;
    readonly pause: (replica: string) => void;
    readonly resume: (replica: string) => void;
    readonly partition: (server: string, answer?: Exclude<Reach, 'reachable'>) => void;
    readonly heal: (server: string) => void;
    readonly failOver: (replica: string) => EpochBeginning;
    readonly restore: (position: number, scope?: string) => EpochBeginning;
    readonly log: () => readonly LogEntry[];
    readonly inspect: () => Inspection;
    readonly subscribe: (listener: (event: LaggingApiEvent) => void) => () => void;
}

export interface LaggingApiOptions {
    readonly seed?: number | string | undefined;
    readonly replicas?: number | undefined;
    readonly lag?: Distribution | readonly Distribution[] | undefined;
    readonly latency?: Distribution | undefined;
    readonly balancing?: Balancing | undefined;
    readonly scope?: string | undefined;
    readonly partitions?: Readonly<Record<string, PartitionOptions>> | undefined;
    readonly versions?: VersionsTold | undefined;
    readonly floors?: FloorPolicy | undefined;
    readonly writeFloors?: 'ignore' | 'check' | undefined;
    readonly waitMs?: number | undefined;
    readonly collections?: readonly string[] | undefined;
    readonly initial?: InitialContent | undefined;
    readonly cors?: CorsOptions | false | undefined;
    readonly now?: (() => number) | undefined;
    readonly sleep?: Sleep | undefined;
    readonly timeOriginMs?: number | undefined;
}

export interface LivenessBound {
    readonly budgetMs: number;
    readonly networkMs: number;
    readonly requestsPerOperationMax?: number | undefined;
}

export interface LivenessViolation extends ViolationFacts {
    readonly guarantee: 'liveness';
    readonly operation: Operation | UnfinishedOperation;
}

export interface LogFacts {
    readonly scope: string;
    readonly epoch: string;
    readonly position: string;
    readonly server: string;
    readonly atMs: number;
}

export interface Moment {
    readonly step: number;
    readonly atMs: number;
}

export interface OperationFacts {
    readonly session: string;
    readonly invoked: Moment;
    readonly completed: Moment;
    readonly scope: string;
}

export interface PartitionOptions {
    readonly paths: readonly string[];
    readonly replicas?: number | undefined;
    readonly lag?: Distribution | readonly Distribution[] | undefined;
}

export interface Place {
    readonly epoch: string;
    readonly position: number;
}

export interface Random {
    readonly next: () => number;
    readonly below: (bound: number) => number;
    readonly substream: (name: string) => Random;
}

export interface ReadOperation extends OperationFacts {
    readonly kind: 'read';
    readonly id: number;
    readonly key: string;
    readonly collection?: string | undefined;
    readonly epoch: string;
    readonly asOf?: string | undefined;
    readonly seen: Seen;
    readonly depends?: readonly Dependency[] | undefined;
    readonly level?: string | undefined;
    readonly source?: string | undefined;
    readonly maxStalenessMs?: number | undefined;
}

export interface ReadViolation extends ViolationFacts {
    readonly guarantee: 'read-your-writes' | 'monotonic-reads' | 'consistent-prefix';
    readonly read: ReadOperation;
    readonly witness: Operation;
}

export interface RecordFetchOptions {
    readonly session?: string | undefined;
    readonly scope?: string | undefined;
    readonly explain?: ((response: Response) => ClientWord | undefined) | undefined;
}

export interface RequestAnswered {
    readonly type: 'request:answered';
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly servedBy: string;
    readonly isPrimary: boolean;
    readonly asOf: Place;
    readonly lagMs: number;
    readonly waitedMs: number;
}

export interface RequestSent {
    readonly session: string;
    readonly sent: Moment;
}

export interface ResetFacts {
    readonly session: string;
    readonly scope: string;
    readonly fromEpoch?: string | undefined;
    readonly toEpoch: string;
}

export interface ResetOperation extends OperationFacts {
    readonly kind: 'reset';
    readonly id: number;
    readonly fromEpoch: string;
    readonly toEpoch: string;
}

export interface SeenRow {
    readonly key: string;
    readonly position?: string | undefined;
}

export interface ServerState {
    readonly name: string;
    readonly isPrimary: boolean;
    readonly epoch: string;
    readonly position: number;
    readonly lagMs: number;
    readonly reach: Reach;
    readonly isPaused: boolean;
}

export interface StaleViolation extends ViolationFacts {
    readonly guarantee: 'bounded-staleness' | 'convergence';
    readonly read: ReadOperation;
    readonly witness: CommitEntry | EpochEntry;
}

export interface UnfinishedOperation {
    readonly kind: 'read' | 'write';
    readonly session: string;
    readonly key: string;
    readonly invoked: Moment;
}

export interface ViolationFacts {
    readonly session: string;
    readonly key: string;
    readonly message: string;
}

export interface VirtualClock extends Clock {
    readonly setTimer: (callback: () => void, delayMs: number) => () => void;
    readonly run: <T>(task: () => Promise<T>) => Promise<T>;
}

export interface WorkloadOptions {
    readonly fetch: typeof globalThis.fetch;
    readonly baseUrl?: string | undefined;
    readonly seed?: number | string | undefined;
    readonly reads?: number | undefined;
    readonly readIntervalMs?: number | undefined;
    readonly writeIntervalMs?: number | undefined;
    readonly resources?: readonly WorkloadResource[] | undefined;
    readonly clock?: Clock | undefined;
    readonly history?: HistoryRecorder | undefined;
    readonly session?: string | undefined;
    readonly explain?: RecordFetchOptions['explain'];
    readonly log?: (() => readonly LogEntry[]) | undefined;
    readonly signal?: AbortSignal | undefined;
}

export interface WriteOperation extends OperationFacts {
    readonly kind: 'write';
    readonly id: number;
    readonly key: string;
    readonly collection?: string | undefined;
    readonly isDelete: boolean;
    readonly outcome: 'acknowledged' | 'refused' | 'unknown';
    readonly epoch: string;
    readonly position?: string | undefined;
}

export interface WriteViolation extends ViolationFacts {
    readonly guarantee: 'monotonic-writes' | 'writes-follow-reads';
    readonly write: WriteOperation;
    readonly witness: Operation;
    readonly server: string;
}

export type Balancing = 'random' | 'round-robin' | 'sticky' | {
    readonly kind: 'weighted';
    readonly weights: readonly number[];
};

export type ClientWord = Pick<ReadFacts, 'level' | 'source' | 'maxStalenessMs'>;

export type Distribution = {
    readonly kind: 'fixed';
    readonly ms: number;
} | {
    readonly kind: 'uniform';
    readonly fromMs: number;
    readonly toMs: number;
}
 | {
    readonly kind: 'exponential';
    readonly meanMs: number;
}
 | {
    readonly kind: 'lognormal';
    readonly medianMs: number;
    readonly sigma: number;
};

export type FloorPolicy = 'ignore' | 'wait-then-primary' | 'refuse';

export type Guarantee = (typeof guarantees)[number];

export type JsonObject = Readonly<Record<string, JsonValue>>;

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | {
    readonly [name: string]: JsonValue;
};

export type LaggingApiEvent = {
    readonly at: number;
} & LaggingApiEventFacts;

export type LaggingApiEventFacts = RequestAnswered | {
    readonly type: 'request:lost';
    readonly method: string;
    readonly path: string;
    readonly server: string;
} | ({
    readonly type: 'write:committed';
    readonly path: string;
} & Place) | ({
    readonly type: 'epoch:begun';
    readonly from: string;
} & Place) | {
    readonly type: 'topology:changed';
    readonly change: 'lag' | 'replicas' | 'paused' | 'resumed' | 'partitioned' | 'healed';
    readonly server: string | undefined;
};

export type LogEntry = CommitEntry | ApplyEntry | EpochEntry;

export type Operation = ReadOperation | WriteOperation | ResetOperation;

export type Reach = 'reachable' | 'status-503' | 'network-error';

export type ReadFacts = Omit<ReadOperation, 'kind' | 'id' | 'completed'>;

export type Seen = {
    readonly kind: 'value';
    readonly position?: string | undefined;
} | {
    readonly kind: 'absent';
} | {
    readonly kind: 'rows';
    readonly rows: readonly SeenRow[];
    readonly isComplete: boolean;
} | {
    readonly kind: 'nothing';
};

export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export type Verdict = {
    readonly kind: 'kept' | 'broken';
    readonly judged: number;
} | {
    readonly kind: 'undecided';
    readonly why: string;
};

export type VersionsTold = 'wire' | 'body' | 'none';

export type Violation = ReadViolation | StaleViolation | WriteViolation | LivenessViolation;

export type WorkloadResource = 'photos' | 'counter' | 'conversation';

export type WriteFacts = Omit<WriteOperation, 'kind' | 'id' | 'completed'>;
