// MariaDB: positions in one replication domain, of one server.
//
// A GTID such as 0-1-42 is domain, server and sequence. Within a domain the sequence alone orders, so it
// travels as a plain number and clients need no format of their own. The epoch is a row of a table, which
// is replicated as all data is.
//
// M1. A promoted replica goes on with the sequence of the lost primary: 0-2-43 follows 0-1-42, and the lost
//     0-1-43 looks as if it were there (lessons V15). MariaDB has no timeline that would tell the two apart.
//     So the row says which server writes its epoch, and the first look at another one that takes writes
//     begins the next: before any position of it is told.
// M2. A replica whose last transaction is of another server than the row says has yet to hear of the epoch
//     that it is in. It tells no position until it has, which is one transaction later.
// M3. A replica's position is read from `mysql.gtid_slave_pos` in one snapshot with the row. Each
//     transaction writes it along, so it is exact; the variable of that name is set a moment later.
// M4. What the new primary had applied when it took over is where the two histories part: floors up to there
//     stay good. After a restore nobody knows that place, so `beginEpoch` leaves none.
// M5. Only what is read-only, or follows nobody, is taken for what it seems: a replica that accepts writes
//     and follows is a replica.

import { integer } from '../../core/formats/integer.ts'
import type { Sample, VersionSource } from '../version-source.ts'
import { isOff, missingRow, newEpochName, queryRows, textIn } from './mysql-client.ts'
import type { MysqlClient, MysqlRow } from './mysql-client.ts'

export type { MysqlClient, MysqlRow } from './mysql-client.ts'

/** The options of {@link mariadb}. */
export interface MariadbOptions {
  /** The table with the epoch, as SQL writes it. @default 'tidemark_epoch' */
  readonly table?: string | undefined
  /**
   * The replication domain that the app writes to, its `gtid_domain_id`. Of a server that has several, this
   * must be said: each is a history of its own, and a scope of its own.
   *
   * @default the only one there is, 0 as a rule
   */
  readonly domain?: number | undefined
  /**
   * A connection to wait on with `MASTER_GTID_WAIT`, beside the one for positions: a replica then wakes those
   * who wait for it. Waits are shared, so one connection is enough.
   *
   * @default the replica is looked at, every `pollIntervalMs`
   */
  readonly waitOn?: MysqlClient | undefined
}

/** Tells how far a MariaDB server is. It must write a binary log, and replicas must be `read_only`. */
export function mariadb(client: MysqlClient, options: MariadbOptions = {}): VersionSource {
  const { table = defaultTable, domain, waitOn } = options
  const text = sampleQuery(table)
  let waitDomain = domain

  async function look(): Promise<Facts> {
    const [row] = await queryRows(client, text)
    if (row === undefined) throw new Error(missingRow(table))
    const facts = factsOf(row, domain)
    waitDomain = facts.domain
    return facts
  }

  return {
    format: integer,
    async sample() {
      const facts = await look()
      if (facts.isReadOnly) return sampleOf(facts, false)
      if (facts.writer === facts.own) return sampleOf(facts, true)
      if (await isFollowing(client)) return sampleOf(facts, false) // M5
      await takeOver(client, table, facts) // M1
      const begun = await look()
      if (begun.writer !== begun.own) throw new Error(`Server ${begun.own} could not begin an epoch in ${table}.`)
      return sampleOf(begun, true)
    },
    distance: (from, to) => Number(BigInt(to) - BigInt(from)),
    ...(waitOn === undefined
      ? {}
      : {
          async arrival(position: string, waitMs: number): Promise<void> {
            const gtid = `${waitDomain ?? 0}-0-${BigInt(position)}`
            await queryRows(waitOn, `select master_gtid_wait('${gtid}', ${Math.max(0, waitMs) / 1000})`)
          },
        }),
  }
}

/**
 * Makes the table with the epoch, where it is missing, and begins the first one. On the primary, with a
 * migration.
 */
export async function setUpEpoch(client: MysqlClient, table: string = defaultTable): Promise<void> {
  await queryRows(
    client,
    `create table if not exists ${table} (
      is_only tinyint not null primary key default 1 check (is_only = 1),
      name varchar(32) character set ascii collate ascii_bin not null,
      server_id bigint unsigned not null,
      term int unsigned not null,
      ancestors text character set ascii not null,
      began_at timestamp not null default current_timestamp
    ) engine = InnoDB`,
  )
  const own = await ownId(client)
  const values = `(1, '${newEpochName()}', ${own}, 1, '')`
  await queryRows(client, `insert ignore into ${table} (is_only, name, server_id, term, ancestors) values ${values}`)
}

/**
 * Begins a new epoch: a part of every restore, before the first request reaches the database (M4). Returns
 * its name.
 */
