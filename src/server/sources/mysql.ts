// MySQL: sets of GTIDs, of one server.
//
// Positions travel as MySQL writes them, so clients say `format: mysqlGtid`. The epoch is the name of the
// database's history, kept in a table.
//
// G1. A set names the server of each transaction, so a failover needs no epoch: what was lost with the old
//     primary is in no set of the new one, and a floor above it is *never* there (lessons V15).
// G2. A restored server may give the same numbers again to other transactions. Only the name in the table
//     tells it apart: `beginEpoch` is a part of every restore (lessons V14).
// G3. `gtid_executed` grows once a transaction is committed, so it covers nothing that cannot be seen yet.
// G4. Replicas must be read-only: it is what tells them from the primary.

import { mysqlGtid } from '../../core/formats/mysql-gtid.ts'
import type { VersionSource } from '../version-source.ts'
import { isOff, missingRow, newEpochName, queryRows, textIn } from './mysql-client.ts'
import type { MysqlClient } from './mysql-client.ts'

export type { MysqlClient, MysqlRow } from './mysql-client.ts'

/** The options of {@link mysql}. */
export interface MysqlOptions {
  /** The table with the name of the history, as SQL writes it. @default 'tidemark_epoch' */
  readonly table?: string | undefined
  /**
   * A connection to wait on with `WAIT_FOR_EXECUTED_GTID_SET`, beside the one for positions: a replica then
   * wakes those who wait for it. Waits are shared, so one connection is enough.
   *
   * @default the replica is looked at, every `pollIntervalMs`
   */
  readonly waitOn?: MysqlClient | undefined
}

/** Tells how far a MySQL server is. It needs `gtid_mode = ON`, and replicas must be `read_only`. */
export function mysql(client: MysqlClient, options: MysqlOptions = {}): VersionSource {
  const { table = defaultTable, waitOn } = options
  const text = `select name, @@global.gtid_executed as position,
    cast(@@global.read_only as char) as is_read_only from ${table}`
  return {
    format: mysqlGtid,
    async sample() {
      const [row] = await queryRows(client, text)
      if (row === undefined) throw new Error(missingRow(table))
      const position = textIn(row, 'position')
      if (position === '') throw new Error('The server has executed no GTID. It needs `gtid_mode = ON`.')
      return {
        epoch: textIn(row, 'name'),
        position: mysqlGtid.parsePosition(position),
        isPrimary: isOff(textIn(row, 'is_read_only')), // G4
      }
    },
    ...(waitOn === undefined
      ? {}
      : {
          async arrival(position: string, waitMs: number): Promise<void> {
            const set = mysqlGtid.parsePosition(position)
            const seconds = Math.max(0, waitMs) / 1000
            await queryRows(waitOn, `select wait_for_executed_gtid_set('${set}', ${seconds})`)
          },
        }),
  }
}

/**
 * Makes the table that names the history of the database, where it is missing, and names it. On the
 * primary, with a migration.
 */
export async function setUpEpoch(client: MysqlClient, table: string = defaultTable): Promise<void> {
  await queryRows(
    client,
    `create table if not exists ${table} (
      is_only tinyint not null primary key default 1 check (is_only = 1),
      name varchar(32) character set ascii collate ascii_bin not null,
      began_at timestamp not null default current_timestamp
    )`,
  )
  await queryRows(client, `insert ignore into ${table} (is_only, name) values (1, '${newEpochName()}')`)
}

/**
 * Begins a new epoch: a part of every restore, before the first request reaches the database (G2). Returns
 * its name.
 */
export async function beginEpoch(client: MysqlClient, table: string = defaultTable): Promise<string> {
  const name = newEpochName()
  await queryRows(client, `update ${table} set name = '${name}', began_at = now()`)
  const rows = await queryRows(client, `select name from ${table} where name = '${name}'`)
  if (rows.length === 0) throw new Error(missingRow(table))
  return name
}

const defaultTable = 'tidemark_epoch'
