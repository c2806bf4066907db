export declare function tidemarkRTKQuery(tidemark: Client, { reducerPath }?: TidemarkRTKQueryOptions): TidemarkRTKQuery;

export interface TidemarkMeta {
    readonly tidemark: {
        readonly answers: AnswerVersions;
        readonly isBehind: boolean;
    };
}

export interface TidemarkRTKQuery {
    readonly baseQuery: <Q extends AnyBaseQuery>(make: (fetchFn: Client['fetch']) => Q) => Q;
    readonly reducer: <R extends (state: never, action: never) => unknown>(own: R) => R;
}

export interface TidemarkRTKQueryOptions {
    readonly reducerPath?: string | undefined;
}
