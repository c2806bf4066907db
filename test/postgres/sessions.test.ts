// The promise of the whole: sessions in a real Chromium, over real HTTP, on a real PostgreSQL primary
// with two streaming standbys that lag, die, take over and are restored, and not one of them sees what it
// has seen or made go back. Beside them plain `fetch`, on the same servers at the same time.
//
// What is judged is the moment that the database tells in each answer (`demo/server/photo-schema.ts`): no
// part of the kit or of the client has a say in it.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servePhotos, setUpPhotos } from '../../demo/server/photo-server.ts'
import type { PhotoServer } from '../../demo/server/photo-server.ts'
import { nameHistory } from '../../demo/server/photo-schema.ts'
import { startPostgresCluster, until } from '../../demo/server/postgres-cluster.ts'
import type { PostgresCluster, PostgresServer } from '../../demo/server/postgres-cluster.ts'
import { beginEpoch } from '../../src/server/sources/postgres.ts'
import { launchBrowser } from '../demo/demo-page.ts'
import { bundlePage } from './bundled-page.ts'
import { expectKept, expectProven } from '../sessions/judgement.ts'
import type { Results } from '../sessions/judgement.ts'
import type { PhaseOptions, Stage } from '../sessions/stage.ts'

declare global {
  interface Window {
    stage: Stage
  }
}

let cluster: PostgresCluster
let server: PhotoServer
let browser: Browser
let page: Page
let seed = 0
let backup: string
const errors: unknown[] = []

beforeAll(async () => {
  cluster = await startPostgresCluster()
  await setUpPhotos(cluster)
  const elsewhere = await bundlePage('test/postgres/page/client.ts')
  server = await servePhotos(cluster, { elsewhere, onError: (error) => errors.push(error) })
  browser = await launchBrowser()
  page = await browser.newPage()
  await page.goto(server.url)
  await page.waitForFunction(() => 'stage' in window)
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  await cluster?.stop()
})

const [db1, replica1, replica2] = [0, 1, 2].map((index) => (): PostgresServer => {
  const found = cluster.servers[index]
  if (found === undefined) throw new Error(`There is no server ${index}.`)
  return found
}) as [() => PostgresServer, () => PostgresServer, () => PostgresServer]

function work(more: Partial<PhaseOptions> = {}): Promise<void> {
  seed += 1
  // A write after each read, whatever the machine can do: the number of operations is always the same.
  const options = { seed, reads: 40, readIntervalMs: 10, writeIntervalMs: 0, ...more }
  return page.evaluate((asked) => window.stage.run(asked), options)
}

const results = (): Promise<Results> => page.evaluate(() => window.stage.results())

/** Every session reads, at its level, from whatever there is now. */
async function expectHealed(): Promise<void> {
  let levels: readonly string[] = []
  await until(async () => {
    levels = await page.evaluate(() => window.stage.probe())
    return levels.every((level) => level === '200 fresh')
  })
  expect(levels).toEqual(Array(4).fill('200 fresh'))
}

describe.sequential('sessions on PostgreSQL', () => {
  test.each([
    [0, 0],
    [200, 0],
    [2000, 200],
  ])('replay delays of %i and %i ms', async (first, second) => {
    await cluster.setReplayDelay(replica1(), first)
    await cluster.setReplayDelay(replica2(), second)
    await work()
    expectKept(await results())
    await expectHealed()
  })

  test('a replica that is killed, and comes back', async () => {
    backup = await cluster.backUp(db1())
    const working = work({ reads: 60 })
    await replica2().stop('immediate')
    await until(async () => (await server.versioning.measure()).some(({ role }) => role === 'unknown'))
    await replica2().start()
    await working
    expectKept(await results())
    await expectHealed()
  })

  test('V15: a failover that loses acknowledged writes', async () => {
    await cluster.setReplayDelay(replica1(), 0)
    await cluster.setReplayDelay(replica2(), 0)
    for (const standby of [replica1(), replica2()]) await cluster.cutOff(standby)
    await work({ reads: 15 }) // Acknowledged by the primary alone.
    const [row] = await db1().query('select number from moment')
    await db1().stop('immediate')
    const working = work({ reads: 60 })
    // Nobody writes into the new history before it has a name of its own, for those who judge.
    await replica1().configure('default_transaction_read_only', 'on')
    await cluster.promote(replica1())
    const [rest] = await replica1().query('select number from moment')
    expect(Number(rest?.['number'])).toBeLessThan(Number(row?.['number']))
    await replica1().query(nameHistory('second'))
    await replica1().configure('default_transaction_read_only', undefined)
    await cluster.follow(replica2(), replica1())
    await working
    await expectHealed()
    await work({ reads: 30 })
    expectKept(await results())
    expect((await results()).tidemark.resets).toBeGreaterThanOrEqual(4)
  })

  test('V12, V14: a restore from an older base backup, by the procedure', async () => {
    const before = (await results()).tidemark.resets
    for (const running of [replica1(), replica2()]) await running.stop()
    const working = work({ reads: 40 })
    await cluster.restore(db1(), backup)
    await db1().start()
    await db1().configure('default_transaction_read_only', 'on')
    await db1().query(nameHistory('third'))
    await beginEpoch({
      query: async (text) => ({ rows: await db1().query(`set transaction read write; ${text}`) }),
    })
    await db1().configure('default_transaction_read_only', undefined)
    const copy = await cluster.backUp(db1())
    for (const standby of [replica1(), replica2()]) {
      await cluster.restore(standby, copy, db1())
      await standby.start()
    }
    await working
    await expectHealed()
    await work({ reads: 30 })
    expectKept(await results())
    expect((await results()).tidemark.resets - before).toBeGreaterThanOrEqual(4)
  })

  test('in all: as many operations as were promised, and plain `fetch` shows what was kept off', async () => {
    expectProven(await results(), { operations: 2000, violations: 21 })
  })
})
