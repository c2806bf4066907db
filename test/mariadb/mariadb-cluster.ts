// A MariaDB primary with replicas on the loopback interface.
//
// C1. Replication is the real one: GTIDs over sockets. A delay of whole seconds is `MASTER_DELAY`, and any
//     other is a thread that is stopped and started (`pulse`).
// C2. Replicas are read-only, as `tidemark/server/mariadb` asks for.
// C3. Nothing outlives `stop`: processes end, and the data goes.

import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { freePort, until } from '../../demo/server/postgres-cluster.ts'
import type { MariadbBinaries } from './mariadb-binaries.ts'

/** One row, as the driver gives it. */
export type Row = Readonly<Record<string, unknown>>

/** One server. It keeps its port and its folder for as long as the cluster lives. */
export interface MariadbServer {
  readonly name: string
  readonly port: number
  readonly start: () => Promise<void>
  readonly stop: (mode?: 'fast' | 'kill') => Promise<void>
  /** Runs statements on a connection of its own, and returns the rows of the last one. */
  readonly query: (...statements: readonly string[]) => Promise<readonly Row[]>
}

/** A primary and its replicas. */
export interface MariadbCluster {
  readonly servers: readonly [MariadbServer, ...MariadbServer[]]
  /** Has a replica apply what it receives so many seconds later. */
  readonly setDelay: (replica: MariadbServer, seconds: number) => Promise<void>
  /** Has a server follow another, from where it is. */
  readonly follow: (replica: MariadbServer, upstream: MariadbServer) => Promise<void>
  /** Makes a replica the primary. */
  readonly promote: (replica: MariadbServer) => Promise<void>
  /** Copies a server, which is stopped and started for it, and returns where to. */
  readonly backUp: (server: MariadbServer) => Promise<string>
  /** Puts a backup in the place of a stopped server's data. */
  readonly restore: (server: MariadbServer, backup: string) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts a cluster: a primary called `db-1`, and `replica-1` and so on. */
export async function startMariadbCluster(
  binaries: MariadbBinaries,
  { replicas = 2 } = {},
): Promise<MariadbCluster> {
  const { uid, gid } = binaries.identity
  const root = mkdtempSync(join(tmpdir(), 'tidemark-mariadb-'))
  chmodSync(root, 0o755)
  if (uid !== undefined && gid !== undefined) chownSync(root, uid, gid)
  const run = (command: string, args: readonly string[]): void => {
    execFileSync(command, args, { ...binaries.identity, cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  }
  const folderOf = ({ name }: { readonly name: string }): string => join(root, name)
  const names = ['db-1', ...Array.from({ length: replicas }, (_, index) => `replica-${index + 1}`)]
  const servers: MariadbServer[] = []
  for (const [index, name] of names.entries()) {
    servers.push(createServerAt(binaries, { root, name, id: index + 1, port: await freePort() }))
  }
  const [primary, ...others] = servers
  if (primary === undefined) throw new Error('A cluster has a primary.')
  const data = `--datadir=${folderOf(primary)}`
  const authentication = '--auth-root-authentication-method=normal'
  run(binaries.install, ['--no-defaults', data, authentication, '--skip-test-db', '--innodb-log-file-size=16M'])
  for (const server of others) run('cp', ['-a', folderOf(primary), folderOf(server)])
  await Promise.all(servers.map((server) => server.start()))
  const cluster: MariadbCluster = {
    servers: [primary, ...others],
    async setDelay(replica, seconds) {
      await replica.query('stop slave', `change master to master_delay = ${seconds}`, 'start slave')
    },
    async follow(replica, { port }) {
      const address = `master_host = '127.0.0.1', master_port = ${port}, master_user = 'root'`
      await replica.query(
        'set global read_only = 1',
        'stop slave',
        `change master to ${address}, master_use_gtid = slave_pos, master_connect_retry = 1`,
        'start slave',
      )
    },
    async promote(replica) {
      await replica.query('stop slave', 'reset slave all', 'set global read_only = 0')
    },
    async backUp(server) {
      const target = join(root, `backup-${performance.now()}`)
      await server.stop()
      run('cp', ['-a', folderOf(server), target])
      await server.start()
      return target
    },
    async restore(server, backup) {
      await server.stop('kill')
      rmSync(folderOf(server), { recursive: true, force: true })
      run('cp', ['-a', backup, folderOf(server)])
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop('kill')))
      rmSync(root, { recursive: true, force: true })
    },
  }
  for (const replica of others) await cluster.follow(replica, primary)
  return cluster
}

interface Place {
  readonly root: string
  readonly name: string
  readonly id: number
  readonly port: number
}

function createServerAt(binaries: MariadbBinaries, { root, name, id, port }: Place): MariadbServer {
  let child: ChildProcess | undefined
  const options = [
    '--no-defaults',
    `--datadir=${join(root, name)}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(root, `${name}.sock`)}`,
    `--pid-file=${join(root, `${name}.pid`)}`,
    `--server-id=${id}`,
    '--log-bin=log',
    '--log-slave-updates',
    '--gtid-strict-mode=1',
    '--relay-log=relay',
    '--skip-slave-start',
    '--skip-name-resolve',
    '--slave-net-timeout=2',
    '--innodb-log-file-size=16M',
    '--innodb-buffer-pool-size=32M',
    // Durable is what survives this process, and nothing here needs to survive the machine.
    '--innodb-flush-log-at-trx-commit=2',
    '--innodb-doublewrite=0',
  ]
  const query = async (...statements: readonly string[]): Promise<readonly Row[]> => {
    const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' })
    connection.on('error', () => undefined)
    try {
      let rows: unknown
      for (const statement of statements) [rows] = await connection.query(statement)
      return Array.isArray(rows) ? rows : []
    } finally {
      connection.destroy()
    }
  }
  return {
    name,
    port,
    query,
    async start() {
      const started = spawn(binaries.server, options, { ...binaries.identity, cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
      let text = ''
      started.stderr.on('data', (chunk: Buffer) => {
        text = (text + chunk.toString()).slice(-10_000)
      })
      child = started
      await until(async () => {
        if (started.exitCode !== null) throw new Error(`${name} ended:\n${text}`)
        return (await query('select 1')).length === 1
      })
    },
    async stop(mode = 'fast') {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(mode === 'fast' ? 'SIGTERM' : 'SIGKILL')
      await ended
    },
  }
}