export async function beginEpoch(client: MysqlClient, table: string = defaultTable): Promise<string> {
  const own = await ownId(client)
  const name = newEpochName()
  await queryRows(
    client,
    `update ${table} set name = '${name}', server_id = ${own}, term = term + 1, ancestors = '', began_at = now()`,
  )
  const rows = await queryRows(client, `select name from ${table} where name = '${name}'`)
  if (rows.length === 0) throw new Error(missingRow(table))
  return name
}

const defaultTable = 'tidemark_epoch'
const ancestorsMax = 16

async function ownId(client: MysqlClient): Promise<string> {
  const [row] = await queryRows(client, `select cast(@@server_id as char) as own`)
  return String(BigInt(String(row?.['own'])))
}

// Numbers as text: drivers round what is above 2^53, or don't, by their settings.
function sampleQuery(table: string): string {
  return `select name, cast(server_id as char) as writer, cast(term as char) as term, ancestors,
    cast(@@server_id as char) as own, cast(@@global.read_only as char) as is_read_only,
    @@global.gtid_binlog_pos as logged,
    (select group_concat(concat(domain_id, '-', server_id, '-', seq_no) order by domain_id, sub_id)
      from mysql.gtid_slave_pos) as applied
  from ${table}`
}

interface Gtid {
  readonly server: string
  readonly sequence: bigint
}

interface Facts {
  readonly name: string
  /** The server that writes the epoch. */
  readonly writer: string
  readonly own: string
  readonly term: number
  readonly ancestors: string
  readonly isReadOnly: boolean
  readonly domain: number
  readonly logged: Gtid | undefined
  readonly applied: Gtid | undefined
}

function factsOf(row: MysqlRow, asked: number | undefined): Facts {
  const textOf = (column: string): string => textIn(row, column)
  const [logged, applied] = [readGtids(textOf('logged')), readGtids(textOf('applied'))]
  const domains = [...new Set([...logged.keys(), ...applied.keys()])]
  const [only = 0] = domains
  if (asked === undefined && domains.length > 1) {
    throw new Error(`The server has the domains ${domains.join(', ')}. Say which one is written to: \`domain\`.`)
  }
  const domain = asked ?? only
  return {
    name: textOf('name'),
    writer: textOf('writer'),
    own: textOf('own'),
    term: Number(textOf('term')),
    ancestors: textOf('ancestors'),
    isReadOnly: !isOff(textOf('is_read_only')),
    domain,
    logged: logged.get(domain),
    applied: applied.get(domain),
  }
}

/** Returns the last GTID of each domain. */
function readGtids(text: string): ReadonlyMap<number, Gtid> {
  const gtids = new Map<number, Gtid>()
  for (const [, domain, server, sequence] of text.matchAll(/(\d+)-(\d+)-(\d+)/g)) {
    if (server === undefined || sequence === undefined) continue
    gtids.set(Number(domain), { server, sequence: BigInt(sequence) })
  }
  return gtids
}

function sampleOf(facts: Facts, isPrimary: boolean): Sample {
  const last = isPrimary ? facts.logged : lastOf(facts)
  if (last === undefined) {
    const what = isPrimary ? 'has logged' : 'has applied'
    throw new Error(`The server ${what} nothing in domain ${facts.domain}. A primary needs \`log_bin\`.`)
  }
  if (!isPrimary && last.server !== facts.writer) {
    throw new Error(`Server ${last.server} has written since, and the epoch is that of server ${facts.writer}.`) // M2
  }
  const ancestors = new Map(readAncestors(facts.ancestors))
  return { epoch: facts.name, position: String(last.sequence), isPrimary, term: facts.term, ancestors }
}

/** What a server that takes no writes has: of others, or by itself when it did. */
function lastOf({ applied, logged, own }: Facts): Gtid | undefined {
  if (logged === undefined || logged.server !== own) return applied
  return applied === undefined || logged.sequence > applied.sequence ? logged : applied
}

async function isFollowing(client: MysqlClient): Promise<boolean> {
  const text = `select variable_value as count from information_schema.global_status
    where variable_name = 'SLAVES_RUNNING'`
  const [row] = await queryRows(client, text)
  return String(row?.['count']) !== '0'
}

/** Begins the epoch of a server that has taken over. Of several that notice, one does. */
async function takeOver(client: MysqlClient, table: string, facts: Facts): Promise<void> {
  const { name, writer, own, applied } = facts
  const parts = applied?.server === writer ? [...readAncestors(facts.ancestors), [name, applied.sequence]] : []
  const ancestors = parts.slice(-ancestorsMax).map(([epoch, fork]) => `${epoch}:${fork}`)
  await queryRows(
    client,
    `update ${table} set name = '${newEpochName()}', server_id = ${BigInt(own)}, term = term + 1,
      ancestors = '${ancestors.join(' ')}', began_at = now() where name = '${name}'`,
  )
}

/** Reads the epochs before, and where each was left: `a1b2:42 c3d4:99`. */
function readAncestors(text: string): (readonly [string, string])[] {
  return [...text.matchAll(/([0-9a-z]+):(\d+)/g)].map(([, epoch = '', fork = '']) => [epoch, fork] as const)
}
