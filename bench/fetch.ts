// A wrapped fetch of a kilobyte over loopback, against the platform's own.

import { createServer } from 'node:http'
import { once } from 'node:events'
import { createTidemark, memoryStorage } from '../src/index.ts'
import type { Fetch } from '../src/index.ts'
import type { Group } from './group.ts'

/** One kilobyte of JSON from a server in this process. */
export async function fetchGroup(): Promise<Group> {
  const body = JSON.stringify({ text: 'x'.repeat(1000) })
  const length = { 'content-type': 'application/json', 'content-length': body.length }
  const server = createServer((request, response) => {
    const version = request.url?.startsWith('/governed') === true && { 'data-version': 'main;e="a";v="1"' }
    response.writeHead(200, { ...length, ...version }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const base = `http://127.0.0.1:${port}`
  const options = { storage: memoryStorage(), mirror: false } as const
  const named = createTidemark({ ...options, origins: [base] })
  const elsewhere = createTidemark({ ...options, origins: ['https://api.test'] })
  const variant = (name: string, fetch: Fetch, path: string): Group['variants'][number] => ({
    name,
    async run(times) {
      for (let time = 0; time < times; time += 1) await (await fetch(base + path)).text()
    },
  })
  return {
    name: 'fetch: a kilobyte over loopback (the server shares the processor)',
    times: 200,
    rounds: 15,
    variants: [
      variant('fetch', (input, init) => fetch(input, init), '/plain'),
      variant('tidemark.fetch, an origin not named', elsewhere.fetch, '/plain'),
      variant('tidemark.fetch, governed, kept', named.fetch, '/governed'),
    ],
    close() {
      named.close()
      elsewhere.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
