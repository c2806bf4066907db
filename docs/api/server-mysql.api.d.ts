export declare function beginEpoch(client: MysqlClient, table?: string): Promise<string>;

export declare function mysql(client: MysqlClient, options?: MysqlOptions): VersionSource;

export declare function setUpEpoch(client: MysqlClient, table?: string): Promise<void>;

export interface MysqlOptions {
    readonly table?: string | undefined;
    readonly waitOn?: MysqlClient | undefined;
}

export type MysqlClient = {
    readonly query: (text: string) => Promise<readonly unknown[]>;
} | ((text: string) => PromiseLike<readonly MysqlRow[]>);

export type MysqlRow = Readonly<Record<string, unknown>>;
