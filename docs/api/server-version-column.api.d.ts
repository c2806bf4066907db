export declare function versionColumn(options: VersionColumnOptions): VersionSource;

export interface ColumnReading {
    readonly position: string | number | bigint;
    readonly epoch?: string | undefined;
}

export interface VersionColumnOptions {
    readonly read: () => Promise<ColumnReading>;
    readonly isPrimary?: boolean | (() => Promise<boolean>) | undefined;
    readonly format?: VersionFormat | undefined;
}
