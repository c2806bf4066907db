// A held answer as a Response, against making that Response from bytes with nothing around it.

import { createTidemark, memoryStorage } from '../src/index.ts'
import type { Group } from './group.ts'

/** One kilobyte of JSON, served from memory with no request. */
export async function heldGroup(): Promise<Group> {
  const body = new TextEncoder().encode(JSON.stringify({ text: 'x'.repeat(1000) })).buffer
  const tidemark = createTidemark({
    origins: ['https://api.test'],
    storage: memoryStorage(),
    mirror: false,
    rules: [{ match: '/photos/:id', maxAgeMs: 3_600_000 }],
    fetch: async () =>
      new Response(body, { headers: { 'data-version': 'main;e="a";v="1"', 'content-length': String(body.byteLength) } }),
  })
  await (await tidemark.fetch('https://api.test/photos/1')).text()
  return {
    name: 'held: a kilobyte that is held, as a Response',
    times: 2000,
    rounds: 9,
    variants: [
      {
        name: 'new Response(bytes)',
        async run(times) {
          for (let time = 0; time < times; time += 1) {
            await Promise.resolve(new Response(body, { headers: { 'data-version': 'main;e="a";v="1"' } }))
          }
        },
      },
      {
        name: 'tidemark.fetch, held',
        async run(times) {
          for (let time = 0; time < times; time += 1) {
            await tidemark.fetch('https://api.test/photos/1')
          }
        },
      },
    ],
    close: () => tidemark.close(),
  }
}
