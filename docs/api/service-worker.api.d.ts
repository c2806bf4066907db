export declare function createServiceWorker(options?: ServiceWorkerOptions): TidemarkServiceWorker;

export declare function directFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;

export declare function linkServiceWorker(tidemark: Client): ServiceWorkerLink;

export interface ServiceWorkerLink {
    readonly signOut: () => Promise<void>;
    readonly close: () => void;
}

export interface ServiceWorkerOptions extends Omit<TidemarkOptions, 'principal' | 'mirror'> {
    readonly answers?: 'all' | 'none' | undefined;
    readonly handOverMs?: number | undefined;
    readonly scope?: WorkerScope | undefined;
}

export interface TidemarkServiceWorker {
    readonly governs: (request: Request) => boolean;
    readonly answer: (event: Pick<WorkerFetchEvent, 'request' | 'clientId' | 'preloadResponse' | 'waitUntil'>) => Promise<Response>;
}

export interface WorkerClient {
    readonly id: string;
    readonly postMessage: (message: unknown, transfer: Transferable[]) => void;
}

export interface WorkerFetchEvent {
    readonly request: Request;
    readonly clientId: string;
    readonly preloadResponse?: Promise<unknown> | undefined;
    readonly respondWith: (response: Promise<Response>) => void;
    readonly waitUntil: (promise: Promise<unknown>) => void;
}

export interface WorkerMessageEvent {
    readonly data: unknown;
    readonly source: unknown;
    readonly ports: readonly MessagePort[];
}

export interface WorkerScope {
    readonly clients: {
        readonly get: (id: string) => Promise<WorkerClient | undefined>;
        readonly matchAll: () => Promise<readonly WorkerClient[]>;
    };
    readonly addEventListener: {
        (type: 'fetch', listener: (event: WorkerFetchEvent) => void): void;
        (type: 'message', listener: (event: WorkerMessageEvent) => void): void;
    };
}
