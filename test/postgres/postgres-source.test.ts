// Positions of PostgreSQL, on real streaming replication.
import pg from 'pg'
import postgresJs from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgresCluster, until } from '../../demo/server/postgres-cluster.ts'
import type { PostgresCluster, PostgresServer } from '../../demo/server/postgres-cluster.ts'
import { coversPosition, standingTo } from '../../src/core/standing.ts'
import { beginEpoch, parseHistory, postgres, setUpEpoch } from '../../src/server/sources/postgres.ts'
import type { Sample, VersionSource } from '../../src/server/version-source.ts'
import { testVersionSource } from '../conformance/version-source-suite.ts'

let cluster: PostgresCluster
const pools: pg.Pool[] = []

function poolOf({ port }: PostgresServer, more: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', max: 2, ...more })
  pool.on('error', () => undefined)
  pools.push(pool)
  return pool
}

const covers = (have: Sample, floor: Sample): boolean =>
  coversPosition(postgres(poolOf(primary())).format, have.position, floor.position)

const primary = (): PostgresServer => cluster.servers[0]
const replica = (number: number): PostgresServer => {
  const server = cluster.servers[number]
  if (server === undefined) throw new Error(`There is no replica ${number}.`)
  return server
}

async function catchUp(source: VersionSource, floor: Sample): Promise<Sample> {
  let last = await source.sample()
  await until(async () => {
    last = await source.sample()
    return coversPosition(source.format, last.position, floor.position)
  })
  return last
}

beforeAll(async () => {
  cluster = await startPostgresCluster()
  await setUpEpoch(poolOf(primary()))
  await primary().query('create table item (n int)')
  await primary().query('insert into item values (0)')
  await catchUp(postgres(poolOf(replica(1))), await postgres(poolOf(primary())).sample())
  await catchUp(postgres(poolOf(replica(2))), await postgres(poolOf(primary())).sample())
}, 60_000)

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end().catch(() => undefined)))
  await cluster.stop()
})

const numberIn = async (pool: pg.Pool, text: string): Promise<number> => (await pool.query(text)).rows[0].n
const increment = 'update item set n = n + 1 returning n'

describe('with pg', () => {
  let pair: readonly [pg.Pool, pg.Pool]
  beforeAll(() => {
    pair = [poolOf(primary()), poolOf(replica(1))]
  })
  testVersionSource(() => ({
    primary: postgres(pair[0]),
    replica: postgres(pair[1]),
    write: () => numberIn(pair[0], increment),
    readPrimary: () => numberIn(pair[0], 'select n from item'),
    readReplica: () => numberIn(pair[1], 'select n from item'),
  }))
})

