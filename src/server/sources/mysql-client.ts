// What the sources for MariaDB and MySQL ask of a driver, which is little: a text in, rows out.

/** A row as drivers give it. */
export type MysqlRow = Readonly<Record<string, unknown>>

/**
 * A connection, or better a pool, of `mysql2/promise`; or a function that runs a text and resolves with
 * rows, for any other driver. Let it be one of its own with a single connection: positions must not wait
 * behind the queries of handlers.
 */
export type MysqlClient =
  | { readonly query: (text: string) => Promise<readonly unknown[]> }
  | ((text: string) => PromiseLike<readonly MysqlRow[]>)

/** Runs a text, and returns its rows: none where it has no result. */
export async function queryRows(client: MysqlClient, text: string): Promise<readonly MysqlRow[]> {
  if (typeof client === 'function') return client(text)
  const [rows] = await client.query(text)
  return Array.isArray(rows) ? rows : []
}

/**
 * Makes a name for an epoch. It is made here and not by the server, so that the statement that is
 * replicated means the same everywhere.
 */
export function newEpochName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(5))
  return [...bytes].map((byte) => (byte % 36).toString(36)).join('').padEnd(5, '0') + Date.now().toString(36)
}

/** What a source says where its table has no row. */
export function missingRow(table: string): string {
  return `The table ${table} has no row, so its database has no epoch. Call \`setUpEpoch\` on the primary.`
}

/** Tells whether a switch is off: a number to MySQL, and to MariaDB a word. */
export function isOff(value: string): boolean {
  return value === '0' || value === 'OFF'
}

/** Returns a column as text, and what is missing as none. */
export function textIn(row: MysqlRow, column: string): string {
  const value = row[column]
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
}
