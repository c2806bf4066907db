// PostgreSQL: positions in the write-ahead log, of one server.
//
// Positions travel as decimal numbers, so clients need no format of their own: 16/B374D848 is
// 97500059720. The epoch is the name of the database's history, kept in a table, and the timeline.
//
// P1. A promotion begins a timeline, and so an epoch, at once: the timeline is read from the name of the
//     current log file, since `pg_control_checkpoint()` tells the old one for seconds (lessons V13).
// P2. A standby tells the timeline that it receives; while its upstream is down, the highest that it is
//     known to have followed. An earlier one could cover what was lost (lessons V15); a later one
//     covers no more than the fork for us, up to which the two are the same.
// P3. Floors of the timelines before stay good up to the fork, as the history file tells. Where we may not
//     read it, they are *never*.
// P4. A restored disk has its old timeline and an old place on it (lessons V14). Only the name in the
//     table tells it apart: `beginEpoch` is a part of every restore.
// P5. After COMMIT the flushed position covers the commit. Where commits do not wait for the flush, the
//     inserted one does; at the head of a page that counts the page's header, which is taken off, or an
//     idle replica would never reach it (lessons V22, V23).
// P6. The position that was replayed is never asked of a primary, where it stands still (lessons V24).
// P7. `WAIT FOR LSN` (PostgreSQL 19) wakes us, and knows no timelines. So it proves nothing: the look that
//     follows it does. Older servers say once what they are, and are looked at at intervals instead.

import { integer } from '../../core/formats/integer.ts'
import type { Sample, VersionSource } from '../version-source.ts'

/** A row as both drivers give it. */
export type PostgresRow = Readonly<Record<string, unknown>>

/**
 * A connection, or better a pool, of `pg` or of `postgres`. Let it be one of its own with a single
 * connection: positions must not wait behind the queries of handlers.
 */
export type PostgresClient =
  | { readonly query: (text: string) => Promise<{ readonly rows: readonly PostgresRow[] }> }
  | { readonly unsafe: (text: string) => PromiseLike<readonly PostgresRow[]> }

/** The options of {@link postgres}. */
export interface PostgresOptions {
  /** The table with the name of the history, as SQL writes it. @default 'tidemark_epoch' */
  readonly table?: string | undefined
  /**
   * Whether commits wait until they are on disk. `setting` asks the connection's `synchronous_commit`;
   * `asynchronous` is for an app in which some transactions switch it off by themselves.
   *
   * @default 'setting'
   */
  readonly commits?: 'setting' | 'asynchronous' | undefined
  /**
   * A connection to wait on with `WAIT FOR LSN`, beside the one for positions, where the server has it (PostgreSQL
   * 19): a standby then wakes those who wait for it. Waits are shared, so one connection is enough.
   *
   * @default the standby is looked at, every `pollIntervalMs`
   */
  readonly waitOn?: PostgresClient | undefined
}

/** Tells how far a PostgreSQL server is. The role needs `pg_monitor` on standbys. */
export function postgres(client: PostgresClient, options: PostgresOptions = {}): VersionSource {
  const { table = defaultTable, commits = 'setting', waitOn } = options
  const text = sampleQuery(table, commits)
  /** The highest timeline that was seen under a name of the history. */
  let followed = { name: '', timeline: 0n }
  let history: { readonly timeline: bigint; readonly forks: ReadonlyMap<string, string> } | undefined

  async function ancestorsOf(timeline: bigint): Promise<ReadonlyMap<string, string>> {
    if (timeline === 1n) return none
    if (history?.timeline !== timeline) history = { timeline, forks: await readForks(client, timeline) }
    return history.forks
  }

  return {
    format: integer,
    async sample() {
      const [row] = await queryRows(client, text)
      if (row === undefined) throw new Error(missingRow(table))
      const facts = factsOf(row)
      const known = facts.isPrimary || followed.name !== facts.name ? 0n : followed.timeline
      const timeline = facts.timeline > known ? facts.timeline : known // P2
      followed = { name: facts.name, timeline }
      const forks = facts.isPrimary ? await ancestorsOf(timeline) : none // P3
      return sampleOf(facts, timeline, forks)
    },
    distance: (from, to) => Number(BigInt(to) - BigInt(from)),
    ...(waitOn === undefined ? {} : { arrival: createArrival(waitOn) }),
  }
}

/**
 * Makes the table that names the history of the database, where it is missing, and names it. On the
 * primary, with a migration.
 */
export async function setUpEpoch(client: PostgresClient, table: string = defaultTable): Promise<void> {
  await queryRows(
    client,
    `create table if not exists ${table} (
      is_only boolean primary key default true check (is_only),
      name text not null check (name ~ '^[0-9a-z]{1,32}$'),
      began_at timestamptz not null default now()
    )`,
  )
  await queryRows(client, `insert into ${table} (name) values (${newName}) on conflict do nothing`)
}

/**
 * Begins a new epoch: a part of every restore, before the first request reaches the database (P4). Returns
 * its name.
 */
export async function beginEpoch(
  client: PostgresClient,
  table: string = defaultTable,
): Promise<string> {
  const update = `update ${table} set name = ${newName}, began_at = now() returning name`
  const [row] = await queryRows(client, update)
  if (row === undefined) throw new Error(missingRow(table))
  return String(row['name'])
}

