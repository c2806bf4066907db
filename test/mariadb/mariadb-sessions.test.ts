// Sessions on real MariaDB replication, over real HTTP: the history of `test/postgres/sessions.test.ts`, with
// the clients in Node. Replicas lag, die, take over and are restored, and no session sees what it has seen
// or made go back.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../demo/server/postgres-cluster.ts'
import { beginEpoch } from '../../src/server/sources/mariadb.ts'
import { expectKept, expectProven } from '../sessions/judgement.ts'
import { nameHistory } from '../sessions/portable-photos.ts'
import { createStage } from '../sessions/stage.ts'
import type { PhaseOptions, Stage } from '../sessions/stage.ts'
import { findMariadb } from './mariadb-binaries.ts'
import { startMariadbCluster } from './mariadb-cluster.ts'
import type { MariadbCluster, MariadbServer } from './mariadb-cluster.ts'
import { poolTo, servePhotos, setUpPhotos } from './mariadb-photos.ts'
import type { MariadbPhotos } from './mariadb-photos.ts'

const found = findMariadb()
const isMissing = 'missing' in found
if (isMissing) console.log(`MariaDB: skipped, since ${found.missing} (see test/mariadb/mariadb-binaries.ts).`)

describe.skipIf(isMissing).sequential(`MariaDB ${isMissing ? `is missing: ${found.missing}` : found.version}`, () => {
  let cluster: MariadbCluster
  let server: MariadbPhotos
  let stage: Stage
  let backup: string
  let seed = 0

  const at = (index: number): MariadbServer => {
    const one = cluster.servers[index]
    if (one === undefined) throw new Error(`There is no server ${index}.`)
    return one
  }
  const work = (more: Partial<PhaseOptions> = {}): Promise<void> => {
    seed += 1
    return stage.run({ seed, reads: 45, readIntervalMs: 10, writeIntervalMs: 0, ...more })
  }

  /** Every session reads, at its level, from whatever there is now. */
  async function expectHealed(): Promise<void> {
    let levels: readonly string[] = []
    await until(async () => {
      levels = await stage.probe()
      return levels.every((level) => level === '200 fresh')
    }).catch(() => undefined)
    expect(levels).toEqual(Array(4).fill('200 fresh'))
  }

  /** Makes a copy of the primary its replica. */
  async function seedReplica(replica: MariadbServer, copy: string, upstream: MariadbServer): Promise<void> {
    await cluster.restore(replica, copy)
    await replica.start()
    const [row] = await replica.query('select @@global.gtid_binlog_pos as position')
    await replica.query('reset master', `set global gtid_slave_pos = '${String(row?.['position'])}'`)
    await cluster.follow(replica, upstream)
  }

  beforeAll(async () => {
    if (isMissing) return
    cluster = await startMariadbCluster(found)
    await setUpPhotos(cluster)
    server = await servePhotos(cluster)
    stage = createStage(server.url)
  })

  afterAll(async () => {
    await server?.close()
    await cluster?.stop()
  })

  test('replicas that follow at once', async () => {
    await work()
    expectKept(stage.results())
    await expectHealed()
  })

  test('a replica that stops and starts, a fifth of a second each, and one that is two seconds late', async () => {
    await cluster.setDelay(at(2), 2)
    const pulse = { isOn: true }
    const pulsing = (async () => {
      while (pulse.isOn) {
        await at(1).query('stop slave sql_thread')
        await new Promise((resolve) => setTimeout(resolve, 200))
        await at(1).query('start slave sql_thread')
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    })()
    await work({ reads: 60 })
    pulse.isOn = false
    await pulsing
    expectKept(stage.results())
    await expectHealed()
  })

  test('a replica that is killed, and comes back', async () => {
    await cluster.setDelay(at(2), 0)
    const working = work({ reads: 60 })
    await at(2).stop('kill')
    await until(async () => (await server.versioning.measure()).some(({ role }) => role === 'unknown'))
    await at(2).start()
    await cluster.follow(at(2), at(0))
    await working
    expectKept(stage.results())
    await expectHealed()
  })

  test('V15: a failover that loses acknowledged writes, and begins an epoch by itself', async () => {
    backup = await cluster.backUp(at(0))
    await work({ reads: 5 })
    for (const replica of [at(1), at(2)]) await replica.query('stop slave')
    await work({ reads: 15 }) // Acknowledged by the primary alone.
    const numberAt = async (index: number): Promise<number> =>
      Number((await at(index).query('use app', 'select number from moment'))[0]?.['number'])
    const written = await numberAt(0)
    await at(0).stop('kill')
    const working = work({ reads: 60 })
    expect(await numberAt(1)).toBeLessThan(written)
    // Nobody writes into the new history before it has a name of its own, for those who judge.
    await at(1).query('use app', 'reset slave all', 'set sql_log_bin = 1', nameHistory('second'))
    await cluster.promote(at(1))
    await cluster.follow(at(2), at(1))
    await working
    await expectHealed()
    await work({ reads: 30 })
    expectKept(stage.results())
    expect(stage.results().tidemark.resets).toBeGreaterThanOrEqual(4)
  })

  test('V12, V14: a restore from an older copy, by the procedure', async () => {
    const before = stage.results().tidemark.resets
    for (const running of [at(1), at(2)]) await running.stop()
    const working = work({ reads: 40 })
    await cluster.restore(at(0), backup)
    await at(0).start()
    await at(0).query('set global read_only = 1', 'use app', nameHistory('third'))
    const pool = poolTo(at(0).port, 1)
    await beginEpoch(pool)
    await pool.end()
    const copy = await cluster.backUp(at(0))
    await at(0).query('set global read_only = 0')
    for (const replica of [at(1), at(2)]) await seedReplica(replica, copy, at(0))
    await working
    await expectHealed()
    await work({ reads: 30 })
    expectKept(stage.results())
    expect(stage.results().tidemark.resets - before).toBeGreaterThanOrEqual(4)
  })

  test('in all: as many operations as were promised, and plain `fetch` shows what was kept off', () => {
    expectProven(stage.results(), { operations: 2000, violations: 21 })
  })
})
