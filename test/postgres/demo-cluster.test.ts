// What `npm start -- --postgres` puts the page on: its API and its switches, on a cluster of its own.
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDemoCluster } from '../../demo/server/demo-cluster.ts'
import type { DemoCluster } from '../../demo/server/demo-cluster.ts'

let cluster: DemoCluster
let server: Server
let url: string

beforeAll(async () => {
  cluster = await startDemoCluster({ replicas: 2 })
  server = createServer(cluster.listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server?.closeAllConnections()
  server?.close()
  await cluster?.stop()
})

const send = (path: string, method: string, body?: unknown): Promise<Response> =>
  fetch(url + path, { method, body: body === undefined ? null : JSON.stringify(body) })

/** Reads what the primary has. */
const read = async (path: string): Promise<unknown> =>
  (await fetch(url + path, { headers: { 'Read-Consistency': 'strong' } })).json()

interface ServerReport {
  readonly name: string
  readonly position: number
  readonly lagMs: number
  readonly isPaused: boolean
}

const servers = async (): Promise<readonly ServerReport[]> => (await fetch(`${url}/cluster`)).json()

test('a visit begins with the rows of others, and what it writes is numbered with the moment', async () => {
  const items = { photos: [{ title: 'Harbour' }, { title: 'Dune' }], cart: [{ id: 'boots', cents: 4000 }] }
  const conversations = { questions: [{ id: 'q0', text: 'Anyone here?' }] }
  expect((await send('/cluster/reset', 'POST', { items, conversations, counters: { likes: 3 } })).status).toBe(204)
  expect(await read('/api/photos')).toMatchObject({ items: [{ title: 'Dune', version: 1 }, { title: 'Harbour' }] })
  const made = await send('/api/photos', 'POST', { title: 'Reef' })
  expect(made.status).toBe(201)
  expect(made.headers.get('data-version')).toMatch(/^main;e="h\w+";v="2"$/)
  const { id } = (await made.json()) as { readonly id: string }
  expect(made.headers.get('content-location')).toBe(`/photos/${id}`)
  expect(await read(`/api/photos/${id}`)).toEqual({ id, title: 'Reef', version: 2 })
  expect(await (await send('/api/counters/likes/increment', 'POST', { by: 2 })).json()).toEqual({ name: 'likes', value: 5, version: 3 })
  expect(await (await send('/api/cart/boots', 'PATCH', { cents: 4200 })).json()).toEqual({ id: 'boots', cents: 4200, version: 4 })
  const message = await send('/api/conversations/questions/messages', 'POST', { text: 'Yes?' })
  expect(message.headers.get('content-location')).toMatch(/^\/conversations\/questions\/messages\/./)
  expect(await read('/api/conversations/questions/messages')).toMatchObject({ items: [{ id: 'q0' }, { text: 'Yes?' }] })
  expect((await send(`/api/photos/${id}`, 'DELETE')).status).toBe(204)
  expect((await send(`/api/photos/${id}`, 'DELETE')).status).toBe(404)
})

test('the lag is a replay delay, a replica can stand still, and a floor is kept all the same', async () => {
  await send('/cluster/lag?ms=0', 'POST')
  const levelled = async (): Promise<number> => new Set((await servers()).map(({ position }) => position)).size
  await expect.poll(levelled, { timeout: 20_000 }).toBe(1)
  for (const name of ['replica-1', 'replica-2']) await send(`/cluster/pause?replica=${name}`, 'POST')
  const isPaused = async (): Promise<boolean> => (await servers()).filter((report) => report.isPaused).length === 2
  await expect.poll(isPaused).toBe(true)
  const written = await send('/api/counters/likes/increment', 'POST', {})
  const made: unknown = await written.json()
  const plain: unknown = await (await fetch(`${url}/api/counters/likes`)).json()
  expect(plain).not.toEqual(made)
  const headers = { 'Min-Version': written.headers.get('data-version') ?? '' }
  const kept = await fetch(`${url}/api/counters/likes`, { headers })
  expect(await kept.json()).toEqual(made)
  expect(kept.headers.get('served-by')).toBe('primary;primary')
  for (const name of ['replica-1', 'replica-2']) await send(`/cluster/resume?replica=${name}`, 'POST')
  await expect.poll(levelled, { timeout: 20_000 }).toBe(1)
})
