export declare function createD1Versioning<S extends D1SessionLike>(options: D1VersioningOptions<S>): D1Versioning<S>;

export declare function d1<S extends D1SessionLike>(database: D1DatabaseLike<S>, { epoch }?: {
    readonly epoch?: string | undefined;
}): VersionSource;

export interface D1DatabaseLike<S extends D1SessionLike> {
    readonly withSession: (constraintOrBookmark?: string) => S;
}

export interface D1Serving<S> {
    readonly database: S;
}

export interface D1SessionLike {
    readonly prepare: (text: string) => D1StatementLike;
    readonly batch: (statements: never[]) => Promise<unknown>;
    readonly getBookmark: () => string | null;
}

export interface D1StatementLike {
    readonly bind: (...values: never[]) => D1StatementLike;
    readonly first: (...column: never[]) => Promise<unknown>;
    readonly run: () => Promise<unknown>;
    readonly all: () => Promise<unknown>;
    readonly raw: (...options: never[]) => Promise<unknown>;
}

export interface D1Versioning<S> {
    readonly handle: (request: Request, next: (request: Request, serving: D1Serving<S>) => Response | Promise<Response>) => Promise<Response>;
}

export interface D1VersioningOptions<S extends D1SessionLike> {
    readonly database: D1DatabaseLike<S>;
    readonly epoch?: string | undefined;
    readonly scope?: string | undefined;
    readonly isRead?: ((request: Request) => boolean) | undefined;
}
