export declare const laggingApiOrigin = "http://lagging.test";

export declare const systemClock: Clock;

export declare function checkGuarantees(history: History, options?: CheckOptions): GuaranteeReport;

export declare function createHistory(clock?: Pick<Clock, 'now'>): HistoryRecorder;

export declare function createLaggingApi(options?: LaggingApiOptions): LaggingApi;

export declare function createRandom(seed: number | string): Random;

export declare function createVirtualClock({ startMs }?: {
    startMs?: number;
}): VirtualClock;

export declare function parseHistory(text: string): History;

export declare function recordFetch(fetch: typeof globalThis.fetch, history: HistoryRecorder, options?: RecordFetchOptions): typeof globalThis.fetch;

export declare function runWorkload(options: WorkloadOptions): Promise<HistoryRecorder>;

export interface CheckOptions {
    readonly granularity?: 'key' | 'scope' | undefined;
}

export interface Clock {
    readonly now: () => number;
    readonly sleep: Sleep;
}

export interface CorsOptions {
    readonly origin: string;
    readonly exposes?: readonly string[] | undefined;
}

export interface EpochBeginning extends Place {
    readonly from: string;
    readonly parent: string;
}

export interface GuaranteeReport {
    readonly reads: number;
    readonly writes: number;
    readonly unjudged: number;
    readonly violations: readonly Violation[];
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
}

export interface HistoryDocument extends History {
    readonly format: typeof historyFormat;
}

export interface HistoryRecorder extends History {
    readonly invoke: () => Moment;
    readonly recordRead: (facts: ReadFacts) => ReadOperation;
    readonly recordWrite: (facts: WriteFacts) => WriteOperation;
    readonly recordReset: (facts: ResetFacts) => ResetOperation;
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
    readonly restore: (position: number) => EpochBeginning;
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
    readonly versions?: VersionsTold | undefined;
    readonly floors?: FloorPolicy | undefined;
    readonly waitMs?: number | undefined;
    readonly collections?: readonly string[] | undefined;
    readonly initial?: InitialContent | undefined;
    readonly cors?: CorsOptions | false | undefined;
    readonly now?: (() => number) | undefined;
    readonly sleep?: Sleep | undefined;
    readonly timeOriginMs?: number | undefined;
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
    readonly level?: string | undefined;
    readonly source?: string | undefined;
}

export interface RecordFetchOptions {
    readonly session?: string | undefined;
    readonly scope?: string | undefined;
    readonly explain?: ((response: Response) => Pick<ReadFacts, 'level' | 'source'> | undefined) | undefined;
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

export interface Violation {
    readonly guarantee: Guarantee;
    readonly session: string;
    readonly key: string;
    readonly read: ReadOperation;
    readonly witness: Operation;
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

export type Balancing = 'random' | 'round-robin' | 'sticky' | {
    readonly kind: 'weighted';
    readonly weights: readonly number[];
};

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

export type Guarantee = 'read-your-writes' | 'monotonic-reads';

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

export type VersionsTold = 'wire' | 'body' | 'none';

export type WorkloadResource = 'photos' | 'counter' | 'conversation';

export type WriteFacts = Omit<WriteOperation, 'kind' | 'id' | 'completed'>;
