// A PostgreSQL primary with streaming standbys on the loopback interface, for the example and the tests.
//
// C1. Replication is the real one: WAL over sockets. A replay delay is `recovery_min_apply_delay`.
// C2. `synchronous_commit` stays on: a version is taken from what was flushed (lessons V22).
// C3. Nothing outlives `stop`: processes end, and the data goes.

import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { findPostgres } from './postgres-binaries.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'

/** One server of a cluster. It keeps its port and its folder for as long as the cluster lives. */
export interface PostgresServer {
  readonly name: string
  readonly port: number
  readonly start: () => Promise<void>
  /** `fast` as an operator would, `immediate` as a power failure would. */
  readonly stop: (mode?: 'fast' | 'immediate') => Promise<void>
  /** Runs SQL on a connection of its own, and returns the rows of the last statement. */
  readonly query: (text: string) => Promise<readonly Record<string, unknown>[]>
  /** Sets a parameter, or resets it, and has the server read its configuration. */
  readonly configure: (name: string, value: string | undefined) => Promise<void>
}

/** A primary and its standbys. */
export interface PostgresCluster {
  readonly servers: readonly [PostgresServer, ...PostgresServer[]]
  /** Delays what a standby applies, in milliseconds. */
  readonly setReplayDelay: (server: PostgresServer, ms: number) => Promise<void>
  /** Takes a standby off its upstream, so that it receives nothing more. */
  readonly cutOff: (server: PostgresServer) => Promise<void>
  /** Has a running standby follow another upstream. */
  readonly follow: (server: PostgresServer, upstream: PostgresServer) => Promise<void>
  /** Makes a standby the primary, and resolves when it takes writes. */
  readonly promote: (server: PostgresServer) => Promise<void>
  /** Copies a running primary, as `pg_basebackup` does, and returns where to. */
  readonly backUp: (server: PostgresServer) => Promise<string>
  /** Puts a backup in the place of a stopped server's data: as a primary, or as a standby. */
  readonly restore: (server: PostgresServer, backup: string, upstream?: PostgresServer) => Promise<void>
  readonly stop: () => Promise<void>
}

