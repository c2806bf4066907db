export declare function beginEpoch(client: MysqlClient, table?: string): Promise<string>;

export declare function mariadb(client: MysqlClient, options?: MariadbOptions): VersionSource;

export declare function setUpEpoch(client: MysqlClient, table?: string): Promise<void>;

export interface MariadbOptions {
    readonly table?: string | undefined;
    readonly domain?: number | undefined;
    readonly waitOn?: MysqlClient | undefined;
}

export type MysqlClient = {
    readonly query: (text: string) => Promise<readonly unknown[]>;
} | ((text: string) => PromiseLike<readonly MysqlRow[]>);

export type MysqlRow = Readonly<Record<string, unknown>>;
