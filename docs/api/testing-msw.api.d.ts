export declare function laggingHandlers(api: Pick<LaggingApi, 'handle'>, { baseUrl, server }: LaggingHandlersOptions): readonly HttpHandler[];

export interface LaggingHandlersOptions {
    readonly baseUrl: string;
    readonly server?: string | undefined;
}