// Durable is what survives this process, and nothing here needs to.
const configuration = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
full_page_writes = off
wal_level = replica
wal_keep_size = '256MB'
shared_buffers = '32MB'
hot_standby = on
wal_receiver_status_interval = '100ms'
wal_retrieve_retry_interval = '200ms'
max_standby_streaming_delay = '-1'
autovacuum = off
`

interface Place extends PostgresBinaries {
  readonly root: string
  readonly env: Readonly<Record<string, string>>
}

/** Starts a cluster: a primary called `db-1`, and `replica-1` and so on. */
export async function startPostgresCluster({ replicas = 2 } = {}): Promise<PostgresCluster> {
  const binaries = await findPostgres()
  const root = mkdtempSync(join(tmpdir(), 'tidemark-cluster-'))
  chmodSync(root, 0o755)
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', TZ: 'UTC', HOME: root }
  const place: Place = { ...binaries, root, env }
  own(place, root)
  const primary = createServerAt(place, 'db-1', await freePort())
  const options = ['--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions']
  run(place, binaries.initdb, ['-D', folderOf(place, primary), '-U', 'postgres', ...options])
  appendFileSync(join(folderOf(place, primary), 'postgresql.conf'), configuration)
  const standbys: PostgresServer[] = []
  for (let number = 1; number <= replicas; number += 1) {
    const standby = createServerAt(place, `replica-${number}`, await freePort())
    // A cluster that has never run was shut down cleanly, and so is a base backup as it stands.
    copy(place, folderOf(place, primary), folderOf(place, standby))
    makeStandby(place, standby, primary)
    standbys.push(standby)
  }
  await primary.start()
  await Promise.all(standbys.map((standby) => standby.start()))
  return createCluster(place, [primary, ...standbys])
}

function createCluster(
  place: Place,
  servers: readonly [PostgresServer, ...PostgresServer[]],
): PostgresCluster {
  let backups = 0
  return {
    servers,
    setReplayDelay: (server, ms) =>
      server.configure('recovery_min_apply_delay', ms === 0 ? undefined : `${ms}ms`),
    cutOff: (server) => server.configure('primary_conninfo', ''),
    follow: (server, upstream) => server.configure('primary_conninfo', addressOf(server, upstream)),
    async promote(server) {
      await server.query('select pg_promote(true, 30)')
      await until(async () => (await server.query('select pg_is_in_recovery() as is'))[0]?.['is'] === false)
    },
    async backUp(server) {
      backups += 1
      const target = join(place.root, `backup-${backups}`)
      await withClient(server.port, async (client) => {
        await client.query(`select pg_backup_start('tidemark', true)`)
        copy(place, folderOf(place, server), target)
        for (const file of ['postmaster.pid', 'postmaster.opts']) rmSync(join(target, file), { force: true })
        const { rows } = await client.query('select labelfile from pg_backup_stop(false)')
        write(place, join(target, 'backup_label'), String(rows[0].labelfile))
        // The log up to the end of the copying belongs to it: without, it cannot be started by itself.
        copy(place, `${join(folderOf(place, server), 'pg_wal')}/.`, join(target, 'pg_wal'))
      })
      return target
    },
    async restore(server, backup, upstream) {
      await server.stop()
      rmSync(folderOf(place, server), { recursive: true, force: true })
      copy(place, backup, folderOf(place, server))
      if (upstream !== undefined) makeStandby(place, server, upstream)
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop('immediate')))
      rmSync(place.root, { recursive: true, force: true }) // C3
    },
  }
}

function createServerAt(place: Place, name: string, port: number): PostgresServer {
  let child: ChildProcess | undefined
  const server: PostgresServer = {
    name,
    port,
    async start() {
      const started = spawn(place.postgres, ['-D', join(place.root, name), '-p', String(port)], {
        ...place.identity,
        cwd: place.root,
        env: place.env,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child = started
      await ready(name, started)
    },
    async stop(mode = 'fast') {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
      await ended
    },
    query: (text) =>
      withClient(port, async (client) => {
        // Of several statements, the driver returns several results.
        const result: pg.QueryResult | readonly pg.QueryResult[] = await client.query(text)
        return Array.isArray(result) ? result.at(-1).rows : result.rows
      }),
    async configure(parameter, value) {
      const change = value === undefined ? `reset ${parameter}` : `set ${parameter} = '${value}'`
      await server.query(`alter system ${change}`)
      await server.query('select pg_reload_conf()')
    },
  }
  return server
}

/** Resolves when a server says that it takes connections. */
function ready(name: string, child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-10_000)
      if (/database system is ready to accept/.test(text)) resolve()
    })
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}:\n${text}`)))
  })
}

async function withClient<T>(port: number, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' })
  client.on('error', () => undefined) // A server that is killed says so to whoever waits for an answer.
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

function makeStandby(place: Place, standby: PostgresServer, upstream: PostgresServer): void {
  const folder = folderOf(place, standby)
  write(place, join(folder, 'standby.signal'), '')
  // What the last file says, stands: it is the one that `alter system` writes.
  write(place, join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${addressOf(standby, upstream)}'\n`)
}

function addressOf(standby: PostgresServer, { port }: PostgresServer): string {
  return `host=127.0.0.1 port=${port} user=postgres application_name=${standby.name}`
}

function folderOf({ root }: Place, { name }: PostgresServer): string {
  return join(root, name)
}

function copy(place: Place, from: string, to: string): void {
  // As the owner of the files, so that they stay theirs. A file may go while a live folder is copied.
  try {
    run(place, 'cp', ['-a', from, to])
  } catch (error) {
    if (!/No such file/.test(String(error))) throw error
  }
}

function run({ identity, root, env }: Place, command: string, args: readonly string[]): void {
  execFileSync(command, args, { ...identity, cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

function write(place: Place, file: string, text: string): void {
  writeFileSync(file, text)
  own(place, file)
}

function own({ identity: { uid, gid } }: Place, path: string): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}

/** Waits for a condition, looking again every 20 ms. */
export async function until(condition: () => Promise<boolean>, waitMs = 15_000): Promise<void> {
  const endsAt = performance.now() + waitMs
  while (!(await condition().catch(() => false))) {
    if (performance.now() > endsAt) throw new Error(`Not so after ${waitMs} ms: ${String(condition)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Returns a port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('No port is free.')
  return address.port
}
