export declare function broadcastQueries(queryClient: QueryClient, { channel: open }?: BroadcastQueriesOptions): () => void;

export declare function explainQuery(queryClient: QueryClient, queryKey: QueryKey): QueryConsistency | undefined;

export declare function infiniteQueryOptions<TPage, TError = DefaultError, TData = InfiniteData<TPage>, TKey extends QueryKey = QueryKey, TParam = unknown>(options: GovernedInfiniteQueryOptions<TPage, TError, TData, TKey, TParam> & DefinedInitialData<InfiniteData<TPage, TParam>>): TaggedInfiniteQueryOptions<TPage, TError, TData, TKey, TParam> & DefinedInitialData<InfiniteData<TPage, TParam>>;
export declare function infiniteQueryOptions<TPage, TError = DefaultError, TData = InfiniteData<TPage>, TKey extends QueryKey = QueryKey, TParam = unknown>(options: GovernedInfiniteQueryOptions<TPage, TError, TData, TKey, TParam>): TaggedInfiniteQueryOptions<TPage, TError, TData, TKey, TParam>;
export declare function infiniteQueryOptions<TPage, TError = DefaultError, TData = InfiniteData<TPage>, TKey extends QueryKey = QueryKey, TParam = unknown>(options: InfiniteQueryOptionsAround<TPage, TError, TData, TKey, TParam> & {
    readonly queryFn: GovernedQueryFn<TPage, TKey, TParam> | SkipToken;
}): InfiniteQueryObserverOptions<TPage, TError, TData, TKey, TParam> & TaggedKey<TKey, InfiniteData<TPage>, TError>;

export declare function mutationOptions<TData = unknown, TError = DefaultError, TVariables = void, TContext = unknown>(options: GovernedMutationOptions<TData, TError, TVariables, TContext>): MutationObserverOptions<TData, TError, TVariables, TContext>;

export declare function persistQueries(queryClient: QueryClient, options?: PersistQueriesOptions): () => void;

export declare function queryOptions<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TKey extends QueryKey = QueryKey>(options: GovernedQueryOptions<TQueryFnData, TError, TData, TKey> & DefinedInitialData<TQueryFnData>): TaggedQueryOptions<TQueryFnData, TError, TData, TKey> & DefinedInitialData<TQueryFnData>;
export declare function queryOptions<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TKey extends QueryKey = QueryKey>(options: GovernedQueryOptions<TQueryFnData, TError, TData, TKey> & PerhapsInitialData<TQueryFnData>): TaggedQueryOptions<TQueryFnData, TError, TData, TKey>;
export declare function queryOptions<TQueryFnData = unknown, TError = DefaultError, TData = TQueryFnData, TKey extends QueryKey = QueryKey>(options: QueryOptionsAround<TQueryFnData, TError, TData, TKey> & PerhapsInitialData<TQueryFnData> & {
    readonly queryFn: GovernedQueryFn<TQueryFnData, TKey> | SkipToken;
}): QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TKey> & TaggedKey<TKey, TQueryFnData, TError>;

export declare function setVersionedQueryData<T>(queryClient: QueryClient, queryKey: QueryKey, updater: T | ((data: T | undefined) => T | undefined), { versions, updatedAt }: VersionedData): T | undefined;

export declare function tidemarkQueryConfig(tidemark: Client, config?: QueryClientConfig): QueryClientConfig;

export interface BroadcastQueriesOptions {
    readonly channel?: OpenQueryChannel | undefined;
}

export interface DefinedInitialData<T> {
    readonly initialData: NonUndefinedGuard<T> | (() => NonUndefinedGuard<T>);
}

export interface GovernedFetch {
    readonly fetch: Client['fetch'];
}

export interface PerhapsInitialData<T> {
    readonly initialData?: NonUndefinedGuard<T> | InitialDataFunction<NonUndefinedGuard<T>> | undefined;
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

export interface TaggedKey<TKey extends QueryKey, TQueryFnData, TError> {
    readonly queryKey: DataTag<TKey, TQueryFnData, TError>;
}

export interface TouchingMeta {
    readonly touches?: readonly QueryKey[] | ((variables: never) => readonly QueryKey[]) | undefined;
}

export interface VersionedData {
    readonly versions: Versions;
    readonly updatedAt?: number | undefined;
}

export type GovernedInfiniteQueryOptions<TPage, TError, TData, TKey extends QueryKey, TParam> = InfiniteQueryOptionsAround<TPage, TError, TData, TKey, TParam> & {
    readonly queryFn: GovernedQueryFn<TPage, TKey, TParam>;
};

export type GovernedMutationOptions<TData, TError, TVariables, TContext> = Omit<MutationObserverOptions<TData, TError, TVariables, TContext>, 'mutationFn'> & {
    readonly mutationFn: (variables: TVariables, context: MutationFunctionContext & GovernedFetch) => TData | Promise<TData>;
    readonly touches?: readonly QueryKey[] | ((variables: TVariables) => readonly QueryKey[]) | undefined;
};

export type GovernedQueryFn<TQueryFnData, TKey extends QueryKey, TParam = never> = (context: QueryFunctionContext<TKey, TParam> & GovernedFetch) => TQueryFnData | Promise<TQueryFnData>;

export type GovernedQueryOptions<TQueryFnData, TError, TData, TKey extends QueryKey> = QueryOptionsAround<TQueryFnData, TError, TData, TKey> & {
    readonly queryFn: GovernedQueryFn<TQueryFnData, TKey>;
};

export type InfiniteQueryOptionsAround<TPage, TError, TData, TKey extends QueryKey, TParam> = Omit<InfiniteQueryObserverOptions<TPage, TError, TData, TKey, TParam>, 'queryFn'>;

export type OpenQueryChannel = (name: string, onMessage: (message: unknown) => void) => QueryChannel;

export type QueryOptionsAround<TQueryFnData, TError, TData, TKey extends QueryKey> = Omit<QueryObserverOptions<TQueryFnData, TError, TData, TQueryFnData, TKey>, 'queryFn'>;

export type TaggedInfiniteQueryOptions<TPage, TError, TData, TKey extends QueryKey, TParam> = InfiniteQueryOptionsAround<TPage, TError, TData, TKey, TParam> & TaggedKey<TKey, InfiniteData<TPage>, TError> & {
    readonly queryFn: QueryFunction<TPage, TKey, TParam>;
};

export type TaggedQueryOptions<TQueryFnData, TError, TData, TKey extends QueryKey> = QueryOptionsAround<TQueryFnData, TError, TData, TKey> & TaggedKey<TKey, TQueryFnData, TError> & {
    readonly queryFn: QueryFunction<TQueryFnData, TKey>;
};
