// What happens to those who forget the step of a restore; and a thousand that wait for a real replica.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { servePhotos, setUpPhotos } from '../../demo/server/photo-server.ts'
import type { PhotoServer } from '../../demo/server/photo-server.ts'
import { startPostgresCluster } from '../../demo/server/postgres-cluster.ts'
import type { PostgresCluster } from '../../demo/server/postgres-cluster.ts'
import { createTidemark, memoryStorage } from '../../src/index.ts'

let cluster: PostgresCluster
let server: PhotoServer

beforeAll(async () => {
  cluster = await startPostgresCluster({ replicas: 1 })
  await setUpPhotos(cluster)
  server = await servePhotos(cluster)
})

afterAll(async () => {
  await server.close()
  await cluster.stop()
})

test('W20: a thousand that wait for one replica share its one connection, and end in time', async () => {
  const [primary, replica] = cluster.servers
  await fetch(`${server.url}/counters/likes`)
  await replica?.query('select pg_wal_replay_pause()')
  const written = await fetch(`${server.url}/counters/likes/increment`, { method: 'POST' })
  const headers = { 'Min-Version': written.headers.get('data-version') ?? '' }
  const waits: number[] = []
  const unsubscribe = server.versioning.subscribe((event) => {
    if (event.type === 'read:routed') waits.push(event.waitedMs)
  })
  const connections = async (): Promise<number> => {
    const rows = await replica?.query(`select from pg_stat_activity where query like '%pg_last_wal_replay_lsn%'`)
    return (rows?.length ?? 0) - 1 // This query names it too.
  }
  const request = (): Request => new Request(`${server.url}/counters/likes`, { headers })
  const before = process.memoryUsage().heapUsed
  const asking = Array.from({ length: 1000 }, () =>
    server.versioning.handle(request(), (_, { role }) => new Response(role)),
  )
  expect(await connections()).toBe(1)
  const roles = await Promise.all(asking.map(async (answer) => (await answer).text()))
  expect(new Set(roles)).toEqual(new Set(['primary']))
  expect(waits).toHaveLength(1000)
  // 50 ms and what a busy machine adds to a timer.
  expect(Math.max(...waits)).toBeLessThan(1000)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024)
  unsubscribe()
  await replica?.query('select pg_wal_replay_resume()')
  expect(primary.name).toBe('db-1')
})

test('V10, I13: a restore that nobody announced: the floor heals by the word of the primary', async () => {
  const [primary, replica] = cluster.servers
  const backup = await cluster.backUp(primary)
  const resets: string[] = []
  const tidemark = createTidemark({ origins: [server.url], storage: memoryStorage(), mirror: false })
  tidemark.subscribe((event) => {
    if (event.type === 'epoch:reset') resets.push(event.version.epoch)
  })
  const likes = `${server.url}/counters/likes`
  // Enough that the restored log is behind: what passes it again, nobody can tell.
  await primary.query('create table filler as select generate_series(1, 50000) as n')
  const made = await tidemark.fetch(`${likes}/increment`, { method: 'POST' })
  expect(await made.json()).toMatchObject({ value: 2 })
  await replica?.stop()
  await cluster.restore(primary, backup)
  await primary.start()
  const read = async (): Promise<unknown> => (await tidemark.fetch(likes)).json().catch(() => undefined)
  await expect.poll(read, { timeout: 20_000 }).toMatchObject({ value: 1 })
  expect(resets).toHaveLength(1)
  expect(await (await tidemark.fetch(`${likes}/increment`, { method: 'POST' })).json()).toMatchObject({ value: 2 })
  expect(await read()).toMatchObject({ value: 2 })
  tidemark.close()
})
