export declare function createCors(options: CorsOptions): Cors;

export declare function createVersioning<T>(options: VersioningOptions<T>): Versioning<T>;

export declare function hmacSigning(secrets: readonly [string, ...string[]]): Signing;

export declare function signedPosition(format: VersionFormat): VersionFormat;

export interface CorsOptions {
    readonly origins: readonly string[] | '*';
    readonly allowsCredentials?: boolean | undefined;
    readonly allowHeaders?: readonly string[] | undefined;
    readonly exposeHeaders?: readonly string[] | undefined;
    readonly methods?: readonly string[] | undefined;
    readonly maxAgeSeconds?: number | undefined;
}

export interface DatabaseNode<T> {
    readonly name: string;
    readonly source: VersionSource;
    readonly database: T;
}

export interface NodeReport extends Point {
    readonly name: string;
    readonly role: 'primary' | 'replica' | 'unknown';
    readonly lagAmount: number | undefined;
    readonly lagMs: number | undefined;
}

export interface Sample extends Standpoint {
    readonly term?: number | undefined;
}

export interface Serving<T> {
    readonly database: T;
    readonly node: string;
    readonly role: 'primary' | 'replica';
}

export interface Signing {
    readonly formatOf: (format: VersionFormat) => VersionFormat;
    readonly sign: (version: Version) => Promise<string>;
    readonly verify: (version: Version) => Promise<string | undefined>;
}

export interface Versioning<T> {
    readonly handle: (request: Request, next: Next<T>) => Promise<Response>;
    readonly measure: () => Promise<readonly NodeReport[]>;
    readonly subscribe: (listener: (event: VersioningEvent) => void) => () => void;
}

export interface VersioningOptions<T> {
    readonly nodes: readonly DatabaseNode<T>[];
    readonly scope?: string | undefined;
    readonly waitMs?: number | undefined;
    readonly waitersMax?: number | undefined;
    readonly pollIntervalMs?: number | undefined;
    readonly sampleTimeoutMs?: number | undefined;
    readonly isRead?: ((request: Request) => boolean) | undefined;
    readonly signing?: Signing | undefined;
    readonly now?: (() => number) | undefined;
    readonly setTimer?: ((callback: () => void, delayMs: number) => () => void) | undefined;
}

export interface VersionSource {
    readonly format: VersionFormat;
    readonly sample: () => Promise<Sample>;
    readonly arrival?: ((position: string, waitMs: number) => Promise<void>) | undefined;
    readonly distance?: ((from: string, to: string) => number) | undefined;
}

export type Cors = (request: Request, next: (request: Request) => Response | Promise<Response>) => Promise<Response>;

export type Next<T> = (request: Request, serving: Serving<T>) => Response | Promise<Response>;

export type RouteReason = 'covered' | 'waited' | 'escalated' | 'strong' | 'no-replica';

export type VersioningEvent = {
    readonly type: 'read:routed';
    readonly node: string;
    readonly why: RouteReason;
    readonly waitedMs: number;
} | {
    readonly type: 'request:refused';
    readonly kind: 'behind' | 'never' | 'down';
    readonly node: string | undefined;
} | {
    readonly type: 'request:malformed';
    readonly cause: ProtocolError;
} | {
    readonly type: 'node:failed';
    readonly node: string;
    readonly cause: unknown;
} | {
    readonly type: 'primary:changed';
    readonly node: string;
    readonly epoch: string;
};
