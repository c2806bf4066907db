// The doctor at the API of the demo on PostgreSQL: fit as it is, and named by each fault that a proxy adds.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDemoCluster } from '../../demo/server/demo-cluster.ts'
import type { DemoCluster } from '../../demo/server/demo-cluster.ts'
import { isFit } from '../../src/cli/report-json.ts'
import { faults, faultsIn, passOn, send, serve } from '../cli/spoiling-proxy.ts'

let cluster: DemoCluster
let origin: string
let stop: () => void

const tell = (what: string, body: unknown = {}): Promise<Response> =>
  fetch(`${origin}/cluster${what}`, { method: 'POST', body: JSON.stringify(body) })

beforeAll(async () => {
  cluster = await startDemoCluster({ replicas: 2 })
  const server = createServer(cluster.listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = () => {
    server.closeAllConnections()
    server.close()
  }
  await tell('/reset', { items: { photos: [{ title: 'Dune' }] } })
  await tell('/lag?ms=200')
})

afterAll(async () => {
  stop?.()
  await cluster?.stop()
})

const writeTo = (url: string, shownWithinMs: number) =>
  ({ method: 'POST', url: new URL(url), body: '{"title":"Reef"}', times: 2, shownWithinMs }) as const

test('the example on PostgreSQL is fit, and its lag is measured', async () => {
  const url = `${origin}/api/photos`
  const examination = await send(url, { ratePerSecond: 50, write: writeTo(url, 20_000) })
  expect(faultsIn(examination)).toEqual([])
  expect(isFit(examination)).toBe(true)
  expect(examination.vocabulary?.place).toBe('the header Data-Version')
  expect(examination.settledMs).toHaveLength(2)
  expect(Math.max(...examination.settledMs)).toBeGreaterThan(0)
})

test.each(Object.entries(faults))('%s before PostgreSQL: the fault is named', async (name, { code, spoil, how, needsWrite }) => {
  const proxy = await serve(spoil(passOn(origin)))
  try {
    const url = `${proxy.origin}/api/photos`
    const write = needsWrite === true ? writeTo(url, 1000) : undefined
    const found = faultsIn(await send(url, { ...how, write }))
    // The photos are a list, whose rows have versions.
    expect(found).toContain(name === 'no header' ? 'unversioned-list' : code)
  } finally {
    proxy.close()
  }
})

test('standbys that stand still: a write is never shown by them', async () => {
  for (const replica of ['replica-1', 'replica-2']) await tell(`/pause?replica=${replica}`)
  const standing = async (): Promise<number> => {
    const servers = (await (await fetch(`${origin}/cluster`)).json()) as readonly { readonly isPaused: boolean }[]
    return servers.filter(({ isPaused }) => isPaused).length
  }
  try {
    await expect.poll(standing).toBe(2)
    const url = `${origin}/api/photos`
    expect(faultsIn(await send(url, { write: writeTo(url, 1000) }))).toEqual(['never-shown'])
  } finally {
    for (const replica of ['replica-1', 'replica-2']) await tell(`/resume?replica=${replica}`)
  }
})
