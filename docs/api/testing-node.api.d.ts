export declare function serveLaggingApi(api: LaggingApi, { port, server: name }?: ServeOptions): Promise<LaggingServer>;

export interface LaggingServer {
    readonly url: string;
    readonly port: number;
    readonly close: () => Promise<void>;
}

export interface ServeOptions {
    readonly port?: number | undefined;
    readonly server?: string | undefined;
}
