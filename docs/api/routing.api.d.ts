export declare const decisionMatrix: Readonly<Record<UseCase, MatrixRow>>;

export declare function adaptive({ lagMaxMs }?: AdaptiveOptions): Policy;

export declare function boundedStaleness(): Policy;

export declare function caughtUp(): Policy;

export declare function criticalPath(which: readonly string[] | ((question: RouteQuestion) => boolean)): Policy;

export declare function hedged({ after, ratio }?: HedgedOptions): Policy;

export declare function recentWrites({ windowMs, of }?: RecentWritesOptions): Policy;

export declare function routeReads(options?: RoutingOptions): Routing;

export declare function rulesFor(kinds: Readonly<Partial<Record<UseCase, readonly Rule['match'][]>>>): Rule[];

export declare function shadowReads(): Routing;

export declare function stickyReplica({ awayMs }?: StickyReplicaOptions): Policy;

export declare function versionedReads(): Policy;

export interface AdaptiveOptions {
    readonly lagMaxMs?: number | undefined;
}

export interface Candidate extends EndpointName {
    readonly health: Health;
    readonly coverage: Coverage;
    readonly lagMs: Percentiles | undefined;
    readonly latencyMs: Percentiles | undefined;
    readonly behindRate: number | undefined;
    readonly wasBehindAtMs: number | undefined;
}

export interface Endpoint {
    readonly name: string;
    readonly isPrimary?: boolean | undefined;
    readonly url?: string | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly cookie?: string | undefined;
}

export interface EndpointName {
    readonly name: string;
    readonly isPrimary: boolean;
}

export interface EndpointState extends EndpointName {
    readonly breaker: Breaker;
    readonly asOf: ReadonlyMap<string, Version>;
    readonly lag: SampleWindow;
    readonly shortfall: SampleWindow;
    readonly latency: SampleWindow;
    readonly behind: SampleWindow;
    readonly wasBehindAtMs: number | undefined;
}

export interface HedgedOptions {
    readonly after?: number | 'p95' | undefined;
    readonly ratio?: number | undefined;
}

export interface MatrixRow {
    readonly rule: Omit<Rule, 'match'>;
    readonly why: string;
}

export interface Percentiles {
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly count: number;
}

export interface Preference {
    readonly why: string;
    readonly rank?: ((candidate: Candidate) => number) | undefined;
    readonly hedgeAfterMs?: number | undefined;
    readonly hedgeRatio?: number | undefined;
    readonly isCritical?: boolean | undefined;
}

export interface RecentWrite {
    readonly path: string;
    readonly atMs: number;
}

export interface RecentWritesOptions {
    readonly windowMs?: number | undefined;
    readonly of?: 'resource' | 'session' | undefined;
}

export interface RouteQuestion {
    readonly url: URL;
    readonly level: LevelName;
    readonly maxStalenessMs: number | undefined;
    readonly asksPrimary: boolean;
    readonly isEscalated: boolean;
    readonly floors: Versions;
    readonly tried: ReadonlySet<string>;
    readonly seat: string;
    readonly random: number;
    readonly atMs: number;
}

export interface RouterState {
    readonly endpoints: readonly EndpointState[];
    readonly tables: ReadonlyMap<string, TideTable>;
    readonly sources: ReadonlyMap<string, SampleWindow>;
    readonly scopes: ReadonlyMap<string, SampleWindow>;
    readonly settling: ReadonlyMap<string, SampleWindow>;
    readonly unsettled: readonly UnsettledWrite[];
    readonly writes: readonly RecentWrite[];
    readonly lastGood: string | undefined;
    readonly load: LoadControl;
    readonly hedging: HedgeBudget;
}

export interface RouteSituation {
    readonly question: RouteQuestion;
    readonly state: RouterState;
    readonly candidates: readonly Candidate[];
}

export interface RoutingOptions {
    readonly endpoints?: readonly Endpoint[] | undefined;
    readonly policies?: readonly Policy[] | undefined;
    readonly origin?: string | undefined;
    readonly seat?: string | undefined;
    readonly setCookie?: ((cookie: string) => void) | undefined;
}

export interface StickyReplicaOptions {
    readonly awayMs?: number | undefined;
}

export type Coverage = 'covers' | 'expected' | 'unknown' | 'behind';

export type Health = 'well' | 'left' | 'due';

export type Policy = (situation: RouteSituation) => Preference | undefined;

export type UseCase = 'social-feed' | 'own-content' | 'conversation' | 'dashboard' | 'search' | 'catalogue' | 'counters' | 'settings' | 'checkout' | 'permissions';