describe('with postgres', () => {
  let pair: readonly [postgresJs.Sql, postgresJs.Sql]
  beforeAll(() => {
    const connect = ({ port }: PostgresServer): postgresJs.Sql =>
      postgresJs({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres', max: 2 })
    pair = [connect(primary()), connect(replica(2))]
  })
  afterAll(() => Promise.all(pair.map((sql) => sql.end({ timeout: 1 }))))
  testVersionSource(() => ({
    primary: postgres(pair[0]),
    replica: postgres(pair[1]),
    write: async () => Number((await pair[0].unsafe(increment))[0]?.['n']),
    readPrimary: async () => Number((await pair[0].unsafe('select n from item'))[0]?.['n']),
    readReplica: async () => Number((await pair[1].unsafe('select n from item'))[0]?.['n']),
  }))
})

describe('V22, V23: commits that do not wait for the disk', () => {
  test('are covered by the inserted position', async () => {
    const options = '-c synchronous_commit=off'
    const [writer, reader] = [poolOf(primary(), { options }), poolOf(replica(1))]
    const [source, follower] = [postgres(writer), postgres(reader)]
    // Each takes as long as the log is not written, a fifth of a second.
    for (let count = 0; count < 8; count += 1) {
      const value = await numberIn(writer, increment)
      await catchUp(follower, await source.sample())
      expect(await numberIn(reader, 'select n from item')).toBeGreaterThanOrEqual(value)
    }
  })

  test('an idle replica comes to it at the head of a segment too', async () => {
    const source = postgres(poolOf(primary()), { commits: 'asynchronous' })
    await primary().query('select pg_switch_wal()')
    const floor = await source.sample()
    const segmentBytes = 16 * 1024 * 1024
    expect(Number(floor.position) % segmentBytes).toBeLessThan(8192)
    await catchUp(postgres(poolOf(replica(1))), floor)
  })
})

test('a database without an epoch is told apart from one that is down', async () => {
  const source = postgres(poolOf(primary()), { table: 'no_such_table' })
  await expect(source.sample()).rejects.toThrow('no_such_table')
  await primary().query('create table empty_epoch (name text)')
  await expect(postgres(poolOf(primary()), { table: 'empty_epoch' }).sample()).rejects.toThrow('setUpEpoch')
})

test('a role that may not see the timeline of a standby is told so, and `pg_monitor` is enough', async () => {
  await primary().query('create role plain login')
  await primary().query('grant select on tidemark_epoch to plain')
  const floor = await postgres(poolOf(primary())).sample()
  await catchUp(postgres(poolOf(replica(1))), floor)
  const pool = poolOf(replica(1), { user: 'plain' })
  await expect(postgres(pool).sample()).rejects.toThrow('pg_monitor')
  await primary().query('grant pg_monitor to plain')
  await until(async () => (await postgres(pool).sample()).epoch === floor.epoch)
})

test('setting up again changes nothing', async () => {
  const before = await postgres(poolOf(primary())).sample()
  await setUpEpoch(poolOf(primary()))
  expect((await postgres(poolOf(primary())).sample()).epoch).toBe(before.epoch)
})

test('a timeline history is read line by line', () => {
  const text = '1\t0/3020000\tno recovery target specified\n\n2\tA/F0000000\tbefore 2026\n# note\n'
  expect(parseHistory(text)).toEqual(new Map([['1', '50462720'], ['2', '46976204800']]))
})

// From here on the cluster is changed for good, in this order.
describe.sequential('what befalls a cluster', () => {
  let lost: Sample
  let shared: Sample
  let backup: string
  const old = (): VersionSource => postgres(poolOf(primary()))

  test('P2: a standby whose upstream is down still tells its epoch', async () => {
    backup = await cluster.backUp(primary())
    const source = postgres(poolOf(replica(1)))
    const before = await source.sample()
    shared = await catchUp(source, await old().sample())
    await cluster.cutOff(replica(1))
    await cluster.cutOff(replica(2))
    await until(async () => (await replica(1).query('select from pg_stat_wal_receiver')).length === 0)
    await until(async () => (await replica(2).query('select from pg_stat_wal_receiver')).length === 0)
    expect((await source.sample()).epoch).toBe(before.epoch)
    expect((await postgres(poolOf(replica(1))).sample()).epoch).toBe(before.epoch)
  })

  test('V13, V15: a promotion begins an epoch at once, and covers no write that was lost', async () => {
    const pool = poolOf(primary())
    const source = postgres(pool)
    for (let count = 0; count < 5; count += 1) await pool.query(increment)
    lost = await source.sample()
    await primary().stop('immediate')
    await cluster.promote(replica(1))
    const promoted = postgres(poolOf(replica(1)))
    const first = await promoted.sample()
    expect(first.isPrimary).toBe(true)
    expect(first.epoch).not.toBe(lost.epoch)
    expect(first.term).toBe(2)
    // The new history passes the place of the lost writes without having them.
    const writer = poolOf(replica(1))
    while (!covers(await promoted.sample(), lost)) await writer.query(increment)
    const later = await promoted.sample()
    expect(standingTo(promoted.format, later, lost)).toBe('never')
    expect(standingTo(promoted.format, later, shared)).toBe('met')
    // P3: who may not read where the timelines parted, promises nothing of the old one.
    const plain = await postgres(poolOf(replica(1), { user: 'plain' })).sample()
    expect(standingTo(promoted.format, plain, shared)).toBe('never')
    await replica(1).query('grant execute on function pg_read_file(text) to plain')
    const allowed = await postgres(poolOf(replica(1), { user: 'plain' })).sample()
    expect(standingTo(promoted.format, allowed, shared)).toBe('met')
  })

  test('P2: the other standby follows, and tells the new epoch', async () => {
    await cluster.follow(replica(2), replica(1))
    const promoted = await postgres(poolOf(replica(1))).sample()
    const source = postgres(poolOf(replica(2)))
    await until(async () => (await source.sample()).epoch === promoted.epoch)
    await catchUp(source, promoted)
  })

  test('V14: a restored disk has its old epoch until the procedure names another', async () => {
    await replica(1).stop()
    await replica(2).stop()
    await cluster.restore(primary(), backup)
    await primary().start()
    const source = old()
    const before = await source.sample()
    expect(before.epoch).toBe(lost.epoch)
    expect(coversPosition(source.format, before.position, lost.position)).toBe(false)
    const name = await beginEpoch(poolOf(primary()))
    const after = await source.sample()
    expect(after.epoch).toBe(`${name}.1`)
    expect(standingTo(source.format, after, lost)).toBe('never')
  })

  test('a standby that is seeded from the restored primary tells its epoch', async () => {
    const copy = await cluster.backUp(primary())
    await cluster.restore(replica(1), copy, primary())
    await replica(1).start()
    const source = postgres(poolOf(replica(1)))
    const head = await old().sample()
    expect((await catchUp(source, head)).epoch).toBe(head.epoch)
  })
})
