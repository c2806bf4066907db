export declare function tidemarkApollo(tidemark: Client): TidemarkApollo;

export interface TidemarkApollo {
    readonly link: ApolloLink;
    readonly fetch: typeof globalThis.fetch;
    readonly InMemoryCache: typeof InMemoryCache;
}
