// Positions of MariaDB, on real replication.
import type { Pool } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../demo/server/postgres-cluster.ts'
import { coversPosition, standingTo } from '../../src/core/standing.ts'
import { beginEpoch, mariadb, setUpEpoch } from '../../src/server/sources/mariadb.ts'
import type { Sample, VersionSource } from '../../src/server/version-source.ts'
import { testVersionSource } from '../conformance/version-source-suite.ts'
import { findMariadb } from './mariadb-binaries.ts'
import { startMariadbCluster } from './mariadb-cluster.ts'
import type { MariadbCluster, MariadbServer } from './mariadb-cluster.ts'
import { poolTo } from './mariadb-photos.ts'

const found = findMariadb()
const isMissing = 'missing' in found
if (isMissing) console.log(`MariaDB: skipped, since ${found.missing} (see test/mariadb/mariadb-binaries.ts).`)

describe.skipIf(isMissing).sequential(`MariaDB ${isMissing ? `is missing: ${found.missing}` : found.version}`, () => {
  let cluster: MariadbCluster
  const pools: Pool[] = []
  const poolOf = ({ port }: MariadbServer): Pool => {
    const pool = poolTo(port, 2)
    pools.push(pool)
    return pool
  }
  const server = (index: number): MariadbServer => {
    const [primary, first, second] = cluster.servers
    const one = [primary, first, second][index]
    if (one === undefined) throw new Error(`There is no server ${index}.`)
    return one
  }
  const sourceOf = (index: number): VersionSource => mariadb(poolOf(server(index)))

  async function catchUp(source: VersionSource, { epoch, position }: Sample): Promise<Sample> {
    let last: Sample | undefined
    await until(async () => {
      last = await source.sample()
      return last.epoch === epoch && coversPosition(source.format, last.position, position)
    })
    if (last === undefined) throw new Error('It has been looked at.')
    return last
  }

  const numberIn = async (pool: Pool): Promise<number> => {
    const [rows] = await pool.query<never>('select n from item')
    return Number((rows as readonly { readonly n: number }[])[0]?.n)
  }
  const increment = 'update item set n = n + 1'

  beforeAll(async () => {
    if (isMissing) return
    cluster = await startMariadbCluster(found)
    await server(0).query('create database app', 'use app', 'create table item (n int)', 'insert into item values (0)')
    await setUpEpoch(poolOf(server(0)))
    const head = await sourceOf(0).sample()
    await until(async () => (await server(1).query('use app', 'select * from tidemark_epoch')).length === 1)
    await catchUp(sourceOf(1), head)
    await until(async () => (await server(2).query('use app', 'select * from tidemark_epoch')).length === 1)
    await catchUp(sourceOf(2), head)
  })

  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end().catch(() => undefined)))
    await cluster?.stop()
  })

  describe('the contract', () => {
    let pair: readonly [Pool, Pool]
    beforeAll(() => {
      pair = [poolOf(server(0)), poolOf(server(1))]
    })
    testVersionSource(() => ({
      primary: mariadb(pair[0]),
      replica: mariadb(pair[1]),
      // A transaction that reads what it has written: this MariaDB has no `update … returning`.
      async write() {
        const connection = await pair[0].getConnection()
        await connection.beginTransaction()
        await connection.query(increment)
        const [rows] = await connection.query<never>('select n from item')
        await connection.commit()
        connection.release()
        return Number((rows as readonly { readonly n: number }[])[0]?.n)
      },
      readPrimary: () => numberIn(pair[0]),
      readReplica: () => numberIn(pair[1]),
    }))
  })

  test('a function that runs a text serves as well as a pool', async () => {
    const pool = poolOf(server(0))
    const source = mariadb(async (text) => {
      const [rows] = await pool.query<never>(text)
      return rows
    })
    expect(await source.sample()).toEqual(await mariadb(pool).sample())
  })

  test('W20: a replica wakes who waits for it, on a connection apart', async () => {
    const [head, replica] = [sourceOf(0), mariadb(poolOf(server(1)), { waitOn: poolOf(server(1)) })]
    await catchUp(replica, await head.sample())
    await server(1).query('stop slave sql_thread')
    await poolOf(server(0)).query(increment)
    const floor = await head.sample()
    await replica.arrival?.(floor.position, 30)
    expect(coversPosition(replica.format, (await replica.sample()).position, floor.position)).toBe(false)
    const arriving = replica.arrival?.(floor.position, 10_000)
    await server(1).query('start slave sql_thread')
    await arriving
    expect(coversPosition(replica.format, (await replica.sample()).position, floor.position)).toBe(true)
  })

  test('a database without an epoch says what to do', async () => {
    await poolOf(server(0)).query('create table empty_epoch like tidemark_epoch')
    await expect(mariadb(poolOf(server(0)), { table: 'empty_epoch' }).sample()).rejects.toThrow('setUpEpoch')
    await expect(mariadb(poolOf(server(0)), { table: 'no_such' }).sample()).rejects.toThrow('no_such')
  })

  test('setting up again changes nothing', async () => {
    const { epoch } = await sourceOf(0).sample()
    await setUpEpoch(poolOf(server(0)))
    expect((await sourceOf(0).sample()).epoch).toBe(epoch)
  })

  test('M5: a replica that accepts writes is a replica all the same, and begins nothing', async () => {
    await server(1).query('set global read_only = 0')
    const { epoch } = await sourceOf(0).sample()
    expect(await catchUp(sourceOf(1), await sourceOf(0).sample())).toMatchObject({ epoch, isPrimary: false })
    await server(1).query('set global read_only = 1')
  })

  test('several domains: which one must be said', async () => {
    await server(0).query('use app', 'set session gtid_domain_id = 7', 'create table elsewhere (n int)')
    await expect(sourceOf(0).sample()).rejects.toThrow('domain')
    const [first, other] = [mariadb(poolOf(server(0)), { domain: 0 }), mariadb(poolOf(server(0)), { domain: 7 })]
    expect(Number((await first.sample()).position)).toBeGreaterThan(Number((await other.sample()).position))
  })

  // From here on the cluster is changed for good, in this order.
  test('M1, M2, M4, V15: a server that takes over begins an epoch, and covers no write that was lost', async () => {
    const at = (index: number): VersionSource => mariadb(poolOf(server(index)), { domain: 0 })
    const shared = await at(0).sample()
    for (const index of [1, 2]) await catchUp(at(index), shared)
    for (const index of [1, 2]) await server(index).query('stop slave')
    for (let count = 0; count < 5; count += 1) await poolOf(server(0)).query(increment)
    const lost = await at(0).sample()
    await server(0).stop('kill')
    await cluster.promote(server(1))
    // Writes that come before anyone has looked: their numbers are those of the lost ones.
    for (let count = 0; count < 9; count += 1) await poolOf(server(1)).query(increment)
    await cluster.follow(server(2), server(1))
    await until(async () => {
      const [row] = await server(2).query('select @@global.gtid_slave_pos as position')
      return /\b0-2-/.test(String(row?.['position']))
    })
    await expect(at(2).sample()).rejects.toThrow('Server 2 has written since')
    const promoted = await at(1).sample()
    expect(promoted).toMatchObject({ isPrimary: true, term: 2 })
    expect(promoted.epoch).not.toBe(lost.epoch)
    expect(Number(promoted.position)).toBeGreaterThan(Number(lost.position))
    expect(standingTo(at(1).format, promoted, lost)).toBe('never')
    expect(standingTo(at(1).format, promoted, shared)).toBe('met')
    const follower = await catchUp(at(2), promoted)
    expect(standingTo(at(2).format, follower, shared)).toBe('met')
    expect((await at(1).sample()).epoch).toBe(promoted.epoch)
  })

  test('V14: a restored server has its old epoch until the procedure names another', async () => {
    const at = mariadb(poolOf(server(1)), { domain: 0 })
    const backup = await cluster.backUp(server(1))
    await poolOf(server(1)).query(increment)
    const lost = await at.sample()
    await cluster.restore(server(1), backup)
    await server(1).start()
    await poolOf(server(1)).query(increment)
    expect(standingTo(at.format, await at.sample(), lost)).toBe('met') // Wrongly: nothing tells them apart.
    const name = await beginEpoch(poolOf(server(1)))
    const begun = await at.sample()
    expect(begun.epoch).toBe(name)
    expect(standingTo(at.format, begun, lost)).toBe('never')
  })
})
