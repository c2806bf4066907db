export declare function laggingHandlers(api: LaggingApi, { baseUrl, server }: LaggingHandlersOptions): readonly HttpHandler[];

export interface LaggingHandlersOptions {
    readonly baseUrl: string;
    readonly server?: string | undefined;
}
