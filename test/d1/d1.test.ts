// Cloudflare D1 in its local runtime: the Worker of this folder, bundled, in workerd, as miniflare runs it.
//
// The local D1 is one SQLite file: it has no replicas, so no read is ever behind, and plain `fetch` shows no
// violation either. What is proved is the wire, the bookmarks and the refusals, and that the middleware runs
// in that runtime. What a remote replica does with a bookmark is D1's promise, and is not tested here.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Miniflare } from 'miniflare'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { root } from '../../.ci/command.mjs'
import { sourceAliases } from '../../.ci/entries.mjs'
import { createTidemark, d1Bookmark, memoryStorage } from '../../src/index.ts'
import { d1 } from '../../src/server/sources/d1.ts'
import { checkGuarantees } from '../../src/testing/judge/check-guarantees.ts'
import { parseHistory } from '../../src/testing/history/parse-history.ts'
import { testVersionSource } from '../conformance/version-source-suite.ts'
import { expectKept } from '../sessions/judgement.ts'
import { portableSchema } from '../sessions/portable-photos.ts'
import { createStage } from '../sessions/stage.ts'

let runtime: Miniflare
let database: Awaited<ReturnType<Miniflare['getD1Database']>>
let url: string

const versionOf = (response: { readonly headers: { get(name: string): string | null } }): string =>
  response.headers.get('data-version') ?? 'none'

/** Returns the header that asks for what an answer said last. */
function floorOf(response: Response): Record<string, string> {
  const [, v, u = v] = /v="([^"]+)"(?:;u="([^"]+)")?/.exec(versionOf(response)) ?? []
  return { 'Min-Version': `main;e="one";v="${u}"` }
}

const bookmark = (number: number): string => `${number.toString(16).padStart(8, '0')}-00000000-00000000-${'0'.repeat(32)}`

// From Node, Miniflare answers a synchronous call by a worker, which sets a value and wakes this thread. A wake-up
// that comes late ends the next wait before its value is set, and all later answers are those of the call before.
const { wait } = Atomics
beforeAll(() => {
  vi.spyOn(Atomics, 'wait').mockImplementation((...[values, index, value, timeout]: Parameters<typeof Atomics.wait>) => {
    for (;;) {
      const result = wait(values, index, value, timeout)
      if (result !== 'ok' || Atomics.load(values, index) !== value) return result
    }
  })
})

beforeAll(async () => {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: sourceAliases() },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: join(root, 'test/d1/worker.ts'), formats: ['es'], fileName: 'worker' },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  const chunk = output !== undefined && 'output' in output ? output.output[0] : undefined
  if (chunk === undefined) throw new Error('The Worker was not bundled.')
  runtime = new Miniflare({
    modules: true,
    script: chunk.code,
    compatibilityDate: '2026-04-01',
    d1Databases: { DB: 'photos' },
  })
  url = String(await runtime.ready).replace(/\/$/, '')
  database = await runtime.getD1Database('DB')
  for (const text of portableSchema('id integer primary key')) await database.prepare(text).run()
  await database.prepare('create table item (n int)').run()
  await database.prepare('insert into item values (0)').run()
})

afterAll(async () => {
  await runtime?.dispose()
  vi.restoreAllMocks()
})

describe('the contract', () => {
  testVersionSource(() => ({
    primary: d1(database),
    async write() {
      const written = await database.prepare('update item set n = n + 1 returning n').first<{ n: number }>()
      return Number(written?.n)
    },
    readPrimary: async () => Number((await database.prepare('select n from item').first<{ n: number }>())?.n),
  }))
})