const defaultTable = 'tidemark_epoch'
const newName = `substr(md5(random()::text || clock_timestamp()::text || pg_backend_pid()), 1, 8)`
const none: ReadonlyMap<string, string> = new Map()

function missingRow(table: string): string {
  return `The table ${table} has no row, so its database has no epoch. Call \`setUpEpoch\` on the primary.`
}

// One statement, and `materialized`, so that a promotion in its midst cannot make it half of each role.
// Its order does not matter: the name changes only where nobody reads (P4).
function sampleQuery(table: string, commits: 'setting' | 'asynchronous'): string {
  const isAsynchronous =
    commits === 'asynchronous' ? 'true' : `current_setting('synchronous_commit') = 'off'`
  return `with role as materialized (
    select pg_is_in_recovery() as is_replica, ${isAsynchronous} as is_async
  )
  select name, is_replica, is_async,
    pg_size_bytes(current_setting('wal_segment_size'))::text as segment_bytes,
    (case
      when is_replica then pg_last_wal_replay_lsn()
      when is_async then pg_current_wal_insert_lsn()
      else pg_current_wal_flush_lsn()
    end - '0/0'::pg_lsn)::text as position,
    (case
      when is_replica then coalesce(
        (select received_tli from pg_stat_wal_receiver),
        (select nullif(min_recovery_end_timeline, 0) from pg_control_recovery()),
        (select timeline_id from pg_control_checkpoint())
      )::bigint
      else ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::bigint
    end)::text as timeline,
    (is_replica and exists (select from pg_stat_wal_receiver where received_tli is null)) as is_blind
  from role, ${table}`
}

interface Facts {
  readonly name: string
  readonly isPrimary: boolean
  readonly position: bigint
  readonly timeline: bigint
}

function factsOf(row: PostgresRow): Facts {
  const { name, is_replica: isReplica, position, timeline, is_blind: isBlind } = row
  if (isBlind === true) {
    throw new Error(
      'The role may not see which timeline this standby receives. Grant it: grant pg_monitor to …',
    )
  }
  if (typeof name !== 'string' || typeof position !== 'string' || typeof timeline !== 'string') {
    throw new Error('The server tells no position: it has replayed nothing since it was started.')
  }
  const isAsync = row['is_async'] === true && isReplica === false
  const inserted = BigInt(position)
  return {
    name,
    isPrimary: isReplica === false,
    position: isAsync ? withoutPageHeader(inserted, BigInt(String(row['segment_bytes']))) : inserted,
    timeline: BigInt(timeline),
  }
}

const pageBytes = 8192n
const pageHeaderBytes = 24n
const segmentHeaderBytes = 40n

function withoutPageHeader(position: bigint, segmentBytes: bigint): bigint {
  if (position % segmentBytes === segmentHeaderBytes) return position - segmentHeaderBytes
  return position % pageBytes === pageHeaderBytes ? position - pageHeaderBytes : position // P5
}

function sampleOf(
  { name, isPrimary, position }: Facts,
  timeline: bigint,
  forks: ReadonlyMap<string, string>,
): Sample {
  const epochOf = (id: string): string => `${name}.${id}`
  const ancestors = new Map([...forks].map(([id, fork]) => [epochOf(id), fork]))
  const epoch = epochOf(String(timeline))
  return { epoch, position: String(position), isPrimary, term: Number(timeline), ancestors }
}

const waitForSince = 190_000

/** Waits by `WAIT FOR LSN`, and rejects for ever where the server does not have it (P7). */
function createArrival(client: PostgresClient): NonNullable<VersionSource['arrival']> {
  let serverVersion: number | undefined
  return async (position, waitMs) => {
    serverVersion ??= Number((await queryRows(client, 'show server_version_num'))[0]?.['server_version_num'])
    if (!(serverVersion >= waitForSince)) throw new Error('This server has no WAIT FOR LSN.')
    // 0 would mean: without an end.
    const timeoutMs = Math.max(1, Math.round(waitMs))
    await queryRows(client, `wait for lsn '${lsnOf(BigInt(position))}' with (timeout '${timeoutMs}ms', no_throw)`)
  }
}

function lsnOf(position: bigint): string {
  const [high, low] = [position >> 32n, position & 0xffff_ffffn]
  return `${high.toString(16)}/${low.toString(16)}`.toUpperCase()
}

/** Returns where each earlier timeline was left, or nothing where we may not know (P3). */
async function readForks(
  client: PostgresClient,
  timeline: bigint,
): Promise<ReadonlyMap<string, string>> {
  const file = `pg_wal/${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`
  try {
    const [row] = await queryRows(client, `select pg_read_file('${file}') as history`)
    const text = typeof row?.['history'] === 'string' ? row['history'] : ''
    return parseHistory(text)
  } catch {
    return none
  }
}

/** Reads a timeline history file: lines of timeline, fork and reason, such as `1	0/3020000	no reason`. */
export function parseHistory(text: string): ReadonlyMap<string, string> {
  const forks = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, timeline, high, low] = /^\s*(\d+)\s+([\dA-F]{1,8})\/([\dA-F]{1,8})(?:\s|$)/i.exec(line) ?? []
    if (timeline === undefined || high === undefined || low === undefined) continue
    forks.set(timeline, String((BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)))
  }
  return forks
}

async function queryRows(client: PostgresClient, text: string): Promise<readonly PostgresRow[]> {
  return 'unsafe' in client ? client.unsafe(text) : (await client.query(text)).rows
}
