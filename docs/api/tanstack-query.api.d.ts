export declare function broadcastQueries(queryClient: QueryClient, { channel: open }?: BroadcastQueriesOptions): () => void;

export declare function explainQuery(queryClient: QueryClient, queryKey: QueryKey): QueryConsistency | undefined;

export declare function infiniteQueryOptions<TPage, TError = DefaultError, TData = InfiniteData<TPage>, const TKey extends QueryKey = QueryKey, TParam = unknown>(options: GovernedInfiniteQueryOptions<TPage, TError, TData, TKey, TParam>): InfiniteQueryObserverOptions<TPage, TError, TData, TKey, TParam> & {
    readonly queryKey: TKey;
};

export declare function mutationOptions<TData, TError = DefaultError, TVariables = void, TContext = unknown>(options: GovernedMutationOptions<TData, TError, TVariables, TContext>): MutationObserverOptions<TData, TError, TVariables, TContext>;

export declare function persistQueries(queryClient: QueryClient, options?: PersistQueriesOptions): () => void;

export declare function queryOptions<TQueryFnData, TError = DefaultError, TData = TQueryFnData, const TKey extends QueryKey = QueryKey>(options: GovernedQueryOptions<TQueryFnData, TError, TData, TKey>): QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TKey> & {
    readonly queryKey: TKey;
};

export declare function setVersionedQueryData<T>(queryClient: QueryClient, queryKey: QueryKey, updater: T | ((data: T | undefined) => T | undefined), { versions, updatedAt }: VersionedData): T | undefined;

export declare function tidemarkQueryConfig(tidemark: Client, config?: QueryClientConfig): QueryClientConfig;

export interface BroadcastQueriesOptions {
    readonly channel?: OpenQueryChannel | undefined;
}

export interface GovernedFetch {
    readonly fetch: Client['fetch'];
}

export interface PersistQueriesOptions {
    readonly filters?: QueryFilters | undefined;
    readonly maxAgeMs?: number | undefined;
    readonly serialize?: ((value: unknown) => string) | undefined;
    readonly deserialize?: ((text: string) => unknown) | undefined;
}

export interface QueryChannel {
    readonly send: (message: unknown) => void;
    readonly close: () => void;
}

export interface QueryConsistency {
    readonly achieved: 'fresh' | 'behind' | 'unverified';
    readonly versions: Versions | undefined;
    readonly why: string;
}

export interface TouchingMeta {
    readonly touches?: readonly QueryKey[] | ((variables: never) => readonly QueryKey[]) | undefined;
}

export interface VersionedData {
    readonly versions: Versions;
    readonly updatedAt?: number | undefined;
}

export type GovernedInfiniteQueryOptions<TPage, TError, TData, TKey extends QueryKey, TParam> = Omit<InfiniteQueryObserverOptions<TPage, TError, TData, TKey, TParam>, 'queryFn'> & {
    readonly queryKey: TKey;
    readonly queryFn: (context: QueryFunctionContext<TKey, TParam> & GovernedFetch) => TPage | Promise<TPage>;
};

export type GovernedMutationOptions<TData, TError, TVariables, TContext> = Omit<MutationObserverOptions<TData, TError, TVariables, TContext>, 'mutationFn'> & {
    readonly mutationFn: (variables: TVariables, context: MutationFunctionContext & GovernedFetch) => TData | Promise<TData>;
    readonly touches?: readonly QueryKey[] | ((variables: TVariables) => readonly QueryKey[]) | undefined;
};

export type GovernedQueryOptions<TQueryFnData, TError, TData, TKey extends QueryKey> = Omit<QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TKey>, 'queryFn'> & {
    readonly queryKey: TKey;
    readonly queryFn: (context: QueryFunctionContext<TKey> & GovernedFetch) => TQueryFnData | Promise<TQueryFnData>;
};

export type OpenQueryChannel = (name: string, onMessage: (message: unknown) => void) => QueryChannel;