describe('the Worker', () => {
  const likes = (): string => `${url}/counters/likes`

  test('D2: an answer covers the bookmark of its first query, and may show that of its last', async () => {
    const [, first, last] = /v="([^"]+)";u="([^"]+)"/.exec(versionOf(await fetch(`${url}/twice`))) ?? []
    expect(d1Bookmark.comparePositions(last ?? '', first ?? '')).toBe('after')
    expect(versionOf(await fetch(likes()))).toMatch(/^main;e="one";v="[0-9a-f-]{59}"$/)
  })

  test('I4: an answer without a query says no version', async () => {
    expect(versionOf(await fetch(`${url}/none`))).toBe('none')
  })

  test('V22: a write says the bookmark of its transaction, and the next read covers it', async () => {
    const written = await fetch(`${likes()}/increment`, { method: 'POST' })
    expect(written.headers.get('served-by')).toBe('d1;primary')
    const read = await fetch(likes(), { headers: floorOf(written) })
    expect(read.headers.get('cache-control')).toBe('private, no-cache')
    const made: unknown = await written.json()
    expect(await read.json()).toEqual(made)
  })

  test('P6, D3: a forged bookmark is never, with what the primary has', async () => {
    const response = await fetch(likes(), { headers: { 'Min-Version': `main;e="one";v="${bookmark(0xffffffff)}"` } })
    expect(response.status).toBe(409)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(versionOf(response)).not.toContain('ffffffff')
    expect((await fetch(likes(), { headers: floorOf(response) })).status).toBe(200)
  })

  test('D4: a floor of another epoch is never', async () => {
    const headers = { 'Min-Version': `main;e="before";v="${bookmark(0)}"` }
    expect((await fetch(likes(), { headers })).status).toBe(409)
  })

  test.each(['', 'first-primary', '1', `${bookmark(1)}0`])('I14: the bookmark "%s" is malformed', async (text) => {
    expect((await fetch(likes(), { headers: { 'Min-Version': `main;e="one";v="${text}"` } })).status).toBe(400)
  })

  test('V12, I13: a session enters the epoch that a restore was given, once', async () => {
    let epoch = 'one'
    const tidemark = createTidemark({
      origins: [url],
      format: d1Bookmark,
      storage: memoryStorage(),
      mirror: false,
      fetch: (input, init) => {
        const request = new Request(input, init)
        request.headers.set('X-Epoch', epoch)
        return fetch(request)
      },
    })
    const entered: string[] = []
    tidemark.subscribe((event) => {
      if (event.type === 'epoch:reset') entered.push(event.version.epoch)
    })
    await (await tidemark.fetch(likes())).text()
    epoch = 'two'
    for (let read = 0; read < 3; read += 1) {
      const response = await tidemark.fetch(likes(), { cache: 'no-store' })
      expect(response.status).toBe(200)
      await response.text()
    }
    expect(entered).toEqual(['two'])
    tidemark.close()
  })

  test('sessions at work: nothing goes back', async () => {
    const stage = createStage(url, { format: d1Bookmark })
    await stage.run({ seed: 1, reads: 15, readIntervalMs: 0, writeIntervalMs: 0 })
    const { tidemark, plain } = stage.results()
    expectKept({ tidemark, plain })
    const report = checkGuarantees(parseHistory(JSON.stringify(tidemark.history)))
    expect(report.reads + report.writes).toBeGreaterThanOrEqual(100)
    expect(report.unjudged).toBe(0)
    expect(tidemark.failures).toEqual({})
  })
})

test('the middleware for any database runs in workerd, made for each of the requests that come together', async () => {
  const written = await fetch(`${url}/plain`, { method: 'POST' })
  expect(versionOf(written)).toBe('main;e="w";v="1"')
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => fetch(`${url}/plain`, { headers: { 'Min-Version': 'main;e="w";v="1"' } })),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(new Set(answers.map(versionOf))).toEqual(new Set(['main;e="w";v="1"']))
  expect((await fetch(`${url}/plain`, { headers: { 'Min-Version': 'main;e="w";v="9"' } })).status).toBe(409)
})

test('bundlers of Workers, which ask for `browser` too, find every entry of the kit that is not of Node', () => {
  interface Manifest {
    readonly exports: Readonly<Record<string, Readonly<Record<string, string | null>> | string>>
  }
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
  const conditions = new Set(['workerd', 'worker', 'browser', 'import', 'default'])
  const entries = Object.entries(exports).filter(([name]) => /^\.\/server(?!\/node)/.test(name))
  expect(entries.length).toBeGreaterThan(4)
  for (const [name, target] of entries) {
    const [, path] = Object.entries(target).find(([condition]) => conditions.has(condition)) ?? []
    expect(path, name).toMatch(/\.js$/)
  }
})
