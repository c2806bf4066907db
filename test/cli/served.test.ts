// The doctor at servers of this machine, over HTTP: a plain one with nothing wrong, and with each fault.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { isFit } from '../../src/cli/report-json.ts'
import { faults, faultsIn, passOn, send, serve } from './spoiling-proxy.ts'
import type { Served } from './spoiling-proxy.ts'

let api: Served

beforeAll(async () => {
  api = await serve(createPlainApi())
})

afterAll(() => api.close())

/** A note that can be read and written, by hand: one header, and none of our server kit. */
function createPlainApi(): (request: Request) => Promise<Response> {
  let position = 1
  let text = 'Tide at ten'
  return async (request) => {
    const isNote = new URL(request.url).pathname === '/note'
    if (request.method === 'POST') {
      text = await request.text()
      position += 1
    }
    const headers = { 'Data-Version': `main;e="a";v="${position}"`, 'Cache-Control': 'no-store' }
    // A floor of thirty digits is the only one that anyone asks for here, and none has come so far.
    if (request.headers.has('min-version')) return new Response(null, { status: 503, headers })
    return Response.json(isNote ? { text } : {}, { status: isNote ? 200 : 404, headers })
  }
}

const write = { method: 'POST', body: '"Ferry at nine"', times: 3, shownWithinMs: 300 }

test('a plain server with nothing wrong is fit', async () => {
  const url = `${api.origin}/note`
  const examination = await send(url, { write: { ...write, url: new URL(url) } })
  expect(examination.findings).toEqual([])
  expect(isFit(examination)).toBe(true)
  expect(examination.settledMs).toHaveLength(3)
})

test.each(Object.entries(faults))('%s: the fault is named, and no other', async (_, { code, spoil, how, needsWrite }) => {
  const proxy = await serve(spoil(passOn(api.origin)))
  try {
    const url = `${proxy.origin}/note`
    const trial = needsWrite === true ? { ...write, url: new URL(url) } : undefined
    expect(faultsIn(await send(url, { ...how, write: trial }))).toEqual([code])
  } finally {
    proxy.close()
  }
})
