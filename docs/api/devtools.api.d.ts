export declare function createRecorder(source: DevtoolsSource, options?: RecorderOptions): Recorder;

export declare function defineDevtools(): void;

export declare function measureReads(source: DevtoolsSource, options?: MeasureOptions): () => void;

export declare function showDevtools(tidemark: DevtoolsSource): TidemarkDevtoolsElement;

export interface DevtoolsSource {
    readonly subscribe: (listener: (event: TidemarkEvent) => void) => () => void;
    readonly session?: {
        readonly floors: () => ReadonlyMap<string, ScopeFloors>;
    } | undefined;
}

export interface EntryRow {
    readonly key: string;
    versions: Versions;
    source: Source;
    kind: 'value' | 'tombstone';
    bytes: number;
    at: number;
}

export interface FloorRow {
    readonly scope: string;
    read: Version | undefined;
    write: Version | undefined;
    raisedAt: number | undefined;
}

export interface MeasureOptions {
    readonly performance?: Pick<Performance, 'now' | 'mark' | 'measure' | 'clearMarks' | 'clearMeasures'> | undefined;
    readonly measuresMax?: number | undefined;
}

export interface NoteRow {
    readonly id: number;
    readonly at: number;
    readonly type: TidemarkEvent['type'];
    readonly words: string;
}

export interface Picture {
    readonly reads: ReadonlyMap<number, ReadTrail>;
    readonly floors: ReadonlyMap<string, FloorRow>;
    readonly entries: ReadonlyMap<string, EntryRow>;
    readonly servers: ReadonlyMap<string, ServerRow>;
    readonly writes: ReadonlyMap<number, WriteRow>;
    readonly refusals: readonly RefusalRow[];
    readonly notes: readonly NoteRow[];
    readonly resets: readonly ResetRow[];
    readonly operations: ReadonlyMap<string, {
        readonly keys: readonly string[];
        readonly at: number;
    }>;
    readonly totals: {
        readonly reads: number;
        readonly requests: number;
        readonly refusals: number;
        readonly writes: number;
    };
}

export interface ReadTrail {
    readonly id: number;
    readonly key: string;
    readonly url: string;
    readonly level: Level;
    readonly beganAt: number;
    readonly beganStep: number;
    readonly steps: TrailStep[];
    end: TrailEnd;
    endedAt: number | undefined;
    endedStep: number | undefined;
    report: ReadReport | undefined;
    status: number | undefined;
    refusals: number;
    shared: number | undefined;
    revision: number;
}

export interface RecordedHistory {
    readonly format: 'tidemark-history/2';
    readonly operations: readonly RecordedOperation[];
    readonly unfinished: readonly {
        kind: 'read' | 'write';
        session: string;
        key: string;
        invoked: Moment;
    }[];
}

export interface Recorder {
    readonly picture: () => Picture;
    readonly events: () => readonly TidemarkEvent[];
    readonly count: () => number;
    readonly history: () => RecordedHistory;
    readonly listen: (listener: () => void) => () => void;
    readonly clear: () => void;
    readonly close: () => void;
}

export interface RecorderOptions {
    readonly eventsMax?: number | undefined;
    readonly rowsMax?: number | undefined;
}

export interface RefusalRow {
    readonly id: number;
    readonly at: number;
    readonly key: string;
    readonly verdict: 'behind' | 'never' | 'unknown';
    readonly want: Version | undefined;
    readonly got: Version | undefined;
    readonly servedBy: string | undefined;
}

export interface ResetRow {
    readonly step: number;
    readonly at: number;
    readonly scope: string;
    readonly from: string | undefined;
    readonly to: string;
}

export interface ServerRow {
    readonly name: string;
    isPrimary: boolean;
    answers: number;
    refused: number;
    readonly lags: number[];
    versions: Versions | undefined;
    at: number;
}

export interface TidemarkDevtoolsElement extends HTMLElement {
    tidemark: DevtoolsSource | undefined;
    readonly recorder: Recorder | undefined;
    readonly history: () => RecordedHistory | undefined;
}

export interface TrailStep {
    readonly kind: 'planned' | 'sent' | 'answered' | 'refused' | 'served' | 'failed' | 'noted';
    readonly at: number;
    readonly words: string;
}

export interface WriteRow {
    readonly id: number;
    readonly url: string;
    readonly method: string;
    readonly sentAt: number;
    readonly sentStep: number;
    end: 'under way' | 'acknowledged' | 'settled' | 'refused' | 'failed';
    versions: Versions | undefined;
    acknowledgedAt: number | undefined;
    acknowledgedStep: number | undefined;
    settledAt: number | undefined;
}

export type RecordedOperation = Common & ({
    readonly kind: 'read';
    readonly key: string;
    readonly epoch: string;
    readonly asOf?: string;
    readonly seen: {
        readonly kind: 'value';
        readonly position?: string;
    } | {
        readonly kind: 'absent' | 'nothing';
    };
    readonly level: string;
    readonly source: string;
    readonly maxStalenessMs?: number;
} | {
    readonly kind: 'write';
    readonly key: string;
    readonly epoch: string;
    readonly position?: string;
    readonly isDelete: boolean;
    readonly outcome: 'acknowledged' | 'refused' | 'unknown';
} | {
    readonly kind: 'reset';
    readonly fromEpoch: string;
    readonly toEpoch: string;
});

export type TrailEnd = 'under way' | ReadReport['achieved'] | 'failed';
