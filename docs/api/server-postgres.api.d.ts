export declare function beginEpoch(client: PostgresClient, table?: string): Promise<string>;

export declare function parseHistory(text: string): ReadonlyMap<string, string>;

export declare function postgres(client: PostgresClient, options?: PostgresOptions): VersionSource;

export declare function setUpEpoch(client: PostgresClient, table?: string): Promise<void>;

export interface PostgresOptions {
    readonly table?: string | undefined;
    readonly commits?: 'setting' | 'asynchronous' | undefined;
    readonly waitOn?: PostgresClient | undefined;
}

export type PostgresClient = {
    readonly query: (text: string) => Promise<{
        readonly rows: readonly PostgresRow[];
    }>;
} | {
    readonly unsafe: (text: string) => PromiseLike<readonly PostgresRow[]>;
};

export type PostgresRow = Readonly<Record<string, unknown>>;
