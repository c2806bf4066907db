export declare function tidemarkSWR(tidemark: Client, { provider }?: TidemarkSWROptions): TidemarkSWRConfig;

export interface TidemarkSWRConfig {
    readonly provider: (parent: Readonly<Cache>) => Cache;
    readonly use: Middleware[];
}

export interface TidemarkSWROptions {
    readonly provider?: ((parent: Readonly<Cache>) => Cache) | undefined;
}
